#pragma once
// What is known about a segment file: the packed table of its records.

#include <optional>

#include "gateway/vault/layout.hpp"
#include "gateway/vault/record.hpp"

namespace vedette::vault {

/// One record of a segment, as far as finding and placing it needs.
struct RecordRow {
    RecordType type = RecordType::fragment;
    std::uint64_t sequence = 0;
    std::uint64_t run = 0;
    UtcTime start;
    Ticks90k duration{};
    std::uint32_t block = 0;
    std::uint32_t payload_size = 0;
    bool is_light = false;

    static RecordRow of(const RecordHeader& header);
    UtcTime end() const { return start + duration; }
    friend bool operator==(const RecordRow&, const RecordRow&) = default;
};

/// A gap record with its text, which is not in the row.
struct GapRow {
    std::uint64_t sequence = 0;
    UtcInterval interval;
    GapText text;
};

struct SegmentInfo {
    SegmentId id;
    std::int32_t day = 0;
    std::uint64_t bytes = 0;  ///< size of the file
    std::vector<RecordRow> rows;
    std::vector<GapRow> gaps;
    PlaceNumber place = home_place;  ///< where the file lies

    void add(const RecordHeader& header, std::optional<GapText> gap = std::nullopt);
    std::uint64_t end_sequence() const { return rows.empty() ? id.first_sequence : rows.back().sequence + 1; }
    /// Covers the fragments; nullopt when there is none.
    std::optional<UtcInterval> fragments_interval() const;
    std::size_t count(RecordType type) const;
    /// Of the fragments, those under light encryption.
    std::size_t light_fragments() const;
};

/// LEB128 numbers, each record as the difference from the one before: about ten bytes a record.
Bytes pack_rows(const std::vector<RecordRow>& rows);
Result<std::vector<RecordRow>> unpack_rows(ByteView packed);

}  // namespace vedette::vault
