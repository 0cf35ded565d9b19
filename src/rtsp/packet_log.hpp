#pragma once
// For tests alone: pushes packets into a depacketiser and writes down what comes out, as text.

#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/hex.hpp"
#include "rtsp/depacketizer.hpp"
#include "rtsp/rtp.hpp"

namespace vedette::rtsp {

template <class Depacketizer>
class PacketLog {
  public:
    explicit PacketLog(Depacketizer depacketizer = Depacketizer{}) : depacketizer_(std::move(depacketizer)) {}

    /// `payload` in hexadecimal.
    PacketLog& push(const std::string& payload, std::int64_t time, bool marker = false, bool lost = false) {
        return push_bytes(from_hex(payload).value(), time, marker, lost);
    }
    PacketLog& push_bytes(ByteView payload, std::int64_t time, bool marker = false, bool lost = false) {
        RtpPacket packet{.marker = marker};
        packet.payload = payload;
        std::vector<MediaEvent> events;
        depacketizer_.push(packet, time, lost, events);
        for (MediaEvent& event : events) note(event);
        return *this;
    }
    const std::string& log() const { return log_; }
    const std::vector<DepacketizedUnit>& units() const { return units_; }

  private:
    void note(MediaEvent& event) {
        if (const auto* track = std::get_if<media::TrackParameters>(&event))
            log_ += fmt::format("track {};", track->rfc6381);
        if (const auto* damaged = std::get_if<DamagedUnit>(&event))
            log_ += fmt::format("damaged {};", damaged->time);
        auto* unit = std::get_if<DepacketizedUnit>(&event);
        if (unit == nullptr) return;
        const ByteView data = *unit->data;
        const std::string hex = data.size() > 16 ? fmt::format("{} bytes", data.size()) : to_hex(data);
        log_ += fmt::format("{}{} {};", unit->random_access ? "key " : "", unit->time, hex);
        units_.push_back(std::move(*unit));
    }

    Depacketizer depacketizer_;
    std::string log_;
    std::vector<DepacketizedUnit> units_;
};

}  // namespace vedette::rtsp
