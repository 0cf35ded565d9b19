#pragma once
// The way from us to a camera's loudspeaker (ONVIF Streaming Specification, section 5.3): which media of its
// description it is, and the packets that go there.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rtsp/client_track.hpp"
#include "rtsp/sdp.hpp"

namespace vedette::rtsp {

inline constexpr std::string_view back_channel_feature = "www.onvif.org/ver20/backchannel";
inline constexpr std::uint32_t back_channel_rate_hz = 8'000;
inline constexpr std::size_t back_channel_samples = 160;  ///< of a packet: 20 ms

/// The first sound that the camera takes (a=sendonly, since it describes what a client does) and that we can
/// make: G.711. Where everything is marked so (quirk 39), it is the last of several sounds. `unsupported`
/// when there is none.
Result<std::vector<ClientTrack>> plan_back_channel(const Sdp& sdp, std::string_view base);

/// Makes RTP packets of sound. One thread.
class BackChannelSender {
  public:
    /// `codec`: pcmu or pcma.
    BackChannelSender(media::Codec codec, std::uint8_t payload_type, std::uint32_t ssrc,
                      std::uint16_t first_sequence, std::uint32_t first_timestamp)
        : codec_(codec),
          payload_type_(payload_type),
          ssrc_(ssrc),
          sequence_(first_sequence),
          timestamp_(first_timestamp) {}

    /// At most back_channel_samples of linear sound at 8 kHz, which follow the last ones.
    Bytes packet(std::span<const std::int16_t> samples);
    /// So many samples of silence are left out; the next packet begins to talk again.
    void skip(std::uint32_t samples);

  private:
    media::Codec codec_;
    std::uint8_t payload_type_;
    std::uint32_t ssrc_;
    std::uint16_t sequence_;
    std::uint32_t timestamp_;
    bool talking_ = false;
};

}  // namespace vedette::rtsp
