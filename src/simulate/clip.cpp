#include "simulate/clip.hpp"

#include <fstream>
#include <system_error>

namespace vedette::simulate {
namespace {

constexpr std::string_view how_to_make =
    "make one with: ffmpeg -i INPUT -an -c:v libx264 -bf 0 -g 50 -f h264 NAME.h264, and its sound with: "
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

/// Groups NAL units to pictures. What precedes the first key picture is left out, since a loop starts there.
std::vector<Picture> group_pictures(std::span<const ByteView> units) {
    std::vector<Picture> pictures;
    Picture picture;
    bool has_slice = false;
    const auto finish = [&] {
        if (has_slice && (picture.key || !pictures.empty())) pictures.push_back(std::move(picture));
        picture = {};
        has_slice = false;
    };
    for (const ByteView unit : units) {
        const media::NalType type = media::nal_type(unit);
        if (has_slice && media::starts_access_unit(unit)) finish();
        // Delimiters and filler say nothing over RTP, where the marker bit ends a picture.
        if (type == media::NalType::access_unit_delimiter || type == media::NalType::filler) continue;
        picture.units.push_back(unit);
        has_slice |= media::is_slice(type);
        picture.key |= type == media::NalType::slice_idr;
    }
    finish();
    return pictures;
}

Result<> read_video(Clip& clip, const std::string& name) {
    VEDETTE_TRY(const auto units, media::split_annex_b(clip.video_bytes));
    for (const ByteView unit : units) {
        if (clip.sps.empty() && media::nal_type(unit) == media::NalType::sps) clip.sps = unit;
        if (clip.pps.empty() && media::nal_type(unit) == media::NalType::pps) clip.pps = unit;
    }
    clip.pictures = group_pictures(units);
    if (clip.sps.empty() || clip.pps.empty() || clip.pictures.empty())
        return fail(ErrorKind::invalid_input,
                    "the clip {} holds no H.264 byte stream with parameter sets and a key picture; {}", name,
                    how_to_make);
    const auto sps = media::parse_sps(clip.sps);
    if (!sps) return fail(ErrorKind::invalid_input, "the clip {} is damaged: {}", name, sps.error().message);
    clip.parsed_sps = *sps;
    if (sps->frame_rate) clip.frame_rate = *sps->frame_rate;
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

Result<Clip> load_clip(const std::filesystem::path& h264_file) {
    Clip clip;
    VEDETTE_TRY(clip.video_bytes, read_file(h264_file));
    VEDETTE_CHECK(read_video(clip, h264_file.string()));
    std::filesystem::path aac_file = h264_file;
    aac_file.replace_extension(".aac");
    std::error_code error;
    if (aac_file != h264_file && std::filesystem::exists(aac_file, error)) {
        VEDETTE_TRY(clip.audio_bytes, read_file(aac_file));
        VEDETTE_CHECK(read_audio(clip, aac_file.string()));
    }
    return clip;
}

Result<std::vector<ClipFiles>> find_clips(const std::filesystem::path& folder) {
    std::vector<ClipFiles> clips;
    std::error_code error;
    for (unsigned camera = 1;; ++camera) {
        ClipFiles files;
        files.main = folder / fmt::format("cam{}-main.h264", camera);
        if (!std::filesystem::exists(files.main, error)) break;
        const auto sub = folder / fmt::format("cam{}-sub.h264", camera);
        if (std::filesystem::exists(sub, error)) files.sub = sub;
        clips.push_back(std::move(files));
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
