#pragma once
// Signing in to a camera again and again: WS-UsernameToken by the camera's own clock, whatever that says, and
// no more attempts than can help (quirks 32, 70, 71 and 72). No I/O.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "onvif/device.hpp"

namespace vedette::onvif {

/// A camera's clock that is off by less is not why it refused.
inline constexpr Ticks90k noticeable_offset = std::chrono::seconds(2);

class SignIn {
  public:
    /// Both empty: nobody signs in.
    SignIn(std::string username, Secret password);

    bool has_credentials() const { return !username_.empty() || !password_.empty(); }
    /// The SOAP header of a call that is sent at `now` (our clock); empty without credentials.
    std::string header(UtcTime now) const;

    /// The clock has not been read yet, or has to be read again.
    bool needs_clock() const { return needs_clock_; }
    /// The camera's clock, read at `now`. False: it was read again after a refusal and has not changed, so
    /// that the credentials are wrong.
    bool on_time(const DeviceTime& time, UtcTime now);
    /// The camera does not tell its clock: ours is taken. False as above.
    bool on_no_time();

    /// A call was refused. nullopt: another attempt may help; needs_clock() says whether the clock comes
    /// first. Else what to tell: unauthenticated.
    std::optional<Error> on_refused();
    /// A signed call was answered: a refusal after this may be a clock that was set meanwhile.
    void on_accepted() { read_again_ = false; }

    /// How far the camera's clock is ahead of ours, as far as known.
    Ticks90k clock_offset() const { return offsets_[chosen_]; }

  private:
    std::string username_;
    Secret password_;
    std::vector<Ticks90k> offsets_{Ticks90k(0)};
    std::size_t chosen_ = 0;
    bool needs_clock_ = true;
    bool read_again_ = false;
};

}  // namespace vedette::onvif
