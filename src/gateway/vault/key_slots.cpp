#include "gateway/vault/key_slots.hpp"

#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "crypto/key_wrap.hpp"
#include "gateway/vault/format_file.hpp"
#include "gateway/vault/keys.hpp"
#include "gateway/vault/tools.hpp"
#include "keystore/backup.hpp"

namespace vedette::vault {

namespace {

using namespace keystore;

Result<> require_keys(const Layout& layout) {
    VEDETTE_CHECK(require_vault(layout));
    return require_file(layout.keys() / "keys.db");
}

struct Identity {
    Bytes organisation;
    Bytes organisation_key_wrapped;  ///< empty where there are slots
    Bytes signing_key_wrapped;
};

Result<Identity> read_identity(store::Database& database) {
    VEDETTE_TRY(store::Statement row, database.prepare("SELECT organisation, organisation_key_wrapped, "
                                                       "signing_key_wrapped FROM identity"));
    VEDETTE_TRY(const bool found, row.step());
    if (!found) return fail(ErrorKind::corrupt, "{} is empty", database.path().string());
    const auto copy = [&](int column) {
        const ByteView blob = row.blob(column);
        return Bytes(blob.begin(), blob.end());
    };
    return Identity{copy(0), copy(1), copy(2)};
}

Result<> require_fit(const Secret& organisation_key, const Identity& identity, const std::string& what) {
    if (crypto::unwrap_key_for(organisation_key, as_bytes(signing_key_purpose), identity.signing_key_wrapped))
        return {};
    return fail(ErrorKind::corrupt, "{} does not open keys.db: it belongs to another store", what);
}

void wrap_organisation_key(SlotTable& table, const Secret& root, const Secret& organisation_key) {
    table.organisation_key_wrapped =
        crypto::wrap_key_for(root, as_bytes(organisation_key_purpose), organisation_key.reveal());
}

// A store that is open for a change of who can open it.
struct Opened {
    File lock;
    store::Database database;
    Environment environment;
    SlotTable table;
    Secret root;
    Secret organisation_key;
    bool has_table = false;  ///< else the table was made now, and is not written yet
};

Slot slot_for(std::uint8_t number, SlotKind kind, std::string label, const Enrolment& enrolment,
              const Secret& root) {
    Slot slot{.number = number,
              .kind = kind,
              .made_at = SystemClock().utc_now(),
              .label = std::move(label),
              .parameters = enrolment.parameters,
              .wrapped = {}};
    slot.wrap(enrolment.key, root);
    return slot;
}

// The key file of a store without slots is its root key. From now on it is a slot's key, and the root key
// another.
Result<> begin_table(Opened& opened, const Identity& identity) {
    VEDETTE_TRY(Secret key, opened.environment.folder.read_key_file());
    auto organisation_key =
        crypto::unwrap_key_for(key, as_bytes(organisation_key_purpose), identity.organisation_key_wrapped);
    if (!organisation_key)
        return fail(ErrorKind::corrupt, "the root key {} does not open keys.db beside it",
                    opened.environment.folder.key_file().string());
    opened.organisation_key = std::move(*organisation_key);
    opened.root = crypto::random_secret(key_size);
    wrap_organisation_key(opened.table, opened.root, opened.organisation_key);
    if (!ByteReader(identity.organisation).copy_to(opened.table.organisation))
        return fail(ErrorKind::corrupt, "keys.db is damaged");
    opened.table.insert(slot_for(1, SlotKind::file, "", {{}, std::move(key)}, opened.root));
    return {};
}

Result<Opened> open_for_change(const Layout& layout, Secrets& secrets, unsigned except = 0) {
    VEDETTE_CHECK(require_keys(layout));
    Environment environment{KeyFolder(layout.keys()), &secrets};
    VEDETTE_TRY(File lock, environment.folder.lock());
    VEDETTE_TRY(store::Database database, open_key_database(layout, store::Access::read_write));
    VEDETTE_TRY(const Identity identity, read_identity(database));
    VEDETTE_TRY(auto table, environment.folder.read_slots());
    Opened opened{std::move(lock),  std::move(database), std::move(environment), {}, {}, {},
                  table.has_value()};
    if (!table) {
        VEDETTE_CHECK(begin_table(opened, identity));
        return opened;
    }
    opened.table = std::move(*table);
    VEDETTE_CHECK(finish_changes(opened.table, opened.environment.folder));
    VEDETTE_TRY(Unlocked unlocked, unlock(opened.table, opened.environment, except));
    opened.root = std::move(unlocked.root);
    const std::string name = opened.environment.folder.slots().string();
    for (const Bytes* const wrapped :
         {&opened.table.organisation_key_wrapped, &opened.table.next_organisation_key_wrapped}) {
        auto key = crypto::unwrap_key_for(opened.root, as_bytes(organisation_key_purpose), *wrapped);
        if (!key && wrapped == &opened.table.organisation_key_wrapped)
            return fail(ErrorKind::corrupt, "{} is damaged", name);
        if (!key || !require_fit(*key, identity, name)) continue;
        opened.organisation_key = std::move(*key);
        // A change of it that a crash cut off is decided.
        wrap_organisation_key(opened.table, opened.root, opened.organisation_key);
        opened.table.next_organisation_key_wrapped.clear();
        return opened;
    }
    return std::unexpected(require_fit(Secret(key_size), identity, name).error());
}

Result<> write_table(const Layout& layout, Opened& opened) {
    VEDETTE_CHECK(raise_format(layout, format_with_slots));
    VEDETTE_CHECK(opened.environment.folder.write_slots(opened.table));
    VEDETTE_CHECK(forget_wrapped_organisation_key(opened.database));
    return finish_changes(opened.table, opened.environment.folder);
}

}  // namespace

Result<std::vector<SlotInfo>> list_slots(const Layout& layout) {
    VEDETTE_CHECK(require_keys(layout));
    const KeyFolder folder(layout.keys());
    VEDETTE_TRY(const auto table, folder.read_slots());
    if (!table) {
        VEDETTE_CHECK(folder.read_key_file());
        return std::vector{SlotInfo{1, std::string(to_string(SlotKind::file)), "", "", std::nullopt}};
    }
    std::vector<SlotInfo> slots;
    for (const Slot& slot : table->slots) {
        const Provider* const provider = provider_of(slot.kind);
        slots.push_back({slot.number, std::string(to_string(slot.kind)),
                         provider != nullptr ? provider->describe(slot) : "", slot.label, slot.made_at});
    }
    return slots;
}

Result<unsigned> add_slot(const Layout& layout, const NewSlot& slot, Secrets& secrets) {
    if (!is_label(slot.label))
        return fail(ErrorKind::invalid_input, "a label has at most {} printable characters", max_label_size);
    VEDETTE_TRY(Opened opened, open_for_change(layout, secrets));
    const auto number = opened.table.free_number();
    if (!number) return fail(ErrorKind::conflict, "all {} key slots are taken: remove one first", max_slots);
    if (slot.kind == SlotKind::file && opened.table.find(SlotKind::file) != nullptr)
        return fail(ErrorKind::conflict, "there is a key file already");
    VEDETTE_TRY(const Enrolment enrolment, slot.enrol(opened.environment));
    opened.table.insert(slot_for(*number, slot.kind, slot.label, enrolment, opened.root));
    VEDETTE_CHECK(write_table(layout, opened));
    return *number;
}

Result<> remove_slot(const Layout& layout, unsigned number, Secrets& secrets) {
    VEDETTE_TRY(const std::vector<SlotInfo> present, list_slots(layout));
    if (std::ranges::find(present, number, &SlotInfo::number) == present.end())
        return fail(ErrorKind::not_found, "there is no key slot {}", number);
    if (present.size() == 1)
        return fail(ErrorKind::conflict,
                    "key slot {} is the only one: without it nothing opens the store; add another first",
                    number);
    VEDETTE_TRY(Opened opened, open_for_change(layout, secrets, number));
    const Slot* const slot = opened.table.find(number);
    if (slot == nullptr || opened.table.slots.size() == 1)
        return fail(ErrorKind::conflict, "the key slots were changed meanwhile; nothing was removed");
    opened.table.key_file_is_to_go = slot->kind == SlotKind::file;
    std::erase_if(opened.table.slots, [&](const Slot& other) { return other.number == number; });
    return write_table(layout, opened);
}

Result<> rotate_root_key(const Layout& layout, Secrets& secrets) {
    VEDETTE_TRY(Opened opened, open_for_change(layout, secrets));
    const Secret root = crypto::random_secret(key_size);
    std::vector<Slot> slots;
    for (const Slot& slot : opened.table.slots) {
        const Provider* const provider = provider_of(slot.kind);
        if (provider == nullptr)
            return fail(ErrorKind::unsupported,
                        "a newer vedette made key slot {}, and this one can't renew it: remove it first",
                        slot.number);
        const auto enrolment = provider->renew(slot, opened.environment);
        if (!enrolment)
            return fail(
                enrolment.error().kind,
                "key slot {} can't be renewed ({}); nothing was changed: answer for it, or remove it first",
                slot.number, enrolment.error().message);
        slots.push_back(slot_for(slot.number, slot.kind, slot.label, *enrolment, root));
        slots.back().made_at = slot.made_at;
    }
    opened.table.slots = std::move(slots);
    wrap_organisation_key(opened.table, root, opened.organisation_key);
    return write_table(layout, opened);
}

Result<> change_organisation_key(const Layout& layout, Secrets& secrets) {
    VEDETTE_CHECK(require_keys(layout));
    VEDETTE_TRY(const File recorder, lock_out_recorder(layout));
    const Secret next = crypto::random_secret(key_size);
    {
        VEDETTE_TRY(Opened opened, open_for_change(layout, secrets));
        if (!opened.has_table) VEDETTE_CHECK(write_table(layout, opened));
        opened.table.next_organisation_key_wrapped =
            crypto::wrap_key_for(opened.root, as_bytes(organisation_key_purpose), next.reveal());
        VEDETTE_CHECK(write_table(layout, opened));
        // It opens by the same answers, whose keys it has in memory.
        VEDETTE_TRY(const auto keys, KeyStore::open_with(layout, opened.root, opened.table));
        VEDETTE_CHECK(keys->change_organisation_key(next, SystemClock().utc_now()));
        wrap_organisation_key(opened.table, opened.root, next);
        opened.table.next_organisation_key_wrapped.clear();
        return write_table(layout, opened);
    }
}

Result<> backup_keys(const Layout& layout, const std::filesystem::path& file, Secrets& secrets,
                     const crypto::PasswordCost& cost) {
    std::error_code error;
    if (std::filesystem::exists(file, error))
        return fail(ErrorKind::conflict, "{} exists already: it is not overwritten", file.string());
    VEDETTE_TRY(const Opened opened, open_for_change(layout, secrets));
    VEDETTE_TRY(
        const Secret passphrase,
        ask_new_passphrase(opened.environment, "New passphrase of the backup", "vedette.backup-passphrase"));
    VEDETTE_TRY(const Backup backup, Backup::make(opened.table.organisation, SystemClock().utc_now(),
                                                  opened.organisation_key, passphrase, cost));
    return replace_file(std::filesystem::absolute(file, error), as_bytes(backup.print()), 0600);
}

Result<unsigned> restore_keys(const Layout& layout, const std::filesystem::path& file, Secrets& secrets,
                              const crypto::PasswordCost& cost) {
    VEDETTE_CHECK(require_keys(layout));
    VEDETTE_TRY(const File recorder, lock_out_recorder(layout));
    Environment environment{KeyFolder(layout.keys()), &secrets};
    VEDETTE_TRY(const File lock, environment.folder.lock());
    std::error_code error;
    if (environment.folder.has_slots() || std::filesystem::exists(environment.folder.key_file(), error))
        return fail(
            ErrorKind::conflict,
            "there are keys already: if they open nothing, move {} and {} (and slots.next) away first",
            environment.folder.key_file().string(), environment.folder.slots().string());
    VEDETTE_TRY(const Bytes text, read_file(file, max_backup_size));
    const auto backup = Backup::parse(as_text(text));
    if (!backup) return fail(backup.error().kind, "{}: {}", file.string(), backup.error().message);
    VEDETTE_TRY(store::Database database, open_key_database(layout, store::Access::read_write));
    VEDETTE_TRY(const Identity identity, read_identity(database));
    if (!std::ranges::equal(backup->organisation, identity.organisation))
        return fail(ErrorKind::invalid_input, "{} is a backup of another store's keys", file.string());
    VEDETTE_TRY(const Secret passphrase, ask(environment, {.text = "Passphrase of the backup",
                                                           .credentials = {"vedette.backup-passphrase"}}));
    VEDETTE_TRY(Secret organisation_key, backup->open(passphrase));
    if (const auto fits = require_fit(organisation_key, identity, file.string()); !fits) {
        VEDETTE_TRY(const auto changed, organisation_key_changed_at(database));
        if (!changed || backup->made_at >= *changed) return std::unexpected(fits.error());
        return fail(
            ErrorKind::invalid_input,
            "{} is of {}, and the organisation key was changed at {}: it opens nothing any more; use a "
            "backup that was made since",
            file.string(), to_rfc3339(backup->made_at), to_rfc3339(*changed));
    }

    VEDETTE_TRY(const Enrolment enrolment, enrolment_with(passphrase, cost));
    SlotTable table;
    table.organisation = backup->organisation;
    const Secret root = crypto::random_secret(key_size);
    wrap_organisation_key(table, root, organisation_key);
    table.insert(slot_for(1, SlotKind::passphrase, "", enrolment, root));
    VEDETTE_CHECK(raise_format(layout, format_with_slots));
    VEDETTE_CHECK(environment.folder.write_slots(table));
    VEDETTE_CHECK(forget_wrapped_organisation_key(database));
    return 1U;
}

}  // namespace vedette::vault
