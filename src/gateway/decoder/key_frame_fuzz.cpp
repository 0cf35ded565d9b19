// A hostile key frame: codec, length of the decoder configuration, the configuration, the picture.

#include <cstdlib>

#include "gateway/decoder/libav.hpp"
#include "gateway/decoder/picture.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::gateway::decoder;
    static const auto av = Libav::load();
    if (!av) return 0;
    ByteReader in(std::as_bytes(std::span(data, size)));
    const auto codec = static_cast<media::Codec>(in.u8());
    const ByteView config = in.take(std::min<std::size_t>(in.u16(), in.remaining()));
    const ByteView picture = in.rest();
    if (picture.empty()) return 0;
    const Order order{.id = 1,
                      .codec = codec,
                      .side = 320,
                      .config_bytes = static_cast<std::uint32_t>(config.size()),
                      .picture_bytes = static_cast<std::uint32_t>(picture.size())};
    const auto made = make_picture(*av, order, config, picture);
    if (!made) return 0;
    // What our own process makes is believed by the other.
    const auto told = decode_product(encode(Product{.id = 1, .picture = *made}));
    if (!told || !told->picture) std::abort();
    return 0;
}
