#pragma once
// As much of HTTP (RFC 9112) as a simulated ONVIF device speaks: one request for each connection. No I/O.

#include <optional>
#include <string>
#include <string_view>

#include "rtsp/auth.hpp"
#include "simulate/onvif_device.hpp"

namespace vedette::simulate {

constexpr std::size_t max_http_head_bytes = 16 * 1024;
constexpr std::size_t max_soap_request_bytes = 256 * 1024;
constexpr std::size_t max_firmware_file_bytes = 256 * 1024 * 1024;

struct OnvifHttpRequest {
    std::string method;
    std::string target;
    std::string authorization;
    std::size_t content_length = 0;

    /// A body of any size, of which only the beginning is looked at.
    bool is_firmware() const { return target.contains("/firmware/"); }
};

/// `head` ends before the empty line. nullopt when it is none, or its body is too long.
std::optional<OnvifHttpRequest> parse_http_head(std::string_view head);

/// `challenge` goes out where the answer asks for one.
std::string write_http_response(const OnvifAnswer& answer, const rtsp::Challenge& challenge);

}  // namespace vedette::simulate
