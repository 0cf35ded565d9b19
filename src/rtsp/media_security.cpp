#include "rtsp/media_security.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base64.hpp"
#include "rtsp/sdes.hpp"
#include "rtsp/text.hpp"

namespace vedette::rtsp {

namespace {

/// Seconds from 1900-01-01 to 1970-01-01 UTC (RFC 5905 section 6).
constexpr std::uint64_t ntp_epoch_seconds = 2'208'988'800;

std::uint64_t to_ntp(UtcTime now) {
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    return (static_cast<std::uint64_t>(since.count()) + ntp_epoch_seconds) << 32;
}

Result<MediaKeys> keys_of_message(std::string_view encoded) {
    const auto bytes = crypto::from_base64(trim(encoded));
    if (!bytes) return fail(ErrorKind::corrupt, "the camera's key message (MIKEY) is no Base64");
    VEDETTE_TRY(MikeyMessage message, parse_mikey(*bytes));
    MediaKeys found{.mikey = true,
                    .sources = std::move(message.sources),
                    .policy = std::move(message.policy),
                    .bundle = message.bundle};
    found.keys.push_back(std::move(message.key));
    return found;
}

/// "mikey AQAF..." (RFC 4567 section 3.1).
Result<MediaKeys> keys_of_attribute(std::string_view value) {
    value = trim(value);
    const std::string_view protocol = split_off(value, ' ');
    if (!equal_ignoring_case(protocol, "mikey"))
        return fail(ErrorKind::unsupported, "the camera tells its SRTP key in a way that is not known here");
    return keys_of_message(value);
}

crypto::SrtpKey own_key(const MediaKeys& camera) {
    const crypto::SrtpKey& first = camera.keys.front();
    return camera.mikey ? crypto::make_srtp_key(first.suite) : first.duplicate();
}

}  // namespace

bool is_secure_profile(std::string_view protocol) {
    return starts_with_ignoring_case(protocol, "RTP/SAVP");
}

Result<MediaKeys> media_keys(const Sdp& sdp, const SdpMedia& media) {
    MediaKeys found;
    Error problem{ErrorKind::unsupported, "the camera wants SRTP and tells no key for it"};
    for (const std::string& line : media.crypto) {
        auto key = parse_sdes(line);
        if (!key)
            problem = std::move(key).error();
        else if (found.keys.size() < max_media_keys)
            found.keys.push_back(*std::move(key));
    }
    if (!found.keys.empty()) return found;
    const std::string& management = media.key_management.empty() ? sdp.key_management : media.key_management;
    if (!management.empty()) return keys_of_attribute(management);
    return std::unexpected(problem);
}

Result<MediaKeys> keys_of_header(std::string_view value) {
    bool mikey = false;
    std::string_view data;
    while (!value.empty()) {
        std::string_view parameter = split_off(value, ';');
        const std::string_view name = trim(split_off(parameter, '='));
        parameter = trim(parameter);
        if (parameter.starts_with('"')) parameter.remove_prefix(1);
        if (parameter.ends_with('"')) parameter.remove_suffix(1);
        if (equal_ignoring_case(name, "prot")) mikey = equal_ignoring_case(parameter, "mikey");
        if (equal_ignoring_case(name, "data")) data = parameter;
    }
    if (!mikey) return fail(ErrorKind::unsupported, "the camera's KeyMgmt header is not about MIKEY");
    return keys_of_message(data);
}

MediaSecurity::MediaSecurity(const MediaKeys& camera, std::uint32_t own_ssrc)
    : own_{.bundle = camera.bundle,
           .sources = {{.policy = camera.sources.empty() ? std::uint8_t{0} : camera.sources.front().policy,
                        .ssrc = own_ssrc,
                        .rollovers = 0}},
           .key = own_key(camera),
           .policy = camera.policy},
      mikey_(camera.mikey),
      candidates_(candidates_of(camera)),
      sender_(own_.key) {}

std::vector<MediaSecurity::Candidate> MediaSecurity::candidates_of(const MediaKeys& camera) {
    std::vector<Candidate> candidates;
    for (const crypto::SrtpKey& key : camera.keys) {
        Candidate& added = candidates.emplace_back(key.duplicate(), crypto::SrtpReceiver(key));
        for (const MikeySource& source : camera.sources)
            added.receiver.expect_rollovers(source.ssrc, source.rollovers);
    }
    return candidates;
}

std::optional<ByteView> MediaSecurity::open(ByteView packet, bool rtcp) {
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
        crypto::SrtpReceiver& receiver = candidates_[i].receiver;
        const auto plain = rtcp ? receiver.unprotect_rtcp(packet) : receiver.unprotect_rtp(packet);
        if (!plain) continue;
        opened_ = true;
        if (candidates_.size() == 1) return plain;
        Candidate chosen = std::move(candidates_[i]);  // the packet's bytes move with it
        candidates_.clear();
        candidates_.push_back(std::move(chosen));
        if (!mikey_ && i > 0) sender_ = crypto::SrtpSender(candidates_.front().key);
        return plain;
    }
    ++refused_;
    return std::nullopt;
}

std::optional<std::string> MediaSecurity::key_management(std::string_view control_url, UtcTime now) const {
    if (!mikey_) return std::nullopt;
    return fmt::format("prot=mikey;uri=\"{}\";data=\"{}\"", control_url,
                       crypto::to_base64(print_mikey(own_, to_ntp(now))));
}

void MediaSecurity::replace_keys(const MediaKeys& camera) {
    candidates_ = candidates_of(camera);
}

Bytes MediaSecurity::seal(ByteView packet, bool rtcp) {
    Bytes sealed;
    if (rtcp)
        sender_.protect_rtcp(packet, sealed);
    else
        sender_.protect_rtp(packet, sealed);
    return sealed;
}

}  // namespace vedette::rtsp
