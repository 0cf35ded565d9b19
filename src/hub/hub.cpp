#include "hub/hub.hpp"

#include <algorithm>
#include <cctype>
#include <climits>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <unistd.h>

#include "hub/api/api.hpp"
#include "hub/api/retention_groups.hpp"
#include "hub/relay/relay.hpp"

namespace vedette::hub {

namespace {

// Of this machine; empty when it has none.
std::string host_name() {
    char name[HOST_NAME_MAX + 1] = {};
    return ::gethostname(name, HOST_NAME_MAX) == 0 ? name : "";
}

// A browser that was led here may show a certificate for its user without asking. It gets no page, and no
// session that its cookie names.
net::Awaitable<net::Response> answer_device(api::ServicesPtr services, net::Request request) {
    constexpr std::string_view cookie = "cookie";
    if (!request.path.starts_with("/api/"))
        co_return api::refusal(404,
                               "This port is for devices and programs; the web client has one of its own");
    std::erase_if(request.headers, [&](const net::Header& header) {
        return std::ranges::equal(header.name, cookie, {}, [](unsigned char c) { return std::tolower(c); });
    });
    co_return co_await api::answer(std::move(services), std::move(request));
}

}  // namespace

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
    const OrganisationId organisation = (*identity)->organisation();
    VEDETTE_TRY(auto log, audit::AuditLog::open({.hub = options.data_dir / "hub",
                                                 .organisation = organisation,
                                                 .keep_personal = options.keep_personal},
                                                clock));
    syslog::StreamOptions streaming;
    streaming.hub = options.data_dir / "hub";
    streaming.organisation = organisation;
    streaming.sender = {.host_name = host_name(), .version = options.version};
    VEDETTE_TRY(auto stream, syslog::Stream::open(std::move(streaming), log, clock, executor));
    VEDETTE_TRY(auto mailer, mail::Mailer::open({.hub = options.data_dir / "hub"}, clock, executor));
    auto relay = relay::Relay::make(std::move(gateway), executor);
    auto services =
        std::make_shared<api::Services>(api::Services{.identity = *identity,
                                                      .administration = {*identity, clock},
                                                      .own_account = {*identity, clock},
                                                      .own_passkeys = {*identity, clock},
                                                      .api_tokens = {*identity, clock},
                                                      .site = api::Site(relay),
                                                      .recorder = {std::move(log), organisation, clock},
                                                      .syslog = std::move(stream),
                                                      .clock = &clock,
                                                      .executor = std::move(executor),
                                                      .web_assets = options.web_assets,
                                                      .version = std::move(options.version),
                                                      .started = clock.utc_now(),
                                                      .session_check = options.session_check,
                                                      .keep_personal = options.keep_personal,
                                                      .witnesses = std::move(options.witnesses),
                                                      .strict_transport = options.strict_transport,
                                                      .mailer = std::move(mailer)});
    // A change of a group may have been cut off before the gateway knew of it.
    boost::asio::co_spawn(services->executor, api::renew_groups(services), boost::asio::detached);
    return std::unique_ptr<Hub>(new Hub(std::move(relay), std::move(services)));
}

net::RequestHandler Hub::handler() {
    return [services = services_](net::Request request) { return api::answer(services, std::move(request)); };
}

net::RequestHandler Hub::device_handler() {
    return
        [services = services_](net::Request request) { return answer_device(services, std::move(request)); };
}

net::RefusalWriter Hub::refusal_writer() {
    return api::refusal;
}

void Hub::serve_at(std::vector<webauthn::Place> places) {
    services_->identity->serve_at(std::move(places));
}

std::optional<std::string_view> Hub::claim_code() const {
    return services_->identity->claim_code();
}

net::Awaitable<void> Hub::stop() {
    shutdown();
    for (const api::Browsing& browsing : services_->browsings.end_all())
        services_->recorder.note_end(browsing.decided, browsing.entry, browsing.ending());
    auto stopping = services_->syslog->stop();
    co_await std::move(stopping);
    auto posting = services_->mailer->stop();
    co_await std::move(posting);
    auto ending = services_->witnesses->stop();
    co_await std::move(ending);
}

void Hub::shutdown() {
    relay_->shutdown();
}

}  // namespace vedette::hub
