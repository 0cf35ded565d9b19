#pragma once
// How long recordings can be kept, by how fast they come.

#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace vedette::gateway {

/// The mean of the last hour, or of the time since the first look when that is less.
class StorageForecast {
  public:
    /// `written` counts all bytes since some start, and never goes back.
    void see(MonotonicTime now, std::uint64_t written);

    /// For how many days recordings fit into `room_bytes`. Nothing before a minute was seen, nor when nothing
    /// is recorded.
    std::optional<double> days(std::uint64_t room_bytes) const;

  private:
    std::optional<MonotonicTime> first_;
    MonotonicTime last_{};
    std::uint64_t written_ = 0;
    double bytes_per_second_ = 0;
};

}  // namespace vedette::gateway
