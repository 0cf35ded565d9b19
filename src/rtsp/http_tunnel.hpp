#pragma once
// RTSP and its interleaved media through HTTP, for networks that let nothing else pass: a GET whose answer
// never ends carries what the camera sends, a POST whose body never ends carries what we send, in Base64.
// Both name the same x-sessioncookie. There is no RFC; Apple's description of QuickTime's tunnel is what
// cameras follow. Client side, without I/O.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "rtsp/auth.hpp"
#include "rtsp/message.hpp"
#include "rtsp/url.hpp"

namespace vedette::rtsp {

constexpr std::uint16_t default_http_port = 80;
constexpr std::uint16_t default_https_port = 443;
constexpr std::string_view tunnel_media_type = "application/x-rtsp-tunnelled";
constexpr std::string_view tunnel_cookie_header = "x-sessioncookie";
constexpr unsigned max_tunnel_attempts = 4;  ///< connections for the GET, and for a POST that nothing came of
constexpr std::size_t max_unconfirmed_bytes = 64 * 1024;  ///< kept to be sent again over another POST

/// Where the tunnel to a camera begins: the port of its web server where `url` has the usual port of RTSP or
/// RTSPS, else the port of `url`.
std::uint16_t tunnel_port(const Url& url);

/// The start line and the headers of an HTTP message (RFC 9112); what follows them is not looked at.
struct HttpHead {
    std::string start_line;
    Headers headers;
};

/// Collects a head that comes in portions. Limits: max_head_bytes, max_header_count.
class HttpHeadReader {
  public:
    /// The number of bytes taken; all of them while the head is incomplete. `corrupt` for what is no HTTP,
    /// `exhausted` above the limits.
    Result<std::size_t> feed(ByteView bytes);
    bool complete() const { return complete_; }
    const HttpHead& head() const { return head_; }

  private:
    std::string text_;
    HttpHead head_;
    bool complete_ = false;
};

/// The owner opens the connections, each with the same TLS and the same judgement about who answers. Usage:
/// write get_request() to a connection and feed its answer to on_get() until it says `open`; write
/// post_request() to a second connection at once, without waiting for any answer to it (quirk 25). From then
/// on the first one carries the camera's bytes, and wrap() makes of ours what the second one gets.
/// Not thread-safe. No sentence in an error holds credentials.
class HttpTunnel {
  public:
    /// `sign_in`: a challenge of the web server is answered; else it means that this is not the way.
    HttpTunnel(const Url& url, Credentials credentials, BasicUse basic, bool sign_in);

    /// What the next step is after bytes of an answer.
    enum class Next : std::uint8_t {
        read,   ///< more bytes have to come
        again,  ///< this connection is used up: open another and write the request anew
        open    ///< established
    };
    /// The head of the GET.
    std::string get_request();
    /// `unauthenticated` for a wrong password, `unsupported` when what answers is no tunnel.
    Result<Next> on_get(ByteView bytes);
    /// What came behind the head of the GET's answer: the camera's first bytes, once.
    Bytes take_early() { return std::exchange(early_, {}); }

    /// The head of a POST, and again what was sent over an earlier one that the camera has not reacted to.
    std::string post_request();
    /// `output` as the POST carries it.
    std::string wrap(std::string_view output);
    /// An answer to the POST, if one comes at all; only a refusal means anything.
    Result<Next> on_post(ByteView bytes);
    /// A POST is gone, or is to be opened anew. Cameras may close it when they like; an error when nothing
    /// was heard over the GET since the last few.
    Result<> on_post_lost();
    /// Bytes came over the GET: what was sent has arrived.
    void on_heard();
    /// Something was sent, and nothing has been heard since.
    bool awaits_answer() const { return !unconfirmed_.empty(); }

  private:
    std::string head(std::string_view method);
    Result<Next> judge(const HttpHead& head, bool get);

    std::string host_;
    std::string target_;
    std::string cookie_;
    Authenticator authenticator_;
    bool sign_in_;
    HttpHeadReader get_;
    HttpHeadReader post_;
    Bytes early_;
    std::string unconfirmed_;
    unsigned gets_ = 0;
    unsigned posts_ = 0;
};

}  // namespace vedette::rtsp
