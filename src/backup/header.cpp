#include "backup/header.hpp"

#include "crypto/digest.hpp"
#include "crypto/kdf.hpp"

namespace vedette::backup {

namespace {

constexpr std::string_view first_words = "vedette backup ";
constexpr std::string_view version = "1\n";
constexpr std::size_t stretching_size = 28;

Secret check_of(const Secret& key, ByteView checked) {
    ByteWriter info;
    info.text("vedette backup header").u8(0).bytes(checked);
    return crypto::hkdf_expand_sha512(key.reveal(), info.view(), 32);
}

}  // namespace

const std::size_t Header::size = first_words.size() + version.size() + 8 + stretching_size + 32;

Bytes Header::checked() const {
    ByteWriter writer;
    writer.text(first_words).text(version).i64(ticks(made_at)).bytes(stretching.print());
    return std::move(writer).finish();
}

Bytes Header::print() const {
    ByteWriter writer;
    writer.bytes(checked()).bytes(check);
    return std::move(writer).finish();
}

Result<Header> Header::parse(ByteView bytes) {
    ByteReader reader(bytes);
    if (as_text(reader.take(first_words.size())) != first_words)
        return fail(ErrorKind::corrupt, "it is no backup of vedette");
    if (as_text(reader.take(version.size())) != version)
        return fail(ErrorKind::unsupported,
                    "a newer vedette made it, or it is damaged: this program knows backups of version 1");
    Header header;
    header.made_at = from_ticks(reader.i64());
    const ByteView stretching = reader.take(stretching_size);
    reader.copy_to(header.check);
    VEDETTE_CHECK(reader.check("it"));
    VEDETTE_TRY(header.stretching, keystore::Stretching::parse(stretching));
    return header;
}

void Header::seal(const Secret& key) {
    std::ranges::copy(check_of(key, checked()).reveal(), check.begin());
}

Result<Secret> Header::open(const Secret& passphrase) const {
    VEDETTE_TRY(Secret key, stretching.stretch(passphrase));
    if (crypto::equal_constant_time(check_of(key, checked()).reveal(), check)) return key;
    return fail(ErrorKind::unauthenticated, "the passphrase is wrong, or its first {} bytes were changed",
                size);
}

}  // namespace vedette::backup
