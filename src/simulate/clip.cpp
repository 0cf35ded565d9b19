#include "simulate/clip.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

#include "media/h265.hpp"

namespace vedette::simulate {
namespace {

constexpr std::string_view how_to_make =
    "make one with: ffmpeg -i INPUT -an -c:v libx264 -bf 0 -g 50 -f h264 NAME.h264 (or libx265, with "
    "-x265-params bframes=0:keyint=50 -f hevc NAME.h265), and its sound with: "
    "ffmpeg -i INPUT -vn -c:a aac -f adts NAME.aac";

Result<Bytes> read_file(const std::filesystem::path& path) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error)
        return fail(ErrorKind::not_found, "can't read the clip {}: {}", path.string(), error.message());
    if (size > max_clip_bytes)
        return fail(ErrorKind::invalid_input, "the clip {} is larger than 1 GiB", path.string());
    Bytes bytes(size);
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    if (!file) return fail(ErrorKind::not_found, "can't read the clip {}", path.string());
    return bytes;
}

/// What the two codecs say of a NAL unit, in common words.
struct UnitKind {
    bool slice = false;
    bool key = false;
    bool begins_picture = false;
    bool skipped = false;           ///< delimiters and filler say nothing over RTP
    std::size_t parameter_set = 0;  ///< 1 and up, in the order of Clip::parameter_sets
};

UnitKind h264_kind(ByteView unit) {
    using media::NalType;
    const NalType type = media::nal_type(unit);
    return {.slice = media::is_slice(type),
            .key = type == NalType::slice_idr,
            .begins_picture = media::starts_access_unit(unit),
            .skipped = type == NalType::access_unit_delimiter || type == NalType::filler,
            .parameter_set = type == NalType::sps   ? 1U
                             : type == NalType::pps ? 2U
                                                    : 0U};
}

UnitKind h265_kind(ByteView unit) {
    using media::HevcNalType;
    if (unit.size() <= media::hevc_nal_header_bytes) return {.skipped = true};
    const HevcNalType type = media::hevc_nal_type(unit[0]);
    return {.slice = media::is_slice(type),
            .key = media::is_random_access(type),
            .begins_picture = media::starts_hevc_access_unit(unit),
            .skipped = type == HevcNalType::access_unit_delimiter || type == HevcNalType::filler,
            .parameter_set = type == HevcNalType::vps   ? 1U
                             : type == HevcNalType::sps ? 2U
                             : type == HevcNalType::pps ? 3U
                                                        : 0U};
}

UnitKind kind_of(media::Codec codec, ByteView unit) {
    return codec == media::Codec::h265 ? h265_kind(unit) : h264_kind(unit);
}

/// Groups NAL units to pictures. What precedes the first key picture is left out, since a loop starts there.
std::vector<Picture> group_pictures(media::Codec codec, std::span<const ByteView> units) {
    std::vector<Picture> pictures;
    Picture picture;
    bool has_slice = false;
    const auto finish = [&] {
        if (has_slice && (picture.key || !pictures.empty())) pictures.push_back(std::move(picture));
        picture = {};
        has_slice = false;
    };
    for (const ByteView unit : units) {
        const UnitKind kind = kind_of(codec, unit);
        if (has_slice && kind.begins_picture) finish();
        if (kind.skipped) continue;
        picture.units.push_back(unit);
        has_slice |= kind.slice;
        picture.key |= kind.key;
    }
    finish();
    return pictures;
}

Result<std::optional<media::FrameRate>> frame_rate(media::Codec codec, ByteView sps) {
    if (codec == media::Codec::h265) {
        VEDETTE_TRY(const media::HevcSps parsed, media::parse_hevc_sps(sps));
        return parsed.frame_rate;
    }
    VEDETTE_TRY(const media::Sps parsed, media::parse_sps(sps));
    return parsed.frame_rate;
}

Result<> read_video(Clip& clip, const std::string& name) {
    VEDETTE_TRY(const auto units, media::split_annex_b(clip.video_bytes));
    const std::size_t kinds = clip.codec == media::Codec::h265 ? 3 : 2;
    clip.parameter_sets.resize(kinds);
    for (const ByteView unit : units) {
        const std::size_t set = kind_of(clip.codec, unit).parameter_set;
        if (set > 0 && clip.parameter_sets[set - 1].empty()) clip.parameter_sets[set - 1] = unit;
    }
    clip.pictures = group_pictures(clip.codec, units);
    if (std::ranges::any_of(clip.parameter_sets, &ByteView::empty) || clip.pictures.empty())
        return fail(ErrorKind::invalid_input,
                    "the clip {} holds no {} byte stream with parameter sets and a key picture; {}", name,
                    media::to_string(clip.codec), how_to_make);
    const auto rate = frame_rate(clip.codec, clip.parameter_sets[kinds - 2]);
    if (!rate)
        return fail(ErrorKind::invalid_input, "the clip {} is damaged: {}", name, rate.error().message);
    if (*rate) clip.frame_rate = **rate;
    const double fps = static_cast<double>(clip.frame_rate.numerator) / clip.frame_rate.denominator;
    if (fps < 0.1) clip.frame_rate = {25, 1};
    return {};
}

Result<> read_audio(Clip& clip, const std::string& name) {
    const auto frames = media::split_adts(clip.audio_bytes);
    if (!frames || frames->empty())
        return fail(ErrorKind::invalid_input, "the clip {} is no AAC in ADTS{}{}; {}", name,
                    frames ? "" : ": ", frames ? "" : frames.error().message, how_to_make);
    clip.audio = frames->front().config;
    for (const media::AdtsFrame& frame : *frames) clip.sounds.push_back(frame.data);
    return {};
}

}  // namespace

Result<Clip> load_clip(const std::filesystem::path& video_file) {
    Clip clip;
    const auto extension = video_file.extension();
    if (extension == ".h265" || extension == ".hevc") clip.codec = media::Codec::h265;
    VEDETTE_TRY(clip.video_bytes, read_file(video_file));
    VEDETTE_CHECK(read_video(clip, video_file.string()));
    std::filesystem::path aac_file = video_file;
    aac_file.replace_extension(".aac");
    std::error_code error;
    if (aac_file != video_file && std::filesystem::exists(aac_file, error)) {
        VEDETTE_TRY(clip.audio_bytes, read_file(aac_file));
        VEDETTE_CHECK(read_audio(clip, aac_file.string()));
    }
    return clip;
}

Result<std::vector<ClipFiles>> find_clips(const std::filesystem::path& folder) {
    std::vector<ClipFiles> clips;
    const auto find = [&](unsigned camera, std::string_view kind) -> std::optional<std::filesystem::path> {
        std::error_code error;
        for (const std::string_view extension : {"h264", "h265"}) {
            auto path = folder / fmt::format("cam{}-{}.{}", camera, kind, extension);
            if (std::filesystem::exists(path, error)) return path;
        }
        return std::nullopt;
    };
    for (unsigned camera = 1;; ++camera) {
        const auto main = find(camera, "main");
        if (!main) break;
        clips.push_back({*main, find(camera, "sub")});
    }
    if (clips.empty())
        return fail(ErrorKind::not_found, "there is no clip cam1-main.h264 in {}: build the target `clips`",
                    folder.string());
    return clips;
}

Result<std::vector<ClipFiles>> find_default_clips() {
    std::error_code error;
    const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    for (const auto& candidate : {folder / "clips", folder.parent_path() / "clips"})
        if (auto clips = find_clips(candidate)) return clips;
    return fail(ErrorKind::not_found,
                "the clips of the simulated cameras are neither in {} nor one folder up: build the target "
                "`clips`, or name a file with --clip",
                (folder / "clips").string());
}

}  // namespace vedette::simulate
