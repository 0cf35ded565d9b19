#include "rtsp/back_channel.hpp"

#include <algorithm>
#include <utility>

#include "media/g711.hpp"
#include "rtsp/text.hpp"
#include "rtsp/url.hpp"

namespace vedette::rtsp {

namespace {

bool is_g711(const TrackSetup& setup) {
    return (setup.codec == media::Codec::pcmu || setup.codec == media::Codec::pcma) &&
           setup.clock_rate_hz == back_channel_rate_hz;
}

}  // namespace

Result<std::vector<ClientTrack>> plan_back_channel(const Sdp& sdp, std::string_view base) {
    const bool absolute = starts_with_ignoring_case(sdp.control, "rtsp://") ||
                          starts_with_ignoring_case(sdp.control, "rtsps://");
    const std::string media_base = absolute ? join_control(base, sdp.control) : std::string(base);
    const bool marks_mean_nothing = std::ranges::all_of(
        sdp.media, [](const SdpMedia& media) { return media.direction == SdpDirection::sendonly; });
    const SdpMedia* chosen = nullptr;
    std::size_t sounds = 0;
    for (const SdpMedia& media : sdp.media) {
        if (!equal_ignoring_case(media.type, "audio")) continue;
        ++sounds;
        const auto setup = set_up_audio(media);
        if (media.direction != SdpDirection::sendonly || media.control.empty() || !setup || !is_g711(*setup))
            continue;
        if (chosen == nullptr || marks_mean_nothing) chosen = &media;
    }
    // A description of the back-channel alone has one sound and no picture.
    const bool alone = sounds == sdp.media.size();
    if (chosen == nullptr || (marks_mean_nothing && sounds < 2 && !alone))
        return fail(ErrorKind::unsupported, "the camera has no loudspeaker that can be reached (G.711)");
    std::vector<ClientTrack> tracks;
    tracks.emplace_back(std::uint8_t{0}, *set_up_audio(*chosen), join_control(media_base, chosen->control));
    return tracks;
}

Bytes BackChannelSender::packet(std::span<const std::int16_t> samples) {
    const auto header = rtp_header({.marker = !std::exchange(talking_, true),
                                    .payload_type = payload_type_,
                                    .sequence = sequence_++,
                                    .timestamp = timestamp_,
                                    .ssrc = ssrc_});
    timestamp_ += static_cast<std::uint32_t>(samples.size());
    Bytes out(header.begin(), header.end());
    out.reserve(header.size() + samples.size());
    for (const std::int16_t sample : samples)
        out.push_back(std::byte{codec_ == media::Codec::pcma ? media::encode_a_law(sample)
                                                             : media::encode_mu_law(sample)});
    return out;
}

void BackChannelSender::skip(std::uint32_t samples) {
    timestamp_ += samples;
    talking_ = false;
}

}  // namespace vedette::rtsp
