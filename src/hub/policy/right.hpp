#pragma once
// What a role can give: the rights, one for each thing that an administrator would want to give or withhold.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace vedette::hub::policy {

enum class Right : std::uint8_t {
    // over cameras
    see_live,
    play_back,
    hear,  ///< the sound of what is seen, played back or exported
    see_events,
    export_recordings,
    control_ptz,
    switch_relays,
    talk,
    place_holds,
    lift_holds,
    configure_cameras,
    remove_cameras,
    maintain_devices,
    approve_actions,
    // over the organisation
    add_cameras,
    change_settings,
    view_metrics,
    manage_users,
    manage_roles,
    read_audit,
};
constexpr std::uint8_t right_count = 20;

/// As in docs/ref/openapi.yaml: "see_live".
std::string_view to_string(Right right);
std::optional<Right> parse_right(std::string_view text);

/// False for the rights that a role gives over the whole organisation or not at all.
constexpr bool is_about_cameras(Right right) {
    return right < Right::add_cameras;
}

/// A set of rights. A value.
class RightSet {
  public:
    constexpr RightSet() = default;
    constexpr RightSet(std::initializer_list<Right> rights) {
        for (const Right right : rights) bits_ |= bit(right);
    }
    static constexpr RightSet all() { return RightSet((1U << right_count) - 1); }
    static constexpr RightSet about_cameras() { return RightSet(bit(Right::add_cameras) - 1); }

    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool contains(Right right) const { return (bits_ & bit(right)) != 0; }
    constexpr bool contains(RightSet other) const { return (other.bits_ & ~bits_) == 0; }
    constexpr bool overlaps(RightSet other) const { return (other.bits_ & bits_) != 0; }
    constexpr RightSet operator|(RightSet other) const { return RightSet(bits_ | other.bits_); }
    constexpr RightSet operator&(RightSet other) const { return RightSet(bits_ & other.bits_); }
    constexpr RightSet operator-(RightSet other) const { return RightSet(bits_ & ~other.bits_); }
    constexpr RightSet& operator|=(RightSet other) { return *this = *this | other; }
    friend constexpr bool operator==(RightSet, RightSet) = default;

    /// Calls body(right) for each, in the order of the enumeration.
    template <class Body>
    void for_each(Body body) const {
        for (std::uint8_t i = 0; i < right_count; ++i)
            if (contains(static_cast<Right>(i))) body(static_cast<Right>(i));
    }

  private:
    constexpr explicit RightSet(std::uint32_t bits) : bits_(bits) {}
    static constexpr std::uint32_t bit(Right right) { return 1U << static_cast<unsigned>(right); }

    std::uint32_t bits_ = 0;
};

}  // namespace vedette::hub::policy
