#pragma once
// How the media of one track reaches us, and what we tell its sender about that.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rtsp/client_track.hpp"
#include "rtsp/receiver_statistics.hpp"
#include "rtsp/reorder_buffer.hpp"

namespace vedette::rtsp {

/// A datagram to be sent from a track's RTP or RTCP port to the camera's own address, and never to one that
/// it names: a camera could have us write to others.
struct OutgoingDatagram {
    std::uint8_t track = 0;
    bool rtcp = false;
    std::uint16_t port = 0;
    Bytes bytes;
};

/// Not thread-safe.
class MediaPath {
  public:
    explicit MediaPath(const ClientTrack& track)
        : payload_type_(track.payload_type()), statistics_(track.description().clock_rate_hz) {}

    std::optional<std::uint8_t> rtcp_channel;  ///< interleaved
    bool datagrams = false;                    ///< UDP; else interleaved
    std::uint16_t server_rtp_port = 0;         ///< 0: the camera did not say (quirk 46)
    std::uint16_t server_rtcp_port = 0;

    /// A packet that came in order. True when it counted as media of `track`.
    bool on_packet(ByteView packet, ClientTrack& track, MonotonicTime now, std::vector<ClientEvent>& out);
    /// A packet that came in a datagram: the same, once its turn has come.
    bool on_datagram(ByteView packet, ClientTrack& track, MonotonicTime now, std::vector<ClientEvent>& out);
    void on_control(ByteView packet, const ClientTrack& track, MonotonicTime now,
                    std::vector<ClientEvent>& out);
    /// Gives up what was waited for too long.
    void on_time(ClientTrack& track, MonotonicTime now, std::vector<ClientEvent>& out);
    MonotonicTime deadline() const { return reorder_.deadline(); }

    /// A receiver report with SDES, as the sender of our SSRC; empty of blocks before the first packet.
    Bytes receiver_report(std::uint32_t own_ssrc, MonotonicTime now);

    /// A compound that asks for a key frame; nullopt where the camera can't be asked, or has sent nothing.
    std::optional<Bytes> key_frame_request(KeyFrameRequest way, std::uint32_t own_ssrc, MonotonicTime now);

    const ReceiverStatistics& statistics() const { return statistics_; }
    const ReorderBuffer& reorder() const { return reorder_; }

  private:
    std::uint8_t payload_type_;
    ReceiverStatistics statistics_;
    ReorderBuffer reorder_;
    std::optional<std::uint32_t> ssrc_;  ///< of the packets that count
    std::uint8_t requests_ = 0;          ///< of key frames
};

}  // namespace vedette::rtsp
