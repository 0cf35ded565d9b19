#pragma once
// SRTP of a simulated camera: keys that its description tells, and packets that they protect.

#include <array>
#include <cstdint>
#include <string>

#include "crypto/srtp.hpp"

namespace vedette::simulate {

struct SrtpPolicy {
    enum class Keying : std::uint8_t { sdes, mikey };
    Keying keying = Keying::sdes;
    crypto::SrtpSuite suite = crypto::SrtpSuite::aes_cm_128_hmac_sha1_80;
    bool mki = false;  ///< packets carry an identifier of 4 bytes, as those of some cameras do (quirk 34)
};

/// The tracks of one client, each with a key of its own. Not thread-safe.
class ProtectedTracks {
  public:
    explicit ProtectedTracks(const SrtpPolicy& policy);

    /// The lines of a track's media description that tell its key. `ntp`: the time.
    std::string describe(unsigned track, std::uint64_t ntp) const;
    /// Interleaved frames, each with its packet protected. Valid until the next call.
    ByteView protect(ByteView frames);

  private:
    struct Track {
        explicit Track(crypto::SrtpKey k) : key(std::move(k)), sender(key) {}
        crypto::SrtpKey key;
        crypto::SrtpSender sender;
    };
    static crypto::SrtpKey make_key(const SrtpPolicy& policy);

    SrtpPolicy policy_;
    std::array<Track, 2> tracks_;  ///< video, audio
    Bytes packet_;
    Bytes out_;
};

}  // namespace vedette::simulate
