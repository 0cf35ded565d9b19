// Whoever takes a disk with light encryption, and has everything but the keys, gets no picture: real clips
// are stored, what lies in clear is read from the segment file, and FFmpeg is given the best that can be made
// of it.

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/test_depth.hpp"
#include "base/test_folder.hpp"
#include "gateway/ingest/fragmenter.hpp"
#include "gateway/vault/record.hpp"
#include "gateway/vault/vault.hpp"
#include "media/clear_parts.hpp"
#include "media/h264.hpp"
#include "media/h265.hpp"
#include "media/with_ffmpeg.hpp"

namespace vedette::gateway::ingest {
namespace {

namespace fs = std::filesystem;
using media::testing_support::run;

// Pictures are compared at this size, in blocks.
constexpr std::size_t width = 160;
constexpr std::size_t height = 96;
constexpr std::size_t block = 16;
using Picture = std::array<std::uint8_t, width * height>;

struct Clip {
    media::TrackParameters track;
    std::vector<Bytes> sets;   // NAL units
    std::vector<Bytes> units;  // access units, NAL units behind their lengths
    std::vector<Picture> pictures;
};

// ------------------------------------------------------------------------------------- how near pictures are

// Of a block: how much its samples follow the other's, -1 to 1; 0 where there is nothing to follow.
double correlation(const Picture& a, const Picture& b, std::size_t left, std::size_t top) {
    double sum_a = 0, sum_b = 0, sum_aa = 0, sum_bb = 0, sum_ab = 0;
    for (std::size_t y = top; y < top + block; ++y)
        for (std::size_t x = left; x < left + block; ++x) {
            const double va = a[y * width + x], vb = b[y * width + x];
            sum_a += va;
            sum_b += vb;
            sum_aa += va * va;
            sum_bb += vb * vb;
            sum_ab += va * vb;
        }
    constexpr double count = block * block;
    const double variance = (sum_aa - sum_a * sum_a / count) * (sum_bb - sum_b * sum_b / count);
    return variance <= 1 ? 0 : (sum_ab - sum_a * sum_b / count) / std::sqrt(variance);
}

// The share of blocks that show the same.
double likeness(const Picture& a, const Picture& b) {
    std::size_t same = 0;
    for (std::size_t y = 0; y < height; y += block)
        for (std::size_t x = 0; x < width; x += block) same += correlation(a, b, x, y) > 0.8 ? 1 : 0;
    return static_cast<double>(same) / (width / block * (height / block));
}

// Of all that was made, what is nearest to any of the camera's pictures.
double nearest(const std::vector<Picture>& made, const std::vector<Picture>& originals) {
    double most = 0;
    for (const Picture& picture : made)
        for (const Picture& original : originals) most = std::max(most, likeness(picture, original));
    return most;
}

// -------------------------------------------------------------------------------------------------- clips

class LightPictureTest : public testing::Test {
  protected:
    fs::path path(std::string_view name) const { return folder_.path() / name; }

    // A noisy scene, as a camera in the dark has it: so that pictures between key frames are large, too.
    Clip make(std::string_view source, const std::string& encoder, bool is_hevc) {
        const std::string name = path(is_hevc ? "clip.h265" : "clip.h264").string();
        const std::string made =
            run(fmt::format("ffmpeg -nostdin -v error -y -f lavfi -i {}=size=640x384:rate=25 -frames:v 24 "
                            "-vf noise=alls=10:allf=t:all_seed=7 -pix_fmt yuv420p -g 12 -bf 0 {} '{}'",
                            source, encoder, name));
        EXPECT_EQ(made, "");
        Clip clip;
        const Bytes stream = read_file(name, 64 << 20).value();
        media::HevcParameterSets sets;
        ByteWriter unit;
        bool has_slice = false;
        for (const ByteView nal : media::split_annex_b(stream).value()) {
            const bool starts =
                is_hevc ? media::starts_hevc_access_unit(nal) : media::starts_access_unit(nal);
            if (has_slice && starts) {
                clip.units.push_back(std::exchange(unit, {}).view());
                has_slice = false;
            }
            if (Bytes* set = parameter_set(nal, is_hevc, sets)) {
                set->assign(nal.begin(), nal.end());
                clip.sets.push_back(*set);
                continue;
            }
            has_slice |= is_hevc ? media::is_slice(media::hevc_nal_type(nal[0]))
                                 : media::is_slice(media::nal_type(nal));
            unit.u32(static_cast<std::uint32_t>(nal.size())).bytes(nal);
        }
        clip.units.push_back(std::move(unit).finish());
        EXPECT_EQ(clip.units.size(), 24u);
        if (is_hevc) {
            clip.track = media::h265_track_parameters(sets).value();
        } else {
            const ByteView sps = sets.sps[0], pps = sets.pps[0];
            clip.track = media::h264_track_parameters({&sps, 1}, {&pps, 1}).value();
        }
        clip.pictures = decode(name);
        EXPECT_EQ(clip.pictures.size(), 24u);
        return clip;
    }

    // Its place when it is the first of its kind; such clips have one of each.
    static Bytes* parameter_set(ByteView nal, bool is_hevc, media::HevcParameterSets& sets) {
        const auto place = [](std::vector<Bytes>& list) { return &list.emplace_back(); };
        if (is_hevc) {
            switch (media::hevc_nal_type(nal[0])) {
                case media::HevcNalType::vps:
                    return place(sets.vps);
                case media::HevcNalType::sps:
                    return place(sets.sps);
                case media::HevcNalType::pps:
                    return place(sets.pps);
                default:
                    return nullptr;
            }
        }
        if (media::nal_type(nal) == media::NalType::sps) return place(sets.sps);
        if (media::nal_type(nal) == media::NalType::pps) return place(sets.pps);
        return nullptr;
    }

    // Whatever FFmpeg shows of it, damaged pictures and all.
    std::vector<Picture> decode(const std::string& file) {
        const std::string raw = path("raw").string();
        fs::remove(raw);
        run(fmt::format(
            "ffmpeg -nostdin -v quiet -y -flags output_corrupt -err_detect ignore_err -i '{}' -vf "
            "scale={}:{}:flags=area -pix_fmt gray -f rawvideo '{}'",
            file, width, height, raw));
        std::vector<Picture> pictures;
        const auto bytes = read_file(raw, 64 << 20);
        for (std::size_t at = 0; bytes && at + width * height <= bytes->size(); at += width * height)
            std::transform(bytes->begin() + static_cast<std::ptrdiff_t>(at),
                           bytes->begin() + static_cast<std::ptrdiff_t>(at + width * height),
                           pictures.emplace_back().begin(),
                           [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
        return pictures;
    }

    // ---------------------------------------------------------------------------------------- the store

    // Stores the clip as the recorder does, and gives for each access unit which of its bytes can be read in
    // the segment file; nullopt for all others. `sealed_start` takes the place of the recorder's own choice.
    std::vector<std::vector<std::optional<std::byte>>> what_lies_in_clear(
        const Clip& clip, std::optional<std::size_t> sealed_start = {}) {
        const fs::path data = path("data");
        fs::remove_all(data);
        vault::VaultOptions options;
        options.folder = data;
        auto vault = vault::Vault::open(std::move(options)).value();
        const vault::StreamKey key{CameraId::random(), 0};
        vault->set_encryption(key.camera, vault::Encryption::light);
        const auto init = std::make_shared<const Bytes>(media::init_segment({&clip.track, 1}).value());
        const std::uint64_t run_number = vault->begin_run(key, init).value();
        Fragmenter fragmenter({clip.track});
        // Where the fragment's bytes are in the units: (unit, offset in it), by fragment and offset.
        std::vector<std::vector<std::size_t>> fragments;
        const auto store = [&](Result<Fragment> made) {
            Fragment fragment = std::move(made).value();
            vault::Fragment sealed{key, run_number, fragment.start, fragment.duration, fragment.camera_start,
                                   {}};
            for (const SharedBytes& piece : fragment.pieces) sealed.pieces.push_back({piece, *piece});
            sealed.clear = fragment.clear;
            if (sealed_start) sealed.clear = clear_with(clip.track, fragment, *sealed_start);
            const Bytes whole = joined(fragment);
            ASSERT_TRUE(vault->append(std::move(sealed)));
            ASSERT_TRUE(vault->flush());
            expect_played(*vault, key, whole, fragment.start);
        };
        const UtcTime t0 = from_unix_seconds(1'795'228'500);
        std::int64_t time = 0;
        for (std::size_t i = 0; i < clip.units.size(); ++i, time += 3600) {
            PlacedAccessUnit placed{{.random_access = i % 12 == 0,
                                     .time = time,
                                     .data = std::make_shared<const Bytes>(clip.units[i])},
                                    t0 + Ticks90k(time),
                                    CameraTime(Ticks90k(time))};
            if (fragmenter.ends_before(placed)) store(fragmenter.close_before(placed));
            fragmenter.add(std::move(placed));
        }
        store(fragmenter.close());
        vault.reset();
        return read_clear(data, clip, sealed_start);
    }

    static Bytes joined(const Fragment& fragment) {
        ByteWriter out;
        for (const SharedBytes& piece : fragment.pieces) out.bytes(*piece);
        return std::move(out).finish();
    }

    static std::vector<vault::ClearRange> clear_with(const media::TrackParameters& track,
                                                     const Fragment& fragment, std::size_t sealed_start) {
        const media::ClearParts cover(track, sealed_start);
        std::vector<media::ByteRange> ranges;
        auto at = static_cast<std::uint32_t>(fragment.pieces[0]->size());
        for (std::size_t i = 1; i < fragment.pieces.size(); ++i) {
            cover.append(*fragment.pieces[i], at, ranges);
            at += static_cast<std::uint32_t>(fragment.pieces[i]->size());
        }
        std::vector<vault::ClearRange> clear;
        for (const auto& range : ranges) clear.push_back({range.offset, range.size});
        return clear;
    }

    // Who has the keys sees what the camera sent.
    static void expect_played(vault::Vault& vault, vault::StreamKey key, ByteView whole, UtcTime start) {
        auto cursor = vault.read(key, start).value();
        while (const auto item = cursor.next().value())
            if (const auto* fragment = std::get_if<vault::PlayFragment>(&*item)) {
                EXPECT_TRUE(std::ranges::equal(*fragment->data, whole));
                return;
            }
        ADD_FAILURE() << "nothing is played";
    }

    // Reads the clear parts from the files alone. Where in the picture they belong is sealed; the attacker is
    // given it, since he could guess much of it from another camera's frame sizes.
    static std::vector<std::vector<std::optional<std::byte>>> read_clear(
        const fs::path& data, const Clip& clip, std::optional<std::size_t> sealed_start) {
        Bytes clear;
        for (const auto& entry : fs::recursive_directory_iterator(data / "media")) {
            if (entry.path().extension() != ".seg") continue;
            const Bytes file = read_file(entry.path(), 64 << 20).value();
            for (std::size_t at = 0; at < file.size();) {
                const auto header = vault::parse_record_header(ByteView(file).subspan(at)).value();
                ByteReader payload(
                    ByteView(file).subspan(at + vault::record_header_size, header.payload_size));
                at += header.stored_size();
                if (!header.is_light) continue;
                const ByteView part = payload.take(payload.u32());
                clear.insert(clear.end(), part.begin(), part.end());
            }
        }
        const media::ClearParts cover(clip.track, sealed_start.value_or(media::sealed_slice_start));
        std::vector<std::vector<std::optional<std::byte>>> readable;
        std::size_t used = 0;
        for (const Bytes& unit : clip.units) {
            std::vector<media::ByteRange> ranges;
            cover.append(unit, 0, ranges);
            readable.emplace_back(unit.size());
            for (const media::ByteRange& range : ranges)
                for (std::uint32_t i = 0; i < range.size && used < clear.size(); ++i)
                    readable.back()[range.offset + i] = clear[used++];
        }
        EXPECT_EQ(used, clear.size()) << "something else lies in clear";
        return readable;
    }

    // --------------------------------------------------------------------------------------- the attack

    // What stands for the bytes of a slice that are not known.
    enum class Guess { zeros, left_out, of_another_camera };

    // A byte stream with the right parameter sets; `other` is a camera of the same model that looks
    // elsewhere.
    double attack(const Clip& clip, const std::vector<std::vector<std::optional<std::byte>>>& readable,
                  const Clip& other, Guess guess) {
        const bool is_hevc = clip.track.codec == media::Codec::h265;
        ByteWriter stream;
        const auto put = [&](ByteView nal) { stream.u32(1).bytes(nal); };
        for (std::size_t i = 0; i < clip.units.size(); ++i) {
            if (i % 12 == 0)
                for (const Bytes& set : clip.sets) put(set);
            std::vector<Bytes> theirs;
            for (ByteReader in(other.units[i]); !in.at_end();) {
                const ByteView nal = in.take(in.u32());
                if (is_slice(nal, is_hevc)) theirs.emplace_back(nal.begin(), nal.end());
            }
            std::size_t slice = 0;
            for (ByteReader in(clip.units[i]); !in.at_end();) {
                const std::size_t size = in.u32();
                const std::size_t at = in.offset();
                const ByteView nal = in.take(size);
                if (!is_slice(nal, is_hevc)) continue;  // SEI
                const ByteView same = theirs.at(std::min(slice++, theirs.size() - 1));
                put(guessed(nal, std::span(readable[i]).subspan(at, size), same, guess));
            }
        }
        const std::string name = path(is_hevc ? "attack.h265" : "attack.h264").string();
        std::ofstream(name, std::ios::binary) << as_text(stream.view());
        const std::vector<Picture> pictures = decode(name);
        decoded_ += pictures.size();
        return nearest(pictures, clip.pictures);
    }

    static bool is_slice(ByteView nal, bool is_hevc) {
        return is_hevc ? media::is_slice(media::hevc_nal_type(nal[0]))
                       : media::is_slice(media::nal_type(nal));
    }

    // The header of the NAL unit, which says what kind of picture it is, is no secret to anybody who counts
    // frames.
    static Bytes guessed(ByteView nal, std::span<const std::optional<std::byte>> readable, ByteView same,
                         Guess guess) {
        constexpr std::size_t header = 2;
        Bytes out(nal.begin(), nal.begin() + header);
        for (std::size_t i = header; i < nal.size(); ++i) {
            if (readable[i])
                out.push_back(*readable[i]);
            else if (guess == Guess::zeros)
                out.push_back(std::byte{0});
            else if (guess == Guess::of_another_camera && i < same.size())
                out.push_back(same[i]);
        }
        return out;
    }

    // The nearest that any way of guessing comes.
    double best_attack(const Clip& clip, const Clip& other, std::optional<std::size_t> sealed_start = {}) {
        const auto readable = what_lies_in_clear(clip, sealed_start);
        double most = 0;
        for (const Guess guess : {Guess::zeros, Guess::left_out, Guess::of_another_camera})
            most = std::max(most, attack(clip, readable, other, guess));
        return most;
    }

    static std::size_t count(const std::vector<std::vector<std::optional<std::byte>>>& readable) {
        std::size_t sum = 0;
        for (const auto& unit : readable)
            sum += static_cast<std::size_t>(
                std::ranges::count_if(unit, [](const auto& b) { return b.has_value(); }));
        return sum;
    }

    std::size_t decoded_ = 0;  ///< pictures that attacks came to
    TestFolder folder_;
};

constexpr std::string_view scene = "testsrc2";
constexpr std::string_view other_scene = "mandelbrot";

struct Encoder {
    std::string_view name;
    std::string_view options;
    bool is_hevc = false;
};
void PrintTo(const Encoder& encoder, std::ostream* out) {
    *out << encoder.name;
}

class LightPictureOfCabacTest : public LightPictureTest, public testing::WithParamInterface<Encoder> {};

TEST_P(LightPictureOfCabacTest, IsNoneWithoutTheKeysAndOneWhereTooLittleIsSealed) {
    const Encoder& encoder = GetParam();
    if (!test_thoroughly() && encoder.name != "H264High") GTEST_SKIP() << "takes seconds";
    const Clip clip = make(scene, std::string(encoder.options), encoder.is_hevc);
    const Clip other = make(other_scene, std::string(encoder.options), encoder.is_hevc);
    const double unrelated = nearest(other.pictures, clip.pictures);
    ASSERT_GT(nearest(clip.pictures, clip.pictures), 0.9) << "the measure finds what is the same";
    ASSERT_LT(unrelated, 0.1);

    std::size_t size = 0;
    for (const Bytes& unit : clip.units) size += unit.size();
    const auto readable = what_lies_in_clear(clip);
    EXPECT_GT(count(readable), size / 2) << "or nothing is proven";
    const double found = best_attack(clip, other);
    const std::size_t tempted = decoded_;
    EXPECT_GE(tempted, clip.units.size() / 2) << "the decoder was not even tempted";
    EXPECT_LE(found, unrelated + 0.05);
    // The same attack, where the slices' headers alone are sealed.
    const double found_of_tiny = best_attack(clip, other, 3);
    EXPECT_GT(found_of_tiny, 0.5);
    RecordProperty("unrelated", std::to_string(unrelated));
    RecordProperty("found", std::to_string(found));
    RecordProperty("found_with_a_tiny_start", std::to_string(found_of_tiny));
    fmt::print(
        "likeness: unrelated {:.3f}, light {:.3f}, start of 3 bytes {:.3f}; {} of {} bytes in clear; {} "
        "pictures made of light\n",
        unrelated, found, found_of_tiny, count(readable), size, tempted);
}

INSTANTIATE_TEST_SUITE_P(
    Encoders, LightPictureOfCabacTest,
    testing::Values(Encoder{"H264High", "-c:v libx264 -profile:v high -crf 20"},
                    Encoder{"H264MainInSlices", "-c:v libx264 -profile:v main -crf 20 -x264-params slices=4"},
                    Encoder{"H265", "-c:v libx265 -x265-params wpp=0:crf=20:log-level=none", true}),
    [](const auto& info) { return std::string(info.param.name); });

class LightPictureSealedWholeTest : public LightPictureTest, public testing::WithParamInterface<Encoder> {};

TEST_P(LightPictureSealedWholeTest, HasNothingInClear) {
    const Encoder& encoder = GetParam();
    const Clip clip = make(scene, std::string(encoder.options), encoder.is_hevc);
    EXPECT_EQ(count(what_lies_in_clear(clip)), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Encoders, LightPictureSealedWholeTest,
    testing::Values(Encoder{"H264Cavlc", "-c:v libx264 -profile:v baseline -crf 20"},
                    Encoder{"H265Wavefronts", "-c:v libx265 -x265-params wpp=1:crf=20:log-level=none", true}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace vedette::gateway::ingest
