#include "gateway/edge/fetch.hpp"

#include <utility>

#include "base/log.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway::edge {

namespace {

constexpr std::chrono::seconds silence_limit{5};
constexpr std::size_t max_known_pictures = 64;
/// More than the camera's clock may be off by, when nothing was recognised.
constexpr Ticks90k post_roll = std::chrono::seconds(3);

/// The key frames that live recording has on both sides of a gap.
struct Surroundings {
    KnownPictures before;
    std::optional<crypto::Sha256Digest> after;
};

/// Blocking.
Result<Surroundings> read_surroundings(vault::Vault& vault, vault::StreamKey live, UtcInterval gap) {
    Surroundings found;
    VEDETTE_TRY(vault::Cursor before, vault.read(live, gap.start - pre_roll));
    while (found.before.size() < max_known_pictures) {
        VEDETTE_TRY(auto item, before.next());
        if (!item) break;
        const auto* fragment = std::get_if<vault::PlayFragment>(&*item);
        if (fragment == nullptr) continue;
        if (fragment->start >= gap.start) break;
        if (const auto picture = first_picture(*fragment->data))
            found.before.emplace(*picture, fragment->start);
    }
    VEDETTE_TRY(vault::Cursor after, vault.read(live, gap.end));
    for (std::size_t items = 0; items < 8;
         ++items) {  // what reaches into the gap, its run's parameters, the gap
        VEDETTE_TRY(auto item, after.next());
        if (!item) break;
        const auto* fragment = std::get_if<vault::PlayFragment>(&*item);
        if (fragment == nullptr || fragment->start < gap.end) continue;
        if (fragment->start == gap.end) found.after = first_picture(*fragment->data);
        break;
    }
    return found;
}

/// True when the session is over; `report` then says how.
bool drain(ingest::CameraSession& session, FetchedRecorder& recorder, FetchReport& report) {
    while (auto event = session.next_event()) {
        if (auto* closed = std::get_if<rtsp::Closed>(&*event)) {
            recorder.finish();
            if (!recorder.error() && closed->error) report.error = std::move(closed->error);
            return true;
        }
        if (std::holds_alternative<rtsp::Redirected>(*event)) {
            report.error = {ErrorKind::unsupported, "the camera sends us elsewhere for what it keeps"};
            return true;
        }
        recorder.on_event(std::move(*event));
        if (recorder.done()) return true;  // the session ends with its object
    }
    return false;
}

net::Awaitable<void> replay(ingest::CameraSession& session, FetchedRecorder& recorder, FetchReport& report) {
    while (!drain(session, recorder, report)) co_await session.wait();
}

rtsp::ClientOptions replay_options(const ingest::Route& route, bool allow_basic_in_clear,
                                   UtcInterval by_camera) {
    rtsp::ClientOptions options = ingest::client_options(route, allow_basic_in_clear);
    options.replay = rtsp::ReplayRange{by_camera.start - pre_roll, by_camera.end + post_roll};
    options.media_timeout = silence_limit;
    return options;
}

}  // namespace

net::Awaitable<FetchReport> fetch_gap(FetchContext context, FetchRequest request,
                                      ingest::CertificateBook& book) {
    FetchReport report;
    report.filled.until = request.gap.start;
    discovery::DeviceClient device(std::move(request.device), context.clock, context.process);
    auto asking = discovery::find_kept_recording(device, request.gap);
    auto kept = co_await std::move(asking);
    report.device_certificate = device.first_seen();
    if (!kept) {
        report.error = std::move(kept).error();
        co_return report;
    }
    report.clock_offset = kept->clock_offset;
    const auto url = rtsp::parse_url(kept->url);
    if (!url) {
        report.error = url.error();
        co_return report;
    }
    auto looking =
        net::run_blocking(context.pool, [&vault = context.vault, live = request.live, gap = request.gap] {
            return read_surroundings(vault, live, gap);
        });
    auto found = co_await std::move(looking);
    Surroundings around = found ? std::move(*found) : Surroundings{};
    report.comparable = !around.before.empty();

    const ingest::Route route = ingest::routes(url->url, ingest::over_tcp(request.access)).front();
    const Ticks90k offset = kept->clock_offset;
    const UtcInterval by_camera{request.gap.start + offset, request.gap.end + offset};
    auto connecting = ingest::connect_camera(
        context.process, route, std::move(request.access.credentials), request.access.floor,
        replay_options(route, request.access.allow_basic_in_clear, by_camera), book);
    auto connection = co_await std::move(connecting);
    if (!connection || connection->objection) {
        report.error = connection ? Error{ErrorKind::forbidden, *connection->objection} : connection.error();
        co_return report;
    }
    FetchedRecorder recorder({.live = request.live,
                              .interval = request.gap,
                              .clock_offset = offset,
                              .fetched_at = context.clock.utc_now(),
                              .live_again = around.after},
                             std::move(around.before), context.vault);
    auto replaying = replay(*connection->session, recorder, report);
    co_await std::move(replaying);
    report.filled = recorder.filled();
    if (recorder.error()) report.error = recorder.error();
    co_return report;
}

}  // namespace vedette::gateway::edge
