#include "rtsp/auth.hpp"

#include <algorithm>
#include <array>

#include "base/credentials_refused.hpp"
#include "base/hex.hpp"
#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "rtsp/auth_parameters.hpp"
#include "rtsp/text.hpp"

namespace vedette::rtsp {

namespace {

constexpr std::array<std::pair<DigestAlgorithm, std::string_view>, 6> digest_algorithms{{
    {DigestAlgorithm::md5, "MD5"},
    {DigestAlgorithm::md5_sess, "MD5-sess"},
    {DigestAlgorithm::sha256, "SHA-256"},
    {DigestAlgorithm::sha256_sess, "SHA-256-sess"},
    {DigestAlgorithm::sha512_256, "SHA-512-256"},
    {DigestAlgorithm::sha512_256_sess, "SHA-512-256-sess"},
}};

std::string_view name_of(DigestAlgorithm algorithm) {
    for (const auto& [value, name] : digest_algorithms)
        if (value == algorithm) return name;
    return {};
}

bool is_sha256(DigestAlgorithm algorithm) {
    return algorithm == DigestAlgorithm::sha256 || algorithm == DigestAlgorithm::sha256_sess;
}

bool is_sha512_256(DigestAlgorithm algorithm) {
    return algorithm == DigestAlgorithm::sha512_256 || algorithm == DigestAlgorithm::sha512_256_sess;
}

bool is_session(DigestAlgorithm algorithm) {
    return algorithm == DigestAlgorithm::md5_sess || algorithm == DigestAlgorithm::sha256_sess ||
           algorithm == DigestAlgorithm::sha512_256_sess;
}

std::string hash(DigestAlgorithm algorithm, std::string_view text) {
    if (is_sha512_256(algorithm)) return to_hex(crypto::sha512_256(as_bytes(text)));
    return is_sha256(algorithm) ? to_hex(crypto::sha256(as_bytes(text)))
                                : to_hex(crypto::md5(as_bytes(text)));
}

bool offers_auth(std::string_view qop) {
    while (!qop.empty())
        if (equal_ignoring_case(trim(split_off(qop, ',')), "auth")) return true;
    return false;
}

std::optional<Challenge> read_challenge(const AuthHeader& header) {
    Challenge challenge;
    challenge.realm = header.get("realm").value_or("");
    if (equal_ignoring_case(header.scheme, "Basic")) {
        challenge.scheme = AuthScheme::basic;
        return challenge;
    }
    if (!equal_ignoring_case(header.scheme, "Digest")) return std::nullopt;
    const auto nonce = header.get("nonce");
    if (!nonce) return std::nullopt;
    challenge.nonce = *nonce;
    challenge.opaque = header.get("opaque");
    challenge.stale = equal_ignoring_case(header.get("stale").value_or(""), "true");
    if (const auto qop = header.get("qop")) {
        challenge.qop_auth = offers_auth(*qop);
        if (!challenge.qop_auth && !trim(*qop).empty()) return std::nullopt;  // auth-int alone
    }
    if (const auto algorithm = header.get("algorithm"); algorithm && !algorithm->empty()) {
        bool known = false;
        for (const auto& [value, name] : digest_algorithms) {
            if (!equal_ignoring_case(name, *algorithm)) continue;
            challenge.algorithm = value;
            known = true;
        }
        if (!known) return std::nullopt;
        challenge.names_algorithm = true;
    }
    return challenge;
}

std::string basic_token(const Credentials& credentials) {
    Bytes text(as_bytes(credentials.username).begin(), as_bytes(credentials.username).end());
    text.push_back(std::byte{':'});
    const ByteView password = credentials.password.reveal();
    text.insert(text.end(), password.begin(), password.end());
    const Secret wiped{ByteView(text)};
    std::ranges::fill(text, std::byte{0});
    return crypto::to_base64(wiped.reveal());
}

std::string quote(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

}  // namespace

std::vector<Challenge> parse_challenges(std::span<const std::string_view> values) {
    std::vector<Challenge> challenges;
    for (const std::string_view value : values)
        for (const AuthHeader& header : parse_auth_headers(value))
            if (auto challenge = read_challenge(header); challenge && challenges.size() < max_challenges)
                challenges.push_back(*std::move(challenge));
    return challenges;
}

const Challenge* best_challenge(std::span<const Challenge> challenges) {
    const auto strength = [](const Challenge& challenge) {
        if (challenge.scheme == AuthScheme::basic) return 0;
        if (is_sha512_256(challenge.algorithm)) return 3;
        return is_sha256(challenge.algorithm) ? 2 : 1;
    };
    const Challenge* best = nullptr;
    for (const Challenge& challenge : challenges)
        if (best == nullptr || strength(challenge) > strength(*best)) best = &challenge;
    return best;
}

std::string print(const Challenge& challenge) {
    if (challenge.scheme == AuthScheme::basic) return "Basic realm=" + quote(challenge.realm);
    std::string out = "Digest realm=" + quote(challenge.realm) + ", nonce=" + quote(challenge.nonce);
    if (challenge.opaque) out += ", opaque=" + quote(*challenge.opaque);
    if (challenge.qop_auth) out += ", qop=\"auth\"";
    if (challenge.names_algorithm) out += fmt::format(", algorithm={}", name_of(challenge.algorithm));
    if (challenge.stale) out += ", stale=true";
    return out;
}

std::string digest_response(const Challenge& challenge, const Credentials& credentials,
                            const DigestRequest& request) {
    const DigestAlgorithm algorithm = challenge.algorithm;
    std::string secret = credentials.username + ':' + challenge.realm + ':';
    secret += credentials.password.reveal_text();
    std::string a1 = hash(algorithm, secret);
    std::ranges::fill(secret, '\0');
    if (is_session(algorithm))
        a1 = hash(algorithm, fmt::format("{}:{}:{}", a1, challenge.nonce, request.cnonce));
    const std::string a2 = hash(algorithm, fmt::format("{}:{}", request.method, request.uri));
    if (!challenge.qop_auth) return hash(algorithm, fmt::format("{}:{}:{}", a1, challenge.nonce, a2));
    return hash(algorithm, fmt::format("{}:{}:{:08x}:{}:auth:{}", a1, challenge.nonce, request.nonce_count,
                                       request.cnonce, a2));
}

std::optional<std::string> Authenticator::authorize(std::string_view method, std::string_view uri) {
    if (!challenge_) return std::nullopt;
    if (challenge_->scheme == AuthScheme::basic) return "Basic " + basic_token(credentials_);
    std::array<std::byte, 16> random{};
    crypto::random_bytes(random);
    const std::string cnonce = to_hex(random);
    const DigestRequest request{
        .method = method, .uri = uri, .nonce_count = ++nonce_count_, .cnonce = cnonce};
    std::string out =
        fmt::format("Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\"",
                    quote(credentials_.username), quote(challenge_->realm), quote(challenge_->nonce),
                    quote(uri), digest_response(*challenge_, credentials_, request));
    if (challenge_->opaque) out += ", opaque=" + quote(*challenge_->opaque);
    if (challenge_->names_algorithm) out += fmt::format(", algorithm={}", name_of(challenge_->algorithm));
    if (challenge_->qop_auth) out += fmt::format(", qop=auth, nc={:08x}", nonce_count_);
    if (challenge_->qop_auth || is_session(challenge_->algorithm)) out += ", cnonce=" + quote(cnonce);
    return out;
}

Result<> Authenticator::on_unauthorized(std::span<const std::string_view> values) {
    // One retry for a nonce that went stale between challenge and answer; more would count as guessing.
    constexpr std::uint32_t max_stale_retries = 2;
    std::vector<Challenge> challenges = parse_challenges(values);
    const bool offers_basic = std::ranges::count(challenges, AuthScheme::basic, &Challenge::scheme) > 0;
    if (basic_ == BasicUse::refuse)
        std::erase_if(challenges, [](const Challenge& c) { return c.scheme == AuthScheme::basic; });
    const Challenge* best = best_challenge(challenges);
    if (best == nullptr && offers_basic)
        return fail(ErrorKind::unauthenticated,
                    "the camera wants the password unencrypted (Basic), where anybody on its network could "
                    "read it: turn on Digest or RTSPS in the camera, or allow it in this camera's settings");
    if (best == nullptr)
        return fail(ErrorKind::unsupported,
                    "the camera asks for a way to sign in that is neither Digest nor Basic");
    if (credentials_.empty())
        return fail(ErrorKind::unauthenticated, "the camera asks for a user name and password");
    if (challenge_) {
        const bool nonce_expired = best->scheme == AuthScheme::digest &&
                                   challenge_->scheme == AuthScheme::digest &&
                                   best->nonce != challenge_->nonce && (best->stale || nonce_was_accepted_);
        if (!nonce_expired || ++refused_in_a_row_ > max_stale_retries)
            return std::unexpected(credentials_refused());
    }
    challenge_ = *best;
    nonce_count_ = 0;
    nonce_was_accepted_ = false;
    return {};
}

Verdict verify_authorization(std::string_view authorization, std::string_view method,
                             const Challenge& challenge, const Credentials& expected) {
    authorization = trim(authorization);
    std::string_view token = authorization;
    const std::string_view scheme = split_off(token, ' ');
    if (challenge.scheme == AuthScheme::basic) {
        if (!equal_ignoring_case(scheme, "Basic")) return Verdict::absent;
        const bool same = crypto::equal_constant_time(as_bytes(trim(token)), as_bytes(basic_token(expected)));
        return same ? Verdict::accepted : Verdict::refused;
    }
    if (!equal_ignoring_case(scheme, "Digest")) return Verdict::absent;
    const std::vector<AuthHeader> headers = parse_auth_headers(authorization);
    if (headers.empty()) return Verdict::refused;
    const AuthHeader& header = headers.front();
    const auto uri = header.get("uri");
    const auto response = header.get("response");
    const auto nonce = header.get("nonce");
    if (!uri || !response || !nonce || header.get("username") != expected.username ||
        header.get("realm") != challenge.realm)
        return Verdict::refused;
    Challenge answered = challenge;
    answered.nonce = *nonce;
    DigestRequest request{.method = method, .uri = *uri, .nonce_count = 1, .cnonce = ""};
    const std::string cnonce = header.get("cnonce").value_or("");
    request.cnonce = cnonce;
    // A client that knows only RFC 2069 leaves qop out, also where it was offered.
    answered.qop_auth = challenge.qop_auth && header.get("qop").has_value();
    if (answered.qop_auth) {
        const auto count = from_hex(header.get("nc").value_or(""));
        if (!count || count->size() != 4) return Verdict::refused;
        request.nonce_count = ByteReader(*count).u32();
    }
    const std::string right = digest_response(answered, expected, request);
    if (!crypto::equal_constant_time(as_bytes(*response), as_bytes(right))) return Verdict::refused;
    return *nonce == challenge.nonce ? Verdict::accepted : Verdict::stale;
}

}  // namespace vedette::rtsp
