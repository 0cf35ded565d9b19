#pragma once
// The gateway's role: its cameras, its store, and the answers to its hub. Knows nothing of hubs but the link.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/http.hpp"
#include "wire/link.hpp"

namespace vedette::keystore {
class Secrets;
}

namespace vedette::gateway {

/// A further disk for recordings.
struct MediaPlace {
    std::string name;
    std::filesystem::path folder;
};

struct GatewayOptions {
    std::filesystem::path data_dir;  ///< the store, and gateway.db
    unsigned keep_free_percent =
        5;  ///< of the disk, by deleting the oldest recordings; 0: nothing is deleted
    std::vector<MediaPlace> places{};  ///< with them the data directory takes what no other does
    /// Where recordings go that are older than so many days: a directory, or `s3://HOST/BUCKET`.
    std::optional<MediaPlace> archive{};
    unsigned archive_after_days = 0;
    keystore::Secrets* secrets = nullptr;  ///< asked during open() for what a key slot takes; null: nobody
    std::string version{};                 ///< of the program; each start is signed with it
};

class Gateway {
  public:
    /// Opens the store and loads the cameras. Blocking; before the loop runs. Errors are sentences for the
    /// operator. Everything else happens on `executor`, which must be one thread.
    static Result<std::unique_ptr<Gateway>> open(GatewayOptions options, const Clock& clock,
                                                 boost::asio::any_io_executor executor,
                                                 std::shared_ptr<wire::GatewayEnd> link);
    ~Gateway();

    /// Before start(): makes sure that these cameras are there; one of the same name is changed, others stay.
    /// Blocking.
    Result<> provision(std::vector<wire::CameraSettings> cameras);
    /// Begins to record and to answer the link. From the loop.
    void start();
    /// Ends all sessions, writes and signs what is queued. Await before destruction.
    net::Awaitable<void> stop();

  private:
    struct Impl;
    explicit Gateway(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::gateway
