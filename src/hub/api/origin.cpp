#include "hub/api/origin.hpp"

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

}  // namespace vedette::hub::api
