#pragma once
// What a simulated camera shows: elementary streams read from files.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "media/aac.hpp"
#include "media/h264.hpp"
#include "media/types.hpp"

namespace vedette::simulate {

/// The largest clip file that is read.
inline constexpr std::uintmax_t max_clip_bytes = 1U << 30;

struct Picture {
    std::vector<ByteView> units;  ///< NAL units, parameter sets among them, in stream order
    bool key = false;             ///< decoding can start with it
};

/// One clip: H.264 or H.265 and perhaps AAC, whose views point into what the clip owns. Movable, not
/// copyable.
struct Clip {
    Clip() = default;
    Clip(Clip&&) = default;
    Clip& operator=(Clip&&) = default;
    Clip(const Clip&) = delete;
    Clip& operator=(const Clip&) = delete;

    Bytes video_bytes;
    Bytes audio_bytes;
    std::vector<Bytes> added{};     ///< units that were put in later
    std::vector<Picture> pictures;  ///< starts with a key picture
    std::vector<ByteView> sounds;   ///< AAC raw data blocks; empty without audio
    media::Codec codec = media::Codec::h264;
    std::vector<ByteView> parameter_sets;  ///< the first of each kind: VPS (H.265), SPS, PPS
    media::FrameRate frame_rate{25, 1};    ///< of the VUI, or 25
    std::optional<media::AudioSpecificConfig> audio;
};

/// Reads an Annex B file, H.265 when its name ends in .h265 or .hevc and H.264 otherwise, and the .aac file
/// (ADTS) of the same name when it is there. Pictures are shown in the order of the file: no B-frames.
/// Blocking. Errors say how to make such files with ffmpeg.
Result<Clip> load_clip(const std::filesystem::path& video_file);

/// One camera's clips.
struct ClipFiles {
    std::filesystem::path main;
    std::optional<std::filesystem::path> sub;
};

/// camN-main.h264 (or .h265) and camN-sub.h264 (or .h265) in `folder`, N from 1 on. `not_found` when there is
/// none.
Result<std::vector<ClipFiles>> find_clips(const std::filesystem::path& folder);

/// find_clips() in the folder `clips` beside the running program, or beside its parent folder.
Result<std::vector<ClipFiles>> find_default_clips();

}  // namespace vedette::simulate
