// Speaking through cameras.

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "gateway/gateway_impl.hpp"
#include "gateway/runner_book.hpp"

namespace vedette::gateway {

void Gateway::Impl::open_talk(const wire::TalkSource& source, std::uint32_t channel) {
    const auto refuse = [&](Error error) { link->send(wire::ChannelEnd{channel, std::move(error)}); };
    const auto found = runners.find(source.camera);
    if (found == runners.end()) return refuse(no_such_camera);
    for (const auto& [number, talk] : talks)
        if (talk.camera == source.camera)
            return refuse({ErrorKind::conflict, "somebody else is speaking through this camera"});
    auto url = rtsp::parse_url(found->second->camera().main_url);
    if (!url) return refuse(url.error());
    auto talk = std::make_shared<Talk>();
    ingest::CameraAccess access = found->second->access_beside_live();
    access.url = std::move(url->url);
    auto task = std::make_unique<net::TaskGroup>(executor, "talk");
    task->spawn(run_talk(talk, channel, source.camera, std::move(access)));
    talks[channel] = {source.camera, std::move(talk), std::move(task)};
}

net::Awaitable<void> Gateway::Impl::run_talk(std::shared_ptr<Talk> talk, std::uint32_t channel,
                                             CameraId camera, ingest::CameraAccess access) {
    RunnerBook book(runners, camera);
    const std::function<void()> ready = [this, channel, camera] {
        log::info("camera {}: somebody speaks through it", camera.text());
        link->send(wire::ChannelReady{channel});
        if (const auto runner = runners.find(camera); runner != runners.end())
            runner->second->set_talking(true);
        announce(camera);
    };
    auto running = talk->run(*process, std::move(access), book, ready);
    Error error = co_await std::move(running);
    link->send(wire::ChannelEnd{channel, std::move(error)});
    close_talk(channel);
}

void Gateway::Impl::close_talk(std::uint32_t channel) {
    const auto found = talks.find(channel);
    if (found == talks.end()) return;
    const CameraId camera = found->second.camera;
    talks.erase(found);
    const auto runner = runners.find(camera);
    if (runner == runners.end()) return;
    runner->second->set_talking(false);
    announce(camera);
}

net::Awaitable<void> Gateway::Impl::stop_talk(CameraId camera, Error why) {
    const auto found =
        std::ranges::find(talks, camera, [](const auto& entry) { return entry.second.camera; });
    if (found == talks.end()) co_return;
    const std::uint32_t channel = found->first;
    const auto stopped = talks.extract(found);
    co_await stopped.mapped().task->stop();
    link->send(wire::ChannelEnd{channel, std::move(why)});
    if (const auto runner = runners.find(camera); runner != runners.end()) runner->second->set_talking(false);
}

}  // namespace vedette::gateway
