#pragma once
// SRTP of one track: from what the description says to packets that are opened and sealed.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "crypto/srtp.hpp"
#include "rtsp/mikey.hpp"
#include "rtsp/sdp.hpp"

namespace vedette::rtsp {

/// RTP/SAVP or RTP/SAVPF, also with a lower transport behind.
bool is_secure_profile(std::string_view protocol);

constexpr std::size_t max_media_keys = 4;  ///< of one track, from which the camera chooses by itself

/// The camera's keys for a track, and how it told them.
struct MediaKeys {
    bool mikey = false;                   ///< by MIKEY; else SDES
    std::vector<crypto::SrtpKey> keys{};  ///< at least one; in a description nobody says which is used
    std::vector<MikeySource> sources{};   ///< with MIKEY
    Bytes policy{};                       ///< with MIKEY
    std::uint32_t bundle = 0;             ///< with MIKEY
};

/// What the description offers for a track of a secure profile: the a=crypto lines of the track that we take,
/// else a=key-mgmt of the track or of the session. An error, in words, when there is nothing that we take.
Result<MediaKeys> media_keys(const Sdp& sdp, const SdpMedia& media);

/// The keys in a KeyMgmt header (RFC 4567 section 4.1); an error when there are none for MIKEY.
Result<MediaKeys> keys_of_header(std::string_view value);

/// Not thread-safe.
class MediaSecurity {
  public:
    /// `own_ssrc`: whom our reports come from. With MIKEY they get a key of our own; with SDES they share the
    /// camera's, as everybody who got that description does.
    MediaSecurity(const MediaKeys& camera, std::uint32_t own_ssrc);

    /// The KeyMgmt header by which the camera learns our key; nullopt with SDES.
    std::optional<std::string> key_management(std::string_view control_url, UtcTime now) const;
    /// The camera told another key with its answer: that one counts.
    void replace_keys(const MediaKeys& camera);

    /// The plain packet, valid until the next call; nullopt for what is dropped. The first key that opens a
    /// packet is the camera's choice.
    std::optional<ByteView> open(ByteView packet, bool rtcp);
    Bytes seal(ByteView packet, bool rtcp);
    bool opened_any() const { return opened_; }
    /// Packets that were dropped: forged, damaged, or seen before.
    std::uint64_t refused() const { return refused_; }

  private:
    struct Candidate {
        crypto::SrtpKey key;
        crypto::SrtpReceiver receiver;
    };
    static std::vector<Candidate> candidates_of(const MediaKeys& camera);

    MikeyMessage own_;  ///< with MIKEY
    bool mikey_ = false;
    std::vector<Candidate> candidates_;
    crypto::SrtpSender sender_;
    bool opened_ = false;
    std::uint64_t refused_ = 0;
};

}  // namespace vedette::rtsp
