// moof and mdat header.

#include <array>

#include "media/box_writer.hpp"
#include "media/fmp4.hpp"
#include "media/fmp4_boxes.hpp"

namespace vedette::media {
namespace {

struct TrackRun {
    std::vector<std::uint32_t> indices;
    std::uint64_t bytes = 0;
    bool reordered = false;  ///< has a composition offset
};
using TrackRuns = std::array<TrackRun, max_tracks>;

Result<TrackRuns> group_by_track(std::span<const Sample> samples) {
    if (samples.empty()) return fail(ErrorKind::invalid_input, "a fragment without samples");
    if (samples.size() > max_fragment_samples)
        return fail(ErrorKind::invalid_input, "a fragment of {} samples, at most {} are allowed",
                    samples.size(), max_fragment_samples);
    TrackRuns runs;
    std::uint64_t total = 0;
    for (std::uint32_t i = 0; i < samples.size(); ++i) {
        const Sample& sample = samples[i];
        if (sample.track >= max_tracks || sample.decode_time < 0)
            return fail(ErrorKind::invalid_input, "a sample of track {} at {}: not in 0..{}, or before 1970",
                        sample.track, sample.decode_time, max_tracks - 1);
        runs[sample.track].indices.push_back(i);
        runs[sample.track].bytes += sample.size;
        runs[sample.track].reordered |= sample.composition_offset != 0;
        total += sample.size;
    }
    if (total > max_fragment_bytes)
        return fail(ErrorKind::invalid_input, "a fragment of {} bytes, at most {} are allowed", total,
                    max_fragment_bytes);
    return runs;
}

/// Returns where the trun's data offset has to be written.
std::size_t write_traf(ByteWriter& out, std::uint32_t track_id, std::span<const Sample> samples,
                       const TrackRun& run) {
    const Box traf(out, "traf");
    {
        const Box tfhd(out, "tfhd", 0, fmp4::tfhd_flags);
        out.u32(track_id);
    }
    {
        const Box tfdt(out, "tfdt", 1, 0);
        out.i64(samples[run.indices.front()].decode_time);
    }
    const Box trun(out, "trun");
    out.u32(run.reordered ? fmp4::reordered_trun_flags : fmp4::trun_flags);
    out.u32(static_cast<std::uint32_t>(run.indices.size()));
    const std::size_t data_offset_at = out.size();
    out.u32(0);
    for (const std::uint32_t index : run.indices) {
        const Sample& sample = samples[index];
        out.u32(sample.duration).u32(sample.size);
        out.u32(sample.random_access ? fmp4::sync_sample : fmp4::other_sample);
        if (run.reordered) out.u32(static_cast<std::uint32_t>(sample.composition_offset));
    }
    return data_offset_at;
}

}  // namespace

Result<FragmentHeader> fragment_header(std::uint32_t sequence, std::span<const Sample> samples) {
    VEDETTE_TRY(const TrackRuns runs, group_by_track(samples));
    ByteWriter out;
    out.reserve(128 * max_tracks + samples.size() * fmp4::reordered_trun_sample_size);
    FragmentHeader header;
    header.order.reserve(samples.size());
    std::array<std::size_t, max_tracks> data_offset_at{};
    std::uint64_t payload = 0;
    {
        const Box moof(out, "moof");
        {
            const Box mfhd(out, "mfhd", 0, 0);
            out.u32(sequence);
        }
        for (std::uint32_t track = 0; track < max_tracks; ++track) {
            const TrackRun& run = runs[track];
            if (run.indices.empty()) continue;
            data_offset_at[track] = write_traf(out, track + 1, samples, run);
            header.order.insert(header.order.end(), run.indices.begin(), run.indices.end());
            payload += run.bytes;
        }
    }
    out.u32(static_cast<std::uint32_t>(fmp4::box_header_size + payload)).text("mdat");

    auto offset = static_cast<std::uint32_t>(out.size());
    for (std::size_t track = 0; track < max_tracks; ++track) {
        if (runs[track].indices.empty()) continue;
        out.patch_u32(data_offset_at[track], offset);
        offset += static_cast<std::uint32_t>(runs[track].bytes);
    }
    header.bytes = std::move(out).finish();
    return header;
}

}  // namespace vedette::media
