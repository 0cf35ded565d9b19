#pragma once
// HTTP authentication as RTSP uses it: Digest (RFC 7616, with the older form of RFC 2069) and Basic (RFC
// 7617), for both sides.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "rtsp/url.hpp"

namespace vedette::rtsp {

constexpr std::size_t max_challenges = 8;        ///< looked at in one 401
constexpr std::size_t max_auth_parameters = 32;  ///< in one header

enum class AuthScheme : std::uint8_t { basic, digest };
enum class DigestAlgorithm : std::uint8_t { md5, md5_sess, sha256, sha256_sess, sha512_256, sha512_256_sess };

/// One WWW-Authenticate challenge that we can answer.
struct Challenge {
    AuthScheme scheme = AuthScheme::digest;
    std::string realm{};
    std::string nonce{};
    std::optional<std::string> opaque{};
    DigestAlgorithm algorithm = DigestAlgorithm::md5;
    bool names_algorithm = false;  ///< the answer repeats the parameter only then
    bool qop_auth = false;         ///< false: answer in the form of RFC 2069
    bool stale = false;

    friend bool operator==(const Challenge&, const Challenge&) = default;
};

/// The challenges in the values of all WWW-Authenticate headers, without those that we can't answer.
std::vector<Challenge> parse_challenges(std::span<const std::string_view> values);

/// The strongest (quirk 26): SHA-512-256 before SHA-256 before MD5 before Basic; the first among equals;
/// nullptr when empty.
const Challenge* best_challenge(std::span<const Challenge> challenges);

/// A WWW-Authenticate value; for servers.
std::string print(const Challenge& challenge);

/// What a Digest answer depends on beside challenge and credentials.
struct DigestRequest {
    std::string_view method;
    std::string_view uri;  ///< exactly as in the request line
    std::uint32_t nonce_count = 1;
    std::string_view cnonce;  ///< used with qop and -sess
};

/// The `response` parameter: lower-case hexadecimal (RFC 7616 section 3.4.1).
std::string digest_response(const Challenge& challenge, const Credentials& credentials,
                            const DigestRequest& request);

/// Basic sends the password so that whoever sees the packets can read it.
enum class BasicUse : std::uint8_t {
    refuse,  ///< answer Digest only
    allow,   ///< the connection is TLS, or the owner of the camera has accepted the risk
};

/// Client side: answers challenges of one connection with one pair of credentials, which it never prints.
class Authenticator {
  public:
    explicit Authenticator(Credentials credentials, BasicUse basic = BasicUse::refuse)
        : credentials_(std::move(credentials)), basic_(basic) {}

    /// The Authorization value for a request; nullopt before a challenge.
    std::optional<std::string> authorize(std::string_view method, std::string_view uri);

    /// A 401 came, with these WWW-Authenticate values. Success: send the request again with a new
    /// authorize(). `unauthenticated`: the camera wants credentials that we don't have, or has refused them
    /// with a fresh nonce, or wants them by Basic where that is refused; asking again soon can lock the
    /// account (quirk 32). `unsupported`: no challenge that we can answer.
    Result<> on_unauthorized(std::span<const std::string_view> challenges);

    /// A request with an Authorization was not refused.
    void on_authorized() {
        refused_in_a_row_ = 0;
        nonce_was_accepted_ = challenge_.has_value();
    }

  private:
    Credentials credentials_;
    BasicUse basic_;
    std::optional<Challenge> challenge_;
    std::uint32_t nonce_count_ = 0;
    std::uint32_t refused_in_a_row_ = 0;
    bool nonce_was_accepted_ = false;
};

enum class Verdict : std::uint8_t {
    accepted,
    absent,   ///< no Authorization, or one of another scheme
    stale,    ///< right credentials for another nonce: challenge again with stale=true
    refused,  ///< wrong credentials
};

/// Server side: checks an Authorization value (empty when absent) against the challenge that was sent.
/// Compares in constant time.
Verdict verify_authorization(std::string_view authorization, std::string_view method,
                             const Challenge& challenge, const Credentials& expected);

}  // namespace vedette::rtsp
