#include "crypto/srtp.hpp"

#include <algorithm>
#include <cstdlib>

namespace vedette::crypto {

namespace {
constexpr std::uint64_t index_mask = (std::uint64_t{1} << 48) - 1;
constexpr std::uint32_t srtcp_index_mask = 0x7FFF'FFFF;

std::uint16_t sequence_of(ByteView packet) {
    return ByteReader(packet.subspan(2)).u16();
}
}  // namespace

std::uint64_t srtp_index(std::uint64_t highest, std::uint16_t sequence) {
    const auto last = static_cast<std::uint16_t>(highest);
    const std::uint64_t rollovers = highest >> 16;
    const int distance = int{sequence} - int{last};
    std::uint64_t guess = rollovers;
    if (distance < -0x8000) guess = rollovers + 1;
    if (distance > 0x8000 && rollovers > 0) guess = rollovers - 1;
    return (guess << 16 | sequence) & index_mask;
}

bool ReplayWindow::may_accept(std::uint64_t index) const {
    if (!any_ || index > highest_) return true;
    if (highest_ - index >= srtp_replay_window) return false;
    const std::uint64_t bit = index % srtp_replay_window;
    return (seen_[bit / 64] >> (bit % 64) & 1) == 0;
}

void ReplayWindow::accept(std::uint64_t index) {
    if (!any_ || index > highest_) {
        // The places of the indices in between belong to older ones until now.
        const std::uint64_t ahead = any_ ? index - highest_ : srtp_replay_window;
        if (ahead >= srtp_replay_window) {
            seen_ = {};
        } else {
            for (std::uint64_t i = highest_ + 1; i <= index; ++i) {
                const std::uint64_t bit = i % srtp_replay_window;
                seen_[bit / 64] &= ~(std::uint64_t{1} << (bit % 64));
            }
        }
        highest_ = index;
        any_ = true;
    }
    const std::uint64_t bit = index % srtp_replay_window;
    seen_[bit / 64] |= std::uint64_t{1} << (bit % 64);
}

SrtpReceiver::SrtpReceiver(const SrtpKey& key)
    : rtp_(derive_srtp_keys(key, SrtpKind::rtp), key.mki, SrtpKind::rtp),
      rtcp_(derive_srtp_keys(key, SrtpKind::rtcp), key.mki, SrtpKind::rtcp) {}

SrtpReceiver::Source* SrtpReceiver::find(std::uint32_t ssrc) {
    const auto found = std::ranges::find(sources_, ssrc, &Source::ssrc);
    return found == sources_.end() ? nullptr : &*found;
}

SrtpReceiver::Source* SrtpReceiver::find_or_add(std::uint32_t ssrc) {
    if (Source* known = find(ssrc)) return known;
    if (sources_.size() == max_srtp_sources) return nullptr;
    return &sources_.emplace_back(Source{.ssrc = ssrc, .rollovers = 0, .rtp = {}, .rtcp = {}});
}

void SrtpReceiver::expect_rollovers(std::uint32_t ssrc, std::uint32_t rollovers) {
    if (Source* source = find_or_add(ssrc)) source->rollovers = rollovers;
}

bool SrtpReceiver::open(ByteView packet, std::uint64_t index) {
    return rtp_.unprotect(packet, index, plain_);
}

std::optional<ByteView> SrtpReceiver::unprotect_rtp(ByteView packet) {
    if (!srtp_header_bytes(packet, SrtpKind::rtp)) {
        ++unauthentic_;
        return std::nullopt;
    }
    const std::uint16_t sequence = sequence_of(packet);
    const std::uint32_t ssrc = ByteReader(packet.subspan(8)).u32();
    Source* source = find(ssrc);
    std::uint64_t index = 0;
    bool authentic = false;
    if (source != nullptr && !source->rtp.empty()) {
        index = srtp_index(source->rtp.highest(), sequence);
        if (!source->rtp.may_accept(index)) {
            ++replayed_;
            return std::nullopt;
        }
        authentic = open(packet, index);
    } else {
        // Nobody tells how often the number has wrapped since the description was written.
        const std::uint64_t told = source != nullptr ? source->rollovers : 0;
        for (std::uint64_t more = 0; more < 2 && !authentic; ++more) {
            index = ((told + more) << 16 | sequence) & index_mask;
            authentic = open(packet, index);
        }
    }
    if (authentic && source == nullptr) source = find_or_add(ssrc);
    if (!authentic || source == nullptr) {
        ++unauthentic_;
        return std::nullopt;
    }
    source->rtp.accept(index);
    ++accepted_;
    return ByteView(plain_);
}

std::optional<ByteView> SrtpReceiver::unprotect_rtcp(ByteView packet) {
    const auto index = rtcp_.srtcp_index(packet);
    if (!index || !srtp_header_bytes(packet, SrtpKind::rtcp)) {
        ++unauthentic_;
        return std::nullopt;
    }
    const std::uint32_t ssrc = ByteReader(packet.subspan(4)).u32();
    Source* source = find(ssrc);
    if (source != nullptr && !source->rtcp.may_accept(*index)) {
        ++replayed_;
        return std::nullopt;
    }
    const bool authentic = rtcp_.unprotect(packet, *index, plain_);
    if (authentic && source == nullptr) source = find_or_add(ssrc);
    if (!authentic || source == nullptr) {
        ++unauthentic_;
        return std::nullopt;
    }
    source->rtcp.accept(*index);
    return ByteView(plain_);
}

SrtpSender::SrtpSender(const SrtpKey& key)
    : rtp_(derive_srtp_keys(key, SrtpKind::rtp), key.mki, SrtpKind::rtp),
      rtcp_(derive_srtp_keys(key, SrtpKind::rtcp), key.mki, SrtpKind::rtcp) {}

void SrtpSender::protect_rtp(ByteView packet, Bytes& out) {
    const std::uint16_t sequence = sequence_of(packet);
    const std::uint64_t index = any_ ? srtp_index(highest_, sequence) : sequence;
    highest_ = any_ ? std::max(highest_, index) : index;
    any_ = true;
    rtp_.protect(packet, index, out);
}

void SrtpSender::protect_rtcp(ByteView packet, Bytes& out) {
    rtcp_.protect(packet, next_srtcp_index_, out);
    next_srtcp_index_ = (next_srtcp_index_ + 1) & srtcp_index_mask;
}

}  // namespace vedette::crypto
