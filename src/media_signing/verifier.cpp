#include "media_signing/verifier.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "crypto/digest.hpp"

namespace vedette::media_signing {

using media::Authenticity;
using media::SignatureVerdict;
using media::SignedGroup;
using media::SignedUnit;
using media::SigningScheme;
using media::SigningSei;

namespace {

constexpr std::size_t length_bytes = 4;  // before each NAL unit
/// A session may begin in the middle of what is signed: so many signatures may speak of what came before it.
constexpr unsigned max_fruitless = 3;

/// Before the hashes of a group in the Signed Video Framework.
constexpr std::array axis_salt{std::byte{1}};

media::SigningHash hash_of_both(const media::SigningHash& a, const media::SigningHash& b) {
    crypto::Sha256 hash;
    hash.update(a);
    hash.update(b);
    return hash.finish();
}

}  // namespace

Verifier::List::List(const std::vector<Hash>& hashes) {
    sorted_.reserve(hashes.size());
    for (std::size_t i = 0; i < hashes.size(); ++i) sorted_.emplace_back(hashes[i], i);
    std::ranges::sort(sorted_);
}

std::optional<std::size_t> Verifier::List::find(const Hash& hash, std::size_t from) const {
    const auto found = std::ranges::lower_bound(sorted_, std::pair(hash, from));
    if (found == sorted_.end() || found->first != hash) return std::nullopt;
    return found->second;
}

void Verifier::push(ByteView unit, std::int64_t time, MonotonicTime now, Verdicts& out) {
    if (codec_ != media::Codec::h264 && codec_ != media::Codec::h265) return;
    if (now - second_began_ >= std::chrono::seconds(1)) {
        second_began_ = now;
        seis_ = 0;
    }
    ByteReader in(unit);
    while (in.remaining() > length_bytes) {
        const ByteView nal = in.take(in.u32());
        if (in.failed()) return;
        const SignedUnit kind = media::signed_unit(codec_, nal);
        if (kind != SignedUnit::none) {
            take_slice(nal, kind, time);
        } else if (media::signing_scheme(codec_, nal) && ++seis_ <= max_seis_per_second) {
            take_sei(nal, time, out);
        }
    }
    if (signs_) shorten(out);
}

void Verifier::lost() {
    lost_ = true;
    doubtful_ = true;
}

void Verifier::take_slice(ByteView nal, SignedUnit kind, std::int64_t time) {
    if (!signs_) return;
    in_group_ |= kind == SignedUnit::first_slice;
    if (!in_group_) return;
    if (kind == SignedUnit::uncovered) {
        uncovered_ = true;
        return;
    }
    // The first unit of a group stands for itself, the others are bound to it.
    Hash hash = crypto::sha256(media::without_trailing_zeros(nal));
    if (kind == SignedUnit::first_slice) {
        reference_ = hash;
        doubtful_ = false;
    } else {
        hash = hash_of_both(reference_, hash);
    }
    waiting_.push_back({.hash = hash,
                        .time = time,
                        .begins_group = kind == SignedUnit::first_slice,
                        .after_loss = std::exchange(lost_, false),
                        .doubtful = doubtful_,
                        .uncovered = std::exchange(uncovered_, false),
                        .provisional = nullptr});
}

void Verifier::take_sei(ByteView nal, std::int64_t time, Verdicts& out) {
    if (!std::exchange(signs_, true)) say(Authenticity::none, time, time, out);
    const auto sei = media::parse_signing_sei(codec_, nal);
    if (!sei) return;  // the pictures stay without a signature, and are told so
    // An SEI that is not signed itself may name any key.
    if (!sei->key_pem.empty() && sei->key_pem != key_pem_ && !sei->signature.empty()) {
        auto key = crypto::DigestVerifier::from_pem(sei->key_pem);
        if (key) {
            key_ = std::move(*key);
            key_pem_ = sei->key_pem;
        }
    }
    const std::optional<bool> signed_well = check_signature(*sei);
    if (sei->group) judge(Statement(*sei), signed_well, time, out);
}

// Unset: nobody can tell.
std::optional<bool> Verifier::check_signature(const SigningSei& sei) {
    if (sei.signature.empty() || !key_ || sei.foreign_hash) return std::nullopt;
    // Older versions sign a chain of hashes instead of the SEI where it has no list of them.
    if (sei.group && !sei.group->has_hashes && sei.hashes.empty()) return std::nullopt;
    const auto padding =
        sei.scheme == SigningScheme::onvif ? crypto::RsaPadding::pss : crypto::RsaPadding::pkcs1;
    return key_->verify(crypto::sha256(sei.hashed), sei.signature, padding);
}

void Verifier::judge(const Statement& said, std::optional<bool> signed_well, std::int64_t time,
                     Verdicts& out) {
    const bool is_signed = !said.sei.signature.empty();
    Verdicts judged;
    if (auto group = find_group(said, out)) {
        cut(*group, said);
        judge_group(*group, said, signed_well, judged);
        waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(group->begin),
                       waiting_.begin() + static_cast<std::ptrdiff_t>(group->end));
        next_counter_ = said.group.counter + 1;
        was_in_step_ = true;
        fruitless_ = 0;
    }
    const auto waiting_seis = std::ranges::count_if(waiting_, [](const Unit& u) { return !!u.provisional; });
    if (!is_signed && in_group_ && static_cast<std::size_t>(waiting_seis) < max_waiting_seis) {
        waiting_.push_back({.hash = crypto::sha256(said.sei.hashed),
                            .time = time,
                            .after_loss = std::exchange(lost_, false),
                            .doubtful = doubtful_,
                            .provisional = std::make_shared<Verdicts>(std::move(judged))});
        return;
    }
    for (SignatureVerdict& verdict : judged) {
        if (!is_signed) verdict.verdict = Authenticity::not_known;
        if (key_) verdict.key = key_->fingerprint();
    }
    out.insert(out.end(), judged.begin(), judged.end());
}

void Verifier::judge_group(const Group& group, const Statement& said, std::optional<bool> signed_well,
                           Verdicts& judged) {
    Authenticity verdict = Authenticity::not_known;
    const bool may_hold = said.sei.signature.empty() || signed_well == true;
    if (signed_well == false)
        verdict = Authenticity::not_authentic;
    else if (!said.sei.foreign_hash && may_hold)
        verdict = said.group.has_hashes ? compare(group, said) : compare_older(group, said);
    linked_.reset();
    if (said.group.has_hashes && said.list.size() > 0)
        linked_ = said.sei.hashes.front();
    else if (said.group.has_hashes && verdict == Authenticity::authentic)
        linked_ = waiting_[group.begin].hash;
    // What an SEI without signature said counts when this one, which covers it, does.
    const bool all_covered =
        verdict == Authenticity::authentic || verdict == Authenticity::authentic_with_missing;
    for (std::size_t i = group.begin; i < group.end; ++i) {
        const Unit& unit = waiting_[i];
        if (!unit.provisional) continue;
        const bool covered = all_covered || (may_hold && said.list.find(unit.hash));
        for (SignatureVerdict before : *unit.provisional) {
            if (!covered) before.verdict = media::worse(before.verdict, verdict);
            judged.push_back(before);
        }
    }
    say(verdict, waiting_[group.begin].time, waiting_[group.end - 1].time, judged);
}

std::optional<Verifier::Group> Verifier::find_group(const Statement& said, Verdicts& out) {
    if (waiting_.empty()) {  // it speaks of what came before this session, or of what was lost
        if (next_counter_) next_counter_ = said.group.counter + 1;
        return std::nullopt;
    }
    // With nothing to compare it is only known that the oldest pictures are signed.
    const bool is_mute = said.sei.foreign_hash || (!said.group.has_hashes && said.list.size() == 0);
    if (is_mute || next_counter_ == said.group.counter) return group_from(0, said.group);
    // One that is older was seen already, or the camera counts anew; one that is newer came after others that
    // are missing.
    if (const auto found = search(said)) {
        give_up_before(found->begin, was_in_step_ ? Authenticity::not_authentic : Authenticity::not_known,
                       out);
        linked_.reset();
        return Group{0, found->end - found->begin};
    }
    ++fruitless_;
    const std::size_t last = last_group_start();
    if (last > 0 && (was_in_step_ || fruitless_ >= max_fruitless)) {
        give_up_before(last, Authenticity::not_authentic, out);
        next_counter_.reset();
        linked_.reset();
    }
    return std::nullopt;
}

std::optional<Verifier::Group> Verifier::search(const Statement& said) const {
    std::optional<Group> best;
    std::size_t most = 0;
    bool seen = false;  // a unit of the list
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
        const bool first_of_list = !seen && said.group.partial && said.list.find(waiting_[i].hash);
        seen |= first_of_list;
        if (i != 0 && !waiting_[i].begins_group && !first_of_list) continue;
        const Group group = group_from(i, said.group);
        if (said.group.has_hashes && has_hash(group, said)) return group;
        const std::size_t matching = matches(group, said.list);
        if (matching <= most) continue;
        most = matching;
        best = group;
    }
    return best;
}

// From there to the next group's beginning, or as many units as it was told.
Verifier::Group Verifier::group_from(std::size_t begin, const SignedGroup& group) const {
    std::size_t end = begin + 1;
    while (end < waiting_.size() && !waiting_[end].begins_group &&
           !(group.partial && end - begin >= group.units))
        ++end;
    return {begin, end};
}

// Where pictures of a part of a group are missing, those behind it are not its own. One of its own that was
// changed is then found out by the next part.
void Verifier::cut(Group& group, const Statement& said) const {
    if (!said.group.partial || said.list.size() == 0 || has_hash(group, said)) return;
    std::size_t end = group.end;
    while (end > group.begin && !said.list.find(waiting_[end - 1].hash)) --end;
    const std::size_t missing = said.list.size() - std::min(said.list.size(), matches(group, said.list));
    if (end > group.begin && group.end - end <= missing) group.end = end;
}

bool Verifier::has_hash(const Group& group, const Statement& said) const {
    crypto::Sha256 all;
    if (said.sei.scheme == SigningScheme::axis) all.update(axis_salt);
    for (std::size_t i = group.begin; i < group.end; ++i) all.update(waiting_[i].hash);
    return all.finish() == said.group.group;
}

// How many of the group's units are in the list, in its order.
std::size_t Verifier::matches(const Group& group, const List& list) const {
    std::size_t from = 0;
    std::size_t count = 0;
    for (std::size_t i = group.begin; i < group.end; ++i) {
        const auto found = list.find(waiting_[i].hash, from);
        if (!found) continue;
        from = *found + 1;
        ++count;
    }
    return count;
}

bool Verifier::has_loss(const Group& group) const {
    for (std::size_t i = group.begin; i < group.end; ++i)
        if (waiting_[i].after_loss || waiting_[i].doubtful) return true;
    return group.end < waiting_.size() ? waiting_[group.end].after_loss : lost_;
}

Authenticity Verifier::compare(const Group& group, const Statement& said) const {
    const auto begin = waiting_.begin() + static_cast<std::ptrdiff_t>(group.begin);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(group.end);
    const auto units = group.end - group.begin;
    const bool has_uncovered = std::any_of(begin, end, [](const Unit& unit) { return unit.uncovered; });
    const auto good = [&](Authenticity verdict) { return has_uncovered ? Authenticity::not_known : verdict; };
    // With something lost nobody knows why it does not fit.
    const Authenticity bad = has_loss(group) ? Authenticity::not_known : Authenticity::not_authentic;
    if (linked_ && *linked_ != said.group.linked) return bad;
    if (units == said.group.units && has_hash(group, said)) return good(Authenticity::authentic);
    if (said.list.size() == 0) return bad;
    const std::size_t matching = matches(group, said.list);
    if (matching == units && matching == said.list.size()) return good(Authenticity::authentic);
    if (matching == units) return good(Authenticity::authentic_with_missing);
    // Without the first picture of its group no other can be checked; else what came is not what was signed.
    const bool any_picture = std::any_of(
        begin, end, [&](const Unit& unit) { return !unit.provisional && said.list.find(unit.hash); });
    return any_picture ? Authenticity::not_authentic : bad;
}

// Versions before 2.1 have the list alone: the group's units, and the first one of the next group, hashed
// together with this group's. That one belongs to the next group here; the counter holds their order.
Authenticity Verifier::compare_older(const Group& group, const Statement& said) const {
    if (said.list.size() == 0) return Authenticity::not_known;
    const std::size_t units = group.end - group.begin;
    const std::size_t matching = matches(group, said.list);
    const bool has_uncovered = std::any_of(waiting_.begin() + static_cast<std::ptrdiff_t>(group.begin),
                                           waiting_.begin() + static_cast<std::ptrdiff_t>(group.end),
                                           [](const Unit& unit) { return unit.uncovered; });
    if (matching == units) {
        if (has_uncovered) return Authenticity::not_known;
        return said.list.size() <= units + 1 ? Authenticity::authentic : Authenticity::authentic_with_missing;
    }
    return matching == 0 && has_loss(group) ? Authenticity::not_known : Authenticity::not_authentic;
}

// The units before `end` get no signature any more.
void Verifier::give_up_before(std::size_t end, Authenticity verdict, Verdicts& out) {
    if (end == 0) return;
    if (has_loss({0, waiting_.size()}))
        verdict = Authenticity::not_known;  // the signature may have been lost, too
    for (std::size_t i = 0; i < end; ++i) {
        if (!waiting_[i].provisional) continue;
        for (SignatureVerdict before : *waiting_[i].provisional) {
            before.verdict = media::worse(before.verdict, verdict);
            out.push_back(before);
        }
    }
    say(verdict, waiting_.front().time, waiting_[end - 1].time, out);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(end));
}

// Pictures that wait too long for a signature get none.
void Verifier::shorten(Verdicts& out) {
    const auto begins = [](const Unit& unit) { return unit.begins_group; };
    std::size_t end = 0;
    Authenticity verdict = Authenticity::not_known;
    if (waiting_.size() > max_waiting_units) {
        end = waiting_.size();
    } else if (static_cast<std::size_t>(std::ranges::count_if(waiting_, begins)) > max_waiting_groups) {
        end = static_cast<std::size_t>(std::find_if(waiting_.begin() + 1, waiting_.end(), begins) -
                                       waiting_.begin());
        verdict = Authenticity::not_signed;
    }
    if (end == 0) return;
    give_up_before(end, verdict, out);
    next_counter_.reset();
    linked_.reset();
}

std::size_t Verifier::last_group_start() const {
    for (std::size_t i = waiting_.size(); i-- > 0;)
        if (waiting_[i].begins_group) return i;
    return 0;
}

void Verifier::say(Authenticity verdict, std::int64_t first, std::int64_t last, Verdicts& out) const {
    out.push_back({.track = track_,
                   .verdict = verdict,
                   .key = key_ ? key_->fingerprint() : media::SigningKeyFingerprint{},
                   .first_time = first,
                   .last_time = last});
}

}  // namespace vedette::media_signing
