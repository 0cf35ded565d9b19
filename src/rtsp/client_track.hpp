#pragma once
// One media of a client session: from the session description to access units.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "media/decode_order.hpp"
#include "rtsp/client_events.hpp"
#include "rtsp/media_security.hpp"
#include "rtsp/rtp.hpp"
#include "rtsp/track_setup.hpp"

namespace vedette::rtsp {

/// Not thread-safe.
class ClientTrack {
  public:
    ClientTrack(std::uint8_t index, TrackSetup setup, std::string control_url);

    std::uint8_t index() const { return index_; }
    std::uint8_t payload_type() const { return payload_type_; }
    const std::string& control_url() const { return control_url_; }
    TrackDescription description() const;

    /// Its media is SRTP, and nothing else is taken for it. `protocol`: of its media line.
    void secure(std::string_view protocol, MediaSecurity security);
    /// nullptr: plain RTP.
    MediaSecurity* security() const { return security_.get(); }
    /// "RTP/AVP", or the secure profile: what its transport is called.
    const std::string& profile() const { return profile_; }
    /// In replay each frame's own time is told, too.
    void expect_replay(bool replay) { replay_ = replay; }

    /// SETUP succeeded; `ssrc` from the Transport header, if it had one. It is a hint (quirks 23, 42).
    void accept(std::optional<std::uint32_t> ssrc);
    bool accepted() const { return accepted_; }

    /// How this track's camera can be asked for a key frame.
    void set_key_frame_request(KeyFrameRequest way) { key_frame_request_ = way; }
    KeyFrameRequest key_frame_request() const { return key_frame_request_; }

    /// True when the packet counted as media of this track. Appends to `out`.
    bool on_rtp(ByteView bytes, std::vector<ClientEvent>& out);
    void on_rtcp(ByteView bytes, std::vector<ClientEvent>& out) const;

    /// A decodable access unit was given out.
    bool has_delivered() const { return delivered_; }
    bool has_delivered_random_access() const { return delivered_random_access_; }

  private:
    bool is_own_source(std::uint32_t ssrc);
    void push_h264(H264Depacketizer& depacketizer, const RtpPacket& packet, std::int64_t time, bool lost,
                   std::vector<ClientEvent>& out);
    void push_other(const RtpPacket& packet, std::int64_t time, bool lost, std::vector<ClientEvent>& out);
    void deliver(DepacketizedUnit&& unit, std::vector<ClientEvent>& out);
    void use(media::TrackParameters parameters, std::vector<ClientEvent>& out);

    std::uint8_t index_;
    std::uint8_t payload_type_;
    media::Codec codec_;
    std::uint32_t clock_rate_hz_;
    std::string control_url_;
    std::string profile_ = "RTP/AVP";
    std::unique_ptr<MediaSecurity> security_;
    bool accepted_ = false;
    KeyFrameRequest key_frame_request_ = KeyFrameRequest::none;
    std::optional<std::uint32_t> ssrc_;
    std::uint32_t foreign_ssrc_ = 0;
    std::uint32_t foreign_in_a_row_ = 0;
    bool restarted_ = false;
    SequenceTracker sequence_;
    TimestampUnwrapper time_;
    Depacketizer depacketizer_;
    media::DecodeOrder order_;
    std::optional<media::TrackParameters> parameters_;
    bool replay_ = false;
    bool delivered_ = false;
    bool delivered_random_access_ = false;
    std::vector<H264Event> h264_events_;  ///< kept for its capacity
    std::vector<MediaEvent> other_events_;
};

}  // namespace vedette::rtsp
