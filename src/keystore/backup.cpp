#include "keystore/backup.hpp"

#include "crypto/base64.hpp"
#include "crypto/key_wrap.hpp"

namespace vedette::keystore {

namespace {

constexpr std::string_view first_words = "vedette key backup ";
constexpr std::string_view version = "1";

}  // namespace

Bytes Backup::head() const {
    ByteWriter writer;
    writer.bytes(organisation).i64(ticks(made_at)).bytes(stretching.print());
    return std::move(writer).finish();
}

Bytes Backup::purpose() const {
    ByteWriter writer;
    writer.text("key backup").u8(0).bytes(head());
    return std::move(writer).finish();
}

Result<Backup> Backup::make(std::array<std::byte, 16> organisation, UtcTime made_at,
                            const Secret& organisation_key, const Secret& passphrase,
                            const crypto::PasswordCost& cost) {
    Backup backup;
    backup.organisation = organisation;
    backup.made_at = made_at;
    backup.stretching = Stretching::with_new_salt(cost);
    VEDETTE_TRY(const Secret key, backup.stretching.stretch(passphrase));
    backup.wrapped = crypto::wrap_key_for(key, backup.purpose(), organisation_key.reveal());
    return backup;
}

Result<Backup> Backup::parse(std::string_view text) {
    const auto line_end = text.find('\n');
    if (text.size() > max_backup_size || !text.starts_with(first_words) || line_end == std::string_view::npos)
        return fail(ErrorKind::corrupt, "this is no backup of keys");
    if (text.substr(first_words.size(), line_end - first_words.size()) != version)
        return fail(ErrorKind::unsupported, "a newer vedette made this backup: use that one to restore it");
    std::string digits;
    for (const char c : text.substr(line_end))
        if (c != '\n' && c != '\r' && c != ' ') digits += c;
    const auto bytes = crypto::from_base64(digits);
    if (!bytes) return fail(ErrorKind::corrupt, "the backup is damaged: it is not base64");
    ByteReader reader(*bytes);
    Backup backup;
    reader.copy_to(backup.organisation);
    backup.made_at = from_ticks(reader.i64());
    VEDETTE_TRY(backup.stretching, Stretching::parse(reader.take(Stretching().print().size())));
    const ByteView wrapped = reader.rest();
    if (reader.failed() || wrapped.size() > max_wrapped_size)
        return fail(ErrorKind::corrupt, "the backup is damaged: it has a wrong length");
    backup.wrapped.assign(wrapped.begin(), wrapped.end());
    return backup;
}

std::string Backup::print() const {
    constexpr std::size_t line = 64;
    ByteWriter writer;
    writer.bytes(head()).bytes(wrapped);
    const std::string digits = crypto::to_base64(writer.view());
    std::string text = fmt::format("{}{}\n", first_words, version);
    for (std::size_t at = 0; at < digits.size(); at += line) text += digits.substr(at, line) + "\n";
    return text;
}

Result<Secret> Backup::open(const Secret& passphrase) const {
    VEDETTE_TRY(const Secret key, stretching.stretch(passphrase));
    if (auto organisation_key = crypto::unwrap_key_for(key, purpose(), wrapped)) return organisation_key;
    return fail(ErrorKind::unauthenticated, "the passphrase is wrong, or the backup is damaged");
}

}  // namespace vedette::keystore
