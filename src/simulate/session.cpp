#include "simulate/session.hpp"

#include <algorithm>

#include "onvif/answers.hpp"
#include "rtsp/back_channel.hpp"
#include "rtsp/text.hpp"
#include "rtsp/url.hpp"

namespace vedette::simulate {
namespace {

constexpr std::string_view realm = "Vedette simulated camera";
constexpr std::string_view track_suffix = "/trackID=";

Session::Reply reply(std::uint16_t status, Session::Action action = Session::Action::none) {
    Session::Reply out;
    out.response.status = status;
    out.response.reason = rtsp::reason_phrase(status);
    out.action = action;
    return out;
}

/// The path of a request's URL, without slashes at its end.
std::string path_of(std::string_view uri) {
    const auto url = rtsp::parse_url(uri);
    if (!url) return {};
    std::string path = url->url.path;
    while (path.ends_with('/')) path.pop_back();
    return path;
}

/// Removes "/trackID=N" from the path and returns N.
std::optional<unsigned> split_track(std::string& path) {
    const auto at = path.rfind(track_suffix);
    if (at == std::string::npos) return std::nullopt;
    const auto track = rtsp::parse_number<unsigned>(std::string_view(path).substr(at + track_suffix.size()));
    path.resize(at);
    return track;
}

const FarmStream* find_stream(const std::vector<FarmStream>& streams, std::string_view path) {
    const auto found = std::ranges::find(streams, path, &FarmStream::path);
    return found == streams.end() ? nullptr : &*found;
}

/// The first port of client_port=A-B; nullopt when there is none, or none above it.
std::optional<std::uint16_t> client_port(std::string_view transport) {
    constexpr std::string_view name = "client_port=";
    const auto at = transport.find(name);
    if (at == std::string_view::npos) return std::nullopt;
    std::string_view value = transport.substr(at + name.size());
    value = value.substr(0, value.find_first_of("-;,"));
    const auto port = rtsp::parse_number<std::uint16_t>(value);
    return port && *port > 0 && *port < 65'535 ? port : std::nullopt;
}

}  // namespace

std::optional<UtcInterval> parse_clock_range(std::string_view range) {
    constexpr std::string_view unit = "clock=";
    constexpr std::size_t least = 16;  // 20261121T023506Z
    if (!range.starts_with(unit)) return std::nullopt;
    std::string_view end = range.substr(unit.size());
    const auto parse = [](std::string_view text) -> std::optional<UtcTime> {
        if (text.size() < least) return std::nullopt;
        return onvif::parse_date_time(fmt::format("{}-{}-{}:{}:{}", text.substr(0, 4), text.substr(4, 2),
                                                  text.substr(6, 5), text.substr(11, 2), text.substr(13)));
    };
    const auto start = parse(rtsp::split_off(end, '-'));
    if (!start) return std::nullopt;
    if (end.empty()) return UtcInterval{*start, *start + std::chrono::hours(24)};
    const auto until = parse(end);
    if (!until || *until <= *start) return std::nullopt;
    return UtcInterval{*start, *until};
}

Session::Session(const std::vector<FarmStream>& streams, AuthPolicy auth, std::string id, std::string nonce,
                 unsigned timeout_seconds, MediaPolicy media)
    : streams_(streams), auth_(auth), id_(std::move(id)), timeout_seconds_(timeout_seconds), media_(media) {
    if (media_.srtp) srtp_.emplace(*media_.srtp);
    // MD5 comes last: simple clients use the last Digest challenge that they read.
    if (!auth_.only_basic)
        for (const auto algorithm : {rtsp::DigestAlgorithm::sha256, rtsp::DigestAlgorithm::md5}) {
            rtsp::Challenge challenge;
            challenge.realm = realm;
            challenge.nonce = nonce;
            challenge.algorithm = algorithm;
            challenge.names_algorithm = algorithm == rtsp::DigestAlgorithm::sha256;
            challenges_.push_back(std::move(challenge));
        }
    if (auth_.offer_basic || auth_.only_basic) {
        rtsp::Challenge basic;
        basic.scheme = rtsp::AuthScheme::basic;
        basic.realm = realm;
        challenges_.push_back(std::move(basic));
    }
}

void Session::change_nonce(const std::string& nonce) {
    for (rtsp::Challenge& challenge : challenges_)
        if (challenge.scheme == rtsp::AuthScheme::digest) challenge.nonce = nonce;
}

Session::Reply Session::on_request(const rtsp::Request& request) {
    auto refusal = refuse(request);
    Reply out = refusal ? std::move(*refusal) : dispatch(request);
    if (const auto number = rtsp::cseq(request.headers))
        out.response.headers.add("CSeq", std::to_string(*number));
    out.response.headers.add("Server", "Vedette");
    return out;
}

std::optional<std::vector<std::string>> Session::challenge(std::string_view method, std::string_view target,
                                                           const rtsp::Headers& headers) const {
    if (auth_.credentials == nullptr) return std::nullopt;
    const auto changed = auth_.control != nullptr
                             ? auth_.control->credentials(CameraControl::camera_of(target))
                             : std::nullopt;
    const rtsp::Credentials& credentials = changed ? *changed : *auth_.credentials;
    if (const std::string* header = headers.find("Authorization")) {
        for (const rtsp::Challenge& challenge : challenges_)
            if (rtsp::verify_authorization(*header, method, challenge, credentials) ==
                rtsp::Verdict::accepted)
                return std::nullopt;
    }
    std::vector<std::string> values;
    values.reserve(challenges_.size());
    for (const rtsp::Challenge& challenge : challenges_) values.push_back(rtsp::print(challenge));
    return values;
}

/// A 401, unless the request may pass.
std::optional<Session::Reply> Session::refuse(const rtsp::Request& request) {
    if (request.method == "OPTIONS") return std::nullopt;
    const auto values = challenge(request.method, request.uri, request.headers);
    if (!values) return std::nullopt;
    Reply out = reply(401);
    for (const std::string& value : *values) out.response.headers.add("WWW-Authenticate", value);
    return out;
}

/// RFC 2326 section 12.32.
std::optional<Session::Reply> Session::refuse_options(const rtsp::Request& request) const {
    const std::string* required = request.headers.find("Require");
    if (required == nullptr) return std::nullopt;
    std::string path = path_of(request.uri);
    split_track(path);
    const FarmStream* stream = stream_ != nullptr ? stream_ : find_stream(streams_, path);
    if (*required == "onvif-replay" && stream != nullptr && stream->replay) return std::nullopt;
    if (*required == rtsp::back_channel_feature && media_.back_channel && stream != nullptr &&
        !stream->replay)
        return std::nullopt;
    Reply out = reply(551);
    out.response.headers.add("Unsupported", *required);
    return out;
}

Session::Reply Session::dispatch(const rtsp::Request& request) {
    if (request.method == "OPTIONS") {
        Reply out = reply(200);
        out.response.headers.add("Public", "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER");
        return out;
    }
    if (const auto unsupported = refuse_options(request)) return *unsupported;
    if (request.method == "DESCRIBE") return describe_stream(request);
    if (request.method == "SETUP") return setup(request);
    if (request.method == "GET_PARAMETER" && stream_ == nullptr) return reply(200);
    const bool known = request.method == "PLAY" || request.method == "PAUSE" ||
                       request.method == "TEARDOWN" || request.method == "GET_PARAMETER";
    if (!known) return reply(501);
    if (stream_ == nullptr || !names_session(request)) return reply(454);
    if (request.method == "PLAY") return play(request);
    if (request.method == "PAUSE") return with_session(reply(200, Action::pause));
    if (request.method == "TEARDOWN") return reply(200, Action::close);
    return with_session(reply(200));
}

Session::Reply Session::describe_stream(const rtsp::Request& request) {
    const FarmStream* stream = find_stream(streams_, path_of(request.uri));
    if (stream == nullptr) return reply(404);
    Reply out = reply(200);
    std::string base = request.uri;
    if (!base.ends_with('/')) base += '/';
    out.response.headers.add("Content-Base", base);
    out.response.headers.add("Content-Type", "application/sdp");
    out.response.body = describe(*stream, srtp());
    const std::string* required = request.headers.find("Require");
    asked_for_back_channel_ = required != nullptr && *required == rtsp::back_channel_feature;
    if (asked_for_back_channel_) out.response.body += describe_back_channel();
    return out;
}

Session::Reply Session::setup(const rtsp::Request& request) {
    std::string path = path_of(request.uri);
    const unsigned track = split_track(path).value_or(0);
    const FarmStream* stream = find_stream(streams_, path);
    const bool back = asked_for_back_channel_ && track == back_channel_track;
    if (stream == nullptr || (!back && track > (stream->clip->audio ? 1U : 0U))) return reply(404);
    if (stream_ != nullptr && (stream_ != stream || !names_session(request))) return reply(459);
    const std::string* transport = request.headers.find("Transport");
    if (transport == nullptr) return reply(461);
    if (back) return set_up_back_channel(*stream, *transport);
    const std::string profile = srtp_ ? "RTP/SAVP" : "RTP/AVP";
    if (!transport->starts_with(profile)) return reply(461);
    const bool tcp = media_.tcp && transport->find(profile + "/TCP") != std::string::npos;
    const auto port = client_port(*transport);
    if (!tcp && (!media_.udp_port || !port)) return reply(461);
    stream_ = stream;
    tracks_[track] = true;
    Reply out = with_session(reply(200));
    if (!tcp) {
        client_ports_[track] = port;
        out.response.headers.add("Transport",
                                 fmt::format("{};unicast;client_port={}-{};server_port={}-{}", profile, *port,
                                             *port + 1, *media_.udp_port, *media_.udp_port + 1));
        return out;
    }
    // Everybody gets the same bytes, so the channels are ours whatever the client proposed.
    const unsigned channel = track == 0 ? video_channel : audio_channel;
    out.response.headers.add("Transport",
                             fmt::format("{}/TCP;unicast;interleaved={}-{}", profile, channel, channel + 1));
    return out;
}

Session::Reply Session::set_up_back_channel(const FarmStream& stream, std::string_view transport) {
    if (transport.find("RTP/AVP/TCP") == std::string_view::npos) return reply(461);
    stream_ = &stream;
    Reply out = with_session(reply(200));
    out.response.headers.add("Transport", fmt::format("RTP/AVP/TCP;unicast;interleaved={}-{}",
                                                      back_channel_number, back_channel_number + 1));
    return out;
}

/// ONVIF Streaming Specification, section 6.5.
Session::Reply Session::replay(const rtsp::Request& request) const {
    const std::string* header = request.headers.find("Range");
    const auto range = header != nullptr ? parse_clock_range(*header) : std::nullopt;
    if (!range) return with_session(reply(457));
    Reply out = with_session(reply(200, Action::replay));
    out.range = *range;
    out.cseq = static_cast<std::uint8_t>(rtsp::cseq(request.headers).value_or(0));
    out.response.headers.add("Range", *header);
    return out;
}

Session::Reply Session::play(const rtsp::Request& request) const {
    if (stream_->replay) return replay(request);
    Reply out = with_session(reply(200, Action::play));
    out.response.headers.add("Range", "npt=now-");
    return out;
}

bool Session::names_session(const rtsp::Request& request) const {
    const std::string* header = request.headers.find("Session");
    if (header == nullptr) return false;
    const auto session = rtsp::parse_session(*header);
    return session && session->id == id_;
}

Session::Reply Session::with_session(Reply out) const {
    out.response.headers.add("Session", fmt::format("{};timeout={}", id_, timeout_seconds_));
    return out;
}

}  // namespace vedette::simulate
