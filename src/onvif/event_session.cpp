#include "onvif/event_session.hpp"

#include <algorithm>
#include <utility>

#include "base/credentials_refused.hpp"
#include "onvif/namespaces.hpp"
#include "onvif/soap.hpp"

namespace vedette::onvif {

namespace {

constexpr std::chrono::seconds shortest_lifetime{10};
constexpr std::chrono::seconds usual_patience{8};
/// A subscription that has lived so long is made anew at once when it is gone.
constexpr Ticks90k long_enough = std::chrono::seconds(10);
/// An event is told within this time; else the camera's time is not believed.
constexpr Ticks90k longest_delay = std::chrono::seconds(60);
constexpr Ticks90k tolerated_future = std::chrono::seconds(2);

}  // namespace

EventSession::EventSession(DeviceAccess access, std::optional<EndpointReference> left_behind)
    : access_(std::move(access)),
      sign_in_(access_.username, access_.password.duplicate()),
      to_drop_(std::move(left_behind)) {
    if (!access_.path.starts_with('/')) access_.path = default_device_path;
}

std::chrono::seconds EventSession::patience() const {
    return step_ == Step::pull ? pull_wait + usual_patience : usual_patience;
}

bool EventSession::concerns_subscription() const {
    return step_ == Step::synchronize || step_ == Step::pull || step_ == Step::renew || step_ == Step::end ||
           step_ == Step::drop;
}

std::optional<Call> EventSession::next(UtcTime now) {
    if (step_ == Step::pull && renews_ && now >= renew_at_) step_ = Step::renew;
    if (step_ == Step::done) return std::nullopt;
    std::string header = step_ == Step::time ? std::string() : sign_in_.header(now);
    std::string_view told;
    if (concerns_subscription()) {
        const EndpointReference& to = step_ == Step::drop ? *to_drop_ : *reference_;
        told = to.address;
        header += write_addressing(action_of_step(), to);
    } else if (step_ == Step::create) {
        told = services_.events;
        header += write_addressing(action_create, {.address = services_.events, .parameters = {}});
    }
    Place place = place_of(told, access_.place());
    return Call{.port = place.port,
                .path = std::move(place.path),
                .body = write_envelope(body_of_step(), header),
                .secure = place.secure,
                .question = question_of_step()};
}

std::string_view EventSession::action_of_step() const {
    switch (step_) {
        case Step::synchronize:
            return action_synchronize;
        case Step::renew:
            return action_renew;
        case Step::drop:
        case Step::end:
            return action_unsubscribe;
        default:
            return action_pull;
    }
}

std::string EventSession::body_of_step() const {
    switch (step_) {
        case Step::time:
            return get_system_date_and_time();
        case Step::services:
            return get_services();
        case Step::capabilities:
            return get_capabilities();
        case Step::create:
            return create_pull_point(subscription_lifetime);
        case Step::synchronize:
            return set_synchronization_point();
        case Step::pull:
            return pull_messages(pull_wait, pull_limit);
        case Step::renew:
            return renew(subscription_lifetime);
        case Step::drop:
        case Step::end:
            return unsubscribe();
        case Step::done:
            break;
    }
    return {};
}

Question EventSession::question_of_step() const {
    switch (step_) {
        case Step::time:
            return {.asked = Asked::system_date_and_time};
        case Step::services:
            return {.asked = Asked::services};
        case Step::capabilities:
            return {.asked = Asked::capabilities};
        case Step::create:
            return {.asked = Asked::create_pull_point};
        case Step::synchronize:
            return done_question(ns::events, "SetSynchronizationPoint");
        case Step::pull:
            return {.asked = Asked::pull_messages};
        case Step::renew:
            return {.asked = Asked::renew};
        case Step::drop:
        case Step::end:
            return done_question(ns::notification, "Unsubscribe");
        case Step::done:
            break;
    }
    return {};
}

void EventSession::on_answer(unsigned status, Result<Reply> reply, UtcTime now) {
    if (step_ == Step::done) return;
    pause_ = std::chrono::milliseconds(0);
    const bool was_signed = step_ != Step::time;
    auto taken = take(std::move(reply), now);
    if (taken) {
        if (was_signed) sign_in_.on_accepted();
        if (step_ != Step::done) advance();
        return;
    }
    if (status == 401 || status == 403) taken = std::unexpected(credentials_refused());
    on_error(std::move(taken).error());
}

void EventSession::on_failure(Error error) {
    if (step_ != Step::done) finish(std::move(error));
}

Result<> EventSession::take(Result<Reply> reply, UtcTime now) {
    switch (step_) {
        case Step::time:
            return take_time(std::move(reply), now);
        case Step::services:
        case Step::capabilities:
            return take_services(take_as<Services>(std::move(reply)));
        case Step::create:
            return take_subscription(std::move(reply), now);
        case Step::pull:
            return take_messages(std::move(reply), now);
        case Step::renew: {
            VEDETTE_TRY(const Renewal renewal, take_as<Renewal>(std::move(reply)));
            set_lifetime(renewal.lifetime, now);
            return {};
        }
        case Step::synchronize:
        case Step::drop:
        case Step::end: {
            VEDETTE_CHECK(take_as<Done>(std::move(reply)));
            return {};
        }
        case Step::done:
            break;
    }
    return {};
}

Result<> EventSession::take_time(Result<Reply> reply, UtcTime now) {
    VEDETTE_TRY(const DeviceTime time, take_as<DeviceTime>(std::move(reply)));
    if (!sign_in_.on_time(time, now)) finish(credentials_refused());
    return {};
}

Result<> EventSession::take_services(Result<Services> services) {
    VEDETTE_TRY(services_, std::move(services));
    if (services_.events.empty()) finish({ErrorKind::unsupported, "this camera has no events over ONVIF"});
    return {};
}

Result<> EventSession::take_subscription(Result<Reply> reply, UtcTime now) {
    VEDETTE_TRY(Subscription subscription, take_as<Subscription>(std::move(reply)));
    reference_ = std::move(subscription.reference);
    set_lifetime(subscription.lifetime, now);
    was_subscribed_ = true;
    made_ = last_pull_ = now;
    return {};
}

void EventSession::set_lifetime(std::optional<std::chrono::seconds> lifetime, UtcTime now) {
    const auto lives = std::max(lifetime.value_or(subscription_lifetime), shortest_lifetime);
    renew_at_ = now + lives / 2;
}

Result<> EventSession::take_messages(Result<Reply> reply, UtcTime now) {
    VEDETTE_TRY(PulledMessages messages, take_as<PulledMessages>(std::move(reply)));
    pause_ = messages.notifications.empty() ? quiet_pause : busy_pause;
    for (Notification& notification : messages.notifications) {
        notification.time = on_our_clock(notification.time, now);
        notifications_.push_back(std::move(notification));
    }
    last_pull_ = now;
    return {};
}

UtcTime EventSession::on_our_clock(std::optional<UtcTime> told, UtcTime now) const {
    if (!told) return now;
    const UtcTime ours = *told - sign_in_.clock_offset();
    if (ours > now + tolerated_future || ours < now - longest_delay) return now;
    return std::min(ours, now);
}

std::vector<Notification> EventSession::take_notifications() {
    return std::exchange(notifications_, {});
}

void EventSession::advance() {
    switch (step_) {
        case Step::time:
            step_ = after_time_;
            return;
        case Step::services:
        case Step::capabilities:
            step_ = to_drop_ ? Step::drop : Step::create;
            return;
        case Step::drop:
            to_drop_.reset();
            step_ = Step::create;
            return;
        case Step::create:
            step_ = Step::synchronize;
            return;
        case Step::synchronize:
        case Step::renew:
        case Step::pull:
            step_ = Step::pull;
            return;
        case Step::end:
            reference_.reset();
            step_ = Step::done;
            return;
        case Step::done:
            return;
    }
}

void EventSession::on_error(Error error) {
    if (step_ == Step::time) {  // without its clock we take ours
        if (!sign_in_.on_no_time()) return finish(credentials_refused());
        return advance();
    }
    // What has run out already needs no end, and a state that can't be asked for will be told when it
    // changes.
    if (step_ == Step::drop || step_ == Step::end || step_ == Step::synchronize) return advance();
    if (error.kind == ErrorKind::unauthenticated) {
        if (auto refused = sign_in_.on_refused()) return finish(*std::move(refused));
        if (sign_in_.needs_clock()) {
            after_time_ = step_;
            step_ = Step::time;
        }
        return;
    }
    if (step_ == Step::services) {
        step_ = Step::capabilities;
        return;
    }
    // A camera that can't renew lets the subscription run out; it is made anew then.
    if (step_ == Step::renew) {
        renews_ = false;
        step_ = Step::pull;
        return;
    }
    // It was there and is gone: it ran out, or the camera has started anew (quirk 76). One that lived for a
    // moment only is not asked for again at once: that could go on for ever.
    if (step_ == Step::pull && last_pull_ - made_ >= long_enough) {
        reference_.reset();
        renews_ = true;
        pause_ = quiet_pause;
        step_ = Step::create;
        return;
    }
    if (step_ == Step::create && error.kind == ErrorKind::unsupported)
        error.message = "this camera has no events by pull-point: " + error.message;
    finish(std::move(error));
}

void EventSession::finish(Error error) {
    error_ = std::move(error);
    step_ = Step::done;
}

void EventSession::end() {
    if (step_ == Step::done) return;
    step_ = reference_ ? Step::end : Step::done;
}

}  // namespace vedette::onvif
