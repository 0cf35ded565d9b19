// Packets of a sender without the key: none is ever believed. And what we seal ourselves opens again. The
// first byte chooses the suite, the second the length of the MKI; the rest is one packet.

#include <algorithm>
#include <cstdlib>

#include "crypto/srtp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::crypto;
    if (size < 2) return 0;
    static constexpr SrtpSuite suites[] = {SrtpSuite::aead_aes_256_gcm, SrtpSuite::aead_aes_128_gcm,
                                           SrtpSuite::aes_256_cm_hmac_sha1_80,
                                           SrtpSuite::aes_cm_128_hmac_sha1_80};
    SrtpKey key = make_srtp_key(suites[data[0] % 4]);
    key.mki.resize(data[1] % 8);
    const ByteView packet = std::as_bytes(std::span(data + 2, size - 2));
    SrtpReceiver receiver(key);
    if (receiver.unprotect_rtp(packet) || receiver.unprotect_rtcp(packet)) std::abort();
    SrtpSender sender(key);
    Bytes sealed;
    if (srtp_header_bytes(packet, SrtpKind::rtp)) {
        sender.protect_rtp(packet, sealed);
        const auto plain = receiver.unprotect_rtp(sealed);
        if (!plain || !std::ranges::equal(*plain, packet)) std::abort();
    }
    if (srtp_header_bytes(packet, SrtpKind::rtcp)) {
        sender.protect_rtcp(packet, sealed);
        const auto plain = receiver.unprotect_rtcp(sealed);
        if (!plain || !std::ranges::equal(*plain, packet)) std::abort();
    }
    return 0;
}
