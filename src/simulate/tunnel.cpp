#include "simulate/tunnel.hpp"

#include <algorithm>

#include "crypto/base64.hpp"

namespace vedette::simulate {

Result<Bytes> Base64Stream::feed(ByteView text) {
    Bytes out;
    for (const char c : as_text(text)) {
        if (c == '\r' || c == '\n') continue;
        quantum_ += c;
        if (quantum_.size() < 4) continue;
        const auto bytes = crypto::from_base64(quantum_);
        if (!bytes) return fail(ErrorKind::corrupt, "the body of the POST is no Base64");
        out.insert(out.end(), bytes->begin(), bytes->end());
        quantum_.clear();
    }
    return out;
}

Result<Opening::Kind> Opening::feed(ByteView bytes) {
    if (kind_ != Kind::unknown) return kind_;
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    const std::string_view text = as_text(bytes_);
    const auto may_be = [&](std::string_view method) {
        return text.starts_with(method) || method.starts_with(text);
    };
    if (!may_be("GET ") && !may_be("POST ")) return kind_ = Kind::rtsp;
    if (text.size() < 5) return kind_;
    rtsp::HttpHeadReader reader;
    VEDETTE_TRY(const std::size_t taken, reader.feed(bytes_));
    if (!reader.complete()) return kind_;
    kind_ = text.starts_with("GET ") ? Kind::get : Kind::post;
    head_ = reader.head();
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(taken));
    return kind_;
}

std::string Opening::cookie() const {
    const std::string* value = head_.headers.find(rtsp::tunnel_cookie_header);
    return value ? *value : std::string();
}

std::string tunnel_accepted() {
    return fmt::format(
        "HTTP/1.0 200 OK\r\nServer: Vedette\r\nConnection: close\r\nCache-Control: no-store\r\n"
        "Content-Type: {}\r\n\r\n",
        rtsp::tunnel_media_type);
}

std::string tunnel_refused(const std::vector<std::string>& challenges) {
    std::string out = "HTTP/1.0 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n";
    for (const std::string& challenge : challenges) out += fmt::format("WWW-Authenticate: {}\r\n", challenge);
    return out + "\r\n";
}

}  // namespace vedette::simulate
