// Reads back what fmp4_fragment.cpp writes, and nothing else.

#include <limits>

#include "media/fmp4.hpp"
#include "media/fmp4_boxes.hpp"

namespace vedette::media {
namespace {

/// Where a track's tfdt lies, for rebase_fragment().
struct Placement {
    std::uint8_t track = 0;
    std::size_t tfdt_at = 0;  ///< of baseMediaDecodeTime, from the first byte of the fragment
    std::int64_t decode_time = 0;
};

struct Reading {
    Fragment fragment;
    std::vector<Placement> placements;
};

std::unexpected<Error> not_ours(std::string_view what, std::size_t at) {
    return fail(ErrorKind::corrupt, "not a fragment of this recorder: {} at byte {}", what, at);
}

/// Enters a box of this type: consumes its header, and checks that its content is there.
Result<std::uint32_t> enter(ByteReader& in, std::string_view type) {
    const std::size_t at = in.offset();
    const std::uint32_t size = in.u32();
    const ByteView name = in.take(4);
    if (in.failed() || as_text(name) != type || size < fmp4::box_header_size ||
        size - fmp4::box_header_size > in.remaining())
        return not_ours(fmt::format("no {} box", type), at);
    return size - fmp4::box_header_size;
}

/// Enters a full box of exactly this size, version and flags.
Result<> enter_full(ByteReader& in, std::string_view type, std::uint32_t size, std::uint32_t version_flags) {
    const std::size_t at = in.offset();
    VEDETTE_TRY(const std::uint32_t content, enter(in, type));
    if (content != size || in.u32() != version_flags) return not_ours(fmt::format("another {}", type), at);
    return {};
}

Result<> read_run(ByteReader& in, Reading& out, const Placement& place, std::uint64_t& payload) {
    const std::size_t at = in.offset();
    VEDETTE_TRY(const std::uint32_t content, enter(in, "trun"));
    const std::uint32_t flags = in.u32();
    const std::uint32_t count = in.u32();
    const std::uint32_t data_offset = in.u32();
    auto& samples = out.fragment.samples;
    const bool reordered = flags == fmp4::reordered_trun_flags;
    const std::uint32_t sample_size = reordered ? fmp4::reordered_trun_sample_size : fmp4::trun_sample_size;
    if (in.failed() || (!reordered && flags != fmp4::trun_flags) || count == 0 ||
        samples.size() + count > max_fragment_samples || content != 12 + count * sample_size)
        return not_ours("another trun", at);
    if (samples.empty()) out.fragment.header_size = data_offset;
    if (data_offset != out.fragment.header_size + payload) return not_ours("a trun with a gap", at);

    std::int64_t time = place.decode_time;
    bool any_offset = false;
    for (std::uint32_t i = 0; i < count; ++i) {
        Sample sample{.track = place.track, .decode_time = time};
        sample.duration = in.u32();
        sample.size = in.u32();
        const std::uint32_t sample_flags = in.u32();
        sample.random_access = sample_flags == fmp4::sync_sample;
        if (!sample.random_access && sample_flags != fmp4::other_sample) return not_ours("sample flags", at);
        if (reordered) sample.composition_offset = static_cast<std::int32_t>(in.u32());
        any_offset |= sample.composition_offset != 0;
        if (time > std::numeric_limits<std::int64_t>::max() - sample.duration)
            return not_ours("a decode time out of range", at);
        samples.push_back({sample, static_cast<std::uint32_t>(out.fragment.header_size + payload)});
        payload += sample.size;
        time += sample.duration;
        if (payload > max_fragment_bytes) return not_ours("too many bytes", at);
    }
    if (reordered && !any_offset) return not_ours("composition offsets without need", at);
    return {};
}

Result<> read_traf(ByteReader& in, Reading& out, std::uint64_t& payload) {
    const std::size_t at = in.offset();
    VEDETTE_TRY(const std::uint32_t content, enter(in, "traf"));
    const std::size_t end = in.offset() + content;
    Placement place;
    VEDETTE_CHECK(enter_full(in, "tfhd", 8, fmp4::tfhd_flags));
    const std::uint32_t id = in.u32();
    const bool grows = out.placements.empty() || id > out.placements.back().track + 1U;
    if (id == 0 || id > max_tracks || !grows) return not_ours("a track out of order", at);
    place.track = static_cast<std::uint8_t>(id - 1);
    VEDETTE_CHECK(enter_full(in, "tfdt", 12, 1U << 24));
    place.tfdt_at = in.offset();
    place.decode_time = in.i64();
    if (in.failed() || place.decode_time < 0) return not_ours("a decode time out of range", place.tfdt_at);
    VEDETTE_CHECK(read_run(in, out, place, payload));
    if (in.offset() != end) return not_ours("a longer traf", at);
    out.placements.push_back(place);
    return {};
}

Result<Reading> read(ByteView fragment) {
    Reading out;
    ByteReader in(fragment);
    VEDETTE_TRY(const std::uint32_t content, enter(in, "moof"));
    const std::size_t end = in.offset() + content;
    VEDETTE_CHECK(enter_full(in, "mfhd", 8, 0));
    out.fragment.sequence = in.u32();
    std::uint64_t payload = 0;
    while (in.offset() < end) VEDETTE_CHECK(read_traf(in, out, payload));
    if (in.offset() != end || out.fragment.samples.empty()) return not_ours("another moof", 0);
    const std::uint32_t mdat_size = in.u32();
    if (as_text(in.take(4)) != "mdat" || mdat_size != fmp4::box_header_size + payload ||
        in.offset() != out.fragment.header_size)
        return not_ours("another mdat", end);
    out.fragment.payload_size = payload;
    return out;
}

void overwrite_i64(Bytes& bytes, std::size_t at, std::int64_t value) {
    for (std::size_t i = 0; i < 8; ++i)
        bytes.at(at + i) = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (56 - 8 * i));
}

}  // namespace

Result<Fragment> parse_fragment(ByteView fragment) {
    VEDETTE_TRY(Reading reading, read(fragment));
    return std::move(reading.fragment);
}

Result<> rebase_fragment(Bytes& fragment, std::span<const std::int64_t> offsets) {
    VEDETTE_TRY(const Reading reading, read(fragment));
    for (const Placement& place : reading.placements) {
        if (place.track >= offsets.size())
            return fail(ErrorKind::invalid_input, "no time offset for track {}", place.track);
        if (offsets[place.track] < 0 || offsets[place.track] > place.decode_time)
            return fail(ErrorKind::invalid_input, "a fragment of track {} at {} starts before the offset {}",
                        place.track, place.decode_time, offsets[place.track]);
    }
    for (const Placement& place : reading.placements)
        overwrite_i64(fragment, place.tfdt_at, place.decode_time - offsets[place.track]);
    return {};
}

}  // namespace vedette::media
