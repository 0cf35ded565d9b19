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

/// Blocking. What was recorded just before the gap, from which the camera's pictures are recognised.
Result<KnownPictures> read_known(vault::Vault& vault, vault::StreamKey live, UtcTime gap_start) {
    KnownPictures known;
    VEDETTE_TRY(vault::Cursor cursor, vault.read(live, gap_start - pre_roll));
    while (known.size() < max_known_pictures) {
        VEDETTE_TRY(auto item, cursor.next());
        if (!item) break;
        const auto* fragment = std::get_if<vault::PlayFragment>(&*item);
        if (fragment == nullptr) continue;
        if (fragment->start >= gap_start) break;
        add_known_pictures(known, fragment->start, *fragment->data);
    }
    return known;
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
    discovery::DeviceClient device(std::move(request.device), context.clock);
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
    auto looking = net::run_blocking(
        context.pool, [&vault = context.vault, live = request.live, start = request.gap.start] {
            return read_known(vault, live, start);
        });
    auto known = co_await std::move(looking);
    report.comparable = known && !known->empty();

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
                              .fetched_at = context.clock.utc_now()},
                             known ? std::move(*known) : KnownPictures{}, context.vault);
    auto replaying = replay(*connection->session, recorder, report);
    co_await std::move(replaying);
    report.filled = recorder.filled();
    if (recorder.error()) report.error = recorder.error();
    co_return report;
}

}  // namespace vedette::gateway::edge
