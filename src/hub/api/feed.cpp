#include "hub/api/feed.hpp"

#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace {

enum class Kind : std::uint8_t { initialisation = 0, fragment = 1 };

// docs/ref/websocket.md, "Binary messages".
SharedBytes header(std::uint32_t channel, Kind kind, bool random_access, UtcTime start, Ticks90k duration) {
    ByteWriter writer;
    writer.reserve(24);
    writer.u32(channel)
        .u8(static_cast<std::uint8_t>(kind))
        .u8(random_access ? 1 : 0)
        .zeros(2)
        .i64(ticks(start))
        .i64(duration.count());
    return std::make_shared<const Bytes>(std::move(writer).finish());
}

}  // namespace

ViewerConnection::Feed::~Feed() {
    if (!recorded_) return;
    const auto now = owner_.services_->clock->monotonic_now();
    Ending ending{.status = problem_ ? problem_->status : 200,
                  .reason = problem_ ? problem_->kind : std::string(),
                  .signed_in = {},
                  .details = {}};
    ending.details["seconds"] =
        std::chrono::duration_cast<std::chrono::seconds>(now - recorded_->since).count();
    if (shown_ && recorded_->asked.action == policy::Action::play_recording) {
        ending.details["start_90k"] = ticks(shown_->start);
        ending.details["end_90k"] = ticks(shown_->end);
    }
    owner_.services_->recorder.note_end(recorded_->asked, recorded_->entry, ending);
}

void ViewerConnection::Feed::record_end(Decided asked, std::uint64_t entry) {
    recorded_.emplace(std::move(asked), entry, owner_.services_->clock->monotonic_now());
}

void ViewerConnection::Feed::attach(std::unique_ptr<relay::Channel> channel) {
    channel_ = std::move(channel);
    if (early_credit_ > 0) channel_->grant(std::exchange(early_credit_, 0));
}

void ViewerConnection::Feed::grant(std::uint32_t bytes) {
    if (channel_)
        channel_->grant(bytes);
    else
        early_credit_ += std::min(bytes, UINT32_MAX - early_credit_);
}

void ViewerConnection::Feed::on_init(const std::string& mime_type, const SharedBytes& segment) {
    boost::json::object message{{"type", "channel.started"}, {"channel", number_}, {"mime_type", mime_type}};
    if (std::exchange(sound_withheld_, false)) message["sound_withheld"] = true;
    owner_.send(message);
    owner_.socket_->send_binary({header(number_, Kind::initialisation, false, {}, {}), segment});
}

void ViewerConnection::Feed::on_media(const wire::ChannelMedia& media) {
    std::vector<SharedBytes> pieces;
    pieces.reserve(1 + media.pieces.size());
    pieces.push_back(header(number_, Kind::fragment, media.random_access, media.start, media.duration));
    pieces.insert(pieces.end(), media.pieces.begin(), media.pieces.end());
    owner_.socket_->send_binary(std::move(pieces));
    const UtcTime end = media.start + media.duration;
    if (!shown_) shown_ = UtcInterval{media.start, end};
    shown_->start = std::min(shown_->start, media.start);
    shown_->end = std::max(shown_->end, end);
}

void ViewerConnection::Feed::on_gap(const UtcInterval& interval, const std::string& reason) {
    owner_.send({{"type", "channel.gap"},
                 {"channel", number_},
                 {"start_90k", ticks(interval.start)},
                 {"end_90k", ticks(interval.end)},
                 {"reason", reason}});
}

void ViewerConnection::Feed::on_end(const std::optional<Error>& error) {
    boost::json::object message{{"type", "channel.ended"}, {"channel", number_}};
    if (error) {
        problem_.emplace(*error);
        message["problem"] = to_json(*problem_);
    }
    owner_.send(message);
    owner_.feeds_.erase(number_);  // this object is gone
}

}  // namespace vedette::hub::api
