// Notes, checkpoints, verifier keys and entry bundles from elsewhere.

#include <cstdlib>

#include "crypto/note_key.hpp"
#include "crypto/tile_log.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::crypto;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)open_note(text, NoteVerifier{"example.com/log", {}});
    if (const auto checkpoint = Checkpoint::parse(text))
        if (const auto again = Checkpoint::parse(checkpoint->text()); !again || *again != *checkpoint)
            std::abort();
    if (const auto verifier = NoteVerifier::parse(text))
        if (!NoteVerifier::parse(verifier->vkey())) std::abort();
    if (const auto key = NoteKey::parse(text)) {
        const auto again = NoteKey::parse(key->vkey());
        if (!again || again->id() != key->id()) std::abort();
        (void)open_note(text, *key);
    }
    (void)split_bundle(as_bytes(text), 256);
    return 0;
}
