#pragma once
// The record of a segment file, byte by byte as docs/ref/store-format.md has it. No I/O.

#include <array>
#include <optional>

#include "crypto/cobblestone.hpp"
#include "crypto/digest.hpp"
#include "gateway/vault/types.hpp"

namespace vedette::vault {

/// The numbers are stored. From `deletion` on they are statements, which exist in the log alone.
enum class RecordType : std::uint8_t {
    segment = 1,
    init = 2,
    fragment = 3,
    gap = 4,
    deletion = 5,
    log_start = 6,  ///< first entry of a log that replaces a damaged one
    expiry = 7,     ///< a rule deleted whole segments (vault/statement)
    hold = 8,       ///< no rule may delete an interval of a camera
    hold_lifted = 9,
    signing_key = 10,  ///< which key signs the log beside its own from now on (vault/statement)
    start = 11,        ///< the recorder was started; of the store as a whole, as clock_step
    clock_step = 12,   ///< the wall clock was set
};
/// Whether it lies in a segment file; else it is a statement.
constexpr bool is_recorded(RecordType type) {
    return type <= RecordType::gap;
}

constexpr bool is_recorder_event(RecordType type) {
    return type == RecordType::start || type == RecordType::clock_step;
}

inline constexpr std::uint8_t record_version = 5;       ///< the newest that is known
inline constexpr std::size_t block_size = 4096;         ///< every record begins on such a border
inline constexpr std::size_t entry_size = 160;          ///< the log's entry: the header without its leaf hash
inline constexpr std::size_t record_header_size = 192;  ///< entry || leaf hash
inline constexpr std::size_t sealing_context_size =
    104;  ///< the part of the entry that is known before sealing
/// What light encryption adds to a fragment before it is sealed, at most: its map (vault/light).
inline constexpr std::size_t max_light_map_size = 8 + 8 * max_clear_ranges;
inline constexpr std::size_t max_payload_size =
    crypto::cobblestone_sealed_size(max_stored_fragment_size + max_light_map_size);

struct RecordHeader {
    RecordType type = RecordType::fragment;
    StreamKey stream;
    OrganisationId organisation;
    std::uint64_t run = 0;
    std::uint64_t sequence = 0;  ///< counts all records of the stream, without holes
    UtcTime start;
    Ticks90k duration{};
    CameraTime camera_time;
    std::uint64_t segment = 0;  ///< sequence of the file's first record
    std::int32_t day = 0;       ///< UTC day whose key seals the file, since 1970-01-01
    std::uint32_t plain_size = 0;
    std::uint32_t payload_size = 0;  ///< bytes stored after the header: sealed, or the gap's text in clear
    std::uint32_t block = 0;         ///< where in the file the record begins, in blocks
    crypto::Sha256Digest digest{};   ///< of the payload as stored
    /// Set in what was not recorded live: when it was begun to be fetched from the camera's storage. Such
    /// records have at least version 2, others that need nothing newer stay at version 1.
    std::optional<UtcTime> fetched_at{};
    /// Of a fragment: parts of its coded slices lie in clear (vault/light). Version 4.
    bool is_light = false;
    /// Of init and fragment: version 4 where it was looked for.
    CameraSignature signature = CameraSignature::not_looked_for;
    SignerKey signer_key{};  ///< zeros where none is known
    /// Set in statements of versions 3 and 5: when it was stated.
    std::optional<UtcTime> stated_at{};
    std::uint8_t rule = 0;  ///< of an expiry; of others what version 3 and 5 have in the flags

    UtcTime end() const { return start + duration; }
    /// Whether it says what only records of version 4 say.
    bool needs_version_4() const {
        return is_light || signature != CameraSignature::not_looked_for || signer_key != SignerKey{};
    }
    bool is_sealed() const { return type == RecordType::init || type == RecordType::fragment; }
    /// Header, payload and the zeros up to the next block.
    std::size_t stored_size() const {
        return (record_header_size + payload_size + block_size - 1) / block_size * block_size;
    }
    std::uint32_t blocks() const { return static_cast<std::uint32_t>(stored_size() / block_size); }
    friend bool operator==(const RecordHeader&, const RecordHeader&) = default;
};

using Entry = std::array<std::byte, entry_size>;

Entry encode_entry(const RecordHeader& header);
/// corrupt: not an entry of ours; unsupported: of a newer version.
Result<RecordHeader> parse_entry(ByteView entry);

/// Writes entry and leaf hash into the first record_header_size bytes of `out`.
void encode_record_header(const Entry& entry, std::span<std::byte> out);
/// Checks the leaf hash as well; a statement is none. `bytes` has at least record_header_size bytes.
Result<RecordHeader> parse_record_header(ByteView bytes);

/// The context under which the record's payload is sealed: the entry up to `digest`.
inline ByteView sealing_context(const Entry& entry) {
    return ByteView(entry).first(sealing_context_size);
}

struct GapText {
    GapReason reason = GapReason::other;
    std::string detail;
};
Bytes encode_gap(GapReason reason, std::string_view detail);
/// Unknown reasons become `other`.
Result<GapText> parse_gap(ByteView payload);

/// Whether they are zeros alone, as padding and reserved fields are.
bool are_zeros(ByteView bytes);

/// `camera 3f… main, 2026-11-21T02:35:06.120Z`: how messages name a record.
std::string describe(const RecordHeader& header);
std::string describe(StreamKey stream);

}  // namespace vedette::vault
