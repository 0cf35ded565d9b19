#pragma once
// One camera stream as its viewers get it: fMP4 with one access unit a fragment, made once for all of them.

#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "media/fmp4.hpp"
#include "media/types.hpp"
#include "wire/messages.hpp"

namespace vedette::gateway::live {

/// Lives on the gateway's event loop. While nobody watches it only keeps references to the access units of
/// the current group of pictures, which the recorder holds anyway, so that a viewer begins with a picture at
/// once.
class LiveStream {
  public:
    /// `send` takes messages for the hub.
    explicit LiveStream(std::function<void(wire::ToHub)> send) : send_(std::move(send)) {}

    /// A session began, or its parameters changed: viewers get a new initialisation segment, without the
    /// tracks that no browser plays.
    void set_tracks(std::vector<media::TrackParameters> tracks);

    /// A access unit arrived, and stands at `start` on the timeline.
    void push(const media::AccessUnit& unit, UtcTime start);

    /// The camera is gone; what is kept of the current group of pictures is dropped. Viewers stay.
    void pause();

    void add_viewer(std::uint32_t channel, std::uint32_t credit_bytes);
    void remove_viewer(std::uint32_t channel);
    void add_credit(std::uint32_t channel, std::uint32_t bytes);
    /// Ends every channel with `error`.
    void end(const Error& error);
    bool watched() const { return !viewers_.empty(); }
    bool has_viewer(std::uint32_t channel) const { return viewers_.contains(channel); }

  private:
    struct Placed {
        media::AccessUnit unit;
        UtcTime start;
    };
    struct Viewer {
        std::int64_t credit_bytes = 0;
        bool started = false;                 ///< has the initialisation segment and a random-access point
        std::optional<UtcTime> skipped_from;  ///< out of credit since
    };
    bool begins_group(const media::AccessUnit& unit) const;
    void start(std::uint32_t channel, Viewer& viewer);
    void deliver(std::uint32_t channel, Viewer& viewer, const wire::ChannelMedia& media);
    std::optional<wire::ChannelMedia> mux(std::span<const Placed> units);

    std::function<void(wire::ToHub)> send_;
    std::vector<media::TrackParameters> tracks_;         ///< that viewers get
    std::vector<std::optional<std::uint8_t>> shown_as_;  ///< by the recorder's index: index in tracks_
    std::vector<std::uint32_t> usual_duration_;
    std::vector<std::optional<std::int64_t>> last_time_;
    SharedBytes init_;
    std::string mime_type_;
    std::vector<Placed> group_;  ///< since the last random-access point of the video
    std::unordered_map<std::uint32_t, Viewer> viewers_;
    std::uint32_t sequence_ = 0;
};

}  // namespace vedette::gateway::live
