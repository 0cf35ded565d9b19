// Gaps that a camera can fill from its own storage.

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "gateway/edge/fetch.hpp"
#include "gateway/edge/gap_plan.hpp"
#include "gateway/gateway_impl.hpp"
#include "gateway/runner_book.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway {

namespace {

using wire::GapFillingState;

constexpr std::size_t max_fetches = 2;  ///< at once, of all cameras; one of each
constexpr std::chrono::seconds look_period{2};
/// A stream has to record so long: the gap before it is in the vault then.
constexpr Ticks90k settled = std::chrono::seconds(3);
constexpr std::chrono::minutes look_again{10};
constexpr std::chrono::seconds first_retry{20};
constexpr unsigned max_attempts = 4;

// Why nobody can be asked; empty: somebody can.
std::string why_not(const Camera& camera) {
    if (!camera.device || camera.device->onvif_url.empty())
        return "the camera was added without ONVIF, so it can't be asked what it records by itself";
    return {};
}

std::string describe(UtcInterval interval) {
    return fmt::format("{} to {}", to_rfc3339(interval.start), to_rfc3339(interval.end));
}

}  // namespace

void Gateway::Impl::set_filling(CameraId id, GapFillingState state, std::string message) {
    const auto found = runners.find(id);
    if (found == runners.end()) return;
    if (found->second->set_gap_filling({state, std::move(message)})) announce(id);
}

net::Awaitable<void> Gateway::Impl::fill_gaps() {
    for (;;) {
        co_await net::sleep_for(look_period);
        for (auto& [id, runner] : runners) {
            if (fetches >= max_fetches) break;
            if (!wants_filling(id, *runner)) continue;
            Filling& filling = fillings[id];
            filling.task = std::make_unique<net::TaskGroup>(executor, "filling gaps");
            filling.task->spawn(fill_camera(id));
        }
    }
}

// Once after each connection of the main stream, and then from time to time.
bool Gateway::Impl::wants_filling(CameraId id, CameraRunner& runner) {
    Filling& filling = fillings[id];
    if (filling.busy) return false;
    if (!runner.camera().fill_gaps) {
        set_filling(id, GapFillingState::off, "");
        return false;
    }
    std::string why = why_not(runner.camera());
    if (why.empty())
        if (const auto access = device_access(runner.camera()); !access) why = access.error().message;
    if (!why.empty()) {
        set_filling(id, GapFillingState::unsupported, std::move(why));
        return false;
    }
    const wire::CameraStatus status = runner.status();
    if (filling.unsupported || status.streams.empty()) return false;
    const wire::StreamStatus& main = status.streams.front();
    if (main.state != wire::CameraState::recording || clock.utc_now() - main.since < settled) return false;
    if (main.since == filling.looked_since && clock.monotonic_now() < filling.next_look) return false;
    filling.looked_since = main.since;
    return true;
}

net::Awaitable<void> Gateway::Impl::stop_filling(CameraId id) {
    const auto found = fillings.find(id);
    if (found == fillings.end()) co_return;
    if (found->second.task) co_await found->second.task->stop();
    std::vector<RefusedGap> refused = std::move(found->second.refused);
    fillings[id] = {};
    fillings[id].refused = std::move(refused);
}

net::Awaitable<void> Gateway::Impl::fill_camera(CameraId id) {
    ++fetches;
    fillings[id].busy = true;
    const std::shared_ptr<void> end(nullptr, [this, id](void*) {
        --fetches;
        if (const auto found = fillings.find(id); found != fillings.end()) found->second.busy = false;
    });
    const vault::StreamKey live{id, static_cast<std::uint8_t>(media::StreamKind::main)};
    for (;;) {
        fillings[id].next_look = clock.monotonic_now() + look_again;
        const UtcTime now = clock.utc_now();
        auto querying = net::run_blocking(
            pool, [this, live, now] { return vault->recordings(live, {now - edge::oldest_gap, now}); });
        const auto recordings = co_await std::move(querying);
        if (!recordings || !runners.contains(id)) co_return;
        std::vector<UtcInterval> refused;
        for (const RefusedGap& gap : fillings[id].refused) refused.push_back(gap.interval);
        const auto gaps = edge::plan_gaps(recordings->gaps, refused, now);
        if (gaps.empty()) {
            // What was said of the last gap stays.
            if (fillings[id].note.empty()) set_filling(id, GapFillingState::idle, "");
            co_return;
        }
        auto filling = fill_gap(id, gaps.front());
        const bool goes_on = co_await std::move(filling);
        if (!goes_on) co_return;
    }
}

// True when the next gap may be tried.
net::Awaitable<bool> Gateway::Impl::fill_gap(CameraId id, UtcInterval gap) {
    CameraRunner& runner = *runners.at(id);
    set_filling(id, GapFillingState::fetching, fmt::format("fetching {}", describe(gap)));
    auto device = device_access(runner.camera());
    if (!device) co_return false;
    edge::FetchRequest request{.live = {id, static_cast<std::uint8_t>(media::StreamKind::main)},
                               .gap = gap,
                               .device = std::move(*device),
                               .access = runner.access_beside_live()};
    RunnerBook book(runners, id);
    auto fetching = edge::fetch_gap({clock, *vault, pool, *process}, std::move(request), book);
    const edge::FetchReport report = co_await std::move(fetching);
    if (report.device_certificate) book.remember(*report.device_certificate);
    auto flushing = net::run_blocking(pool, [this] { return vault->flush(); });
    const auto flushed = co_await std::move(flushing);
    if (!flushed || !runners.contains(id)) co_return false;
    co_return judge(id, gap, report);
}

bool Gateway::Impl::judge(CameraId id, UtcInterval gap, const edge::FetchReport& report) {
    Filling& filling = fillings[id];
    const bool anything = report.filled.fragments > 0;
    const UtcInterval left{report.filled.until, gap.end};
    const bool whole = left.end - left.start < edge::least_gap;
    if (anything) {
        filling.failures = 0;
        filling.note = fmt::format("filled {} from the camera's storage", describe({gap.start, left.start}));
        if (report.comparable && !report.filled.recognised)
            filling.note +=
                "; none of its pictures was recognised, so the time is that of the camera's clock alone";
        log::info("camera {}: {}", id.text(), filling.note);
        set_filling(id, GapFillingState::idle, filling.note);
    }
    if (whole) return true;
    if (!report.error || report.error->kind == ErrorKind::not_found) {
        refuse_gap(id, left,
                   anything       ? "the camera kept only a part of it"
                   : report.error ? report.error->message
                                  : "the camera kept nothing of this time");
        return true;
    }
    const std::string& why = report.error->message;
    if (report.error->kind == ErrorKind::unsupported && !anything) {
        filling.unsupported = true;
        set_filling(id, GapFillingState::unsupported, why);
        return false;
    }
    const bool hopeless =
        report.error->kind == ErrorKind::unauthenticated || report.error->kind == ErrorKind::forbidden;
    if (!hopeless && ++filling.failures >= max_attempts) {
        refuse_gap(id, left, fmt::format("given up after {} attempts: {}", max_attempts, why));
        filling.failures = 0;
        return true;
    }
    log::warn("camera {}: {} could not be fetched: {}", id.text(), describe(left), why);
    set_filling(id, GapFillingState::failed, why);
    if (!hopeless) filling.next_look = clock.monotonic_now() + first_retry * (1 << filling.failures);
    return false;
}

void Gateway::Impl::refuse_gap(CameraId id, UtcInterval gap, std::string message) {
    log::info("camera {}: the gap {} stays: {}", id.text(), describe(gap), message);
    Filling& filling = fillings[id];
    filling.note = fmt::format("{}: {}", describe(gap), message);
    set_filling(id, GapFillingState::idle, filling.note);
    const UtcTime oldest = clock.utc_now() - edge::oldest_gap;
    std::erase_if(filling.refused, [&](const RefusedGap& known) { return known.interval.end < oldest; });
    filling.refused.push_back({gap, std::move(message)});
    if (const auto saved = store.save_refused_gaps(id, filling.refused); !saved)
        log::error("camera {}: {}", id.text(), saved.error().message);
}

void Gateway::Impl::explain_gaps(CameraId id, std::vector<wire::RecordedGap>& gaps) const {
    const auto found = fillings.find(id);
    if (found == fillings.end()) return;
    for (wire::RecordedGap& gap : gaps)
        for (const RefusedGap& refused : found->second.refused)
            if (refused.interval.overlaps(gap.interval)) gap.not_filled = refused.message;
}

}  // namespace vedette::gateway
