#pragma once
// On what it depends whether something that was given counts. Pure.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ip_network.hpp"
#include "base/time.hpp"
#include "base/weekly_schedule.hpp"
#include "hub/policy/client_kind.hpp"

namespace vedette::hub::policy {

/// What conditions are held against.
struct Circumstances {
    WallTime wall;
    IpAddress address;                    ///< from where the request comes
    ClientKind client = ClientKind::web;  ///< by what it comes
};

/// What stands in the way, the nearest last: with a greater one less is missing.
enum class Unmet : std::uint8_t { nothing, client, network, schedule };

/// When a grant counts. Default: always.
struct Conditions {
    std::optional<Ticks90k> max_age;                 ///< how old recordings and events may be
    std::optional<WeeklySchedule> schedule;          ///< outside of it the grant is not there
    std::optional<std::vector<IpNetwork>> networks;  ///< asked from elsewhere it is not there
    std::optional<ClientKinds> clients;              ///< asked by another kind it is not there

    bool always() const { return !max_age && !schedule && !networks && !clients; }
    /// The first condition that these circumstances do not meet; `max_age` is not asked for.
    Unmet unmet(const Circumstances& at) const;
    /// Whether they are met whenever those of `other` are; `max_age` is not asked for.
    bool cover(const Conditions& other) const;
    friend bool operator==(const Conditions&, const Conditions&) = default;
};

}  // namespace vedette::hub::policy
