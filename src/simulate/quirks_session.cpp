// Quirks of the conversation: requests that are wanted or refused, answers that are written badly, signing
// in.

#include <string>

#include "base/hex.hpp"
#include "base/id.hpp"
#include "rtsp/rtp.hpp"
#include "rtsp/stream_parser.hpp"
#include "rtsp/text.hpp"
#include "simulate/quirks.hpp"
#include "simulate/session.hpp"

namespace vedette::simulate {

namespace {

using rtsp::Request;
using rtsp::Response;

Response refuse(std::uint16_t status) {
    return {.status = status, .reason = std::string(rtsp::reason_phrase(status)), .headers = {}, .body = {}};
}

/// Gives a field another value, or takes it away.
void change(Response& response, std::string_view name, const std::optional<std::string>& value) {
    rtsp::Headers headers;
    for (const auto& [field, old] : response.headers.fields())
        if (!rtsp::equal_ignoring_case(field, name)) headers.add(field, old);
    if (value) headers.add(name, *value);
    response.headers = std::move(headers);
}

std::string value_of(const rtsp::Headers& headers, std::string_view name) {
    const std::string* value = headers.find(name);
    return value == nullptr ? std::string() : *value;
}

void shorten_session(Response& response, std::string_view timeout) {
    const std::string session = value_of(response.headers, "Session");
    if (!session.empty())
        change(response, "Session", session.substr(0, session.find(';')) + std::string(timeout));
}

void replace(std::string& text, std::string_view what, std::string_view by) {
    if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
}

/// An RTP packet of nobody's.
std::string foreign_packet() {
    const auto header = rtsp::rtp_header(
        {.marker = true, .payload_type = 96, .sequence = 7, .timestamp = 7, .ssrc = 0x0bad'cafe});
    return std::string(as_text(rtsp::interleaved_header(0, header.size()))) + std::string(as_text(header));
}

/// The port behind the host of rtsp://host:port/...
std::string with_host(std::string_view uri, std::string_view host) {
    constexpr std::string_view scheme = "rtsp://";
    const auto end = uri.find_first_of(":/", scheme.size());
    return std::string(scheme) + std::string(host) + std::string(uri.substr(std::min(end, uri.size())));
}

constexpr auto content_base = "Content-Base";

constexpr auto session_table = std::to_array<Quirk>({
    {.name = "content-base-without-scheme",
     .number = 1,
     .sentence = "Content-Base has no rtsp:// in front",
     .response =
         [](QuirkContext&, const Request& request, Response& response) {
             if (request.method == "DESCRIBE" && response.status == 200)
                 change(response, content_base, value_of(response.headers, content_base).substr(7));
         }},
    {.name = "content-base-with-scheme-twice",
     .number = 2,
     .sentence = "Content-Base has rtsp:// twice in front",
     .response =
         [](QuirkContext&, const Request& request, Response& response) {
             if (request.method == "DESCRIBE" && response.status == 200)
                 change(response, content_base, "rtsp://" + value_of(response.headers, content_base));
         }},
    {.name = "content-base-ipv6-without-brackets",
     .number = 3,
     .sentence = "Content-Base has an IPv6 address without brackets",
     .response =
         [](QuirkContext&, const Request& request, Response& response) {
             if (request.method == "DESCRIBE" && response.status == 200)
                 change(response, content_base,
                        "rtsp://::ffff:127.0.0.1" + quirk_stream_path(request.uri) + "/");
         }},
    {.name = "no-content-base",
     .number = 4,
     .sentence = "the answer to DESCRIBE has no Content-Base",
     .response = [](QuirkContext&, const Request&,
                    Response& response) { change(response, content_base, std::nullopt); }},
    {.name = "relative-content-base",
     .number = 4,
     .sentence = "Content-Base is a path",
     .response =
         [](QuirkContext&, const Request& request, Response& response) {
             if (request.method == "DESCRIBE" && response.status == 200)
                 change(response, content_base, quirk_stream_path(request.uri) + "/");
         }},
    {.name = "no-content-type",
     .number = 7,
     .sentence = "the answer to DESCRIBE has no Content-Type",
     .response = [](QuirkContext&, const Request&,
                    Response& response) { change(response, "Content-Type", std::nullopt); }},
    {.name = "no-reason-phrase",
     .number = 8,
     .sentence = "status lines end after the number",
     .wire =
         [](QuirkContext&, const Request&, std::string& text) {
             constexpr std::size_t status_end = 12;  // RTSP/1.0 200
             text.erase(status_end, text.find("\r\n") - status_end);
         }},
    {.name = "cseq-loosely-written",
     .number = 9,
     .sentence = "CSeq comes back in small letters and with blanks around its number",
     .wire =
         [](QuirkContext&, const Request& request, std::string& text) {
             if (const auto number = rtsp::cseq(request.headers))
                 replace(text, fmt::format("CSeq: {}", *number), fmt::format("cseq:   {}  ", *number));
         }},
    {.name = "options-refused",
     .number = 10,
     .sentence = "OPTIONS is answered with 404",
     .request = [](QuirkContext&, Request& request) -> std::optional<Response> {
         if (request.method == "OPTIONS") return refuse(404);
         return std::nullopt;
     }},
    {.name = "redirect",
     .number = 11,
     .sentence = "DESCRIBE is answered with a redirection to the same camera by another name",
     .request = [](QuirkContext&, Request& request) -> std::optional<Response> {
         constexpr std::string_view elsewhere = "localhost";
         if (request.method != "DESCRIBE" || request.uri.contains(elsewhere)) return std::nullopt;
         Response response = refuse(302);
         response.headers.add("Location", with_host(request.uri, elsewhere));
         return response;
     }},
    {.name = "describe-wanted-on-each-connection",
     .number = 12,
     .sentence = "SETUP without a DESCRIBE before it, on the same connection, is refused",
     .request = [](QuirkContext& context, Request& request) -> std::optional<Response> {
         if (request.method == "DESCRIBE") context.memory[0] = 1;
         if (request.method == "SETUP" && context.memory[0] == 0) return refuse(455);
         return std::nullopt;
     }},
    {.name = "range-wanted",
     .number = 13,
     .sentence = "PLAY without Range is refused, and so is SETUP with a mode in Transport",
     .request = [](QuirkContext&, Request& request) -> std::optional<Response> {
         if (request.method == "PLAY" && request.headers.find("Range") == nullptr) return refuse(400);
         if (request.method == "SETUP" && value_of(request.headers, "Transport").contains("mode"))
             return refuse(461);
         return std::nullopt;
     }},
    {.name = "user-agent-wanted",
     .number = 14,
     .sentence = "requests without User-Agent are refused",
     .request = [](QuirkContext&, Request& request) -> std::optional<Response> {
         if (request.headers.find("User-Agent") == nullptr) return refuse(401);
         return std::nullopt;
     }},
    {.name = "media-before-play-answer",
     .number = 16,
     .sentence = "a packet comes before the answer to PLAY",
     .wire =
         [](QuirkContext&, const Request& request, std::string& text) {
             if (request.method == "PLAY") text = foreign_packet() + text;
         }},
    {.name = "one-channel-number",
     .number = 18,
     .sentence = "the answer to SETUP names one channel instead of two, and RTP/AVP instead of RTP/AVP/TCP",
     .response =
         [](QuirkContext&, const Request& request, Response& response) {
             const std::string transport = value_of(response.headers, "Transport");
             if (request.method != "SETUP" || !transport.contains("interleaved=")) return;
             std::string changed = transport.substr(0, transport.rfind('-'));
             replace(changed, "RTP/AVP/TCP", "RTP/AVP");
             change(response, "Transport", changed);
         }},
    {.name = "session-id-changes",
     .number = 19,
     .sentence = "the second SETUP is answered with another session id",
     .response =
         [](QuirkContext& context, const Request& request, Response& response) {
             if (request.method == "SETUP" && response.status == 200 && context.memory[0]++ > 0)
                 change(response, "Session", "another;timeout=60");
         }},
    {.name = "short-session-timeout",
     .number = 20,
     .sentence = "sessions end after 4 s without a request, and the timeout has blanks around it",
     .response =
         [](QuirkContext&, const Request&, Response& response) {
             shorten_session(response, " ; timeout = 4");
         },
     .session_timeout = std::chrono::seconds(4)},
    {.name = "keep-alive-unanswered",
     .number = 21,
     .sentence = "GET_PARAMETER is never answered, with sessions of 4 s",
     .response =
         [](QuirkContext&, const Request&, Response& response) {
             shorten_session(response, ";timeout=4");
         },
     .wire =
         [](QuirkContext&, const Request& request, std::string& text) {
             if (request.method == "GET_PARAMETER") text.clear();
         },
     .session_timeout = std::chrono::seconds(4)},
    {.name = "keep-alive-refused",
     .number = 21,
     .sentence = "GET_PARAMETER is offered and then refused with 501, with sessions of 4 s",
     .request = [](QuirkContext&, Request& request) -> std::optional<Response> {
         if (request.method == "GET_PARAMETER") return refuse(501);
         return std::nullopt;
     },
     .response =
         [](QuirkContext&, const Request&, Response& response) {
             shorten_session(response, ";timeout=4");
         },
     .session_timeout = std::chrono::seconds(4)},
    {.name = "stale-sessions",
     .number = 22,
     .sentence = "a client that went without TEARDOWN holds its place for 5 s more",
     .request = [](QuirkContext& context, Request& request) -> std::optional<Response> {
         if (request.method != "SETUP") return std::nullopt;
         const auto stale = context.shared.stale_until.find(quirk_stream_path(request.uri));
         if (stale == context.shared.stale_until.end() || context.now >= stale->second) return std::nullopt;
         return refuse(453);
     }},
    {.name = "one-client-only",
     .number = 24,
     .sentence = "a stream has one client at a time; others are refused with 453",
     .request = [](QuirkContext& context, Request& request) -> std::optional<Response> {
         if (request.method != "SETUP" || context.session.stream() != nullptr) return std::nullopt;
         const auto watched = context.shared.watched.find(quirk_stream_path(request.uri));
         if (watched == context.shared.watched.end() || watched->second == 0) return std::nullopt;
         return refuse(453);
     }},
    {.name = "basic-before-digest",
     .number = 26,
     .sentence = "a Basic challenge stands before those of Digest",
     .response =
         [](QuirkContext&, const Request&, Response& response) {
             if (response.status != 401) return;
             rtsp::Headers headers;
             headers.add("WWW-Authenticate", "Basic realm=\"x\"");
             for (const auto& [name, value] : response.headers.fields()) headers.add(name, value);
             response.headers = std::move(headers);
         },
     .wants_user = true},
    {.name = "digest-sha256-only",
     .number = 27,
     .sentence = "the only challenge is Digest with SHA-256",
     .response =
         [](QuirkContext&, const Request&, Response& response) {
             if (response.status != 401) return;
             rtsp::Headers headers;
             for (const auto& [name, value] : response.headers.fields())
                 if (name != "WWW-Authenticate" || value.contains("SHA-256")) headers.add(name, value);
             response.headers = std::move(headers);
         },
     .wants_user = true},
    {.name = "nonce-goes-stale",
     .number = 29,
     .sentence = "the nonce changes before PLAY and at every second keep-alive, with stale=true and sessions of 4 s",
     .request = [](QuirkContext& context, Request& request) -> std::optional<Response> {
         const bool due = request.method == "PLAY" || request.method == "GET_PARAMETER";
         if (due && context.memory[0]++ % 2 == 0) context.session.change_nonce(to_hex(Uuid::random().bytes));
         return std::nullopt;
     },
     .response =
         [](QuirkContext&, const Request& request, Response& response) {
             shorten_session(response, ";timeout=4");
             if (response.status != 401 || request.headers.find("Authorization") == nullptr) return;
             rtsp::Headers headers;
             for (const auto& [name, value] : response.headers.fields())
                 headers.add(name, name == "WWW-Authenticate" ? value + ", stale=true" : value);
             response.headers = std::move(headers);
         },
     .wants_user = true,
     .session_timeout = std::chrono::seconds(4)},
    {.name = "digest-uri-checked",
     .number = 30,
     .sentence = "the URI in Digest has to be the request's to the letter",
     .request = [](QuirkContext&, Request& request) -> std::optional<Response> {
         const std::string authorization = value_of(request.headers, "Authorization");
         if (authorization.empty() || authorization.contains("uri=\"" + request.uri + "\"")) return std::nullopt;
         return refuse(401);
     },
     .wants_user = true},
    {.name = "wrong-rtp-info",
     .number = 41,
     .sentence = "RTP-Info has the wrong sequence number and a time that is none",
     .response =
         [](QuirkContext&, const Request& request, Response& response) {
             if (request.method == "PLAY") response.headers.add("RTP-Info", "url=;seq=0;rtptime=-1;,;");
         }},
    {.name = "wrong-ssrc-in-transport",
     .number = 42,
     .sentence = "the answer to SETUP names an SSRC that is not the stream's",
     .response =
         [](QuirkContext&, const Request& request, Response& response) {
             if (request.method == "SETUP" && response.status == 200)
                 change(response, "Transport", value_of(response.headers, "Transport") + ";ssrc= 0BADCAFE");
         }},
    {.name = "udp-without-server-port",
     .number = 46,
     .sentence = "the answer to SETUP for UDP names no server_port",
     .response =
         [](QuirkContext&, const Request& request, Response& response) {
             const std::string transport = value_of(response.headers, "Transport");
             if (request.method == "SETUP" && transport.contains(";server_port"))
                 change(response, "Transport", transport.substr(0, transport.find(";server_port")));
         },
     .wants_udp = true},
});

}  // namespace

std::span<const Quirk> session_quirks() {
    return session_table;
}

}  // namespace vedette::simulate
