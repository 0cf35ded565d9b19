#pragma once
// SRTP (RFC 3711) of one direction: which packets are believed, and with which index they are sealed.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/srtp_transform.hpp"

namespace vedette::crypto {

constexpr std::size_t srtp_replay_window = 1024;  ///< packets; RFC 3711 section 3.3.2 wants 64 at least
constexpr std::size_t max_srtp_sources = 32;      ///< SSRCs under one key

/// Which indices have been seen (RFC 3711 section 3.3.2).
class ReplayWindow {
  public:
    /// Neither seen nor older than the window.
    bool may_accept(std::uint64_t index) const;
    void accept(std::uint64_t index);
    bool empty() const { return !any_; }
    std::uint64_t highest() const { return highest_; }

  private:
    static constexpr std::size_t words = srtp_replay_window / 64;
    bool any_ = false;
    std::uint64_t highest_ = 0;
    std::array<std::uint64_t, words> seen_{};
};

/// Opens what a peer sends. What is not authentic, or is repeated, is dropped in silence and counted, and
/// changes no state. Not thread-safe.
class SrtpReceiver {
  public:
    explicit SrtpReceiver(const SrtpKey& key);

    /// What the peer told about the rollover counter of a source that runs already (RFC 3830 section 6.1).
    void expect_rollovers(std::uint32_t ssrc, std::uint32_t rollovers);
    /// The plain packet, valid until the next call; nullopt when it was dropped.
    std::optional<ByteView> unprotect_rtp(ByteView packet);
    std::optional<ByteView> unprotect_rtcp(ByteView packet);

    std::uint64_t accepted() const { return accepted_; }
    std::uint64_t unauthentic() const { return unauthentic_; }  ///< not authentic, or not SRTP at all
    std::uint64_t replayed() const { return replayed_; }        ///< seen already, or too old to tell

  private:
    struct Source {
        std::uint32_t ssrc = 0;
        std::uint32_t rollovers = 0;  ///< before the first packet
        ReplayWindow rtp;
        ReplayWindow rtcp;
    };
    Source* find(std::uint32_t ssrc);
    Source* find_or_add(std::uint32_t ssrc);
    bool open(ByteView packet, std::uint64_t index);

    SrtpTransform rtp_;
    SrtpTransform rtcp_;
    std::vector<Source> sources_;
    Bytes plain_;
    std::uint64_t accepted_ = 0;
    std::uint64_t unauthentic_ = 0;
    std::uint64_t replayed_ = 0;
};

/// Seals what we send. One sender for each SSRC of a key, or two packets would share a keystream. Not
/// thread-safe.
class SrtpSender {
  public:
    explicit SrtpSender(const SrtpKey& key);

    /// Replaces `out` by the protected packet. Sequence numbers go up, and may jump by less than 2^15.
    void protect_rtp(ByteView packet, Bytes& out);
    void protect_rtcp(ByteView packet, Bytes& out);
    std::uint32_t rollovers() const { return static_cast<std::uint32_t>(highest_ >> 16); }

  private:
    SrtpTransform rtp_;
    SrtpTransform rtcp_;
    bool any_ = false;
    std::uint64_t highest_ = 0;
    std::uint32_t next_srtcp_index_ = 1;
};

/// The index of a packet by its sequence number and the highest index before (RFC 3711 section 3.3.1 and
/// appendix A).
std::uint64_t srtp_index(std::uint64_t highest, std::uint16_t sequence);

}  // namespace vedette::crypto
