#include "base/hex.hpp"
#include "crypto/base64.hpp"
#include "simulate/session.hpp"

namespace vedette::simulate {

namespace {

/// RFC 6184 section 8.1.
std::string h264_lines(const PackedClip& clip) {
    return fmt::format(
        "a=rtpmap:{0} H264/90000\r\n"
        "a=fmtp:{0} packetization-mode=1;profile-level-id={1};sprop-parameter-sets={2},{3}\r\n",
        video_payload_type, to_hex(ByteView(clip.parameter_sets[0]).subspan(1, 3)),
        crypto::to_base64(clip.parameter_sets[0]), crypto::to_base64(clip.parameter_sets[1]));
}

/// RFC 7798 section 7.1.
std::string h265_lines(const PackedClip& clip) {
    return fmt::format("a=rtpmap:{0} H265/90000\r\na=fmtp:{0} sprop-vps={1};sprop-sps={2};sprop-pps={3}\r\n",
                       video_payload_type, crypto::to_base64(clip.parameter_sets[0]),
                       crypto::to_base64(clip.parameter_sets[1]), crypto::to_base64(clip.parameter_sets[2]));
}

}  // namespace

std::string describe_back_channel() {
    return fmt::format(
        "m=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=control:trackID={}\r\na=sendonly\r\n",
        back_channel_track);
}

std::string describe(const FarmStream& stream, const ProtectedTracks* srtp, std::uint64_t ntp) {
    const std::string_view profile = srtp != nullptr ? "RTP/SAVP" : "RTP/AVP";
    const PackedClip& clip = *stream.clip;
    std::string sdp = fmt::format(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns={}\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\n"
        "a=range:npt=now-\r\n",
        stream.name);
    sdp += fmt::format("m=video 0 {} {}\r\n{}a=framerate:{:.6g}\r\na=control:trackID=0\r\n", profile,
                       video_payload_type,
                       clip.codec == media::Codec::h265 ? h265_lines(clip) : h264_lines(clip),
                       static_cast<double>(clip.frame_rate.numerator) / clip.frame_rate.denominator);
    if (srtp != nullptr) sdp += srtp->describe(0, ntp);
    if (clip.audio)
        sdp += fmt::format(
            "m=audio 0 {4} {0}\r\na=rtpmap:{0} mpeg4-generic/{1}/{2}\r\n"
            "a=fmtp:{0} streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;"
            "indexdeltalength=3;config={3}\r\na=control:trackID=1\r\n",
            audio_payload_type, clip.sample_rate_hz, clip.channels, to_hex(clip.audio_config), profile);
    if (clip.audio && srtp != nullptr) sdp += srtp->describe(1, ntp);
    return sdp;
}

}  // namespace vedette::simulate
