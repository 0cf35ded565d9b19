#include "gateway/discovery/scan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/id.hpp"
#include "net/task_group.hpp"
#include "net/timeout.hpp"
#include "net/udp.hpp"
#include "onvif/address.hpp"
#include "onvif/device.hpp"
#include "onvif/discovery.hpp"
#include "onvif/question.hpp"
#include "onvif/ssdp.hpp"

namespace vedette::gateway::discovery {

namespace {

constexpr std::size_t burst = 10;  ///< addresses
constexpr std::chrono::milliseconds pause_between_bursts{50};
constexpr std::chrono::milliseconds pause_before_repeat{400};

bool is_v6(std::string_view address) {
    return address.contains(':');
}

// What has been heard. Shared with the listening tasks.
class Findings {
  public:
    std::string new_probe(onvif::ProbeFor kind) {
        const std::string id = Uuid::random().text();
        probes_.insert(id);
        return onvif::write_probe(id, kind);
    }

    void take(const std::string& sender, const onvif::ProbeMatches& matches) {
        // Only answers to our own questions.
        if (!probes_.contains(onvif::normal_uuid(matches.relates_to))) return;
        for (const auto& device : matches.devices) take(sender, device);
    }
    void take(const std::string& sender, const onvif::SsdpMessage& message) {
        if (message.kind != onvif::SsdpKind::response || message.target != onvif::ssdp_camera_target ||
            ssdp_.size() >= max_found_devices)
            return;
        ssdp_.emplace(sender, onvif::uuid_of(message.name));
    }
    void take(const std::string&, const auto&) {}

    std::vector<FoundDevice> devices() const {
        std::vector<FoundDevice> all;
        std::set<std::string> addresses;
        for (const auto& [key, device] : found_) {
            all.push_back(device);
            addresses.insert(device.address);
        }
        for (const auto& [address, uuid] : ssdp_) {
            if (addresses.contains(address) || all.size() >= max_found_devices) continue;
            all.push_back({.address = address,
                           .port = 80,
                           .path = std::string(onvif::default_device_path),
                           .secure = false,
                           .endpoint = uuid,
                           .name = {},
                           .hardware = {},
                           .location = {},
                           .by_ssdp_only = true});
        }
        std::ranges::sort(all, {}, [](const FoundDevice& d) {
            boost::system::error_code error;
            return std::pair(boost::asio::ip::make_address(d.address, error), d.path);
        });
        return all;
    }

  private:
    // HTTPS before HTTP; then the address that it names with its own host before one of another host, on the
    // sender (quirk 75).
    static void choose_address(FoundDevice& found, const std::vector<std::string>& told,
                               const std::string& sender) {
        int best = -1;
        for (const std::string& address : told) {
            const bool secure = onvif::believe(address, "https", sender).has_value();
            const auto believed = onvif::believe(address, secure ? "https" : "http", sender);
            if (!believed) continue;
            const int rank = (secure ? 2 : 0) + (believed->rewritten ? 0 : 1);
            if (rank <= best) continue;
            best = rank;
            const std::uint16_t usual = secure ? 443 : 80;
            found.port = believed->address.port == 0 ? usual : believed->address.port;
            found.path = believed->address.path;
            found.secure = secure;
        }
    }

    void take(const std::string& sender, const onvif::DiscoveredDevice& device) {
        if (found_.size() >= max_found_devices) return;
        FoundDevice found{.address = sender,
                          .port = 80,
                          .path = std::string(onvif::default_device_path),
                          .secure = false,
                          .endpoint = onvif::normal_uuid(device.endpoint),
                          .name = onvif::scope_value(device.scopes, "name"),
                          .hardware = onvif::scope_value(device.scopes, "hardware"),
                          .location = onvif::scope_value(device.scopes, "location"),
                          .by_ssdp_only = false};
        choose_address(found, device.addresses, sender);
        found_.try_emplace({found.endpoint, found.address}, std::move(found));
    }

    std::set<std::string> probes_;
    std::map<std::pair<std::string, std::string>, FoundDevice> found_;
    std::map<std::string, std::string> ssdp_;  ///< address: UUID
};

net::Awaitable<void> listen_to(std::shared_ptr<net::UdpSocket> socket, std::shared_ptr<Findings> findings,
                               camera_process::CameraProcess& process, onvif::Asked asked) {
    const std::size_t limit =
        asked == onvif::Asked::ssdp ? onvif::max_ssdp_bytes : onvif::max_discovery_bytes;
    for (;;) {
        const auto datagram = co_await socket->receive();
        if (!datagram) co_return;
        if (datagram->data.size() > limit) continue;
        auto reading = process.read({.asked = asked}, std::string(as_text(datagram->data)));
        const auto reply = co_await std::move(reading);
        if (reply)
            std::visit([&](const auto& message) { findings->take(datagram->address, message); }, *reply);
    }
}

// The sockets of one search; they are closed with it.
struct Search {
    Search(boost::asio::any_io_executor e, camera_process::CameraProcess& p)
        : executor(e), process(p), tasks(e, "discovery") {}

    std::shared_ptr<net::UdpSocket> open(const std::string& address, onvif::Asked asked) {
        auto opened = net::UdpSocket::open(executor, address, 0);
        if (!opened) {
            notes.push_back(fmt::format("Nothing can be sent from {}.", address));
            return nullptr;
        }
        auto socket = std::make_shared<net::UdpSocket>(std::move(*opened));
        tasks.spawn(listen_to(socket, findings, process, asked));
        return socket;
    }

    boost::asio::any_io_executor executor;
    camera_process::CameraProcess& process;
    std::shared_ptr<Findings> findings = std::make_shared<Findings>();
    std::vector<std::string> notes;
    net::TaskGroup tasks;
};

net::Awaitable<void> probe_interfaces(Search& search, const ScanOptions& options) {
    std::vector<std::pair<std::string, std::shared_ptr<net::UdpSocket>>> probing;
    std::vector<std::pair<std::string_view, std::shared_ptr<net::UdpSocket>>> searching;  ///< and the group
    for (const std::string& address : options.interfaces) {
        if (auto socket = search.open(address, onvif::Asked::ws_discovery))
            probing.emplace_back(address, socket);
        if (options.ssdp)
            if (auto socket = search.open(address, onvif::Asked::ssdp))
                searching.emplace_back(is_v6(address) ? onvif::ssdp_group_v6 : onvif::ssdp_group, socket);
    }
    for (int round = 0; round < 2; ++round) {  // a datagram may be lost
        if (round > 0) co_await net::sleep_for(pause_before_repeat);
        for (auto& [address, socket] : probing) {
            for (const auto kind : {onvif::ProbeFor::network_video_transmitter, onvif::ProbeFor::device}) {
                const auto group = is_v6(address) ? onvif::discovery_group_v6 : onvif::discovery_group;
                const auto sent =
                    socket->send(search.findings->new_probe(kind), std::string(group), onvif::discovery_port);
                if (!sent && round == 0 && kind == onvif::ProbeFor::device)
                    search.notes.push_back(fmt::format(
                        "No multicast can be sent from {}; search an address range instead.", address));
            }
        }
        for (auto& [group, socket] : searching)
            (void)socket->send(onvif::write_search(onvif::ssdp_camera_target, group), std::string(group),
                               onvif::ssdp_port);
    }
}

net::Awaitable<void> probe_addresses(Search& search, const ScanOptions& options) {
    const auto socket_for = [&](bool v6) -> std::shared_ptr<net::UdpSocket> {
        const auto of_family = [&](const std::string& address) { return is_v6(address) == v6; };
        if (std::ranges::none_of(options.addresses, of_family)) return nullptr;
        return search.open(v6 ? "::" : "0.0.0.0", onvif::Asked::ws_discovery);
    };
    const auto v4 = socket_for(false);
    const auto v6 = socket_for(true);
    std::size_t sent = 0;
    for (const std::string& address : options.addresses) {
        const auto& socket = is_v6(address) ? v6 : v4;
        if (!socket) continue;
        for (const auto kind : {onvif::ProbeFor::network_video_transmitter, onvif::ProbeFor::device})
            (void)socket->send(search.findings->new_probe(kind), address, onvif::discovery_port);
        if (++sent % burst == 0) co_await net::sleep_for(pause_between_bursts);
    }
}

}  // namespace

net::Awaitable<ScanReport> scan(ScanOptions options, camera_process::CameraProcess& process) {
    const auto executor = co_await boost::asio::this_coro::executor;
    Search search(executor, process);
    co_await probe_interfaces(search, options);
    co_await probe_addresses(search, options);
    co_await net::sleep_for(options.listen);
    co_await search.tasks.stop();
    co_return ScanReport{.devices = search.findings->devices(), .notes = std::move(search.notes)};
}

}  // namespace vedette::gateway::discovery
