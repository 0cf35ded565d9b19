#pragma once
// For this folder's tests alone: a camera's media, as small as it can be.

#include "base/hex.hpp"
#include "gateway/ingest/recording_order.hpp"
#include "media/aac.hpp"
#include "media/h264.hpp"
#include "media/types.hpp"

namespace vedette::gateway::ingest {

/// 640 x 360, 90 kHz.
inline media::TrackParameters test_video() {
    const Bytes sps = *from_hex("6742c01eda0280bfe5c044000003000400000300c83c58ba80");
    const Bytes pps = *from_hex("68ce3c80");
    const ByteView sps_list[] = {sps};
    const ByteView pps_list[] = {pps};
    return media::h264_track_parameters(sps_list, pps_list).value();
}

/// 48 kHz, two channels.
inline media::TrackParameters test_audio() {
    return media::aac_track_parameters(*from_hex("1190")).value();
}

inline media::AccessUnit unit(std::uint8_t track, std::int64_t time, bool random_access,
                              std::size_t size = 100) {
    return {.track = track,
            .random_access = random_access,
            .time = time,
            .data = std::make_shared<const Bytes>(size)};
}

/// Everything is stored, until it is said otherwise.
struct TestOrders final : RecordingOrders {
    RecordingOrder order() const override { return now; }
    RecordingOrder now{};
};

constexpr std::int64_t picture_ticks = 3'600;  ///< 25 pictures a second
constexpr std::int64_t sound_ticks = 1'024;

}  // namespace vedette::gateway::ingest
