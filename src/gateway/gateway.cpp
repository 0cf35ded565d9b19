#include "gateway/gateway.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "gateway/archive/s3_store.hpp"
#include "gateway/gateway_impl.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway {

namespace {

constexpr std::chrono::seconds tick_period{1};
constexpr std::chrono::seconds status_period{2};
constexpr std::chrono::seconds storage_period{10};
constexpr std::chrono::seconds states_period{10};

/// A history that can't be read is no reason not to record.
std::optional<StateHistoryFile> open_states(const std::filesystem::path& file, StateHistory& states) {
    auto opened = StateHistoryFile::open(file);
    auto loaded = opened ? opened->load() : std::unexpected(opened.error());
    if (!loaded) {
        log::error("the history of the cameras' states is not kept: {}", loaded.error().message);
        return std::nullopt;
    }
    states.restore(*loaded);
    return std::move(*opened);
}

}  // namespace

Gateway::Impl::Impl(const Clock& c, boost::asio::any_io_executor e, std::shared_ptr<wire::GatewayEnd> l,
                    std::unique_ptr<vault::Vault> v, CameraStore s, devices::DeviceStore d,
                    std::unique_ptr<ingest::CameraProcess> p)
    : clock(c),
      executor(e),
      link(std::move(l)),
      vault(std::move(v)),
      store(std::move(s)),
      device_store(std::move(d)),
      process(std::move(p)),
      thumbnails(e, *vault, c),
      tasks(e, "gateway") {}

Gateway::Gateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Gateway::~Gateway() = default;

Result<std::unique_ptr<Gateway>> Gateway::open(GatewayOptions options, const Clock& clock,
                                               boost::asio::any_io_executor executor,
                                               std::shared_ptr<wire::GatewayEnd> link) {
    // It gets ready while the store is opened.
    VEDETTE_TRY(auto process, ingest::CameraProcess::start(executor, clock));
    // The writer's thread tells of the disk while Impl is being made, and after it is gone.
    const auto reach = std::make_shared<std::weak_ptr<Impl*>>();
    vault::VaultOptions vault_options{.folder = options.data_dir, .clock = &clock};
    vault_options.keep_free_percent = options.keep_free_percent;
    vault_options.secrets = options.secrets;
    vault_options.version = options.version;
    vault_options.watches_clock = true;
    for (MediaPlace& place : options.places)
        vault_options.places.push_back({std::move(place.name), std::move(place.folder)});
    if (options.archive)
        vault_options.archive.emplace(std::move(options.archive->name), std::move(options.archive->folder));
    vault_options.archive_after = options.archive_after_days * Ticks90k(std::chrono::hours(24));
    vault_options.connect_archive = archive::s3_connector(options.data_dir, clock);
    vault_options.on_place = [reach, executor](const vault::PlaceStatus& place) {
        const bool hangs = place.state == vault::PlaceState::hanging;
        boost::asio::post(executor, [reach, hangs] {
            const auto impl = reach->lock();
            if (!impl) return;
            if (hangs) (*impl)->add_readers();
            (*impl)->report_places();
        });
    };
    vault_options.on_disk_state = [reach, executor](vault::DiskState state, const std::string& message) {
        boost::asio::post(executor, [reach, state, message] {
            if (const auto impl = reach->lock()) (*impl)->set_disk_state(state, message);
        });
    };
    std::vector<std::string> notices;
    vault_options.on_notice = [&notices](const std::string& message) { notices.push_back(message); };
    VEDETTE_TRY(auto vault, vault::Vault::open(std::move(vault_options)));
    auto store = CameraStore::open(options.data_dir / "gateway.db", vault->derive_key("camera passwords"));
    if (!store) {
        if (store.error().kind == ErrorKind::corrupt)
            store.error().message += "; restore it from a backup, or move it away and add the cameras again";
        return std::unexpected(std::move(store.error()));
    }
    VEDETTE_CHECK(store->wrap_anew(vault->replaced_keys("camera passwords")));
    VEDETTE_TRY(auto cameras, store->load());
    VEDETTE_TRY(const wire::SiteSettings settings, store->settings());
    VEDETTE_TRY(wire::InheritedRules rules, store->inherited_rules());

    VEDETTE_TRY(auto device_store, devices::DeviceStore::open(options.data_dir / "devices.db",
                                                              vault->derive_key("camera events")));
    device_store.also_read_with(vault->replaced_keys("camera events"));
    VEDETTE_TRY(auto patrols, device_store.patrols());
    VEDETTE_TRY(auto lasting, device_store.lasting_events());

    VEDETTE_CHECK(process->wait_ready());
    auto impl = std::make_unique<Impl>(clock, executor, std::move(link), std::move(vault), std::move(*store),
                                       std::move(device_store), std::move(process));
    impl->stored_patrols = std::move(patrols);
    impl->lasting_events = std::move(lasting);
    impl->loaded = std::move(cameras);
    impl->states_file = open_states(options.data_dir / "states.db", impl->states);
    impl->site = settings;
    impl->rules = std::move(rules);
    impl->storage.notices = std::move(notices);
    impl->layout.folder = options.data_dir;
    impl->self = std::make_shared<Impl*>(impl.get());
    *reach = impl->self;
    return std::unique_ptr<Gateway>(new Gateway(std::move(impl)));
}

Result<> Gateway::provision(std::vector<wire::CameraSettings> cameras) {
    for (auto& settings : cameras) {
        const auto found = std::ranges::find(impl_->loaded, settings.name.value_or(""), &Camera::name);
        const bool known = found != impl_->loaded.end();
        Camera base = known ? found->duplicate() : Camera{.id = CameraId::random()};
        VEDETTE_TRY(Camera camera, apply_settings(std::move(base), std::move(settings)));
        VEDETTE_CHECK(impl_->store.save(camera));
        if (known)
            *found = std::move(camera);
        else
            impl_->loaded.push_back(std::move(camera));
    }
    return {};
}

void Gateway::start() {
    impl_->start(std::move(impl_->loaded));
}
net::Awaitable<void> Gateway::stop() {
    return impl_->stop();
}

void Gateway::Impl::start(std::vector<Camera> cameras) {
    link->on_receive([this](wire::ToGateway message) { receive(std::move(message)); });
    process->run();
    vault->state_start();
    for (Camera& camera : cameras) add_runner(std::move(camera));
    tasks.spawn(tick());
    tasks.spawn(report_storage());
    tasks.spawn(save_states());
    tasks.spawn(follow_moved_cameras());
    tasks.spawn(refresh_devices());
    tasks.spawn(prune_events());
    tasks.spawn(fill_gaps());
    const std::weak_ptr<Impl*> reach = self;
    vault::ScrubOptions scrubbing;
    scrubbing.on_status = [reach, executor = executor](const vault::ScrubStatus& status) {
        boost::asio::post(executor, [reach, status] {
            if (const auto impl = reach.lock()) (*impl)->set_scrub_status(status);
        });
    };
    scrubber.emplace(layout, clock, std::move(scrubbing));
}

CameraRunner& Gateway::Impl::add_runner(Camera camera) {
    const CameraId id = camera.id;
    camera.inherited_keep = wire::inherited_rule(rules, id);
    if (auto refused = store.refused_gaps(id)) fillings[id].refused = std::move(*refused);
    const auto remember = [this, id](const rtsp::CertificateTrust& certificate) {
        log::info("camera {}: {} has the key {}{}", id.text(), certificate.authority,
                  rtsp::short_fingerprint(certificate.fingerprint),
                  certificate.by_authority ? "; an authority vouches for it" : "; pinned");
        if (const auto saved = store.trust(id, certificate); !saved)
            log::error("camera {}: its certificate could not be remembered: {}", id.text(),
                       saved.error().message);
    };
    const auto remember_transport = [this, id](std::string_view transport) {
        if (const auto saved = store.remember_transport(id, transport); !saved)
            log::error("camera {}: its transport could not be remembered: {}", id.text(),
                       saved.error().message);
    };
    auto runner = std::make_unique<CameraRunner>(
        ingest::IngestContext{executor, clock, *vault, *process}, std::move(camera), remember,
        remember_transport, [this](wire::ToHub message) { link->send(std::move(message)); },
        [this, id] { announce(id); });
    CameraRunner& reference = *runner;
    reference.set_only_trusted(site.only_trusted_certificates);
    runners[id] = std::move(runner);
    (void)vault->set_camera_name(id, reference.camera().name);
    set_storage(reference.camera());
    // So that the time in which no process ran is told even when the camera never comes back; from then on a
    // gap is the recorder's to explain.
    reference.start([this](vault::StreamKey key) { return vault->resume(key); });
    attach_device(reference.camera());
    announce(id);
    return reference;
}

void Gateway::Impl::announce(CameraId id) {
    const auto found = runners.find(id);
    if (found == runners.end()) return;
    wire::CameraStatus status = found->second->status();
    note_states(status);
    link->send(wire::CameraChanged{std::move(status)});
}

void Gateway::Impl::note_states(const wire::CameraStatus& status) {
    for (const wire::StreamStatus& stream : status.streams) {
        wire::StateChange change{
            .stream = stream.kind, .state = stream.state, .reason = stream.reason, .at = clock.utc_now()};
        if (states.note(status.id, change))
            link->send(wire::CameraStateChanged{status.id, std::move(change)});
    }
}

net::Awaitable<void> Gateway::Impl::save_states() {
    while (states_file) {
        co_await net::sleep_for(states_period);
        auto unsaved = states.take_unsaved();
        if (unsaved.empty()) continue;
        auto saving = net::run_blocking(
            pool, [this, changes = std::move(unsaved)] { return states_file->write(changes); });
        const auto saved = co_await std::move(saving);
        if (!saved) log::warn("the cameras' states could not be written down: {}", saved.error().message);
    }
}

net::Awaitable<void> Gateway::Impl::stop() {
    link->on_receive({});
    // Each forgets itself when it ends, also while another is waited for.
    while (!playbacks.empty()) {
        const auto playback = playbacks.extract(playbacks.begin());
        co_await playback.mapped().task->stop();
    }
    while (!talks.empty()) {
        const auto talk = talks.extract(talks.begin());
        co_await talk.mapped().task->stop();
    }
    co_await tasks.stop();
    thumbnails.stop();
    for (auto& [id, filling] : fillings)
        if (filling.task) co_await filling.task->stop();
    co_await stop_devices();
    for (auto& [id, runner] : runners) {
        co_await runner->stop();
        runner->end_viewers({ErrorKind::unavailable, "the gateway is being stopped"});
    }
    runners.clear();
    co_await process->stop();
    auto resting = net::run_blocking(pool, [this] {
        scrubber.reset();
        return true;
    });
    co_await std::move(resting);
    auto flushing = net::run_blocking(pool, [this] { return vault->flush(); });
    const auto flushed = co_await std::move(flushing);
    if (!flushed) log::error("the last recordings could not be written: {}", flushed.error().message);
    self.reset();
    pool.join();
    readers.pool.join();
    device_pool.join();
    if (states_file) (void)states_file->write(states.take_unsaved());
}

net::Awaitable<void> Gateway::Impl::tick() {
    MonotonicTime announced = clock.monotonic_now();
    for (;;) {
        co_await net::sleep_for(tick_period);
        const bool announcing = clock.monotonic_now() - announced >= status_period;
        for (auto& [id, runner] : runners) {
            const auto device = device_runners.find(id);
            const bool has_device = device != device_runners.end();
            runner->set_events_heard(
                has_device && device->second->events().state() == wire::SubscriptionState::subscribed,
                has_device ? device->second->events().reason() : "it is used without ONVIF");
            runner->tick();
            if (announcing) announce(id);
        }
        if (announcing) announced = clock.monotonic_now();
        thumbnails.tick();
    }
}

void Gateway::Impl::set_disk_state(vault::DiskState state, std::string message) {
    storage.recording_possible = state == vault::DiskState::good;
    storage.reason = storage.recording_possible ? "" : std::move(message);
    if (!storage.recording_possible) log::error("{}", storage.reason);
    link->send(storage);
}

void Gateway::Impl::report_places() {
    take_places();
    link->send(storage);
}

void Gateway::Impl::add_readers() {
    constexpr std::size_t most = 8 * Readers::threads;  // disks that hang again and again
    for (std::size_t i = 0; i < Readers::threads && readers.more.size() < most; ++i)
        readers.more.emplace_back([this] { readers.pool.attach(); });
}

void Gateway::Impl::take_places() {
    const auto places = vault->places();
    storage.places.clear();
    if (places.size() < 2) return;
    for (const vault::PlaceStatus& place : places)
        storage.places.push_back({.name = place.name,
                                  .state = std::string(vault::to_string(place.state)),
                                  .records = place.records,
                                  .message = place.message,
                                  .bytes_total = place.capacity,
                                  .bytes_free = place.free});
}

void Gateway::Impl::set_scrub_status(vault::ScrubStatus status) {
    storage.damage = std::move(status.damage);
    storage.checked = status.finished;
    link->send(storage);
}

net::Awaitable<void> Gateway::Impl::report_storage() {
    for (;;) {
        auto looking = net::run_blocking(pool, [this] { return vault->usage(); });
        const auto usage = co_await std::move(looking);
        if (usage) {
            storage.bytes_used = usage->stored_bytes;
            storage.bytes_free = usage->free_bytes;
            storage.warning = usage->problem;
            take_places();
            forecast.see(clock.monotonic_now(), vault->counters().bytes);
            const std::uint64_t room = usage->stored_bytes + usage->free_bytes;
            storage.days_that_fit = forecast.days(room - std::min(room, usage->kept_free));
        }
        link->send(storage);
        co_await net::sleep_for(storage_period);
    }
}

}  // namespace vedette::gateway
