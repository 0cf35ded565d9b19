#pragma once
// The files of keys/ that lead to the root key: `slots`, and `root.key` of the default provider. All of it
// blocks, and every writing survives a crash between any two steps.

#include <filesystem>
#include <optional>

#include "base/file.hpp"
#include "keystore/slot_table.hpp"

namespace vedette::keystore {

/// Overwrites a small file with zeros in place and syncs it, so that on file systems and disks that write in
/// place nothing is left of it. Where they do not, the disk may keep it until it uses the block again.
void overwrite_file(const std::filesystem::path& path);

class KeyFolder {
  public:
    explicit KeyFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

    const std::filesystem::path& path() const { return folder_; }
    std::filesystem::path slots() const { return folder_ / "slots"; }
    std::filesystem::path key_file() const { return folder_ / "root.key"; }

    /// For who changes something here, against another who does: waits its turn. Gone with the File.
    Result<File> lock() const;

    /// Whether there is a file of them, good or not.
    bool has_slots() const;
    /// The table that counts; nullopt where there is none, and the key file is the root key itself.
    Result<std::optional<SlotTable>> read_slots() const;
    /// Makes `table` the one that counts, with the next generation, and overwrites the one before.
    Result<> write_slots(SlotTable& table) const;

    /// not_found, forbidden (others may read it) or corrupt, each one sentence.
    Result<Secret> read_key_file() const;
    Result<> write_key_file(const Secret& key) const;
    /// Overwrites and removes it, and what it may be a link to.
    Result<> destroy_key_file() const;

    /// The next key file beside the present one, for a rotation.
    Result<> write_next_key_file(const Secret& key) const;
    Result<Secret> read_next_key_file() const;
    /// The next key file takes the place of the present one, which is overwritten.
    Result<> adopt_next_key_file() const;
    Result<> drop_next_key_file() const;

  private:
    Result<> settle_slots() const;
    std::filesystem::path next_slots() const { return folder_ / "slots.next"; }
    std::filesystem::path key_file_itself() const;
    std::filesystem::path next_key_file() const;
    std::filesystem::path folder_;
};

}  // namespace vedette::keystore
