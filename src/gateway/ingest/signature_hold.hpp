#pragma once
// Fragments of a camera that signs wait here for their signature, so that the record of each can say what it
// is worth. A camera that does not sign waits for nothing. Pure.

#include <array>
#include <chrono>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "gateway/ingest/fragmenter.hpp"
#include "media/signature_verdict.hpp"

namespace vedette::gateway::ingest {

/// A signature comes one picture after the end of its group or some later. What is still waited for after
/// this is recorded without, and is lost with it when the recorder is killed.
inline constexpr std::chrono::seconds signature_patience{4};
/// The same in bytes.
inline constexpr std::size_t max_held_signature_bytes = 16 << 20;

/// What signatures have said about fragments. Never decreases.
struct SignatureCounters {
    std::array<std::uint64_t, media::authenticities> fragments{};  ///< by Authenticity

    friend bool operator==(const SignatureCounters&, const SignatureCounters&) = default;
};

/// Lives on one thread.
class SignatureHold {
  public:
    /// A new session begins. `expected`: this camera has signed before.
    void begin_session(bool expected);
    /// About the leading track, in the order of the pictures.
    void learn(const media::SignatureVerdict& verdict);
    void add(Fragment fragment, MonotonicTime now);
    /// The next fragment whose signature is known, or does not come any more.
    std::optional<Fragment> take(MonotonicTime now);
    /// The next one, whatever is known.
    std::optional<Fragment> take_now();

    const SignatureCounters& counters() const { return counters_; }
    /// Of the fragment that was taken last.
    media::Authenticity last() const { return last_; }

  private:
    struct Held {
        Fragment fragment;
        MonotonicTime since{};
        std::size_t bytes = 0;
    };
    bool is_covered(const Fragment& fragment) const;
    Fragment judge_front();

    bool expected_ = false;
    bool signs_ = false;
    bool in_vain_ = false;  ///< it was waited for a signature, and there was none in this session
    std::deque<media::SignatureVerdict> verdicts_;
    std::deque<Held> held_;
    std::size_t held_bytes_ = 0;
    SignatureCounters counters_;
    media::Authenticity last_ = media::Authenticity::none;
};

}  // namespace vedette::gateway::ingest
