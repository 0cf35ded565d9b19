#include "simulate/onvif_http.hpp"

#include "rtsp/text.hpp"

namespace vedette::simulate {

std::optional<OnvifHttpRequest> parse_http_head(std::string_view head) {
    std::string_view line = rtsp::split_line(head);
    OnvifHttpRequest request;
    request.method = rtsp::split_off(line, ' ');
    request.target = rtsp::split_off(line, ' ');
    if (!line.starts_with("HTTP/1.") || !request.target.starts_with('/')) return std::nullopt;
    while (!head.empty()) {
        std::string_view value = rtsp::split_line(head);
        const std::string_view name = rtsp::split_off(value, ':');
        if (rtsp::equal_ignoring_case(name, "Authorization")) request.authorization = rtsp::trim(value);
        if (rtsp::equal_ignoring_case(name, "Content-Length")) {
            const auto size = rtsp::parse_number<std::size_t>(value);
            const std::size_t most = request.is_firmware() ? max_firmware_file_bytes : max_soap_request_bytes;
            if (!size || *size > most) return std::nullopt;
            request.content_length = *size;
        }
    }
    return request;
}

std::string write_http_response(const OnvifAnswer& answer, const rtsp::Challenge& challenge) {
    std::string out = fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
        "Connection: close\r\n",
        answer.status, answer.status == 200 ? "OK" : "Error", answer.type, answer.body.size());
    if (answer.challenge) out += "WWW-Authenticate: " + rtsp::print(challenge) + "\r\n";
    return out + "\r\n" + answer.body;
}

}  // namespace vedette::simulate
