#include "media/fmp4_sample_entry.hpp"

#include <algorithm>

#include "media/aac.hpp"
#include "media/audio.hpp"
#include "media/av1.hpp"
#include "media/box_writer.hpp"
#include "media/h264.hpp"
#include "media/h265.hpp"
#include "media/jpeg.hpp"

namespace vedette::media::fmp4 {
namespace {

constexpr std::size_t video_fields_bytes = 78;  // of a visual entry before its boxes (ISO 14496-12, 12.1.3)
constexpr std::size_t audio_fields_bytes = 28;  // of an audio entry (12.2.3)
constexpr std::uint32_t fixed_1 = 0x00010000;   // 16.16

/// The object types and stream types of ISO 14496-1, 7.2.6.6.
struct Elementary {
    std::uint8_t object_type = 0;
    std::uint8_t stream_type = 0;
};
constexpr Elementary mpeg4_audio{.object_type = 0x40, .stream_type = 0x15};

constexpr Elementary jpeg_video{.object_type = 0x6C, .stream_type = 0x11};
constexpr std::string_view onvif_namespace = "http://www.onvif.org/ver10/schema";

/// Of those without a record. MP4 has no name of its own for G.711 and G.726: ulaw, alaw and twos (linear,
/// big-endian) are QuickTime's, and "ms" with a number of the WAVE registry is its way to name the rest.
constexpr std::string_view entry_of(Codec codec) {
    using namespace std::string_view_literals;
    switch (codec) {
        case Codec::pcmu:
            return "ulaw";
        case Codec::pcma:
            return "alaw";
        case Codec::l16:
            return "twos";
        default:
            return "ms\0\x45"sv;  // WAVE_FORMAT_G726_ADPCM
    }
}

/// ES_Descriptor of ISO 14496-1, 7.2.6.5. Its lengths fit into one byte, as the configuration is short.
void write_esds(ByteWriter& out, Elementary kind, ByteView config) {
    const auto config_size = static_cast<std::uint8_t>(config.size());
    const auto decoder_size = static_cast<std::uint8_t>(13 + (config.empty() ? 0 : 2 + config_size));
    const Box esds(out, "esds", 0, 0);
    out.u8(3).u8(static_cast<std::uint8_t>(3 + 2 + decoder_size + 3)).u16(0).u8(0);  // ES_ID, flags
    out.u8(4).u8(decoder_size).u8(kind.object_type).u8(kind.stream_type).u24(0).u32(0).u32(0);
    if (!config.empty()) out.u8(5).u8(config_size).bytes(config);
    out.u8(6).u8(1).u8(2);  // SLConfigDescriptor: as in MP4 files
}

void write_video_fields(ByteWriter& out, const TrackParameters& track) {
    out.zeros(6).u16(1);  // data_reference_index
    out.zeros(16).u16(track.width).u16(track.height);
    out.u32(72 * fixed_1).u32(72 * fixed_1).u32(0);  // dots per inch, which nobody reads
    out.u16(1).zeros(32).u16(24).u16(0xFFFF);        // frame_count, compressorname, depth
}

void write_audio_fields(ByteWriter& out, const TrackParameters& track, std::uint16_t sample_bits) {
    out.zeros(6).u16(1).zeros(8);
    out.u16(track.channels).u16(sample_bits).u32(0);
    out.u32(track.sample_rate_hz <= UINT16_MAX ? track.sample_rate_hz << 16 : 0);
}

void write_video_entry(ByteWriter& out, const TrackParameters& track, std::string_view entry,
                       std::string_view config) {
    const Box box(out, entry);
    write_video_fields(out, track);
    const Box record(out, config);
    out.bytes(track.decoder_config);
}

ByteView after(ByteView bytes, std::size_t count) {
    return bytes.subspan(std::min(count, bytes.size()));
}

Result<TrackParameters> read_avc1(ByteView entry) {
    VEDETTE_TRY(const AvcDecoderConfiguration config,
                parse_avcc(find_box(after(entry, video_fields_bytes), "avcC")));
    std::vector<ByteView> sps(config.sps.begin(), config.sps.end());
    std::vector<ByteView> pps(config.pps.begin(), config.pps.end());
    return h264_track_parameters(sps, pps);
}

Result<TrackParameters> read_hvc1(ByteView entry) {
    VEDETTE_TRY(const HevcParameterSets sets, parse_hvcc(find_box(after(entry, video_fields_bytes), "hvcC")));
    return h265_track_parameters(sets);
}

Result<TrackParameters> read_mp4a(ByteView entry) {
    // ES_Descriptor as write_esds() makes it: the configuration follows tag 5 and one byte of length.
    constexpr std::size_t config_tag_at = 4 + 2 + 3 + 2 + 13;
    ByteReader esds(find_box(after(entry, audio_fields_bytes), "esds"));
    esds.skip(config_tag_at);
    if (esds.u8() != 5) return fail(ErrorKind::corrupt, "an audio track without a decoder configuration");
    const ByteView config = esds.take(esds.u8());
    VEDETTE_CHECK(esds.check("an audio track's decoder configuration"));
    return aac_track_parameters(config);
}

Result<TrackParameters> read_mp4v(ByteView entry) {
    constexpr std::size_t width_at = 24;
    ByteReader in(after(entry, width_at));
    const std::uint16_t width = in.u16();
    const std::uint16_t height = in.u16();
    VEDETTE_CHECK(in.check("a JPEG track's sample entry"));
    return mjpeg_track_parameters(width, height);
}

Result<TrackParameters> read_plain_audio(Codec codec, ByteView entry, std::uint32_t timescale) {
    constexpr std::size_t channels_at = 16;
    ByteReader in(after(entry, channels_at));
    const auto channels = static_cast<std::uint8_t>(std::min<unsigned>(in.u16(), 255));
    const auto bits = static_cast<std::uint8_t>(std::min<unsigned>(in.u16(), 255));
    VEDETTE_CHECK(in.check("an audio track's sample entry"));
    return codec == Codec::g726 ? g726_track_parameters(bits)
                                : pcm_track_parameters(codec, timescale, channels);
}

Result<TrackParameters> read_opus(ByteView entry) {
    const auto channels = opus_channels(find_box(after(entry, audio_fields_bytes), "dOps"));
    if (!channels) return fail(ErrorKind::corrupt, "an Opus track without its configuration");
    return opus_track_parameters(*channels);
}

Result<TrackParameters> read_av01(ByteView entry) {
    return av1_track_parameters_of_record(find_box(after(entry, video_fields_bytes), "av1C"));
}

}  // namespace

ByteView find_box(ByteView parent, std::string_view type) {
    ByteReader reader(parent);
    while (!reader.failed() && reader.remaining() >= 8) {
        const std::uint32_t size = reader.u32();
        const ByteView name = reader.take(4);
        if (size < 8) return {};
        const ByteView payload = reader.take(size - 8);
        if (as_text(name) == type) return payload;
    }
    return {};
}

void write_sample_entry(ByteWriter& out, const TrackParameters& track) {
    switch (track.codec) {
        case Codec::h264:
            return write_video_entry(out, track, "avc1", "avcC");
        case Codec::h265:
            return write_video_entry(out, track, "hvc1", "hvcC");
        case Codec::aac: {
            const Box entry(out, "mp4a");
            write_audio_fields(out, track, 16);
            return write_esds(out, mpeg4_audio, track.decoder_config);
        }
        case Codec::mjpeg: {
            const Box entry(out, "mp4v");
            write_video_fields(out, track);
            return write_esds(out, jpeg_video, {});
        }
        case Codec::av1:
            return write_video_entry(out, track, "av01", "av1C");
        case Codec::opus: {
            const Box entry(out, "Opus");
            write_audio_fields(out, track, 16);
            const Box dops(out, "dOps");
            out.bytes(track.decoder_config);
            return;
        }
        case Codec::pcmu:
        case Codec::pcma:
        case Codec::l16:
        case Codec::g726: {
            const Box entry(out, entry_of(track.codec));
            return write_audio_fields(out, track, track.codec == Codec::g726 ? track.bits_per_sample : 16);
        }
        case Codec::onvif_metadata: {
            const Box entry(out, "metx");  // XMLMetaDataSampleEntry (ISO 14496-12, 12.3.3)
            out.zeros(6).u16(1).u8(0).text(onvif_namespace).u8(0).u8(0);
            return;
        }
    }
}

Result<TrackParameters> read_sample_entry(ByteView entries, std::uint32_t timescale) {
    if (const ByteView avc1 = find_box(entries, "avc1"); !avc1.empty()) return read_avc1(avc1);
    if (const ByteView hvc1 = find_box(entries, "hvc1"); !hvc1.empty()) return read_hvc1(hvc1);
    if (const ByteView mp4a = find_box(entries, "mp4a"); !mp4a.empty()) return read_mp4a(mp4a);
    if (const ByteView mp4v = find_box(entries, "mp4v"); !mp4v.empty()) return read_mp4v(mp4v);
    if (const ByteView av01 = find_box(entries, "av01"); !av01.empty()) return read_av01(av01);
    if (const ByteView opus = find_box(entries, "Opus"); !opus.empty()) return read_opus(opus);
    for (const Codec codec : {Codec::pcmu, Codec::pcma, Codec::l16, Codec::g726})
        if (const ByteView entry = find_box(entries, entry_of(codec)); !entry.empty())
            return read_plain_audio(codec, entry, timescale);
    if (!find_box(entries, "metx").empty()) return onvif_metadata_track();
    return fail(ErrorKind::corrupt, "an initialisation segment with a track of an unknown kind");
}

}  // namespace vedette::media::fmp4
