#pragma once
// Addresses of IPv4 and IPv6, and networks of them.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette {

/// IPv4 is kept as IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2), as a socket of both families tells it: the
/// same address is equal whichever way it came.
class IpAddress {
  public:
    IpAddress() = default;  ///< ::, which nobody has
    /// A zone (fe80::1%eth0) is taken and left out. nullopt: no address. Any thread.
    static std::optional<IpAddress> parse(std::string_view text);

    const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
    bool is_v4() const;
    /// fe80::/10 (RFC 4291 section 2.5.6).
    bool is_link_local() const { return bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80; }
    friend bool operator==(const IpAddress&, const IpAddress&) = default;

  private:
    std::array<std::uint8_t, 16> bytes_{};
};

/// All addresses that begin with the same bits.
class IpNetwork {
  public:
    /// "192.0.2.0/24", "2001:db8::/32", or one address. nullopt when it is neither, or has bits behind its
    /// prefix: 192.0.2.1/24 may have been meant as one address or as all. Any thread.
    static std::optional<IpNetwork> parse(std::string_view text);

    bool contains(const IpAddress& address) const;
    bool contains(const IpNetwork& other) const { return prefix_ <= other.prefix_ && contains(other.first_); }
    /// As parse() takes it, in the shortest form (RFC 5952).
    std::string text() const;
    friend bool operator==(const IpNetwork&, const IpNetwork&) = default;

  private:
    IpAddress first_;
    std::uint8_t prefix_ = 128;  ///< bits of the IPv6 form
};

}  // namespace vedette
