#pragma once
// The conversation with one camera that fetches its events. No I/O: calls come out, answers go in. It runs
// until the camera is lost or refuses; the one who carries it begins another one then, later.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "onvif/control_session.hpp"
#include "onvif/events.hpp"
#include "onvif/sign_in.hpp"

namespace vedette::onvif {

constexpr std::chrono::seconds subscription_lifetime{60};  ///< asked for, renewed at half of it
constexpr std::chrono::seconds pull_wait{15};  ///< how long the camera may wait for something to tell
constexpr unsigned pull_limit = 64;            ///< notifications that are asked for at a time
/// Between two calls that brought nothing: some cameras answer at once instead of waiting.
constexpr std::chrono::milliseconds quiet_pause{1'000};
/// Between two calls that brought something.
constexpr std::chrono::milliseconds busy_pause{100};

class EventSession {
  public:
    /// `left_behind`: a subscription of an earlier conversation, which is ended first, since cameras have few
    /// (quirk 76).
    explicit EventSession(DeviceAccess access, std::optional<EndpointReference> left_behind = {});

    /// How long to wait before next().
    std::chrono::milliseconds pause() const { return pause_; }
    /// How long the answer to the last call may take.
    std::chrono::seconds patience() const;
    /// The next call; nullopt when the conversation is over. `now` is our wall clock.
    std::optional<Call> next(UtcTime now);
    void on_answer(unsigned status, Result<Reply> reply, UtcTime now);
    /// The last call got no answer.
    void on_failure(Error error);

    /// Ends the subscription, where there is one, and then the conversation. Between calls only.
    void end();

    bool subscribed() const { return reference_.has_value() && step_ != Step::done; }
    /// What came since the last call of this. Times are on our clock, as far as the camera's is believable.
    std::vector<Notification> take_notifications();
    /// Why it is over. `unauthenticated`: no attempt will help until the settings change; `unsupported`: the
    /// camera has no events by pull-point.
    const std::optional<Error>& error() const { return error_; }
    /// What the camera still keeps for us.
    std::optional<EndpointReference> left_behind() const { return reference_; }
    /// The camera has given a subscription in this conversation.
    bool was_subscribed() const { return was_subscribed_; }

  private:
    enum class Step : std::uint8_t {
        time,
        services,
        capabilities,
        drop,
        create,
        synchronize,
        pull,
        renew,
        end,
        done
    };

    std::string_view action_of_step() const;
    std::string body_of_step() const;
    bool concerns_subscription() const;
    Question question_of_step() const;
    Result<> take(Result<Reply> reply, UtcTime now);
    Result<> take_time(Result<Reply> reply, UtcTime now);
    Result<> take_services(Result<Services> services);
    Result<> take_subscription(Result<Reply> reply, UtcTime now);
    Result<> take_messages(Result<Reply> reply, UtcTime now);
    void advance();
    void on_error(Error error);
    void finish(Error error);
    void set_lifetime(std::optional<std::chrono::seconds> lifetime, UtcTime now);
    UtcTime on_our_clock(std::optional<UtcTime> told, UtcTime now) const;

    DeviceAccess access_;
    SignIn sign_in_;
    Step step_ = Step::time;
    Step after_time_ = Step::services;
    Services services_;
    std::optional<EndpointReference> to_drop_;
    std::optional<EndpointReference> reference_;
    UtcTime renew_at_{};
    bool was_subscribed_ = false;
    bool renews_ = true;   ///< the camera knows Renew
    UtcTime made_{};       ///< when this subscription began
    UtcTime last_pull_{};  ///< when it last answered
    std::chrono::milliseconds pause_{0};
    std::vector<Notification> notifications_;
    std::optional<Error> error_;
};

}  // namespace vedette::onvif
