#include <algorithm>
#include <utility>

#include "gateway/device_writing.hpp"
#include "gateway/gateway_impl.hpp"
#include "gateway/ingest/probe.hpp"

namespace vedette::gateway {

namespace {

constexpr std::size_t max_playbacks = 256;

// Holds a camera for one change at a time.
class Hold {
  public:
    Hold(std::unordered_map<CameraId, bool>& busy, CameraId id) : busy_(busy), id_(id), held_(!busy[id]) {
        busy_[id_] = true;
    }
    ~Hold() {
        if (held_) busy_.erase(id_);
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    bool held() const { return held_; }

  private:
    std::unordered_map<CameraId, bool>& busy_;
    CameraId id_;
    bool held_;
};

const Error being_changed{ErrorKind::conflict,
                          "this camera is being changed by somebody else; try again in a moment"};

// A test changes nothing: what it sees is not remembered.
class ReadOnlyBook final : public ingest::CertificateBook {
  public:
    ReadOnlyBook(std::vector<rtsp::CertificateTrust> known, bool only_trusted)
        : known_(std::move(known)), only_trusted_(only_trusted) {}
    bool only_trusted() const override { return only_trusted_; }
    std::optional<rtsp::CertificateTrust> find(std::string_view authority) const override {
        const auto found = std::ranges::find(known_, authority, &rtsp::CertificateTrust::authority);
        return found == known_.end() ? std::nullopt : std::optional(*found);
    }
    void remember(const rtsp::CertificateTrust&) override {}
    void remember(ingest::TransportSetting) override {}

  private:
    std::vector<rtsp::CertificateTrust> known_;
    bool only_trusted_;
};

net::Awaitable<wire::StreamTest> test_stream(media::StreamKind kind, std::string address,
                                             ingest::CameraAccess access, ReadOnlyBook book,
                                             ingest::CameraProcess& process) {
    wire::StreamTest test{.kind = kind, .message = {}, .tracks = {}};
    auto url = rtsp::parse_url(address);
    if (!url) {
        test.message = url.error().message;
        co_return test;
    }
    access.url = std::move(url->url);
    auto probing = ingest::probe(process, std::move(access), book);
    ingest::ProbeReport report = co_await std::move(probing);
    test.ok = report.ok;
    test.message = std::move(report.message);
    test.tracks = std::move(report.tracks);
    co_return test;
}

wire::RecorderEvent to_wire(const vault::RecorderEvent& event) {
    wire::RecorderEvent result;
    result.at = vault::time_of(event);
    if (const auto* start = std::get_if<vault::RecorderStart>(&event)) {
        result.since = start->idle_since;
        result.before = vault::to_string(start->before);
        result.version = start->version;
        result.clock = vault::to_string(start->clock);
        return result;
    }
    const auto& step = std::get<vault::ClockStep>(event);
    result.kind = wire::RecorderEvent::Kind::clock_step;
    result.since = step.from;
    result.noticed = vault::to_string(step.noticed);
    result.clock = vault::to_string(step.clock);
    return result;
}

wire::Recordings to_wire(const vault::Recordings& recordings, std::optional<UtcInterval> extent) {
    wire::Recordings result{.ranges = {}, .gaps = {}, .extent = extent};
    for (const auto& range : recordings.ranges)
        result.ranges.push_back({range.interval, range.run, range.fetched_at,
                                 range.encryption == vault::Encryption::light ? wire::Encryption::light
                                                                              : wire::Encryption::full});
    for (const auto& gap : recordings.gaps) {
        std::string reason(vault::to_string(gap.reason));
        if (!gap.detail.empty()) reason += ": " + gap.detail;
        const bool by_plan = vault::is_by_plan(gap.reason);
        // What goes on for hours is written down in pieces of a minute.
        if (!result.gaps.empty() && by_plan && result.gaps.back().reason == reason &&
            result.gaps.back().interval.end == gap.interval.start)
            result.gaps.back().interval.end = gap.interval.end;
        else
            result.gaps.push_back(
                {.interval = gap.interval, .reason = std::move(reason), .by_plan = by_plan});
    }
    for (const auto& range : recordings.deleted) {
        const auto rule = range.rule == vault::DeletionRule::keep_days ? wire::DeletionRule::keep_days
                          : range.rule == vault::DeletionRule::keep_bytes
                              ? wire::DeletionRule::keep_bytes
                              : wire::DeletionRule::keep_free_percent;
        result.deleted.push_back({range.interval, rule, range.value, range.deleted_at});
    }
    for (const vault::RecorderEvent& event : recordings.events) result.events.push_back(to_wire(event));
    std::ranges::sort(result.ranges, {}, [](const auto& r) { return r.interval.start; });
    std::ranges::sort(result.gaps, {}, [](const auto& g) { return g.interval.start; });
    return result;
}

}  // namespace

void Gateway::Impl::receive(wire::ToGateway message) {
    if (auto* request = std::get_if<wire::Request>(&message)) {
        tasks.spawn(answer(std::move(*request)));
    } else if (const auto* open = std::get_if<wire::OpenChannel>(&message)) {
        open_channel(*open);
    } else if (const auto* credit = std::get_if<wire::Credit>(&message)) {
        if (const auto found = playbacks.find(credit->channel); found != playbacks.end())
            found->second.playback->add_credit(credit->bytes);
        else
            for (auto& [id, runner] : runners) runner->add_credit(credit->channel, credit->bytes);
    } else if (const auto* sound = std::get_if<wire::ChannelSound>(&message)) {
        if (const auto found = talks.find(sound->channel); found != talks.end())
            found->second.talk->add(sound->samples);
    } else if (const auto* close = std::get_if<wire::CloseChannel>(&message)) {
        close_channel(close->channel);
    }
}

net::Awaitable<void> Gateway::Impl::answer(wire::Request request) {
    const std::uint64_t id = request.id;
    net::Awaitable<Answer> handling =
        std::visit([this](auto& body) { return handle(std::move(body)); }, request.body);
    Answer result = co_await std::move(handling);
    link->send(wire::Reply{id, std::move(result)});
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::AddCamera request) {
    if (runners.size() >= max_cameras)
        co_return fail(ErrorKind::exhausted, "{} cameras are the most that one gateway takes", max_cameras);
    VEDETTE_CO_CHECK(check_place(request.settings));
    VEDETTE_CO_TRY(Camera camera, apply_settings({.id = CameraId::random(),
                                                  .name = {},
                                                  .main_url = {},
                                                  .sub_url = {},
                                                  .credentials = {},
                                                  .device = {}},
                                                 std::move(request.settings)));
    VEDETTE_CO_CHECK(store.save(camera));
    co_return add_runner(std::move(camera)).status();
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::ChangeCamera request) {
    const auto found = runners.find(request.id);
    if (found == runners.end()) co_return std::unexpected(no_such_camera);
    const Hold hold(busy, request.id);
    if (!hold.held()) co_return std::unexpected(being_changed);
    CameraRunner& runner = *found->second;
    if (request.settings.accept_certificate) {
        auto accepting = runner.accept_certificate(*request.settings.accept_certificate);
        VEDETTE_CO_CHECK(co_await std::move(accepting));
    }
    VEDETTE_CO_CHECK(check_place(request.settings));
    if (request.settings.accept_signing_key)
        VEDETTE_CO_CHECK(runner.accept_signing_key(*request.settings.accept_signing_key));
    VEDETTE_CO_TRY(Camera camera, apply_settings(runner.camera().duplicate(), std::move(request.settings)));
    VEDETTE_CO_CHECK(store.save(camera));
    (void)vault->set_camera_name(camera.id, camera.name);
    set_storage(camera);
    co_await stop_filling(request.id);
    co_await stop_talk(request.id, {ErrorKind::unavailable, "the camera's settings were changed"});
    co_await runner.reconfigure(std::move(camera));
    co_await reattach_device(request.id);
    announce(request.id);
    co_return runner.status();
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::RemoveCamera request) {
    const auto found = runners.find(request.id);
    if (found == runners.end()) co_return std::unexpected(no_such_camera);
    const Hold hold(busy, request.id);
    if (!hold.held()) co_return std::unexpected(being_changed);
    auto asking_for_holds = require_no_holds(request.id);
    VEDETTE_CO_CHECK(co_await std::move(asking_for_holds));
    VEDETTE_CO_CHECK(store.remove(request.id));
    vault->set_retention(request.id, {});
    vault->set_encryption(request.id, vault::Encryption::full);
    vault->set_place(request.id, "");
    co_await stop_filling(request.id);
    co_await stop_talk(request.id, no_such_camera);
    fillings.erase(request.id);
    co_await detach_device(request.id);
    auto forgetting =
        store_device([id = request.id](devices::DeviceStore& devices) { return devices.remove_camera(id); });
    VEDETTE_CO_CHECK(co_await std::move(forgetting));
    co_await runners.at(request.id)->stop();
    runners.at(request.id)->end_viewers(no_such_camera);
    runners.erase(request.id);
    states.forget(request.id);
    link->send(wire::CameraRemoved{request.id});
    auto shredding = net::run_blocking(pool, [this, id = request.id] { return vault->delete_camera(id); });
    VEDETTE_CO_CHECK(co_await std::move(shredding));
    co_return wire::Done{};
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::TestCamera request) {
    Camera base{.id = {}, .name = "test", .main_url = {}, .sub_url = {}, .credentials = {}, .device = {}};
    if (request.id) {
        const auto found = runners.find(*request.id);
        if (found == runners.end()) co_return std::unexpected(no_such_camera);
        base = found->second->camera().duplicate();
    }
    VEDETTE_CO_TRY(Camera camera, apply_settings(std::move(base), std::move(request.settings)));
    const ingest::CameraAccess access = camera_access(camera);
    wire::TestReport report;
    auto testing_main =
        test_stream(media::StreamKind::main, camera.main_url, access.duplicate(),
                    ReadOnlyBook(camera.certificates, site.only_trusted_certificates), *process);
    report.streams.push_back(co_await std::move(testing_main));
    if (!camera.sub_url.empty()) {
        auto testing_sub =
            test_stream(media::StreamKind::sub, camera.sub_url, access.duplicate(),
                        ReadOnlyBook(camera.certificates, site.only_trusted_certificates), *process);
        report.streams.push_back(co_await std::move(testing_sub));
    }
    co_return report;
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::GetSettings) {
    co_return site;
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::ChangeSettings request) {
    wire::SiteSettings changed = site;
    if (request.only_trusted_certificates)
        changed.only_trusted_certificates = *request.only_trusted_certificates;
    VEDETTE_CO_CHECK(store.save(changed));
    const bool other_trust = changed.only_trusted_certificates != site.only_trusted_certificates;
    site = changed;
    if (!other_trust) co_return site;
    std::vector<CameraId> ids;
    for (auto& [id, runner] : runners) {
        runner->set_only_trusted(site.only_trusted_certificates);
        ids.push_back(id);
    }
    for (const CameraId id : ids) {  // cameras may be removed while others connect anew
        const Hold hold(busy, id);
        const auto found = runners.find(id);
        if (found == runners.end() || !hold.held()) continue;
        auto reconsidering = found->second->reconsider();
        co_await std::move(reconsidering);
        announce(id);
    }
    co_return changed;
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::QueryRecordings request) {
    if (!runners.contains(request.camera)) co_return std::unexpected(no_such_camera);
    const vault::StreamKey key{request.camera, static_cast<std::uint8_t>(request.stream)};
    auto querying = net::run_blocking(
        pool, [this, key, interval = request.interval] { return vault->recordings(key, interval); });
    VEDETTE_CO_TRY(const vault::Recordings recordings, co_await std::move(querying));
    auto measuring = net::run_blocking(pool, [this, key] { return vault->extent(key); });
    VEDETTE_CO_TRY(const auto extent, co_await std::move(measuring));
    wire::Recordings answer = to_wire(recordings, extent);
    if (request.stream == media::StreamKind::main) explain_gaps(request.camera, answer.gaps);
    co_return answer;
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::QueryThumbnail request) {
    if (!runners.contains(request.camera)) co_return std::unexpected(no_such_camera);
    const vault::StreamKey key{request.camera, static_cast<std::uint8_t>(request.stream)};
    auto getting = thumbnails.get(key, request.at);
    VEDETTE_CO_TRY(wire::Thumbnail thumbnail, co_await std::move(getting));
    co_return std::move(thumbnail);
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::QueryStateHistory request) {
    if (!runners.contains(request.camera)) co_return std::unexpected(no_such_camera);
    co_return wire::StateHistory{states.of(request.camera)};
}

void Gateway::Impl::open_channel(const wire::OpenChannel& open) {
    const auto refuse = [&](Error error) { link->send(wire::ChannelEnd{open.channel, std::move(error)}); };
    if (const auto* live = std::get_if<wire::LiveSource>(&open.source)) {
        const auto found = runners.find(live->camera);
        if (found == runners.end()) return refuse(no_such_camera);
        if (!found->second->add_viewer(live->stream, open.channel, open.credit_bytes))
            refuse({ErrorKind::not_found, "this camera has no sub stream"});
        return;
    }
    if (const auto* talk = std::get_if<wire::TalkSource>(&open.source)) return open_talk(*talk, open.channel);
    const auto& source = std::get<wire::PlaybackSource>(open.source);
    if (!runners.contains(source.camera)) return refuse(no_such_camera);
    if (playbacks.size() >= max_playbacks)
        return refuse(
            {ErrorKind::exhausted, "too many recordings are being played; close one and try again"});
    auto playback = std::make_shared<Playback>(
        executor, readers.pool, *vault, [this](wire::ToHub message) { link->send(std::move(message)); },
        open.channel, source, open.credit_bytes);
    auto task = std::make_unique<net::TaskGroup>(executor, "playback");
    task->spawn(play(playback, open.channel));
    playbacks[open.channel] = {std::move(playback), std::move(task)};
}

net::Awaitable<void> Gateway::Impl::play(std::shared_ptr<Playback> playback, std::uint32_t channel) {
    co_await playback->run();
    playbacks.erase(channel);
}

void Gateway::Impl::close_channel(std::uint32_t channel) {
    close_talk(channel);
    playbacks.erase(channel);
    for (auto& [id, runner] : runners) runner->remove_viewer(channel);
}

}  // namespace vedette::gateway
