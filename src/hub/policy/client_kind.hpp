#pragma once
// By what kind of client somebody asks. Pure.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace vedette::hub::policy {

/// What is known of the client that a request comes by: a browser's session, or an API token that was made
/// for one of the other kinds. Whoever has a session or token can use it with any program; that a client is
/// what it says is shown by a certificate that it is bound to, and by nothing else.
enum class ClientKind : std::uint8_t {
    web,     ///< a session that began with a sign-in
    mobile,  ///< an API token that was made for an app on a phone
    api,     ///< an API token of a program
    bridge,  ///< an API token that was made for a bridge to another system
};
constexpr std::uint8_t client_kind_count = 4;

/// As in docs/ref/openapi.yaml: "web".
std::string_view to_string(ClientKind kind);
std::optional<ClientKind> parse_client_kind(std::string_view text);

/// A set of kinds. A value.
class ClientKinds {
  public:
    constexpr ClientKinds() = default;
    constexpr ClientKinds(std::initializer_list<ClientKind> kinds) {
        for (const ClientKind kind : kinds) add(kind);
    }
    constexpr void add(ClientKind kind) { bits_ |= bit(kind); }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool contains(ClientKind kind) const { return (bits_ & bit(kind)) != 0; }
    constexpr bool contains(ClientKinds other) const { return (other.bits_ & ~bits_) == 0; }
    friend constexpr bool operator==(ClientKinds, ClientKinds) = default;

    /// Calls body(kind) for each, in the order of the enumeration.
    template <class Body>
    void for_each(Body body) const {
        for (std::uint8_t i = 0; i < client_kind_count; ++i)
            if (contains(static_cast<ClientKind>(i))) body(static_cast<ClientKind>(i));
    }

  private:
    static constexpr unsigned bit(ClientKind kind) { return 1U << static_cast<unsigned>(kind); }

    unsigned bits_ = 0;
};

}  // namespace vedette::hub::policy
