#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vedette {

/// 128 random bits; its text is a lower-case UUID (RFC 9562, version 4).
struct Uuid {
    std::array<std::byte, 16> bytes{};

    static Uuid random();
    static std::optional<Uuid> parse(std::string_view text);
    std::string text() const;
    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// An identifier that does not convert into another kind of identifier.
template <class Tag>
class Id {
  public:
    Id() = default;
    explicit Id(Uuid value) : value_(value) {}
    static Id random() { return Id(Uuid::random()); }
    /// nullopt when `text` is not a UUID.
    static std::optional<Id> parse(std::string_view text) {
        const auto uuid = Uuid::parse(text);
        return uuid ? std::optional<Id>(Id(*uuid)) : std::nullopt;
    }
    /// Of what bytes() gave; of fewer than 16 bytes the rest is zero.
    static Id from_bytes(std::span<const std::byte> bytes) {
        Uuid value;
        std::memcpy(value.bytes.data(), bytes.data(), std::min(bytes.size(), value.bytes.size()));
        return Id(value);
    }
    std::string text() const { return value_.text(); }
    std::span<const std::byte, 16> bytes() const { return value_.bytes; }
    const Uuid& uuid() const { return value_; }
    friend auto operator<=>(const Id&, const Id&) = default;

  private:
    Uuid value_;
};

using OrganisationId = Id<struct OrganisationTag>;
using SiteId = Id<struct SiteTag>;
using GatewayId = Id<struct GatewayTag>;
using CameraId = Id<struct CameraTag>;
using UserId = Id<struct UserTag>;
using ApiTokenId = Id<struct ApiTokenTag>;
using RoleId = Id<struct RoleTag>;
using CameraGroupId = Id<struct CameraGroupTag>;

}  // namespace vedette

template <class Tag>
struct std::hash<vedette::Id<Tag>> {  // NOLINT(cert-dcl58-cpp): std::hash is made to be specialised
    std::size_t operator()(const vedette::Id<Tag>& id) const noexcept {
        std::size_t value = 0;  // the bits are random already
        std::memcpy(&value, id.bytes().data(), sizeof value);
        return value;
    }
};
