#include "hub/hub.hpp"

#include "hub/api/api.hpp"
#include "hub/relay/relay.hpp"

namespace vedette::hub {

Hub::Hub(std::shared_ptr<relay::Relay> relay, std::shared_ptr<api::Services> services)
    : relay_(std::move(relay)), services_(std::move(services)) {}

Hub::~Hub() {
    shutdown();
}

Result<std::unique_ptr<Hub>> Hub::open(Options options, const Clock& clock,
                                       boost::asio::any_io_executor executor,
                                       std::shared_ptr<wire::HubEnd> gateway) {
    options.identity.directory = options.data_dir / "hub";
    auto identity = identity::Identity::open(std::move(options.identity), clock);
    if (!identity) {
        if (identity.error().kind == ErrorKind::corrupt)
            identity.error().message +=
                "; restore it from a backup, or move it away and create the first administrator again";
        return std::unexpected(std::move(identity.error()));
    }
    auto relay = relay::Relay::make(std::move(gateway), executor);
    auto services = std::make_shared<api::Services>(api::Services{.identity = std::move(*identity),
                                                                  .site = api::Site(relay),
                                                                  .clock = &clock,
                                                                  .executor = std::move(executor),
                                                                  .web_assets = options.web_assets,
                                                                  .version = std::move(options.version),
                                                                  .started = clock.utc_now(),
                                                                  .session_check = options.session_check});
    return std::unique_ptr<Hub>(new Hub(std::move(relay), std::move(services)));
}

net::RequestHandler Hub::handler() {
    return [services = services_](net::Request request) { return api::answer(services, std::move(request)); };
}

net::RefusalWriter Hub::refusal_writer() {
    return api::refusal;
}

std::optional<std::string_view> Hub::claim_code() const {
    return services_->identity->claim_code();
}

void Hub::shutdown() {
    relay_->shutdown();
}

}  // namespace vedette::hub
