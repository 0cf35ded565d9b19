#include "net/media_sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vedette::net {

namespace asio = boost::asio;

namespace {

constexpr int receive_buffer_bytes = 2 * 1024 * 1024;  // a key picture at once; the kernel may give less
constexpr std::size_t max_batch = 16;
constexpr std::size_t max_batches = 64;
constexpr int pair_attempts = 64;

union Address {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;

    socklen_t size() const { return any.sa_family == AF_INET6 ? sizeof v6 : sizeof v4; }
    void set_port(std::uint16_t port) {
        (any.sa_family == AF_INET6 ? v6.sin6_port : v4.sin_port) = htons(port);
    }
    std::uint16_t port() const { return ntohs(any.sa_family == AF_INET6 ? v6.sin6_port : v4.sin_port); }
};

/// An address without port, perhaps with an IPv6 zone.
Result<Address> parse_address(const std::string& text) {
    Address out{};
    if (inet_pton(AF_INET, text.c_str(), &out.v4.sin_addr) == 1) {
        out.v4.sin_family = AF_INET;
        return out;
    }
    const std::string bare = text.substr(0, text.find('%'));
    if (inet_pton(AF_INET6, bare.c_str(), &out.v6.sin6_addr) == 1) {
        out.v6.sin6_family = AF_INET6;
        if (bare.size() < text.size()) out.v6.sin6_scope_id = if_nametoindex(text.c_str() + bare.size() + 1);
        return out;
    }
    return fail(ErrorKind::invalid_input, "{} is no IP address", text);
}

bool same_host(const Address& a, const Address& b) {
    if (a.any.sa_family != b.any.sa_family) return false;
    if (a.any.sa_family == AF_INET) return a.v4.sin_addr.s_addr == b.v4.sin_addr.s_addr;
    return std::memcmp(&a.v6.sin6_addr, &b.v6.sin6_addr, sizeof a.v6.sin6_addr) == 0;
}

Result<File> bind_udp(Address address, bool shared) {
    File socket(::socket(address.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.fd() < 0) return fail_errno(errno, "A UDP socket can't be opened");
    const int on = 1;
    if (shared) ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    if (::bind(socket.fd(), &address.any, address.size()) != 0)
        return fail_errno(errno, "A UDP port can't be used");
    return socket;
}

/// The number of the interface that has this address; 0 lets the kernel choose.
unsigned interface_of(const Address& local) {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return 0;
    unsigned index = 0;
    for (const ifaddrs* entry = list; entry != nullptr && index == 0; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != local.any.sa_family) continue;
        Address candidate{};
        std::memcpy(&candidate, entry->ifa_addr, local.size());
        if (same_host(candidate, local)) index = if_nametoindex(entry->ifa_name);
    }
    ::freeifaddrs(list);
    return index;
}

Result<> join(int socket, const Address& group, const Address& local) {
    group_req request{};
    request.gr_interface = interface_of(local);
    std::memcpy(&request.gr_group, &group, group.size());
    const int level = group.any.sa_family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
    if (::setsockopt(socket, level, MCAST_JOIN_GROUP, &request, sizeof request) != 0)
        return fail_errno(errno, "The multicast group can't be joined");
    return {};
}

}  // namespace

struct MediaSockets::State {
    State() : epoll(::epoll_create1(EPOLL_CLOEXEC)) {}

    void add(std::array<File, 2> pair) {
        for (const File& socket : pair) watch(socket.fd());
        pairs.push_back(std::move(pair));
    }
    void watch(int fd) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
        ::epoll_ctl(epoll.fd(), EPOLL_CTL_ADD, fd, &event);
    }
    bool allows(const Address& sender) const {
        return std::ranges::any_of(senders, [&](const Address& a) { return same_host(a, sender); });
    }

    File epoll;
    std::vector<std::array<File, 2>> pairs;
    std::vector<Address> senders;
    int watched_control = -1;
    std::unique_ptr<asio::posix::stream_descriptor> waiter;  ///< of `epoll`, which it does not own
    std::uint64_t foreign = 0;
    std::uint64_t oversized = 0;
};

MediaSockets::MediaSockets() = default;
MediaSockets::~MediaSockets() {
    if (state_ && state_->waiter) state_->waiter->release();
}
MediaSockets::MediaSockets(MediaSockets&&) noexcept = default;
MediaSockets& MediaSockets::operator=(MediaSockets&& other) noexcept {
    MediaSockets old(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
}

Result<std::uint16_t> MediaSockets::add_pair(const std::string& local_address) {
    if (!state_) state_ = std::make_unique<State>();
    VEDETTE_TRY(Address local, parse_address(local_address));
    for (int attempt = 0; attempt < pair_attempts; ++attempt) {
        local.set_port(0);
        VEDETTE_TRY(File first, bind_udp(local, false));
        Address bound{};
        socklen_t size = sizeof bound;
        if (::getsockname(first.fd(), &bound.any, &size) != 0)
            return fail_errno(errno, "A UDP port can't be used");
        const std::uint16_t port = bound.port();
        local.set_port(static_cast<std::uint16_t>(port ^ 1U));
        auto second = bind_udp(local, false);
        if (!second) continue;
        const bool even = port % 2 == 0;
        if (even)
            state_->add({std::move(first), std::move(*second)});
        else
            state_->add({std::move(*second), std::move(first)});
        return static_cast<std::uint16_t>(port & ~1U);
    }
    return fail(ErrorKind::exhausted, "No pair of UDP ports is free");
}

Result<> MediaSockets::add_group(const std::string& group, std::uint16_t port,
                                 const std::string& local_address) {
    if (!state_) state_ = std::make_unique<State>();
    VEDETTE_TRY(Address address, parse_address(group));
    VEDETTE_TRY(const Address local, parse_address(local_address));
    const bool multicast = address.any.sa_family == AF_INET6
                               ? IN6_IS_ADDR_MULTICAST(&address.v6.sin6_addr) != 0
                               : IN_MULTICAST(ntohl(address.v4.sin_addr.s_addr));
    if (!multicast || address.any.sa_family != local.any.sa_family || port == 65'535)
        return fail(ErrorKind::invalid_input, "the camera names {} port {} as its multicast group", group,
                    port);
    address.set_port(port);
    VEDETTE_TRY(File rtp, bind_udp(address, true));
    VEDETTE_CHECK(join(rtp.fd(), address, local));
    address.set_port(static_cast<std::uint16_t>(port + 1));
    VEDETTE_TRY(File rtcp, bind_udp(address, true));
    VEDETTE_CHECK(join(rtcp.fd(), address, local));
    state_->add({std::move(rtp), std::move(rtcp)});
    return {};
}

Result<> MediaSockets::adopt_pair(File rtp, File rtcp) {
    if (!state_) state_ = std::make_unique<State>();
    for (const File* socket : {&rtp, &rtcp}) {
        int type = 0;
        socklen_t size = sizeof type;
        if (::getsockopt(socket->fd(), SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_DGRAM)
            return fail(ErrorKind::invalid_input, "what was handed over is no UDP socket");
    }
    state_->add({std::move(rtp), std::move(rtcp)});
    return {};
}

std::array<int, 2> MediaSockets::handles(std::size_t pair) const {
    const auto& sockets = state_->pairs.at(pair);
    return {sockets[0].fd(), sockets[1].fd()};
}

Result<> MediaSockets::allow_sender(const std::string& address) {
    if (!state_) state_ = std::make_unique<State>();
    VEDETTE_TRY(const Address sender, parse_address(address));
    state_->senders.push_back(sender);
    return {};
}

std::size_t MediaSockets::pairs() const {
    return state_ ? state_->pairs.size() : 0;
}

Awaitable<Result<>> MediaSockets::wait_readable(TcpStream& control) {
    if (!state_ || control.native_handle() < 0) co_return fail(ErrorKind::unavailable, "Not connected");
    if (control.may_hold_bytes()) co_return Result<>{};
    State& state = *state_;
    if (state.watched_control != control.native_handle()) {
        state.watched_control = control.native_handle();
        state.watch(state.watched_control);
    }
    if (!state.waiter) {
        const auto executor = co_await asio::this_coro::executor;
        state.waiter = std::make_unique<asio::posix::stream_descriptor>(executor, state.epoll.fd());
    }
    const auto [error] = co_await state.waiter->async_wait(asio::posix::stream_descriptor::wait_read,
                                                           asio::as_tuple(asio::use_awaitable));
    if (error) co_return fail(ErrorKind::cancelled, "The connection was closed on this side");
    co_return Result<>{};
}

void MediaSockets::receive(std::span<std::byte> buffer, const Sink& sink) {
    if (!state_) return;
    const std::size_t slots = std::min(max_batch, buffer.size() / max_media_datagram_bytes);
    std::array<mmsghdr, max_batch> messages{};
    std::array<iovec, max_batch> places{};
    std::array<Address, max_batch> senders{};
    for (std::size_t pair = 0; pair < state_->pairs.size(); ++pair) {
        for (const bool rtcp : {false, true}) {
            const int fd = state_->pairs[pair][rtcp ? 1 : 0].fd();
            int got = static_cast<int>(slots);
            // A flood does not keep the loop from its other cameras.
            for (std::size_t batch = 0; batch < max_batches && got == static_cast<int>(slots); ++batch) {
                for (std::size_t i = 0; i < slots; ++i) {
                    places[i] = {.iov_base = buffer.data() + i * max_media_datagram_bytes,
                                 .iov_len = max_media_datagram_bytes};
                    messages[i] = {};
                    messages[i].msg_hdr.msg_name = &senders[i];
                    messages[i].msg_hdr.msg_namelen = sizeof senders[i];
                    messages[i].msg_hdr.msg_iov = &places[i];
                    messages[i].msg_hdr.msg_iovlen = 1;
                }
                got = ::recvmmsg(fd, messages.data(), static_cast<unsigned>(slots), MSG_DONTWAIT, nullptr);
                for (int i = 0; i < got; ++i) {
                    const auto at = static_cast<std::size_t>(i);
                    if (!state_->allows(senders[at])) {
                        ++state_->foreign;
                    } else if ((messages[at].msg_hdr.msg_flags & MSG_TRUNC) != 0) {
                        ++state_->oversized;
                    } else {
                        sink(pair, rtcp,
                             ByteView(buffer).subspan(at * max_media_datagram_bytes, messages[at].msg_len));
                    }
                }
            }
        }
    }
}

void MediaSockets::send(std::size_t pair, bool rtcp, const std::string& address, std::uint16_t port,
                        ByteView datagram) {
    if (!state_ || pair >= state_->pairs.size()) return;
    auto to = parse_address(address);
    if (!to) return;
    to->set_port(port);
    static_cast<void>(::sendto(state_->pairs[pair][rtcp ? 1 : 0].fd(), datagram.data(), datagram.size(),
                               MSG_DONTWAIT | MSG_NOSIGNAL, &to->any, to->size()));
}

std::uint64_t MediaSockets::foreign() const {
    return state_ ? state_->foreign : 0;
}
std::uint64_t MediaSockets::oversized() const {
    return state_ ? state_->oversized : 0;
}

}  // namespace vedette::net
