#include "gateway/devices/event_feed.hpp"

#include <algorithm>
#include <random>

#include "base/log.hpp"
#include "gateway/camera_process/hand_over.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway::devices {

namespace {

/// A camera without events may get them with another firmware.
constexpr std::chrono::hours ask_again_for_events{1};
constexpr std::chrono::seconds goodbye_limit{2};
/// A subscription that has lasted so long was a good one.
constexpr std::chrono::seconds proven{30};

std::uint32_t any_number() {
    static thread_local std::minstd_rand engine{std::random_device{}()};
    return static_cast<std::uint32_t>(engine());
}

}  // namespace

std::chrono::milliseconds resubscribe_after(unsigned failures, std::uint32_t random) {
    const std::chrono::milliseconds longest = longest_resubscribe;
    const auto wait =
        std::min(longest, std::chrono::milliseconds(first_resubscribe) * (1 << std::min(failures, 10U)));
    return wait * 3 / 4 + std::chrono::milliseconds(random % (wait.count() / 4 + 1));
}

EventFeed::EventFeed(const Clock& clock, CameraProcess& process, CameraId camera, onvif::DeviceAccess access,
                     TrustBook trust, EventKeeper keeper)
    : clock_(clock),
      process_(process),
      camera_(camera),
      access_(std::move(access)),
      trust_(std::move(trust)),
      keeper_(std::move(keeper)),
      tracker_(camera) {}

net::Awaitable<void> EventFeed::run() {
    unsigned failures = 0;
    std::optional<onvif::EndpointReference> left_behind;
    for (;;) {
        state_ = wire::SubscriptionState::connecting;
        session_.emplace(access_.duplicate(), std::move(left_behind));
        const MonotonicTime begun = clock_.monotonic_now();
        auto conversing = converse();
        co_await std::move(conversing);
        const Error error =
            session_->error().value_or(Error{ErrorKind::cancelled, "the subscription has ended"});
        left_behind = session_->left_behind();
        if (session_->was_subscribed() && clock_.monotonic_now() - begun >= proven) failures = 0;
        session_.reset();
        reason_ = error.message;
        if (error.kind == ErrorKind::unauthenticated) {
            state_ = wire::SubscriptionState::refused;
            log::warn("camera {}: no events: {}", camera_.text(), reason_);
            co_return;
        }
        if (error.kind == ErrorKind::unsupported) {
            state_ = wire::SubscriptionState::none;
            co_await net::sleep_for(ask_again_for_events);
            continue;
        }
        state_ = wire::SubscriptionState::waiting;
        if (failures == 0) log::info("camera {}: events are not told for now: {}", camera_.text(), reason_);
        co_await net::sleep_for(resubscribe_after(failures++, any_number()));
    }
}

net::Awaitable<void> EventFeed::converse() {
    Carrier carrier(access_, clock_, process_, trust_);
    while (auto call = session_->next(clock_.utc_now())) {
        onvif::Question question = call->question;
        auto posting = carrier.post(*std::move(call), session_->patience());
        auto answer = co_await std::move(posting);
        auto handing = hand_over(process_, clock_, *session_, std::move(question), std::move(answer));
        co_await std::move(handing);
        if (session_->subscribed() && !session_->error()) {
            state_ = wire::SubscriptionState::subscribed;
            reason_.clear();
        }
        for (onvif::Notification& notification : session_->take_notifications()) {
            auto taking = take(std::move(notification));
            co_await std::move(taking);
        }
        if (const auto dropped = tracker_.take_dropped())
            log::warn("camera {}: {} events came too fast and were left out", camera_.text(), dropped);
        if (session_->pause().count() > 0) co_await net::sleep_for(session_->pause());
    }
}

net::Awaitable<void> EventFeed::take(onvif::Notification notification) {
    if (onvif::kind_of_topic(notification.topic) == onvif::EventKind::relay_output)
        if (const auto active = onvif::state_of(notification))
            keeper_.relay(source_of(notification), *active);
    EventTracker::Change change = tracker_.take(notification, clock_.monotonic_now());
    if (change.what == EventTracker::What::nothing) co_return;
    if (change.what == EventTracker::What::ends) {
        auto ending = keeper_.end(change.event.id, *change.event.end);
        const auto ended = co_await std::move(ending);
        if (!ended)
            log::error("camera {}: an event's end could not be kept: {}", camera_.text(),
                       ended.error().message);
    } else {
        auto adding = keeper_.add(change.event);
        const auto id = co_await std::move(adding);
        if (id) {
            change.event.id = *id;
            if (change.what == EventTracker::What::begins) tracker_.keep(change.event, *id);
        } else {
            log::error("camera {}: an event could not be kept: {}", camera_.text(), id.error().message);
        }
    }
    keeper_.tell(std::move(change.event));
}

net::Awaitable<void> EventFeed::say_goodbye() {
    if (!session_ || !session_->subscribed()) co_return;
    session_->end();
    Carrier carrier(access_, clock_, process_, trust_);
    while (auto call = session_->next(clock_.utc_now())) {
        // What it answers changes nothing.
        auto posting = carrier.post(*std::move(call), goodbye_limit);
        const auto answer = co_await std::move(posting);
        if (!answer) break;
        session_->on_answer(answer->status, onvif::Reply(onvif::Done{}), clock_.utc_now());
    }
    session_.reset();
}

}  // namespace vedette::gateway::devices
