#include <fmt/core.h>

#include "app/commands.hpp"
#include "base/file.hpp"
#include "gateway/vault/key_slots.hpp"
#include "gateway/vault/sign_with.hpp"
#include "gateway/vault/signing_files.hpp"
#include "keystore/key_file.hpp"
#include "keystore/passphrase.hpp"
#include "keystore/pkcs11.hpp"
#include "keystore/tpm2.hpp"

namespace vedette::app {

namespace {

struct KeysArguments {
    std::string folder;
    std::string provider;
    std::string label;
    std::string file;
    std::string pkcs11_uri;
    std::string pcrs = "7";
    std::string pcr_public_key;
    unsigned slot = 0;
    std::string signer;
    bool old_key_is_lost = false;
    bool organisation_key = false;
};

void print_signer(const keystore::SigningKey& key) {
    fmt::print(
        "\nRecordings are signed by the key file{}.\n",
        key.kind == keystore::SignerKind::file ? " alone" : fmt::format(" and the {}", to_string(key.kind)));
    if (!key.uri.empty()) fmt::print("{}\n", key.uri);
    if (!key.vkey.empty()) fmt::print("{}\n", key.vkey);
}

int list(const KeysArguments& arguments) {
    const auto slots = vault::list_slots({arguments.folder});
    if (!slots) return complain(slots.error());
    for (const vault::SlotInfo& slot : *slots) {
        fmt::print("{:<4}{}", slot.number, slot.kind);
        if (!slot.details.empty()) fmt::print(", {}", slot.details);
        if (!slot.label.empty()) fmt::print(", \"{}\"", slot.label);
        if (slot.made_at) fmt::print(", since {}", to_rfc3339(*slot.made_at));
        fmt::print("\n");
    }
    if (const auto key = vault::read_signing_key({arguments.folder})) print_signer(*key);
    return 0;
}

Result<keystore::Enrolment> enrol_tpm2(const KeysArguments& arguments,
                                       const keystore::Environment& environment) {
    constexpr std::size_t max_public_key_size = 8192;
    VEDETTE_TRY(const std::uint32_t pcrs, keystore::parse_pcrs(arguments.pcrs));
    std::string public_key;
    if (!arguments.pcr_public_key.empty()) {
        VEDETTE_TRY(const Bytes pem, read_file(arguments.pcr_public_key, max_public_key_size));
        public_key = as_text(pem);
    }
    return keystore::enrol_tpm2(environment, pcrs, public_key);
}

vault::NewSlot new_slot(const KeysArguments& arguments) {
    using keystore::Environment;
    if (arguments.provider == "file")
        return {keystore::SlotKind::file, arguments.label, keystore::enrol_key_file};
    if (arguments.provider == "pkcs11")
        return {
            keystore::SlotKind::pkcs11, arguments.label,
            [uri = arguments.pkcs11_uri](const Environment& e) { return keystore::enrol_pkcs11(e, uri); }};
    if (arguments.provider == "tpm2")
        return {keystore::SlotKind::tpm2, arguments.label,
                [arguments](const Environment& e) { return enrol_tpm2(arguments, e); }};
    return {keystore::SlotKind::passphrase, arguments.label,
            [](const Environment& e) { return keystore::enrol_passphrase(e); }};
}

int add(const KeysArguments& arguments) {
    keystore::SystemSecrets secrets;
    const auto number = vault::add_slot({arguments.folder}, new_slot(arguments), secrets);
    if (!number) return complain(number.error());
    fmt::print("Key slot {} opens the store from now on.\n", *number);
    return 0;
}

int remove(const KeysArguments& arguments) {
    keystore::SystemSecrets secrets;
    const auto removed = vault::remove_slot({arguments.folder}, arguments.slot, secrets);
    if (!removed) return complain(removed.error());
    fmt::print("Key slot {} is gone.\n", arguments.slot);
    return 0;
}

int rotate(const KeysArguments& arguments) {
    keystore::SystemSecrets secrets;
    if (arguments.organisation_key) {
        const auto changed = vault::change_organisation_key({arguments.folder}, secrets);
        if (!changed) return complain(changed.error());
        fmt::print(
            "There is a new organisation key. Whoever knew the one before opens nothing that is recorded "
            "from now\n"
            "on. Backups of vedette keys backup made until now open nothing any more: make a new one, and "
            "destroy\n"
            "those. The key slots stay as they are.\n");
        return 0;
    }
    const auto rotated = vault::rotate_root_key({arguments.folder}, secrets);
    if (!rotated) return complain(rotated.error());
    fmt::print(
        "There is a new root key, and every key slot was made anew. Copies of keys/root.key and keys/slots\n"
        "from before do not open keys/slots of now.\n");
    return 0;
}

int backup(const KeysArguments& arguments) {
    keystore::SystemSecrets secrets;
    const auto written = vault::backup_keys({arguments.folder}, arguments.file, secrets);
    if (!written) return complain(written.error());
    fmt::print(
        "{} opens the store with its passphrase, together with keys/keys.db and keys/epoch.key, also when\n"
        "every key slot is lost. Keep it, and the passphrase, away from the recordings. Whoever has both, "
        "and\n"
        "these two files, can open everything recorded; it stays good after vedette keys rotate.\n",
        arguments.file);
    return 0;
}

int restore(const KeysArguments& arguments) {
    keystore::SystemSecrets secrets;
    const auto number = vault::restore_keys({arguments.folder}, arguments.file, secrets);
    if (!number) return complain(number.error());
    fmt::print("Key slot {} opens the store from now on, with the passphrase of the backup.\n", *number);
    return 0;
}

int sign_with(const KeysArguments& arguments) {
    using keystore::SignerKind;
    keystore::SystemSecrets secrets;
    const auto key = vault::sign_with({arguments.folder},
                                      {.kind = arguments.signer == "pkcs11" ? SignerKind::pkcs11
                                               : arguments.signer == "tpm2" ? SignerKind::tpm2
                                                                            : SignerKind::file,
                                       .pkcs11_uri = arguments.pkcs11_uri,
                                       .old_key_is_lost = arguments.old_key_is_lost},
                                      secrets);
    if (!key) return complain(key.error());
    if (key->kind == SignerKind::file) {
        fmt::print("Recordings are signed by the key file alone from now on.\n");
        return 0;
    }
    fmt::print(
        "The {} signs recordings from now on, beside the key file. Its public key:\n\n{}\n\n"
        "Keep it where nobody here can change it: vedette vault verify --vkey takes it, and then finds what "
        "was\n"
        "rewritten by somebody who has the disk and its keys, but not the {}.\n",
        to_string(key->kind), key->vkey, to_string(key->kind));
    return 0;
}

}  // namespace

void add_keys(CLI::App& cli, int& exit_code) {
    auto arguments = std::make_shared<KeysArguments>();
    CLI::App* keys = cli.add_subcommand("keys", "Decide what opens the recordings");
    keys->require_subcommand(1);
    const auto add_command = [&](const char* name, const char* description,
                                 int (*run)(const KeysArguments&)) {
        CLI::App* command = keys->add_subcommand(name, description);
        command->add_option("--data", arguments->folder, "Data directory of the gateway")->required();
        command->callback([arguments, run, &exit_code] { exit_code = run(*arguments); });
        return command;
    };
    add_command("list", "The key slots", list);
    CLI::App* adding = add_command("add", "Add a key slot: one more way to open the store", add);
    adding->add_option("provider", arguments->provider, "What opens it: passphrase, file, pkcs11 or tpm2")
        ->required()
        ->check(CLI::IsMember({"passphrase", "file", "pkcs11", "tpm2"}));
    adding->add_option("--label", arguments->label, "Words that vedette keys list shows");
    adding->add_option("--pkcs11-uri", arguments->pkcs11_uri,
                       "pkcs11: the RSA key pair, as pkcs11:token=NAME;object=NAME");
    adding->add_option("--pcrs", arguments->pcrs, "tpm2: the registers that have to be as they are, as 7+11")
        ->capture_default_str();
    adding->add_option("--pcr-public-key", arguments->pcr_public_key,
                       "tpm2: PEM file of the RSA key that signs values of these registers");
    CLI::App* signing = add_command(
        "sign-with", "Choose the key that signs recordings beside the key file; the recorder must be stopped",
        sign_with);
    signing->add_option("signer", arguments->signer, "Where the key is: pkcs11, tpm2, or file for none")
        ->required()
        ->check(CLI::IsMember({"pkcs11", "tpm2", "file"}));
    signing->add_option("--pkcs11-uri", arguments->pkcs11_uri,
                        "pkcs11: the Ed25519 or P-256 key pair, as pkcs11:token=NAME;object=NAME");
    signing->add_flag("--old-key-is-lost", arguments->old_key_is_lost,
                      "The key that signs now can't vouch for the next one; vault verify tells so for ever");
    add_command("remove", "Remove a key slot; another one must open the store", remove)
        ->add_option("--slot", arguments->slot, "Number of the slot")
        ->required();
    add_command("rotate", "Make a new root key, and every key slot anew", rotate)
        ->add_flag(
            "--organisation-key", arguments->organisation_key,
            "Make a new organisation key instead, and wrap what it wraps anew; the recorder must be stopped");
    add_command("backup", "Write what opens the store to a file, under a passphrase", backup)
        ->add_option("--to", arguments->file, "File to write; must not exist")
        ->required();
    add_command("restore", "Open a store whose key slots are lost, by a backup", restore)
        ->add_option("--from", arguments->file, "File that vedette keys backup wrote")
        ->required();
}

}  // namespace vedette::app
