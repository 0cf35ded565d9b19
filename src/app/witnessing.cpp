#include "app/witnessing.hpp"

#include <fmt/core.h>

#include "app/commands.hpp"
#include "base/file.hpp"
#include "crypto/growth.hpp"
#include "crypto/key_file.hpp"
#include "gateway/vault/layout.hpp"
#include "hub/audit/layout.hpp"
#include "witness/client.hpp"

namespace vedette::app {

witness::OwnLog recordings_log(const std::filesystem::path& data) {
    const vault::Layout layout{data};
    return {"recordings", layout.log(), layout.vkey()};
}

witness::OwnLog audit_log(const std::filesystem::path& data) {
    const hub::audit::Layout layout{data / "hub"};
    return {"audit", layout.tree(), layout.vkey()};
}

Result<std::optional<crypto::Witnessing>> witnessing_of(const std::string& witness,
                                                        const std::filesystem::path& data,
                                                        const witness::OwnLog& log,
                                                        const std::string& trusted_vkey) {
    if (witness.empty()) return std::nullopt;
    VEDETTE_TRY(witness::Address address, witness::parse_address(witness));
    Result<std::string> note;
    if (address.place) {
        VEDETTE_TRY(const auto verifier, trusted_vkey.empty()
                                             ? crypto::load_verifier(log.vkey)
                                             : crypto::NoteVerifier::parse_line(trusted_vkey));
        note = witness::fetch_checkpoint(*address.place, verifier.name);
    } else {
        const auto path = witness::cosigned_path(data, log.name, address.verifier);
        const auto bytes = read_file(path, crypto::max_note_size);
        note = bytes ? Result<std::string>(as_text(*bytes)) : std::unexpected(bytes.error());
    }
    if (!note && note.error().kind != ErrorKind::not_found) return std::unexpected(note.error());
    return crypto::Witnessing{std::move(address.verifier), note.value_or("")};
}

int print_growth(const witness::OwnLog& log, std::uint64_t old_size) {
    const auto growth = crypto::prove_growth(log.folder, log.vkey, old_size);
    if (!growth) return complain(growth.error());
    fmt::print("{}", growth->text());
    return 0;
}

}  // namespace vedette::app
