#include "simulate/srtp.hpp"

#include "crypto/base64.hpp"
#include "rtsp/mikey.hpp"
#include "rtsp/sdes.hpp"
#include "rtsp/stream_parser.hpp"
#include "simulate/packetiser.hpp"

namespace vedette::simulate {

crypto::SrtpKey ProtectedTracks::make_key(const SrtpPolicy& policy) {
    crypto::SrtpKey key = crypto::make_srtp_key(policy.suite);
    if (policy.mki) key.mki = {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}};
    return key;
}

ProtectedTracks::ProtectedTracks(const SrtpPolicy& policy)
    : policy_(policy), tracks_{Track(make_key(policy)), Track(make_key(policy))} {}

std::string ProtectedTracks::describe(unsigned track, std::uint64_t ntp) const {
    const crypto::SrtpKey& key = tracks_.at(track).key;
    if (policy_.keying == SrtpPolicy::Keying::sdes)
        return fmt::format("a=crypto:{}\r\n", rtsp::print_sdes(key, 1));
    const rtsp::MikeyMessage message{
        .bundle = track + 1, .key = key.duplicate(), .policy = rtsp::mikey_policy(policy_.suite)};
    Bytes bytes = rtsp::print_mikey(message, ntp);
    if (policy_.mki) bytes.resize(bytes.size() + 1);  // cameras with an MKI pad as well (quirk 34)
    return fmt::format("a=key-mgmt:mikey {}\r\n", crypto::to_base64(bytes));
}

ByteView ProtectedTracks::protect(ByteView frames) {
    out_.clear();
    ByteReader reader(frames);
    while (!reader.at_end()) {
        reader.u8();
        const std::uint8_t channel = reader.u8();
        const ByteView packet = reader.take(reader.u16());
        if (reader.failed()) break;
        crypto::SrtpSender& sender = tracks_[channel >= audio_channel ? 1 : 0].sender;
        if (channel % 2 == 1)
            sender.protect_rtcp(packet, packet_);
        else
            sender.protect_rtp(packet, packet_);
        const auto header = rtsp::interleaved_header(channel, packet_.size());
        out_.insert(out_.end(), header.begin(), header.end());
        out_.insert(out_.end(), packet_.begin(), packet_.end());
    }
    return out_;
}

}  // namespace vedette::simulate
