#pragma once
// The search for cameras: WS-Discovery and SSDP by multicast on the chosen interfaces, over IPv4 and IPv6,
// WS-Discovery by unicast to the addresses of a range, for cameras behind a router or a switch that holds
// multicast back (quirk 73).

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "gateway/camera_process/camera_process.hpp"
#include "net/http.hpp"

namespace vedette::gateway::discovery {

constexpr std::size_t max_found_devices = 1000;

struct FoundDevice {
    std::string address;      ///< the host that answered, whatever it says about itself; fe80::1%eth0
    std::uint16_t port = 80;  ///< of its ONVIF service
    std::string path;         ///< of its ONVIF service
    bool secure = false;      ///< it is offered over HTTPS
    std::string endpoint;     ///< onvif::normal_uuid; empty when it was found by SSDP alone and told none
    std::string name;
    std::string hardware;
    std::string location;
    bool by_ssdp_only = false;  ///< its ONVIF service is a guess
};

struct ScanOptions {
    std::vector<std::string> interfaces;  ///< their addresses, as net::interface_addresses() gives them
    std::vector<std::string> addresses;   ///< for unicast probes
    bool ssdp = true;
    std::chrono::milliseconds listen{4000};  ///< after the last probe
};

struct ScanReport {
    std::vector<FoundDevice> devices;  ///< in the order of their addresses
    std::vector<std::string> notes;    ///< sentences about what could not be done
};

/// Takes options.listen, and 5 ms more for each address. At most about 400 datagrams a second are sent. No
/// credentials are involved. What answers is read in the camera process, which outlives the call.
net::Awaitable<ScanReport> scan(ScanOptions options, camera_process::CameraProcess& process);

}  // namespace vedette::gateway::discovery
