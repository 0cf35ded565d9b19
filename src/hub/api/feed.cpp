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

void ViewerConnection::Feed::on_init(const std::string& mime_type, const SharedBytes& segment) {
    owner_.send({{"type", "channel.started"}, {"channel", number_}, {"mime_type", mime_type}});
    owner_.socket_->send_binary({header(number_, Kind::initialisation, false, {}, {}), segment});
}

void ViewerConnection::Feed::on_media(const wire::ChannelMedia& media) {
    std::vector<SharedBytes> pieces;
    pieces.reserve(1 + media.pieces.size());
    pieces.push_back(header(number_, Kind::fragment, media.random_access, media.start, media.duration));
    pieces.insert(pieces.end(), media.pieces.begin(), media.pieces.end());
    owner_.socket_->send_binary(std::move(pieces));
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
    if (error) message["problem"] = to_json(Problem(*error));
    owner_.send(message);
    owner_.feeds_.erase(number_);  // this object is gone
}

}  // namespace vedette::hub::api
