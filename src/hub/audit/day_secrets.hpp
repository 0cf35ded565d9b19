#pragma once
// One random secret for each UTC day, in a file of its own: what of people a day's entries tell is sealed
// with it, and gone for good once it is destroyed. docs/ref/audit-format.md has the bytes,
// docs/design/audit.md says why they are overwritten where they lie, and never copied. Blocking; one thread
// at a time.

#include <filesystem>
#include <map>
#include <vector>

#include "base/file.hpp"
#include "base/secret.hpp"

namespace vedette::hub::audit {

class DaySecrets {
  public:
    /// The secrets of `path`; the file is made, with mode 0600, where it is missing. forbidden when others
    /// than the owner may read it, corrupt when it is something else.
    static Result<DaySecrets> open(const std::filesystem::path& path);
    /// For looking: changes nothing. A file that is missing has no secrets.
    static Result<DaySecrets> open_existing(const std::filesystem::path& path);

    /// nullptr: there is none, or it was destroyed.
    const Secret* find(std::int32_t day) const;
    /// The day's secret, made and synced when there is none.
    Result<const Secret*> find_or_make(std::int32_t day);
    /// Overwrites the secrets of days before `day` with zeros where they lie, synced; how many there were.
    Result<std::size_t> destroy_before(std::int32_t day);
    const auto& days() const { return slots_; }

    struct Slot {
        std::uint64_t offset = 0;
        Secret secret;
    };

  private:
    explicit DaySecrets(std::filesystem::path path) : path_(std::move(path)) {}
    static Result<DaySecrets> load(const std::filesystem::path& path);
    Result<> write_slot(std::uint64_t offset, ByteView bytes);
    Result<> clear_torn();
    Result<> sync();

    std::filesystem::path path_;
    File file_;
    std::map<std::int32_t, Slot> slots_;
    std::vector<std::uint64_t> free_;  // offsets of slots that were destroyed
    std::vector<std::uint64_t> torn_;  // and of those that are neither whole nor zeros
    std::uint64_t end_ = 0;
};

}  // namespace vedette::hub::audit
