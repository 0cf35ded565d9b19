#include "keystore/provider.hpp"

#include <array>

#include "keystore/key_file.hpp"
#include "keystore/passphrase.hpp"
#include "keystore/pkcs11.hpp"
#include "keystore/tpm2.hpp"

namespace vedette::keystore {

Result<Secret> ask(const Environment& environment, const Question& question) {
    if (environment.secrets == nullptr)
        return fail(ErrorKind::not_found, "{}: nobody can be asked here", question.text);
    return environment.secrets->ask(question);
}

const Provider* provider_of(SlotKind kind) {
    switch (kind) {
        case SlotKind::file:
            return &key_file_provider();
        case SlotKind::passphrase:
            return &passphrase_provider();
        case SlotKind::pkcs11:
            return &pkcs11_provider();
        case SlotKind::tpm2:
            return &tpm2_provider();
    }
    return nullptr;
}

Result<Unlocked> unlock(const SlotTable& table, const Environment& environment, unsigned except) {
    constexpr std::array order = {SlotKind::file, SlotKind::tpm2, SlotKind::pkcs11};
    std::string reasons;
    ErrorKind kind = ErrorKind::not_found;
    const auto note = [&](std::string_view slots, const Error& error) {
        if (!reasons.empty()) reasons += "; ";
        reasons += fmt::format("{}: {}", slots, error.message);
        kind = error.kind;
    };
    for (const SlotKind wanted : order) {
        for (const Slot& slot : table.slots) {
            if (slot.kind != wanted || slot.number == except) continue;
            const Provider* const provider = provider_of(slot.kind);
            auto root = provider != nullptr ? provider->open(slot, environment)
                                            : fail(ErrorKind::unsupported, "this program does not know it");
            if (root) return Unlocked{std::move(*root), slot.number};
            note(fmt::format("slot {} ({})", slot.number, to_string(slot.kind)), root.error());
        }
    }
    std::vector<const Slot*> by_passphrase;
    for (const Slot& slot : table.slots) {
        if (slot.kind == SlotKind::passphrase && slot.number != except) by_passphrase.push_back(&slot);
        if (provider_of(slot.kind) == nullptr && std::ranges::find(order, slot.kind) == order.end())
            note(fmt::format("slot {}", slot.number),
                 {ErrorKind::unsupported, "a newer vedette made it, and this one does not know its kind"});
    }
    if (!by_passphrase.empty()) {
        auto opened = open_by_passphrase(by_passphrase, environment);
        if (opened) return opened;
        note("passphrase", opened.error());
    }
    return fail(kind, "no key slot opens the store in {}: {}",
                environment.folder.path().parent_path().string(),
                reasons.empty() ? "there is no other" : reasons);
}

Result<> finish_changes(SlotTable& table, const KeyFolder& folder) {
    if (const Slot* const slot = table.find(SlotKind::file)) {
        if (const auto next = folder.read_next_key_file()) {
            if (slot->unwrap(*next)) return folder.adopt_next_key_file();
            return folder.drop_next_key_file();
        }
        return {};
    }
    if (!table.key_file_is_to_go) return {};
    VEDETTE_CHECK(folder.destroy_key_file());
    table.key_file_is_to_go = false;
    return folder.write_slots(table);
}

}  // namespace vedette::keystore
