#include "hub/api/audit_input.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_audit.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace {

// Whoever says where the log goes can read it there.
Outcome<void> may_send_the_log(const Call& call) {
    const auto object = policy::Object::of(call.granted.object().organisation);
    VEDETTE_CHECK(call.authorise(policy::Action::read_audit, object));
    return {};
}

// With the private key that is kept, where none was given and the same certificate is shown.
Outcome<AuditStreamInput> read_target(const Services& services, const Call& call) {
    VEDETTE_TRY(AuditStreamInput input, read_audit_stream(call.request.body));
    syslog::Target& target = input.target;
    const syslog::Target* kept = services.syslog->target();
    if (!input.has_private_key && kept && target.certificate_pem == kept->certificate_pem)
        target.private_key_pem = kept->private_key_pem.duplicate();
    if (target.certificate_pem.empty()) target.private_key_pem = Secret();
    return input;
}

Problem about_a_field(const Error& error) {
    Problem problem(error);
    problem.name_field({"host", "port", "transport", "ca_pem", "client_certificate_pem", "client_key_pem"});
    return problem;
}

net::Response stream_response(const Services& services) {
    boost::json::object json = to_json(services.syslog->status());
    const syslog::Target* target = services.syslog->target();
    json["target"] = target ? boost::json::value(to_json(*target)) : nullptr;
    json["keep_names_days"] = services.keep_personal.count();
    return json_response(200, json);
}

}  // namespace

net::Awaitable<Outcome<>> get_audit_stream(ServicesPtr services, Call) {
    co_return stream_response(*services);
}

net::Awaitable<Outcome<>> set_audit_stream(ServicesPtr services, Call call) {
    VEDETTE_CO_CHECK(may_send_the_log(call));
    VEDETTE_CO_TRY(AuditStreamInput input, read_target(*services, call));
    auto using_it = services->syslog->use(std::move(input.target), input.from_beginning);
    const auto used = co_await std::move(using_it);
    if (!used) co_return std::unexpected(about_a_field(used.error()));
    co_return stream_response(*services);
}

net::Awaitable<Outcome<>> remove_audit_stream(ServicesPtr services, Call call) {
    VEDETTE_CO_CHECK(may_send_the_log(call));
    auto stopping = services->syslog->stop_sending();
    const auto stopped = co_await std::move(stopping);
    if (!stopped) co_return std::unexpected(Problem(stopped.error()));
    co_return no_content();
}

net::Awaitable<Outcome<>> test_audit_stream(ServicesPtr services, Call call) {
    VEDETTE_CO_CHECK(may_send_the_log(call));
    VEDETTE_CO_TRY(AuditStreamInput input, read_target(*services, call));
    if (const auto right = syslog::check(input.target); !right)
        co_return std::unexpected(about_a_field(right.error()));
    const std::string where = input.target.where();
    auto testing = services->syslog->test(std::move(input.target));
    const auto tested = co_await std::move(testing);
    if (!tested && tested.error().kind == ErrorKind::exhausted)
        co_return std::unexpected(Problem(tested.error()));
    const std::string message =
        tested ? fmt::format("{} has taken a test message", where) : tested.error().message;
    const boost::json::object answer{{"ok", tested.has_value()}, {"message", message}};
    co_return json_response(200, answer);
}

}  // namespace vedette::hub::api
