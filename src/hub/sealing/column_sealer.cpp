#include "hub/sealing/column_sealer.hpp"

#include "crypto/cobblestone.hpp"
#include "crypto/hmac.hpp"
#include "crypto/kdf.hpp"
#include "crypto/key_file.hpp"

namespace vedette::hub::sealing {

namespace {

// Lengths before the parts, so that no two places have the same bytes.
Bytes context_of(const Place& place) {
    ByteWriter writer;
    writer.text("vedette hub column v1").u8(0);
    for (const ByteView part : {as_bytes(place.table), as_bytes(place.column), place.row})
        writer.u32(static_cast<std::uint32_t>(part.size())).bytes(part);
    return std::move(writer).finish();
}

}  // namespace

Result<ColumnSealer> ColumnSealer::open(const std::filesystem::path& path) {
    VEDETTE_TRY(Secret key, crypto::load_or_make_key(path));
    return ColumnSealer(std::move(key));
}

Result<ColumnSealer> ColumnSealer::open_existing(const std::filesystem::path& path) {
    VEDETTE_TRY(Secret key, crypto::load_key(path));
    return ColumnSealer(std::move(key));
}

ColumnSealer ColumnSealer::derive(std::string_view purpose, ByteView input) const {
    ByteWriter info;
    info.text(purpose).u8(0).bytes(input);
    Bytes bytes = std::move(info).finish();
    ColumnSealer derived(crypto::hkdf_expand_sha512(key_.reveal(), bytes, crypto::stored_key_size));
    wipe(bytes);
    return derived;
}

crypto::Sha256Digest ColumnSealer::keyed_hash(std::string_view purpose, ByteView value) const {
    ByteWriter info;
    info.text(purpose).u8(0);
    const Secret key =
        crypto::hkdf_expand_sha512(key_.reveal(), std::move(info).finish(), crypto::stored_key_size);
    return crypto::hmac_sha256(key.reveal(), value);
}

Bytes ColumnSealer::seal(const Place& place, ByteView value) const {
    Bytes sealed(crypto::cobblestone_sealed_size(value.size()));
    crypto::CobblestoneSealer sealer;
    sealer.seal(key_, context_of(place), {&value, 1}, sealed);
    return sealed;
}

Result<Bytes> ColumnSealer::unseal(const Place& place, ByteView sealed) const {
    VEDETTE_TRY(auto opener, crypto::CobblestoneOpener::start(key_, context_of(place), sealed));
    return opener.read_all();
}

}  // namespace vedette::hub::sealing
