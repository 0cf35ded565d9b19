#include "hub/api/circumstances.hpp"

#include <algorithm>

namespace vedette::hub::api {

namespace {

bool equal_without_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

// The default port may be written or left out on either side.
std::string_view without_default_port(std::string_view authority) {
    if (authority.ends_with(":443")) authority.remove_suffix(4);
    return authority;
}

}  // namespace

policy::Origin origin_of(const net::Request& request) {
    // `none` is the user's own doing: typed, bookmarked, opened from elsewhere than a page.
    if (const std::string_view site = request.header("Sec-Fetch-Site"); !site.empty())
        return site == "same-origin" || site == "none" ? policy::Origin::same : policy::Origin::cross;
    std::string_view origin = request.header("Origin");
    if (origin.empty()) return policy::Origin::no_browser;
    constexpr std::string_view scheme = "https://";
    if (!origin.starts_with(scheme)) return policy::Origin::cross;
    origin.remove_prefix(scheme.size());
    const std::string_view host = request.header("Host");
    return !host.empty() && equal_without_case(without_default_port(origin), without_default_port(host))
               ? policy::Origin::same
               : policy::Origin::cross;
}

WallTime wall_time(UtcTime now, const std::vector<identity::Holiday>& holidays) {
    const auto local = local_time(now);
    if (!local) return {.day = 7, .minute = 0};  // in no schedule
    WallTime wall = local->wall;
    wall.holiday = identity::is_holiday(holidays, local->date);
    return wall;
}

policy::Context context_of(const net::Request& request, policy::ClientKind client, const Services& services) {
    // From an address that can't be read nothing is given that depends on it.
    const auto address = IpAddress::parse(request.peer_address).value_or(IpAddress());
    return at_this_moment(
        {.origin = origin_of(request), .now = {}, .at = {.wall = {}, .address = address, .client = client}},
        services);
}

policy::Context at_this_moment(policy::Context context, const Services& services) {
    context.now = services.clock->utc_now();
    context.safeguards = services.identity->roster().rules.safeguards;
    context.at.wall = wall_time(context.now, services.identity->roster().rules.holidays);
    return context;
}

policy::Context imagined(policy::Context asker, const CircumstancesQuery& query, const Services& services) {
    if (query.address) asker.at.address = *query.address;
    // Who asks by a token need not mean what its user may by a token.
    asker.at.client = query.client.value_or(policy::ClientKind::web);
    if (query.at) {
        asker.now = *query.at;
        asker.at.wall = wall_time(*query.at, services.identity->roster().rules.holidays);
    }
    return asker;
}

}  // namespace vedette::hub::api
