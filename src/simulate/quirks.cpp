#include "simulate/quirks.hpp"

#include <algorithm>

#include "rtsp/rtp.hpp"
#include "rtsp/stream_parser.hpp"
#include "rtsp/url.hpp"
#include "simulate/session.hpp"

namespace vedette::simulate {

namespace {
constexpr std::chrono::seconds stale_for{5};
constexpr std::size_t sequence_at = 2;  // RFC 3550 section 5.1
}  // namespace

std::vector<const Quirk*> all_quirks() {
    std::vector<const Quirk*> all;
    for (const auto table : {session_quirks(), description_quirks(), media_quirks()})
        for (const Quirk& quirk : table) all.push_back(&quirk);
    std::ranges::sort(all, {}, [](const Quirk* quirk) { return std::pair(quirk->number, quirk->name); });
    return all;
}

Result<const Quirk*> find_quirk(std::string_view name) {
    const auto all = all_quirks();
    const auto found = std::ranges::find(all, name, &Quirk::name);
    if (found == all.end())
        return fail(ErrorKind::invalid_input,
                    "{} is no quirk; `vedette simulate --list-quirks` names those that there are", name);
    return *found;
}

std::string quirk_stream_path(std::string_view uri) {
    const auto url = rtsp::parse_url(uri);
    if (!url) return {};
    std::string path = url->url.path;
    path.resize(std::min(path.size(), path.find("/trackID=")));
    while (path.ends_with('/')) path.pop_back();
    return path;
}

QuirkScript::QuirkScript(std::span<const Quirk* const> quirks, Session& session, QuirkShared& shared)
    : quirks_(quirks), session_(session), shared_(shared), memory_(quirks.size()) {}

QuirkScript::~QuirkScript() {
    if (watching_.empty()) return;
    --shared_.watched[watching_];
    if (!said_goodbye_) shared_.stale_until[watching_] = last_now_ + stale_for;
}

QuirkContext QuirkScript::context(std::size_t quirk, MonotonicTime now, bool key) {
    last_now_ = now;
    return {.session = session_, .shared = shared_, .now = now, .key = key, .memory = memory_[quirk]};
}

std::optional<rtsp::Response> QuirkScript::before(rtsp::Request& request, MonotonicTime now) {
    for (std::size_t i = 0; i < quirks_.size(); ++i) {
        if (quirks_[i]->request == nullptr) continue;
        QuirkContext what = context(i, now);
        if (auto own = quirks_[i]->request(what, request)) {
            if (const auto number = rtsp::cseq(request.headers))
                own->headers.add("CSeq", std::to_string(*number));
            return own;
        }
    }
    return std::nullopt;
}

std::string QuirkScript::answer(const rtsp::Request& request, rtsp::Response response, MonotonicTime now) {
    if (request.method == "SETUP" && response.status == 200 && watching_.empty()) {
        watching_ = quirk_stream_path(request.uri);
        ++shared_.watched[watching_];
    }
    said_goodbye_ |= request.method == "TEARDOWN";
    for (std::size_t i = 0; i < quirks_.size(); ++i) {
        QuirkContext what = context(i, now);
        if (quirks_[i]->response != nullptr) quirks_[i]->response(what, request, response);
    }
    std::string text = rtsp::print(response);
    for (std::size_t i = 0; i < quirks_.size(); ++i) {
        QuirkContext what = context(i, now);
        if (quirks_[i]->wire != nullptr) quirks_[i]->wire(what, request, text);
    }
    return text;
}

/// Packets were left out, added or cut: the rest is numbered anew.
void QuirkScript::number(std::vector<QuirkFrame>& frames) {
    for (QuirkFrame& frame : frames) {
        if (frame.raw || frame.keeps_number || frame.channel % 2 != 0 ||
            frame.bytes.size() < rtsp::rtp_header_bytes)
            continue;
        ByteReader header(frame.bytes);
        header.skip(sequence_at);
        const auto [next, first] = next_number_.emplace(frame.channel, header.u16());
        const std::uint16_t number = next->second++;
        frame.bytes[sequence_at] = static_cast<std::byte>(number >> 8);
        frame.bytes[sequence_at + 1] = static_cast<std::byte>(number);
    }
}

ByteView QuirkScript::media(ByteView bytes, bool key, MonotonicTime now) {
    std::vector<QuirkFrame> frames;
    for (ByteReader reader(bytes); !reader.at_end();) {
        reader.skip(1);
        const std::uint8_t channel = reader.u8();
        const ByteView packet = reader.take(reader.u16());
        if (reader.failed()) break;
        frames.push_back({.channel = channel, .bytes = Bytes(packet.begin(), packet.end())});
    }
    for (std::size_t i = 0; i < quirks_.size(); ++i) {
        QuirkContext what = context(i, now, key);
        if (quirks_[i]->media != nullptr) quirks_[i]->media(what, frames);
    }
    number(frames);
    for (std::size_t i = 0; i < quirks_.size(); ++i) {
        QuirkContext what = context(i, now, key);
        if (quirks_[i]->network != nullptr) quirks_[i]->network(what, frames);
    }
    out_.clear();
    for (const QuirkFrame& frame : frames) {
        const auto header = rtsp::interleaved_header(frame.channel, frame.bytes.size());
        if (!frame.raw) out_.insert(out_.end(), header.begin(), header.end());
        out_.insert(out_.end(), frame.bytes.begin(), frame.bytes.end());
    }
    return out_;
}

}  // namespace vedette::simulate
