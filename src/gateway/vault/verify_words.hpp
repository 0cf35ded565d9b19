#pragma once
// What a verification's faults say to people. Pure.

#include "gateway/vault/fault.hpp"
#include "gateway/vault/layout.hpp"
#include "gateway/vault/record.hpp"

namespace vedette::vault {

/// "1 file", "3 files"
std::string counted(std::uint64_t count, std::string_view one);

/// The file `format`, by what check_format() said of it.
Fault fault_of_format(const Layout& layout, const Error& error);
Fault log_was_begun_anew(UtcTime at);

/// Records [expected, header.sequence) are missing in the log, or it speaks of this one again. `since`: the
/// end of what came before. `is_altered`: entries that can't be read may have been them.
Fault fault_of_sequence(const RecordHeader& header, std::uint64_t expected, UtcTime since, bool is_altered);
/// Records of one file that follow each other, with the same fault.
struct FaultyRecords {
    std::string reason;
    std::filesystem::path file;
    UtcInterval interval;
    std::uint64_t first_sequence = 0;
    std::uint64_t last_sequence = 0;
    std::uint64_t fragments = 0;
    std::uint64_t count() const { return last_sequence - first_sequence + 1; }
};
Fault fault_of(const StreamKey& stream, const FaultyRecords& records);
Fault records_lie_elsewhere(StreamKey stream, UtcTime at, std::uint64_t records, std::filesystem::path file);
Fault unsigned_bytes(StreamKey stream, UtcTime at, std::uint64_t bytes, std::filesystem::path file);

/// An expiry.
Fault fault_of_statement(const RecordHeader& header, std::string reason);
Fault fault_of_run(const RecordHeader& header, std::string reason);

Fault fault_of_keys(const Layout& layout, std::string reason);
Fault foreign_public_key(const Layout& layout, const std::string& own);
Fault day_cannot_be_opened(const Layout& layout, const RecordHeader& header, const std::string& reason);
/// Of `files` files of one stream; `example` is one of them.
Fault fault_of_index(StreamKey stream, std::optional<UtcInterval> interval, std::uint64_t files,
                     const std::filesystem::path& example, const std::string& reason);

}  // namespace vedette::vault
