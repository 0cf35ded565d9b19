#include "crypto/cosignature.hpp"

#include <algorithm>
#include <limits>

namespace vedette::crypto {

namespace {

constexpr std::size_t timestamp_size = 8;
constexpr std::uint64_t max_timestamp = std::numeric_limits<std::int64_t>::max();

std::string cosigned_message(std::uint64_t unix_seconds, std::string_view text) {
    return fmt::format("cosignature/v1\ntime {}\n{}", unix_seconds, text);
}

}  // namespace

Result<WitnessVerifier> WitnessVerifier::parse(std::string_view vkey) {
    VEDETTE_TRY(NoteVerifier parsed, parse_vkey(vkey, NoteKeyType::cosignature));
    return WitnessVerifier{std::move(parsed.name), parsed.key};
}

std::string cosign(std::string_view text, std::uint64_t unix_seconds, std::string_view name,
                   const Ed25519Signer& signer) {
    ByteWriter signature;
    signature.u64(unix_seconds).bytes(signer.sign(as_bytes(cosigned_message(unix_seconds, text))));
    const auto id = note_key_id(name, NoteKeyType::cosignature, signer.public_key());
    return note_signature_line(name, id, signature.view());
}

Result<std::uint64_t> cosigned_at(std::string_view note, const WitnessVerifier& witness) {
    VEDETTE_TRY(const SplitNote split, split_note(note));
    std::uint64_t last = 0;
    for (const NoteSignature& each : split.signatures) {
        if (each.name != witness.name || each.key_id != witness.key_id()) continue;
        ByteReader reader(each.signature);
        const std::uint64_t time = reader.u64();
        const bool good = each.signature.size() > timestamp_size && time > 0 && time <= max_timestamp &&
                          ed25519_verify(witness.key, as_bytes(cosigned_message(time, split.text)),
                                         ByteView(each.signature).subspan(timestamp_size));
        if (!good) return fail(ErrorKind::corrupt, "the cosignature of {} is wrong", witness.name);
        last = std::max(last, time);
    }
    if (last == 0) return fail(ErrorKind::not_found, "the checkpoint is not cosigned by {}", witness.name);
    return last;
}

Result<std::string> add_cosignature(std::string_view note, std::string_view lines,
                                    const WitnessVerifier& witness) {
    std::string answered(note);
    answered += lines;
    VEDETTE_CHECK(cosigned_at(answered, witness));
    VEDETTE_TRY(const SplitNote split, split_note(answered));
    std::string cosigned(note);
    for (const NoteSignature& each : split.signatures)
        if (each.name == witness.name && each.key_id == witness.key_id())
            cosigned += note_signature_line(each.name, each.key_id, each.signature);
    return cosigned;
}

}  // namespace vedette::crypto
