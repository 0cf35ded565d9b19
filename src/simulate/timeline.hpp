#pragma once
// One clip played in a loop without end. All clients of a timeline get the very same bytes, which are patched
// once per picture.

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "simulate/clip_signing.hpp"
#include "simulate/packetiser.hpp"

namespace vedette::simulate {

/// A clip that is ready to be sent: packets, and what its SDP says.
struct PackedClip {
    PacketTable video;
    std::optional<PacketTable> audio;
    media::Codec codec = media::Codec::h264;
    std::vector<Bytes> parameter_sets;  ///< see Clip
    media::FrameRate frame_rate{25, 1};
    std::uint32_t sample_rate_hz = 0;
    std::uint32_t sound_samples = 0;  ///< per AAC frame
    std::uint8_t channels = 0;
    Bytes audio_config;  ///< AudioSpecificConfig
};

/// Loads and packetises a clip; with `signing` it is signed before. Blocking.
Result<PackedClip> pack_clip(const std::filesystem::path& video_file,
                             const std::optional<ClipSigning>& signing = std::nullopt);

/// What goes out at one picture's time: `all`, of which the first `video_size` bytes are of the video track.
struct Tick {
    ByteView all;
    std::size_t video_size = 0;
    bool key = false;
};

/// What replay adds to the first packet of each frame.
struct ReplayStamp {
    UtcTime epoch{};  ///< the camera's clock at the timeline's epoch
    bool discontinuity = false;
    bool end = false;
    std::uint8_t cseq = 0;
};

/// Picture n of the endless loop is due at epoch + n frame intervals. Its sequence numbers and timestamps
/// follow from n alone, so a timeline that nobody watches costs nothing. Not thread-safe.
class Timeline {
  public:
    using Duration = std::chrono::nanoseconds;

    Timeline(std::shared_ptr<const PackedClip> clip, MonotonicTime epoch);

    const PackedClip& clip() const { return *clip_; }
    MonotonicTime due(std::uint64_t picture) const { return epoch_ + elapsed(picture); }
    /// The first picture that is due after `time`; 0 before the epoch.
    std::uint64_t first_after(MonotonicTime time) const;

    /// The packets of a picture and of the sound that goes with it, and every report_interval a sender report
    /// for each track. `utc` is the time of the call. Valid until the next call.
    Tick build(std::uint64_t picture, UtcTime utc) { return build(picture, utc, nullptr); }
    /// The same as a replay gives it: with the time of each frame, and without sender reports.
    Tick build(std::uint64_t picture, const ReplayStamp& stamp) { return build(picture, {}, &stamp); }
    /// The last key picture at or before `picture`.
    std::uint64_t key_at(std::uint64_t picture) const;
    MonotonicTime epoch() const { return epoch_; }

  private:
    struct Source {
        std::uint32_t ssrc = 0;
        std::uint16_t first_sequence = 0;
        std::uint32_t first_timestamp = 0;
    };
    static Source random_source();
    Tick build(std::uint64_t picture, UtcTime utc, const ReplayStamp* stamp);
    void stamp_frame(std::size_t start, const ReplayStamp& stamp, Ticks90k since_epoch, bool key);
    Duration elapsed(std::uint64_t picture) const;
    std::uint64_t sounds_before(std::uint64_t picture) const;
    bool reports_at(std::uint64_t picture) const;
    void append_frame(const PacketTable& table, const Source& source, std::uint64_t frame,
                      std::uint32_t timestamp);
    void append_report(const PacketTable& table, const Source& source, std::uint8_t channel,
                       std::uint64_t frame, std::uint32_t timestamp, UtcTime utc);

    std::shared_ptr<const PackedClip> clip_;
    MonotonicTime epoch_;
    Source video_ = random_source();
    Source audio_ = random_source();
    Bytes out_;
};

}  // namespace vedette::simulate
