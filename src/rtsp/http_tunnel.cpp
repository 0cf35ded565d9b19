#include "rtsp/http_tunnel.hpp"

#include <algorithm>
#include <array>

#include "base/credentials_refused.hpp"
#include "base/hex.hpp"
#include "base/host.hpp"
#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "rtsp/text.hpp"

namespace vedette::rtsp {

namespace {

/// The body has no end; every client sends this length, and no camera is known to count.
constexpr std::uint32_t nominal_post_bytes = 32'767;

std::uint16_t status_of(std::string_view line) {
    split_off(line, ' ');
    line = trim(line);
    return parse_number<std::uint16_t>(split_off(line, ' ')).value_or(0);
}

std::string random_cookie() {
    std::array<std::byte, 16> bytes{};
    crypto::random_bytes(bytes);
    return to_hex(bytes);
}

/// The offset behind the blank line that ends a head, or npos.
std::size_t end_of_head(std::string_view text) {
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        std::size_t after = at + 1;
        if (after < text.size() && text[after] == '\r') ++after;
        if (after < text.size() && text[after] == '\n') return after + 1;
    }
    return std::string_view::npos;
}

Result<HttpHead> parse_http_head(std::string_view text) {
    HttpHead head;
    head.start_line = trim(split_line(text));
    const bool answer = head.start_line.starts_with("HTTP/1.");
    if (!answer && !head.start_line.ends_with(" HTTP/1.0") && !head.start_line.ends_with(" HTTP/1.1"))
        return fail(ErrorKind::unsupported, "what answers at this port is not a web server (HTTP)");
    while (!text.empty()) {
        std::string_view line = split_line(text);
        if (line.find(':') == std::string_view::npos || line.starts_with(' ') || line.starts_with('\t'))
            continue;
        if (head.headers.fields().size() == max_header_count)
            return fail(ErrorKind::exhausted, "the HTTP answer has more than {} headers", max_header_count);
        const std::string_view name = trim(split_off(line, ':'));
        if (!name.empty()) head.headers.add(name, trim(line));
    }
    return head;
}

}  // namespace

std::uint16_t tunnel_port(const Url& url) {
    if (url.secure) return url.port == default_secure_port ? default_https_port : url.port;
    return url.port == default_port ? default_http_port : url.port;
}

Result<std::size_t> HttpHeadReader::feed(ByteView bytes) {
    if (complete_) return 0U;
    const std::size_t before = text_.size();
    text_ += as_text(bytes.first(std::min(bytes.size(), max_head_bytes + 1 - before)));
    const std::size_t end = end_of_head(text_);
    if (end == std::string::npos) {
        if (text_.size() > max_head_bytes)
            return fail(ErrorKind::exhausted, "the HTTP message has more than {} bytes of headers",
                        max_head_bytes);
        return bytes.size();
    }
    VEDETTE_TRY(head_, parse_http_head(std::string_view(text_).substr(0, end)));
    complete_ = true;
    return end - before;
}

HttpTunnel::HttpTunnel(const Url& url, Credentials credentials, BasicUse basic, bool sign_in)
    : target_(url.path.starts_with('/') ? url.path : "/" + url.path),
      cookie_(random_cookie()),
      authenticator_(std::move(credentials), basic),
      sign_in_(sign_in) {
    const std::uint16_t port = tunnel_port(url);
    host_ = host_in_url(without_zone(url.host));
    if (port != (url.secure ? default_https_port : default_http_port)) host_ += fmt::format(":{}", port);
}

// HTTP/1.0 and a path as the target: cameras compare it with the paths that they know (quirk 25).
std::string HttpTunnel::head(std::string_view method) {
    std::string out = fmt::format("{} {} HTTP/1.0\r\nHost: {}\r\nUser-Agent: Vedette\r\n{}: {}\r\n", method,
                                  target_, host_, tunnel_cookie_header, cookie_);
    if (const auto value = authenticator_.authorize(method, target_))
        out += fmt::format("Authorization: {}\r\n", *value);
    out += "Pragma: no-cache\r\nCache-Control: no-cache\r\n";
    return out;
}

std::string HttpTunnel::get_request() {
    get_ = {};
    ++gets_;
    return head("GET") + fmt::format("Accept: {}\r\n\r\n", tunnel_media_type);
}

Result<HttpTunnel::Next> HttpTunnel::on_get(ByteView bytes) {
    VEDETTE_TRY(const std::size_t taken, get_.feed(bytes));
    if (!get_.complete()) return Next::read;
    VEDETTE_TRY(const Next next, judge(get_.head(), true));
    if (next == Next::open) {
        const ByteView rest = bytes.subspan(taken);
        early_.insert(early_.end(), rest.begin(), rest.end());
    }
    return next;
}

Result<HttpTunnel::Next> HttpTunnel::judge(const HttpHead& head, bool get) {
    const std::uint16_t status = status_of(head.start_line);
    if (status == 401 && !sign_in_)
        return fail(ErrorKind::unsupported,
                    "the camera's web server asks for a password, which the automatic choice does not tell "
                    "it: choose HTTPS as this camera's transport if that is the way");
    if (status == 401) {
        const auto challenges = head.headers.all("WWW-Authenticate");
        VEDETTE_CHECK(authenticator_.on_unauthorized(challenges));
        if (gets_ >= max_tunnel_attempts) return std::unexpected(credentials_refused());
        return Next::again;
    }
    if (status == 403)
        return fail(ErrorKind::forbidden, "the camera does not allow this user to watch (403)");
    if (status != 200)
        return fail(ErrorKind::unsupported, "the camera offers no RTSP through HTTP at this address ({})",
                    status);
    authenticator_.on_authorized();
    const std::string* type = head.headers.find("Content-Type");
    if (get && type != nullptr && !starts_with_ignoring_case(*type, tunnel_media_type))
        return fail(ErrorKind::unsupported,
                    "a web page answers at this address instead of the camera's RTSP through HTTP");
    return Next::open;
}

std::string HttpTunnel::post_request() {
    post_ = {};
    std::string out = head("POST") + fmt::format(
                                         "Content-Type: {}\r\nContent-Length: {}\r\n"
                                         "Expires: Sun, 9 Jan 1972 00:00:00 GMT\r\n\r\n",
                                         tunnel_media_type, nominal_post_bytes);
    return out + crypto::to_base64(as_bytes(unconfirmed_));
}

std::string HttpTunnel::wrap(std::string_view output) {
    if (unconfirmed_.size() + output.size() <= max_unconfirmed_bytes) unconfirmed_ += output;
    return crypto::to_base64(as_bytes(output));
}

Result<HttpTunnel::Next> HttpTunnel::on_post(ByteView bytes) {
    if (post_.complete()) return Next::open;
    VEDETTE_CHECK(post_.feed(bytes));
    if (!post_.complete()) return Next::read;
    return judge(post_.head(), false);
}

Result<> HttpTunnel::on_post_lost() {
    if (++posts_ < max_tunnel_attempts) return {};
    return fail(ErrorKind::unavailable, "the camera closes the connection that carries our requests (POST)");
}

void HttpTunnel::on_heard() {
    posts_ = 0;
    unconfirmed_.clear();
}

}  // namespace vedette::rtsp
