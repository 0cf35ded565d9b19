#pragma once
// Looking through a camera's recordings by thumbnails: hundreds of pictures in a minute, and one entry of the
// audit log for all of them. It is written before the first is shown; another one, at the end, says of which
// time they were.

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hub/api/recorder.hpp"
#include "hub/identity/types.hpp"

namespace vedette::hub::api {

/// Whose, of which camera, from where.
struct BrowsingKey {
    std::optional<identity::Credential> credential;
    CameraId camera;
    std::string address;
    friend auto operator<=>(const BrowsingKey&, const BrowsingKey&) = default;
};

struct BrowsingLimits {
    std::chrono::seconds pause{60};  ///< so long without a request is its end
    std::chrono::seconds longest{600};
    std::size_t total = 1'000;
    std::size_t at_once = 4;  ///< requests of one session, of whatever cameras
};

struct Browsing {
    Decided decided;  ///< of its first request
    std::uint64_t entry = 0;
    MonotonicTime began{};
    MonotonicTime last{};
    std::size_t pictures = 0;
    UtcTime earliest{};  ///< of the pictures that were shown
    UtcTime latest{};

    Ending ending() const;
};

/// In memory. Use from one thread.
class Browsings {
  public:
    explicit Browsings(BrowsingLimits limits = {}) : limits_(limits) {}

    /// Whether the request belongs to one whose entry is written; it then lasts longer.
    bool goes_on(const BrowsingKey& key, MonotonicTime now);
    /// What ends for it has to be written.
    std::vector<Browsing> begin(const BrowsingKey& key, Decided decided, std::uint64_t entry,
                                MonotonicTime now);
    void shown(const BrowsingKey& key, UtcTime time);
    /// Takes away and returns those that are over.
    std::vector<Browsing> sweep(MonotonicTime now);
    std::vector<Browsing> end_all();

    /// Holds a place among the requests of one session; nullptr when all are taken.
    std::shared_ptr<void> take_turn(const BrowsingKey& browsing);

  private:
    bool is_over(const Browsing& browsing, MonotonicTime now) const;

    BrowsingLimits limits_;
    std::map<BrowsingKey, Browsing> entries_;
    using Turns = std::map<BrowsingKey, std::size_t>;
    std::shared_ptr<Turns> turns_ = std::make_shared<Turns>();
};

}  // namespace vedette::hub::api
