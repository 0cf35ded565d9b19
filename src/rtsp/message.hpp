#pragma once
// RTSP 1.0 requests and responses (RFC 2326 sections 4 to 7): values, parser, printer. StreamParser finds
// them in a byte stream.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace vedette::rtsp {

constexpr std::size_t max_head_bytes = 16 * 1024;  ///< start line and headers with their blank line
constexpr std::size_t max_header_count = 128;
constexpr std::size_t max_body_bytes = 256 * 1024;
constexpr std::size_t max_method_bytes = 32;

/// Header fields in their order; names compare without case, several fields may have one name.
class Headers {
  public:
    using Field = std::pair<std::string, std::string>;

    void add(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }
    /// The first value with this name, or nullptr.
    const std::string* find(std::string_view name) const;
    /// The views live as long as the headers stay as they are.
    std::vector<std::string_view> all(std::string_view name) const;
    /// Appends a continuation line to the last field; nothing when there is no field.
    void fold(std::string_view continuation);
    const std::vector<Field>& fields() const { return fields_; }

    friend bool operator==(const Headers&, const Headers&) = default;

  private:
    std::vector<Field> fields_;
};

/// Content-Length is never among the headers: the body says it.
struct Request {
    std::string method{};  ///< as sent; methods are case-sensitive
    std::string uri{};     ///< absolute URL or "*"
    Headers headers{};
    std::string body{};

    friend bool operator==(const Request&, const Request&) = default;
};

struct Response {
    std::uint16_t status = 200;  ///< 100 to 999
    std::string reason{};        ///< may be empty
    Headers headers{};
    std::string body{};

    friend bool operator==(const Response&, const Response&) = default;
};

using Message = std::variant<Request, Response>;

struct MessageHead {
    Message message;  ///< with an empty body
    std::size_t body_bytes = 0;
};

/// Parses start line and headers, up to and including the blank line. Tolerates LF line ends, blanks around
/// names and values, folded lines, lines without a colon (skipped), a status line without reason phrase.
/// `corrupt` for text that is no RTSP, `unsupported` for HTTP, `exhausted` above the limits.
Result<MessageHead> parse_head(std::string_view head);

/// The wire form, with Content-Length when there is a body. No field may hold a line end.
std::string print(const Request& request);
std::string print(const Response& response);

/// The CSeq of a message (RFC 2326 section 12.17); nullopt when it is absent or no number.
std::optional<std::uint32_t> cseq(const Headers& headers);

/// `Session: id;timeout=60` (RFC 2326 section 12.37).
struct SessionHeader {
    std::string id;
    std::uint32_t timeout_seconds = 60;
};
/// nullopt for an empty id. A timeout that is no number or zero is the default of 60 s.
std::optional<SessionHeader> parse_session(std::string_view value);

/// The reason phrase of RFC 2326 section 7.1.1 for a status; "Unknown" for others.
std::string_view reason_phrase(std::uint16_t status);

}  // namespace vedette::rtsp
