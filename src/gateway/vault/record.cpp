#include "gateway/vault/record.hpp"

#include "crypto/merkle.hpp"

namespace vedette::vault {

namespace {

constexpr std::string_view record_magic = "VEDR";
constexpr std::size_t reserved_size = entry_size - sealing_context_size - sizeof(crypto::Sha256Digest) -
                                      sizeof(std::int64_t) - sizeof(CameraSignature) - sizeof(SignerKey);
constexpr std::uint8_t version_live = 1;
constexpr std::uint8_t version_fetched = 2;
constexpr std::uint8_t version_stated = 3;
constexpr std::uint8_t version_marked = 4;
constexpr std::uint8_t version_of_events = 5;
constexpr std::uint8_t flag_fetched = 1;
constexpr std::uint8_t flag_light = 2;
constexpr std::uint8_t greatest_rule = 3;
constexpr std::uint8_t greatest_signing_state = 4;
constexpr std::uint8_t greatest_end_before = 3;
constexpr std::uint8_t greatest_noticed = 2;
constexpr std::uint32_t greatest_clock_trust = 2;
// Times far outside of any calendar would overflow in sums.
constexpr std::int64_t farthest_time = std::int64_t{1} << 61;

bool known(std::uint8_t type) {
    return type >= static_cast<std::uint8_t>(RecordType::segment) &&
           type <= static_cast<std::uint8_t>(RecordType::clock_step);
}

template <class Id>
Id read_id(ByteReader& reader) {
    Uuid uuid;
    reader.copy_to(uuid.bytes);
    return Id(uuid);
}

// The least version that has a place for all of it, so that one header has one form.
std::uint8_t version_of(const RecordHeader& header) {
    if (header.stated_at) return is_recorder_event(header.type) ? version_of_events : version_stated;
    if (header.needs_version_4()) return version_marked;
    return header.fetched_at ? version_fetched : version_live;
}

// Of a record of version 4: what is in the bytes behind its time.
bool well_marked(const RecordHeader& header) {
    const bool is_signer_known = header.signer_key != SignerKey{};
    return header.is_sealed() && header.needs_version_4() &&
           (!header.is_light || header.type == RecordType::fragment) &&
           header.signature <= CameraSignature::not_known_yet &&
           (!is_signer_known || header.signature > CameraSignature::not_signed);
}

// Of a record of version 5: everything else in it is of cameras.
bool well_stated(const RecordHeader& header, std::uint8_t flags) {
    if (header.stream != StreamKey{} || header.segment != 0 || header.day != 0 || header.payload_size != 0 ||
        header.block != 0 || header.camera_time != CameraTime{} || header.plain_size > greatest_clock_trust)
        return false;
    const std::int64_t start = ticks(header.start);
    if (start < -farthest_time || start > farthest_time) return false;
    if (header.type == RecordType::clock_step)
        return header.start != *header.stated_at && flags >= 1 && flags <= greatest_noticed &&
               header.run == 0 && header.sequence == 0 && header.duration == Ticks90k{} &&
               header.digest == crypto::Sha256Digest{};
    return header.type == RecordType::start && flags >= 1 && flags <= greatest_end_before && header.run > 0 &&
           header.sequence > 0 && header.duration == *header.stated_at - header.start;
}

// Whether sizes can be: what exactly a light payload holds is seen when it is opened.
bool sizes_fit(const RecordHeader& header) {
    if (!header.is_sealed()) return true;
    if (!header.is_light) return header.payload_size == crypto::cobblestone_sealed_size(header.plain_size);
    return header.payload_size > header.plain_size &&
           header.payload_size <=
               crypto::cobblestone_sealed_size(std::size_t{header.plain_size} + max_light_map_size);
}

// Whether version, type, flags and the time at offset 136 fit each other.
bool marked(std::uint8_t version, const RecordHeader& header, std::uint8_t flags, std::int64_t time) {
    const bool is_possible = time >= 0 && time <= farthest_time;
    const bool is_statement = header.type > RecordType::log_start;
    if (version == version_of_events) return is_possible && well_stated(header, flags);
    if (is_recorder_event(header.type)) return false;
    switch (version) {
        case version_fetched:
            return flags == flag_fetched && header.is_sealed() && is_fetched(header.stream) && is_possible;
        case version_stated:
            if (header.type == RecordType::expiry)
                return flags >= 1 && flags <= greatest_rule && is_possible &&
                       header.camera_time.time_since_epoch().count() >= 0;
            if (header.type == RecordType::signing_key)
                return flags >= 1 && flags <= greatest_signing_state && is_possible;
            return flags == 0 && is_statement && is_possible;
        case version_marked:
            return (flags & ~(flag_fetched | flag_light)) == 0 && well_marked(header) &&
                   ((flags & flag_fetched) != 0 ? is_fetched(header.stream) && is_possible : time == 0);
        default:
            return flags == 0 && time == 0 && !is_statement;
    }
}

}  // namespace

Entry encode_entry(const RecordHeader& header) {
    ByteWriter writer;
    writer.reserve(entry_size);
    const auto time = header.stated_at ? header.stated_at : header.fetched_at;
    const int flags =
        header.rule | (header.fetched_at ? flag_fetched : 0) | (header.is_light ? flag_light : 0);
    writer.text(record_magic)
        .u8(version_of(header))
        .u8(static_cast<std::uint8_t>(header.type))
        .u8(header.stream.stream)
        .u8(static_cast<std::uint8_t>(flags))
        .bytes(header.organisation.bytes())
        .bytes(header.stream.camera.bytes())
        .u64(header.run)
        .u64(header.sequence)
        .i64(ticks(header.start))
        .i64(header.duration.count())
        .i64(header.camera_time.time_since_epoch().count())
        .u64(header.segment)
        .u32(static_cast<std::uint32_t>(header.day))
        .u32(header.plain_size)
        .u32(header.payload_size)
        .u32(header.block)
        .bytes(header.digest)
        .i64(time ? time->time_since_epoch().count() : 0)
        .u8(static_cast<std::uint8_t>(header.signature))
        .bytes(header.signer_key)
        .zeros(reserved_size);
    Entry entry;
    std::ranges::copy(writer.view(), entry.begin());
    return entry;
}

Result<RecordHeader> parse_entry(ByteView entry) {
    if (entry.size() != entry_size || as_text(entry.first(record_magic.size())) != record_magic)
        return fail(ErrorKind::corrupt, "no record header");
    ByteReader reader(entry.subspan(record_magic.size()));
    const std::uint8_t version = reader.u8();
    if (version < version_live || version > record_version)
        return fail(ErrorKind::unsupported, "record of version {}, and this program knows {}", version,
                    record_version);
    RecordHeader header;
    const std::uint8_t type = reader.u8();
    header.type = static_cast<RecordType>(type);
    header.stream.stream = reader.u8();
    const std::uint8_t flags = reader.u8();
    header.organisation = read_id<OrganisationId>(reader);
    header.stream.camera = read_id<CameraId>(reader);
    header.run = reader.u64();
    header.sequence = reader.u64();
    header.start = from_ticks(reader.i64());
    header.duration = Ticks90k(reader.i64());
    header.camera_time = CameraTime(Ticks90k(reader.i64()));
    header.segment = reader.u64();
    header.day = static_cast<std::int32_t>(reader.u32());
    header.plain_size = reader.u32();
    header.payload_size = reader.u32();
    header.block = reader.u32();
    reader.copy_to(header.digest);
    const std::int64_t time = reader.i64();
    const bool has_fetched =
        version == version_fetched || (version == version_marked && (flags & flag_fetched) != 0);
    if (has_fetched) header.fetched_at = UtcTime(Ticks90k(time));
    header.is_light = version == version_marked && (flags & flag_light) != 0;
    header.signature = static_cast<CameraSignature>(reader.u8());
    reader.copy_to(header.signer_key);
    if (version == version_stated || version == version_of_events) {
        header.stated_at = UtcTime(Ticks90k(time));
        header.rule = flags;
    }
    const bool zeros = are_zeros(reader.rest());

    // Only version 4 has anything there.
    if (version != version_marked &&
        (header.signature != CameraSignature{} || header.signer_key != SignerKey{}))
        return fail(ErrorKind::corrupt, "malformed record header");
    const std::int64_t start = ticks(header.start);
    if (!known(type) || !marked(version, header, flags, time) || !zeros ||
        header.payload_size > max_payload_size || header.duration.count() < 0 ||
        header.duration.count() > farthest_time || start > farthest_time || start < -farthest_time ||
        header.segment > header.sequence)
        return fail(ErrorKind::corrupt, "malformed record header");
    if (!sizes_fit(header)) return fail(ErrorKind::corrupt, "record header with sizes that don't fit");
    return header;
}

void encode_record_header(const Entry& entry, std::span<std::byte> out) {
    std::ranges::copy(entry, out.begin());
    std::ranges::copy(crypto::merkle_leaf_hash(entry), out.begin() + entry_size);
}

Result<RecordHeader> parse_record_header(ByteView bytes) {
    if (bytes.size() < record_header_size) return fail(ErrorKind::corrupt, "record header cut off");
    const ByteView entry = bytes.first(entry_size);
    VEDETTE_TRY(RecordHeader header, parse_entry(entry));
    if (!std::ranges::equal(crypto::merkle_leaf_hash(entry),
                            bytes.subspan(entry_size, record_header_size - entry_size)))
        return fail(ErrorKind::corrupt, "record header was altered");
    // Or a start would sign what somebody put into an open file.
    if (!is_recorded(header.type)) return fail(ErrorKind::corrupt, "a statement that lies in a file");
    return header;
}

Bytes encode_gap(GapReason reason, std::string_view detail) {
    ByteWriter writer;
    writer.u8(static_cast<std::uint8_t>(reason)).text(detail.substr(0, max_gap_detail));
    return std::move(writer).finish();
}

Result<GapText> parse_gap(ByteView payload) {
    if (payload.empty() || payload.size() > 1 + max_gap_detail)
        return fail(ErrorKind::corrupt, "malformed gap record");
    GapText gap;
    const auto reason = std::to_integer<std::uint8_t>(payload.front());
    gap.reason = reason >= 1 && reason <= static_cast<std::uint8_t>(GapReason::events_unheard)
                     ? static_cast<GapReason>(reason)
                     : GapReason::other;
    gap.detail = as_text(payload.subspan(1));
    return gap;
}

std::string describe(StreamKey stream) {
    const auto live = static_cast<std::uint8_t>(stream.stream & ~fetched_bit);
    const std::string name = live == 0 ? "main" : live == 1 ? "sub" : fmt::format("stream {}", live);
    return fmt::format("camera {} {}{}", stream.camera.text(), name,
                       is_fetched(stream) ? " (fetched from the camera's storage)" : "");
}

bool are_zeros(ByteView bytes) {
    // Each is compared to the one before.
    return bytes.empty() || (bytes.front() == std::byte{0} &&
                             std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::string describe(const RecordHeader& header) {
    return fmt::format("{}, {}", describe(header.stream), to_rfc3339(header.start));
}

}  // namespace vedette::vault
