#pragma once
// By which interfaces connections and datagrams may leave. A rule of the whole process, so that no caller can
// forget it: all that a gateway connects to are cameras.

#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

#include "base/result.hpp"

namespace vedette::net {

/// From now on connect_tcp() and UdpSocket reach nothing through other interfaces than these (`eth1`); an
/// empty list: through any. `not_found` when one of them does not exist. Once, before threads are started.
Result<> restrict_outgoing(std::vector<std::string> interfaces);

/// From now on connect_tcp() to cameras and UdpSocket reach nothing on this machine: no loopback address and
/// none of its own. Whoever may name a camera's address could have it knock at what listens here for this
/// machine alone. Once, before threads are started.
void keep_off_this_machine();

bool may_leave_by(std::string_view interface);
/// `forbidden`, in words, when `address` is this machine's and it is to be kept off, or when the kernel would
/// send what goes to `address` out by an interface that is not allowed. Any thread.
Result<> check_outgoing(const sockaddr* address, socklen_t size);
/// The second half of that alone: for an address of this machine that a socket is bound to.
Result<> check_interface(const sockaddr* address, socklen_t size);
/// Ties a socket to the interface by which `address` is reached, so that a route that changes meanwhile
/// leads nowhere else. Nothing without a restriction.
Result<> tie_to_interface(int socket, const sockaddr* address, socklen_t size);

/// Whether a peer of a network that outgoing connections are restricted to has come to an address of another
/// one: Linux answers for all of its addresses on all of its interfaces, so that cameras could reach a
/// listener that was bound away from them. False without a restriction.
bool crosses_networks(const sockaddr* local, const sockaddr* peer, socklen_t peer_size);

/// Whether this kernel passes packets on between its networks; then a camera may reach clients past us.
bool kernel_forwards();

}  // namespace vedette::net
