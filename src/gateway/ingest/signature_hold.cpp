#include "gateway/ingest/signature_hold.hpp"

#include <algorithm>
#include <utility>

namespace vedette::gateway::ingest {

namespace {

/// Of groups of pictures that no fragment was closed for yet: more than a camera sends within our patience.
constexpr std::size_t max_kept_verdicts = 512;

}  // namespace

void SignatureHold::begin_session(bool expected) {
    expected_ = expected;
    signs_ = false;
    in_vain_ = false;
    verdicts_.clear();
}

void SignatureHold::learn(const media::SignatureVerdict& verdict) {
    signs_ = true;
    if (verdict.verdict == media::Authenticity::none) return;
    verdicts_.push_back(verdict);
    if (verdicts_.size() > max_kept_verdicts) verdicts_.pop_front();
}

void SignatureHold::add(Fragment fragment, MonotonicTime now) {
    std::size_t bytes = 0;
    for (const SharedBytes& piece : fragment.pieces) bytes += piece->size();
    held_bytes_ += bytes;
    held_.push_back({std::move(fragment), now, bytes});
}

bool SignatureHold::is_covered(const Fragment& fragment) const {
    return std::ranges::any_of(verdicts_, [&](const media::SignatureVerdict& verdict) {
        return verdict.last_time >= fragment.last_time;
    });
}

std::optional<Fragment> SignatureHold::take(MonotonicTime now) {
    if (held_.empty()) return std::nullopt;
    const Held& front = held_.front();
    const bool waits = (signs_ || (expected_ && !in_vain_)) && !is_covered(front.fragment) &&
                       now - front.since < signature_patience && held_bytes_ <= max_held_signature_bytes;
    if (waits) return std::nullopt;
    return judge_front();
}

std::optional<Fragment> SignatureHold::take_now() {
    if (held_.empty()) return std::nullopt;
    return judge_front();
}

Fragment SignatureHold::judge_front() {
    using media::Authenticity;
    Held front = std::move(held_.front());
    held_.pop_front();
    held_bytes_ -= front.bytes;
    Fragment& fragment = front.fragment;
    const bool is_covered_whole = is_covered(fragment);
    for (const media::SignatureVerdict& verdict : verdicts_) {
        if (verdict.last_time < fragment.first_time || verdict.first_time > fragment.last_time) continue;
        fragment.signature = media::worse(fragment.signature, verdict.verdict);
        fragment.signing_key = verdict.key;
    }
    if (signs_ && (!is_covered_whole || fragment.signature == Authenticity::none))
        fragment.signature = media::worse(fragment.signature, Authenticity::not_known);
    if (!signs_ && expected_) {
        fragment.signature = Authenticity::not_signed;
        in_vain_ = true;
    }
    while (!verdicts_.empty() && verdicts_.front().last_time <= fragment.last_time) verdicts_.pop_front();
    ++counters_.fragments[static_cast<std::size_t>(fragment.signature)];
    last_ = fragment.signature;
    return std::move(fragment);
}

}  // namespace vedette::gateway::ingest
