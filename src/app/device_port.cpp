#include "app/device_port.hpp"

#include <charconv>

#include "hub/hub.hpp"

namespace vedette::app {

Result<std::optional<net::HttpServerOptions>> device_options(std::string_view text,
                                                             const std::string& address) {
    if (text.empty()) return std::nullopt;
    net::HttpServerOptions options{.address = address,
                                   .port = 0,
                                   .limits = {},
                                   .ask_for_certificates = true,
                                   .port_option = "--device-listen"};
    options.refuse = hub::Hub::refusal_writer();
    if (const auto at = text.rfind(':'); at != std::string_view::npos) {
        std::string_view named = text.substr(0, at);
        if (named.starts_with('[') && named.ends_with(']')) named = named.substr(1, named.size() - 2);
        options.address = named;
        text.remove_prefix(at + 1);
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), options.port);
    if (error != std::errc() || end != text.data() + text.size() || text.empty() || options.port == 0)
        return fail(ErrorKind::invalid_input,
                    "--device-listen needs a port, or an address and a port: 8444, 192.0.2.1:8444 or "
                    "[2001:db8::1]:8444");
    return options;
}

}  // namespace vedette::app
