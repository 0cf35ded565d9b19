#include "net/outgoing.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include <arpa/inet.h>
#include <fmt/ranges.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include "base/file.hpp"

namespace vedette::net {

namespace {

std::vector<std::string>& allowed() {
    static std::vector<std::string> names;
    return names;
}

bool& keeps_off() {
    static bool keeps = false;
    return keeps;
}

using AddressBytes = std::vector<unsigned char>;

// Its bytes, and behind those of a link-local address its zone.
AddressBytes host_of(const sockaddr* address) {
    AddressBytes out;
    if (address->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, address, sizeof v4);
        out.resize(sizeof v4.sin_addr);
        std::memcpy(out.data(), &v4.sin_addr, out.size());
    } else if (address->sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, address, sizeof v6);
        out.resize(sizeof v6.sin6_addr);
        std::memcpy(out.data(), &v6.sin6_addr, out.size());
        // The same one may be on several interfaces.
        if (IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr))
            for (unsigned shift = 0; shift < 32; shift += 8)
                out.push_back(static_cast<unsigned char>(v6.sin6_scope_id >> shift & 0xffU));
    }
    return out;
}

std::string interface_with(const sockaddr* address) {
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) return {};
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(first, &freeifaddrs);
    const AddressBytes wanted = host_of(address);
    for (const ifaddrs* at = first; at != nullptr; at = at->ifa_next)
        if (at->ifa_addr != nullptr && at->ifa_addr->sa_family == address->sa_family &&
            host_of(at->ifa_addr) == wanted)
            return at->ifa_name;
    return {};
}

// Asks the kernel's routes: connecting a datagram socket sends nothing.
Result<std::string> interface_towards(const sockaddr* address, socklen_t size) {
    const File socket(::socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket.is_open() || ::connect(socket.fd(), address, size) != 0)
        return fail(ErrorKind::unavailable, "there is no route to it from this machine");
    sockaddr_storage own{};
    socklen_t own_size = sizeof own;
    auto* mine = reinterpret_cast<sockaddr*>(&own);
    if (::getsockname(socket.fd(), mine, &own_size) != 0) return fail_errno(errno, "Looking for a route");
    return interface_with(mine);
}

std::string text_of(const sockaddr* address) {
    char text[INET6_ADDRSTRLEN] = {};
    const AddressBytes host = host_of(address);
    return inet_ntop(address->sa_family, host.data(), text, sizeof text) != nullptr ? text : "that address";
}

Result<std::string> allowed_interface(const sockaddr* address, socklen_t size) {
    const auto found = interface_towards(address, size);
    if (!found)
        return fail(found.error().kind, "{} can't be reached: {}", text_of(address), found.error().message);
    if (std::ranges::count(allowed(), *found) > 0) return *found;
    return fail(
        ErrorKind::forbidden,
        "{} would be reached through {}, and cameras may be reached through {} only: nothing was sent. "
        "Use a camera's address in that network, or start with another --camera-interface",
        text_of(address), found->empty() ? "an unknown interface" : *found, fmt::join(allowed(), ", "));
}

bool is_this_machine(const sockaddr* address) {
    if (address->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, address, sizeof v4);
        const std::uint32_t host = ntohl(v4.sin_addr.s_addr);
        if (host >> 24U == 127 || host == 0) return true;
    } else if (address->sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, address, sizeof v6);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
            sockaddr_in v4{};
            v4.sin_family = AF_INET;
            std::memcpy(&v4.sin_addr, &v6.sin6_addr.s6_addr[12], sizeof v4.sin_addr);
            sockaddr_storage mapped{};
            std::memcpy(&mapped, &v4, sizeof v4);
            return is_this_machine(reinterpret_cast<const sockaddr*>(&mapped));
        }
        if (IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr)) return true;
    }
    return !interface_with(address).empty();
}

Result<> check_machine(const sockaddr* address) {
    if (!keeps_off() || !is_this_machine(address)) return {};
    return fail(ErrorKind::forbidden,
                "{} is this machine, and cameras are others: nothing was sent. Where a program here is a "
                "camera, start with --allow-local-cameras",
                text_of(address));
}

}  // namespace

void keep_off_this_machine() {
    keeps_off() = true;
}

Result<> restrict_outgoing(std::vector<std::string> interfaces) {
    for (const std::string& name : interfaces)
        if (if_nametoindex(name.c_str()) == 0)
            return fail(ErrorKind::not_found,
                        "--camera-interface: there is no network interface {} here; `ip link` shows them",
                        name);
    allowed() = std::move(interfaces);
    return {};
}

bool may_leave_by(std::string_view interface) {
    return allowed().empty() || std::ranges::count(allowed(), interface) > 0;
}

Result<> check_outgoing(const sockaddr* address, socklen_t size) {
    VEDETTE_CHECK(check_machine(address));
    return check_interface(address, size);
}

Result<> check_interface(const sockaddr* address, socklen_t size) {
    if (allowed().empty()) return {};
    const auto interface = allowed_interface(address, size);
    if (!interface) return std::unexpected(interface.error());
    return {};
}

Result<> tie_to_interface(int socket, const sockaddr* address, socklen_t size) {
    VEDETTE_CHECK(check_machine(address));
    if (allowed().empty()) return {};
    VEDETTE_TRY(const std::string interface, allowed_interface(address, size));
    // Allowed to everybody since Linux 5.7; the route has been looked at in any case.
    if (::setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(),
                     static_cast<socklen_t>(interface.size() + 1)) != 0 &&
        errno != EPERM)
        return fail_errno(errno, "The camera's interface can't be used");
    return {};
}

bool crosses_networks(const sockaddr* local, const sockaddr* peer, socklen_t peer_size) {
    if (allowed().empty()) return false;
    const auto towards = interface_towards(peer, peer_size);
    return towards && may_leave_by(*towards) && !may_leave_by(interface_with(local));
}

bool kernel_forwards() {
    std::ifstream file("/proc/sys/net/ipv4/ip_forward");
    return file.get() == '1';
}

}  // namespace vedette::net
