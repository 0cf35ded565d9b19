#pragma once
// The server's side of RTSP through HTTP: what kind of connection a client has opened, and what its POST
// carries. No I/O.

#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "rtsp/http_tunnel.hpp"

namespace vedette::simulate {

/// Base64 that never ends and may be padded anywhere: each request is encoded for itself.
class Base64Stream {
  public:
    /// The bytes that are complete now. `corrupt` for what is no Base64.
    Result<Bytes> feed(ByteView text);

  private:
    std::string quantum_;
};

/// The beginning of a connection.
class Opening {
  public:
    enum class Kind : std::uint8_t {
        unknown,  ///< more bytes have to come
        rtsp,     ///< bytes() are RTSP
        get,      ///< head() asks for the camera's half of a tunnel
        post      ///< head() brings the client's half; bytes() are its body
    };
    /// An error for what looks like HTTP and is not.
    Result<Kind> feed(ByteView bytes);
    Kind kind() const { return kind_; }
    const rtsp::HttpHead& head() const { return head_; }
    ByteView bytes() const { return bytes_; }
    /// The cookie that binds both halves; empty when there is none.
    std::string cookie() const;
    /// "GET" or "POST".
    std::string_view method() const { return kind_ == Kind::get ? "GET" : "POST"; }

  private:
    Kind kind_ = Kind::unknown;
    rtsp::HttpHead head_;
    Bytes bytes_;
};

/// The answer to a GET, behind which the camera speaks.
std::string tunnel_accepted();
/// A 401 with these challenges.
std::string tunnel_refused(const std::vector<std::string>& challenges);

}  // namespace vedette::simulate
