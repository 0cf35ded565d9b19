#include "gateway/vault/segment_info.hpp"

namespace vedette::vault {

namespace {

void put(ByteWriter& writer, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) writer.u8(static_cast<std::uint8_t>(value | 0x80));
    writer.u8(static_cast<std::uint8_t>(value));
}

std::uint64_t get(ByteReader& reader) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint8_t byte = reader.u8();
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) return value;
    }
    reader.skip(reader.remaining() + 1);  // no end: make the reader fail
    return 0;
}

// Differences wrap, so that every pair of values round-trips.
std::uint64_t zigzag(std::uint64_t difference) {
    return difference << 1 ^ (difference >> 63 != 0 ? ~std::uint64_t{0} : 0);
}
std::uint64_t unzigzag(std::uint64_t value) {
    return value >> 1 ^ ((value & 1) != 0 ? ~std::uint64_t{0} : 0);
}

std::uint64_t ticks_since_epoch(UtcTime time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

// In a row's type.
constexpr std::uint8_t light_bit = 0x80;

constexpr std::size_t max_rows_of_segment = 1u << 20;
// As in record headers: beyond it sums of times could overflow.
constexpr Ticks90k farthest_tick{std::int64_t{1} << 61};

bool plausible(const RecordRow& row) {
    const Ticks90k start = row.start.time_since_epoch();
    return start >= -farthest_tick && start <= farthest_tick && row.duration >= Ticks90k::zero() &&
           row.duration <= farthest_tick;
}

}  // namespace

RecordRow RecordRow::of(const RecordHeader& header) {
    return {header.type,     header.sequence, header.run,          header.start,
            header.duration, header.block,    header.payload_size, header.is_light};
}

void SegmentInfo::add(const RecordHeader& header, std::optional<GapText> gap) {
    rows.push_back(RecordRow::of(header));
    bytes = (std::uint64_t{header.block} + header.blocks()) * block_size;
    if (gap) gaps.push_back({header.sequence, {header.start, header.end()}, std::move(*gap)});
}

std::optional<UtcInterval> SegmentInfo::fragments_interval() const {
    std::optional<UtcInterval> interval;
    for (const RecordRow& row : rows) {
        if (row.type != RecordType::fragment) continue;
        if (!interval) interval = {row.start, row.end()};
        interval->start = std::min(interval->start, row.start);
        interval->end = std::max(interval->end, row.end());
    }
    return interval;
}

std::size_t SegmentInfo::count(RecordType type) const {
    return static_cast<std::size_t>(std::ranges::count(rows, type, &RecordRow::type));
}

std::size_t SegmentInfo::light_fragments() const {
    return static_cast<std::size_t>(std::ranges::count(rows, true, &RecordRow::is_light));
}

Bytes pack_rows(const std::vector<RecordRow>& rows) {
    ByteWriter writer;
    put(writer, rows.size());
    RecordRow last;
    for (const RecordRow& row : rows) {
        writer.u8(
            static_cast<std::uint8_t>(static_cast<std::uint8_t>(row.type) | (row.is_light ? light_bit : 0)));
        put(writer, zigzag(row.sequence - last.sequence));
        put(writer, zigzag(row.run - last.run));
        put(writer, zigzag(ticks_since_epoch(row.start) - ticks_since_epoch(last.end())));
        put(writer, zigzag(static_cast<std::uint64_t>(row.duration.count())));
        put(writer, zigzag(std::uint64_t{row.block} - last.block));
        put(writer, row.payload_size);
        last = row;
    }
    return std::move(writer).finish();
}

Result<std::vector<RecordRow>> unpack_rows(ByteView packed) {
    ByteReader reader(packed);
    const std::uint64_t count = get(reader);
    if (count > max_rows_of_segment || count > packed.size())
        return fail(ErrorKind::corrupt, "a row of the index is damaged");
    std::vector<RecordRow> rows;
    rows.reserve(count);
    RecordRow last;
    while (rows.size() < count) {
        RecordRow row;
        const std::uint8_t type = reader.u8();
        row.type = static_cast<RecordType>(type & ~light_bit);
        row.is_light = (type & light_bit) != 0;
        row.sequence = last.sequence + unzigzag(get(reader));
        row.run = last.run + unzigzag(get(reader));
        const std::uint64_t last_end =
            ticks_since_epoch(last.start) + static_cast<std::uint64_t>(last.duration.count());
        row.start = UtcTime(Ticks90k(static_cast<std::int64_t>(last_end + unzigzag(get(reader)))));
        row.duration = Ticks90k(static_cast<std::int64_t>(unzigzag(get(reader))));
        row.block = static_cast<std::uint32_t>(last.block + unzigzag(get(reader)));
        row.payload_size = static_cast<std::uint32_t>(get(reader));
        VEDETTE_CHECK(reader.check("a row of the index"));
        if (!plausible(row)) return fail(ErrorKind::corrupt, "a row of the index is damaged");
        rows.push_back(row);
        last = row;
    }
    return rows;
}

}  // namespace vedette::vault
