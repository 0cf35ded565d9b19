#include <fmt/core.h>

#include "app/commands.hpp"
#include "backup/create.hpp"
#include "backup/restore.hpp"
#include "keystore/ask.hpp"

namespace vedette::app {

namespace {

struct BackupArguments {
    std::string folder;
    std::string file;
};

void print_contents(const backup::Contents& contents) {
    fmt::print("made at {}: {} files, {} databases, {} bytes\n", to_rfc3339(contents.made_at), contents.files,
               contents.databases, contents.file_size);
    if (contents.log_entries)
        fmt::print("log of the recordings: {} entries, which hash to their signed checkpoint\n",
                   *contents.log_entries);
    else
        fmt::print("log of the recordings: NOT OK: {}\n", contents.log_fault);
}

int create_backup(const BackupArguments& arguments) {
    keystore::SystemSecrets secrets;
    const auto created = backup::create(arguments.folder, arguments.file, secrets);
    if (!created) return complain(created.error());
    print_contents(created->contents);
    for (const std::string& notice : created->notices) fmt::print("Note: {}\n", notice);
    fmt::print(
        "{} was read again, and is whole. Recordings are not in it. It keeps the keys of {}:\n"
        "who has it, its passphrase and a copy of recordings can open them, also when they are deleted here "
        "later.\n"
        "Destroy it when a newer one takes its place.\n",
        arguments.file, to_rfc3339(created->contents.made_at));
    return 0;
}

int verify_backup(const BackupArguments& arguments) {
    keystore::SystemSecrets secrets;
    const auto archive = backup::Archive::open(arguments.file, secrets);
    if (!archive) return complain(archive.error());
    const auto contents = archive->read();
    if (!contents) return complain(contents.error());
    print_contents(*contents);
    if (!contents->log_entries) {
        fmt::print("\nNOT OK: the backup is as it was written, but the log in it was damaged already.\n");
        return 1;
    }
    fmt::print("\nOK: every byte is as it was written.\n");
    return 0;
}

int restore(const BackupArguments& arguments) {
    keystore::SystemSecrets secrets;
    const auto restored = backup::restore(arguments.file, arguments.folder, secrets);
    if (!restored) return complain(restored.error());
    print_contents(restored->contents);
    fmt::print(
        "{} is as it was then, with its keys: recordings that were deleted since can be opened again where "
        "a\n"
        "copy of them exists, and days that began since can't be opened.\n",
        arguments.folder);
    fmt::print("{}\n",
               restored->has_recordings
                   ? "The recordings in media/ are found again at the next start; vedette vault verify "
                     "names what is missing."
                   : "There are no recordings in it: bring media/ back before the next start, if you have "
                     "it; vedette vault verify\nnames what is missing.");
    return 0;
}

}  // namespace

void add_backup(CLI::App& cli, int& exit_code) {
    auto arguments = std::make_shared<BackupArguments>();
    CLI::App* command =
        cli.add_subcommand("backup", "Write everything but recordings to one file, under a passphrase");
    CLI::App* verify = command->add_subcommand("verify", "Check a backup without restoring it");
    verify->add_option("file", arguments->file, "File that vedette backup wrote")->required();
    verify->callback([arguments, &exit_code] { exit_code = verify_backup(*arguments); });
    command->require_subcommand(0, 1);
    command->add_option("--data", arguments->folder, "Data directory");
    command->add_option("--to", arguments->file, "File to write; must not exist");
    command->callback([arguments, command, verify, &exit_code] {
        if (command->got_subcommand(verify)) return;
        for (const char* option : {"--data", "--to"})
            if (command->count(option) == 0) throw CLI::RequiredError(option);
        exit_code = create_backup(*arguments);
    });
}

void add_restore(CLI::App& cli, int& exit_code) {
    auto arguments = std::make_shared<BackupArguments>();
    CLI::App* command = cli.add_subcommand("restore", "Bring a backup back into a new data directory");
    command->add_option("file", arguments->file, "File that vedette backup wrote")->required();
    command->add_option("--data", arguments->folder, "Data directory; missing, or empty but for media/")
        ->required();
    command->callback([arguments, &exit_code] { exit_code = restore(*arguments); });
}

}  // namespace vedette::app
