// A camera's access units, as testdata/vectors has them: whatever comes, what is said is in bounds and in
// order.

#include <cstdlib>

#include "media_signing/verifier.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    if (size < 1 || size > 200'000) return 0;
    ByteReader in(std::as_bytes(std::span(data, size)));
    const auto options = in.u8();
    const auto codec = (options & 1) != 0 ? media::Codec::h265 : media::Codec::h264;
    media_signing::Verifier verifier(0, codec);
    std::vector<media::SignatureVerdict> out;
    MonotonicTime now{};
    std::int64_t time = 0;
    while (in.remaining() > 4) {
        const std::uint32_t unit_size = in.u32();
        if ((unit_size & 0x8000'0000U) != 0) {
            verifier.lost();
            continue;
        }
        now += std::chrono::milliseconds(40);
        verifier.push(in.take(std::min<std::size_t>(unit_size, in.remaining())), time++, now, out);
    }
    for (const auto& verdict : out)
        if (verdict.first_time > verdict.last_time || verdict.first_time < 0 || verdict.last_time >= time)
            std::abort();
    return 0;
}
