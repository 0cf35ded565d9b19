#include "gateway/vault/verify_words.hpp"

#include <algorithm>
#include <cctype>

#include "gateway/vault/format_file.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

std::string sentence(std::string text) {
    if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    return text + ".";
}

// Of no camera.
Fault about(std::string subject, fs::path file, std::string reason) {
    return {std::nullopt, "", std::nullopt, std::move(subject), std::move(file), std::move(reason)};
}

std::string numbers(std::string_view what, std::uint64_t first, std::uint64_t last) {
    return first == last ? fmt::format("{} {}", what, first) : fmt::format("{}s {} to {}", what, first, last);
}

}  // namespace

std::string counted(std::uint64_t count, std::string_view one) {
    return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

Fault fault_of_format(const Layout& layout, const Error& error) {
    return about("the format", layout.format(),
                 error.kind == ErrorKind::not_found
                     ? "It is missing; the next start writes it again."
                     : fmt::format("It is damaged: it must hold a number from 1 to {}.", newest_format));
}

Fault log_was_begun_anew(UtcTime at) {
    return about(
        "the log", {},
        fmt::format("It was found damaged or missing, and begun anew at {}. Whether recordings that are "
                    "older were removed can't be told from it; a damaged log was kept as "
                    "tlog.damaged-*.",
                    to_rfc3339(at)));
}

Fault fault_of_sequence(const RecordHeader& header, std::uint64_t expected, UtcTime since, bool is_altered) {
    Fault fault{header.stream, "", UtcInterval{std::min(since, header.start), header.start}, "", {}, ""};
    if (header.sequence < expected) {
        fault.subject = fmt::format("record {}", header.sequence);
        fault.reason = "The log speaks of it more than once.";
        return fault;
    }
    fault.subject = numbers("record", expected, header.sequence - 1);
    fault.reason = is_altered ? "What the log says of it was altered, so that nothing can be proven about it."
                              : "The log does not speak of it.";
    return fault;
}

Fault fault_of(const StreamKey& stream, const FaultyRecords& records) {
    const std::string which = numbers("record", records.first_sequence, records.last_sequence);
    return {stream,
            "",
            records.interval,
            records.fragments > 0 ? fmt::format("{} ({})", counted(records.fragments, "fragment"), which)
                                  : fmt::format("{} (no picture)", which),
            records.file,
            records.reason};
}

Fault records_lie_elsewhere(StreamKey stream, UtcTime at, std::uint64_t records, fs::path file) {
    return {stream,
            "",
            UtcInterval{at, at},
            counted(records, "record"),
            std::move(file),
            "They are untouched, but lie at other places of the file than they were signed for: records "
            "were swapped, or something was put between them."};
}

Fault unsigned_bytes(StreamKey stream, UtcTime at, std::uint64_t bytes, fs::path file) {
    return {stream,
            "",
            UtcInterval{at, at},
            fmt::format("{} behind the last record", counted(bytes, "byte")),
            std::move(file),
            "Nobody signed them."};
}

Fault fault_of_statement(const RecordHeader& header, std::string reason) {
    return {header.stream,
            "",
            UtcInterval{header.start, header.end()},
            fmt::format("the statement that records {} to {} were deleted", header.segment,
                        header.sequence - std::min<std::uint64_t>(header.sequence, 1)),
            {},
            std::move(reason)};
}

Fault fault_of_run(const RecordHeader& header, std::string reason) {
    return {
        header.stream,    "", UtcInterval{header.start, header.end()}, fmt::format("run {}", header.run), {},
        std::move(reason)};
}

Fault fault_of_keys(const Layout& layout, std::string reason) {
    return about("the keys", layout.keys(), sentence(std::move(reason)));
}

Fault foreign_public_key(const Layout& layout, const std::string& own) {
    return about("the public key", layout.vkey(),
                 fmt::format("It is not the one of this gateway's signing key, {}: somebody else may have "
                             "signed the log.",
                             own));
}

Fault day_cannot_be_opened(const Layout& layout, const RecordHeader& header, const std::string& reason) {
    return {header.stream,
            "",
            UtcInterval{header.start, header.end()},
            fmt::format("the recordings of {}", day_text(header.day)),
            layout.keys() / "keys.db",
            fmt::format("They are as they were signed, but can't be opened: {}.", reason)};
}

Fault fault_of_index(StreamKey stream, std::optional<UtcInterval> interval, std::uint64_t files,
                     const fs::path& example, const std::string& reason) {
    return {stream,
            "",
            interval,
            fmt::format("{} in the index", counted(files, "file")),
            files == 1 ? example : example.parent_path(),
            reason + " The recordings are as they were signed; vedette vault rebuild mends the index."};
}

}  // namespace vedette::vault
