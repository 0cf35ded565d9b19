#pragma once
// The role `hub`: who may see what, the REST API and the web client.

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>

#include "base/time.hpp"
#include "hub/api/web_assets.hpp"
#include "hub/identity/identity.hpp"
#include "net/http.hpp"
#include "wire/link.hpp"

namespace vedette::witness {
class Submissions;
}

namespace vedette::hub {

namespace relay {
class Relay;
}
namespace api {
struct Services;
}

struct Options {
    std::filesystem::path data_dir;  ///< the hub's own files are below data_dir/hub
    std::string version;
    /// Files of the web client; empty: the REST API alone.
    std::span<const api::WebAsset> web_assets;
    identity::Options identity;  ///< its `directory` is set by the hub
    std::chrono::milliseconds session_check{1000};
    /// So long the audit log keeps names, addresses and details.
    std::chrono::days keep_personal{365};
    /// What witnesses cosign, to be shown; stopped with the hub. Needed.
    std::shared_ptr<witness::Submissions> witnesses;
    /// Browsers are told to insist on HTTPS with a valid certificate, for a year (HSTS, RFC 6797): only where
    /// theirs is from an authority that they know.
    bool strict_transport = false;
};

/// Lives on one executor, which is one thread or a strand and the one that runs the HTTP server's handlers.
/// Requests that are under way keep what they need, so the object may go before them.
class Hub {
  public:
    /// Opens or makes the hub's files; blocking. Errors: as the file system and the database say. `clock`
    /// outlives everything.
    static Result<std::unique_ptr<Hub>> open(Options options, const Clock& clock,
                                             boost::asio::any_io_executor executor,
                                             std::shared_ptr<wire::HubEnd> gateway);
    ~Hub();

    /// Answers every request of the HTTP server.
    net::RequestHandler handler();
    /// Answers the requests of a server that asks for certificates: of devices and programs, and of no
    /// browser's session.
    net::RequestHandler device_handler();
    /// Words the refusals that the HTTP server makes itself.
    static net::RefusalWriter refusal_writer();
    /// Where browsers find this server, for passkeys. On its executor, or before that runs.
    void serve_at(std::vector<webauthn::Place> places);
    /// To be shown to whoever started the program; nullopt once the first administrator exists.
    std::optional<std::string_view> claim_code() const;
    /// Ends all channels, fails what waits for the gateway, and waits for what sends audit entries. Before
    /// the server stops, and the event loop ends.
    net::Awaitable<void> stop();

  private:
    void shutdown();
    Hub(std::shared_ptr<relay::Relay> relay, std::shared_ptr<api::Services> services);

    std::shared_ptr<relay::Relay> relay_;
    std::shared_ptr<api::Services> services_;
};

}  // namespace vedette::hub
