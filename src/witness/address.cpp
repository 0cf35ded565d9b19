#include "witness/address.hpp"

#include <algorithm>
#include <charconv>

#include "base/host.hpp"

namespace vedette::witness {

namespace {

constexpr std::string_view scheme = "https://";

bool is_written_in_urls(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return c > 0x20 && c < 0x7f && c != '?' && c != '#' && c != '@'; });
}

Result<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0)
        return fail(ErrorKind::invalid_input, "the port of the witness is not a number from 1 to 65535");
    return port;
}

Result<Place> parse_place(std::string_view url) {
    if (!url.starts_with(scheme) || !is_written_in_urls(url))
        return fail(ErrorKind::invalid_input,
                    "the address of a witness is written https://HOST:PORT, perhaps with a path behind");
    url.remove_prefix(scheme.size());
    Place place;
    const std::size_t slash = std::min(url.find('/'), url.size());
    place.prefix = url.substr(slash);
    while (place.prefix.ends_with('/')) place.prefix.pop_back();
    url = url.substr(0, slash);
    std::string_view port;
    if (url.starts_with('[')) {
        const std::size_t end = url.find(']');
        auto host = end == std::string_view::npos ? std::nullopt : host_in_brackets(url.substr(1, end - 1));
        if (!host) return fail(ErrorKind::invalid_input, "the witness has an address that is none");
        place.host = std::move(*host);
        port = url.substr(end + 1);
    } else {
        const std::size_t colon = std::min(url.find(':'), url.size());
        place.host = url.substr(0, colon);
        port = url.substr(colon);
    }
    if (place.host.empty()) return fail(ErrorKind::invalid_input, "the address of the witness has no host");
    if (port.empty()) return place;
    if (!port.starts_with(':'))
        return fail(ErrorKind::invalid_input, "the witness has an address that is none");
    VEDETTE_TRY(place.port, parse_port(port.substr(1)));
    return place;
}

}  // namespace

std::string Place::text() const {
    return fmt::format("{}{}:{}{}", scheme, host_in_url(host), port, prefix);
}

Result<Address> parse_address(std::string_view text) {
    Address address;
    // The key of 33 bytes is written without '='.
    const std::size_t equals = text.rfind('=');
    if (equals != std::string_view::npos) {
        VEDETTE_TRY(address.place, parse_place(text.substr(0, equals)));
        text.remove_prefix(equals + 1);
    }
    auto verifier = crypto::WitnessVerifier::parse(text);
    if (!verifier)
        return fail(ErrorKind::invalid_input, "a witness is written https://HOST:PORT=KEY: {}",
                    verifier.error().message);
    address.verifier = std::move(*verifier);
    return address;
}

}  // namespace vedette::witness
