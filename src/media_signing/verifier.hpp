#pragma once
// Holds a camera's pictures against the signatures that it sends with them (ONVIF Media Signing, Signed Video
// Framework of Axis; docs/design/media-signing.md). No I/O. It reads what a camera sent: it belongs into the
// camera process.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "crypto/digest_signature.hpp"
#include "media/signature_verdict.hpp"
#include "media/signing_sei.hpp"
#include "media/types.hpp"

namespace vedette::media_signing {

/// NAL units that wait for their signature, at most; beyond that they stay unknown.
inline constexpr std::size_t max_waiting_units = 8192;
/// Groups of pictures that may wait for a signature before they count as not signed.
inline constexpr std::size_t max_waiting_groups = 4;
/// SEI that are themselves not signed, and wait for one that is, at most.
inline constexpr std::size_t max_waiting_seis = 256;

/// SEI that are looked into within a second; further ones count as missing. What they cost bears no
/// proportion to their size, and other cameras are read by the same thread.
inline constexpr unsigned max_seis_per_second = 64;

/// Of one track of one session. One thread.
class Verifier {
  public:
    /// H.264 or H.265; of another codec nothing is ever said.
    Verifier(std::uint8_t track, media::Codec codec) : track_(track), codec_(codec) {}

    /// The next access unit in decoding order, at `time` (AccessUnit::time), which came `now`. Adds what is
    /// known now to `out`, by the order of the pictures. Until the camera has sent a signature it only looks
    /// for one.
    void push(ByteView unit, std::int64_t time, MonotonicTime now, std::vector<media::SignatureVerdict>& out);
    /// Something before the next access unit did not arrive.
    void lost();

  private:
    using Hash = media::SigningHash;
    using Verdicts = std::vector<media::SignatureVerdict>;

    /// A NAL unit that a signature is to cover.
    struct Unit {
        Hash hash{};
        std::int64_t time = 0;
        bool begins_group = false;
        bool after_loss = false;
        bool doubtful = false;   ///< after a loss, and no group has begun since: its reference may be wrong
        bool uncovered = false;  ///< with it came parts of a picture that no signature covers
        std::shared_ptr<Verdicts> provisional;  ///< of an SEI that waits for the signature of another
    };
    /// An SEI's hashes, to be found by their value.
    class List {
      public:
        explicit List(const std::vector<Hash>& hashes);
        /// The first place of this hash from `from` on.
        std::optional<std::size_t> find(const Hash& hash, std::size_t from = 0) const;
        std::size_t size() const { return sorted_.size(); }

      private:
        std::vector<std::pair<Hash, std::size_t>> sorted_;
    };
    /// An SEI that speaks of pictures.
    struct Statement {
        explicit Statement(const media::SigningSei& read)
            : sei(read), group(*read.group), list(read.hashes) {}
        const media::SigningSei& sei;
        media::SignedGroup group;
        List list;
    };
    /// Units [begin, end) of waiting_.
    struct Group {
        std::size_t begin = 0;
        std::size_t end = 0;
    };

    void take_slice(ByteView nal, media::SignedUnit kind, std::int64_t time);
    void take_sei(ByteView nal, std::int64_t time, Verdicts& out);
    std::optional<bool> check_signature(const media::SigningSei& sei);
    void judge(const Statement& said, std::optional<bool> signed_well, std::int64_t time, Verdicts& out);
    void judge_group(const Group& group, const Statement& said, std::optional<bool> signed_well,
                     Verdicts& judged);
    std::optional<Group> find_group(const Statement& said, Verdicts& out);
    std::optional<Group> search(const Statement& said) const;
    Group group_from(std::size_t begin, const media::SignedGroup& group) const;
    void cut(Group& group, const Statement& said) const;
    bool has_hash(const Group& group, const Statement& said) const;
    std::size_t matches(const Group& group, const List& list) const;
    media::Authenticity compare(const Group& group, const Statement& said) const;
    media::Authenticity compare_older(const Group& group, const Statement& said) const;
    bool has_loss(const Group& group) const;
    void give_up_before(std::size_t end, media::Authenticity verdict, Verdicts& out);
    void shorten(Verdicts& out);
    void say(media::Authenticity verdict, std::int64_t first, std::int64_t last, Verdicts& out) const;
    std::size_t last_group_start() const;

    std::uint8_t track_;
    media::Codec codec_;
    bool signs_ = false;     ///< a signature was seen
    bool in_group_ = false;  ///< the beginning of a group was seen since
    Hash reference_{};       ///< of the first unit of the group under way
    std::deque<Unit> waiting_;
    bool lost_ = false;  ///< before the next unit
    bool doubtful_ = false;
    bool uncovered_ = false;
    std::optional<crypto::DigestVerifier> key_;
    std::string key_pem_;
    // Where the signatures are.
    std::optional<std::uint32_t>
        next_counter_;            ///< unset: it is not known to which group the next one belongs
    std::optional<Hash> linked_;  ///< first unit of the group that was judged last
    bool was_in_step_ = false;
    MonotonicTime second_began_{};
    unsigned seis_ = 0;       ///< in this second
    unsigned fruitless_ = 0;  ///< signatures that belong to no group that is here
};

}  // namespace vedette::media_signing
