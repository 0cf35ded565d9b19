#include "hub/api/api.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "hub/api/audit_details.hpp"
#include "hub/api/circumstances.hpp"
#include "hub/api/clearance_steps.hpp"
#include "hub/api/router.hpp"

namespace vedette::hub::api {

namespace {

constexpr unsigned http_conflict = 409;

struct Caller {
    policy::Principal principal = policy::Anonymous{};
    std::optional<identity::Session> session{};
    std::optional<identity::Credential> credential{};
    std::optional<identity::Refusal> refused{};  ///< what was shown is good for nothing
};

std::string_view bearer_token(const net::Request& request) {
    constexpr std::string_view scheme = "Bearer ";
    const std::string_view value = request.header("Authorization");
    return value.starts_with(scheme) ? value.substr(scheme.size()) : std::string_view();
}

Caller of_program(std::expected<policy::ApiClient, identity::Refusal> client) {
    if (!client) return {.refused = client.error()};
    const ApiTokenId id = client->token;
    return {.principal = std::move(*client), .credential = id};
}

// A token is said on purpose, so it is what counts, also beside a cookie; then a certificate.
Caller identify(identity::Identity& identity, const net::Request& request) {
    if (const auto text = bearer_token(request); !text.empty()) {
        if (identity.is_metrics_token(text))
            return {.principal = policy::MetricsToken{identity.organisation()}};
        return of_program(identity.use_api_token(text, request.peer_address, request.certificate));
    }
    if (request.certificate)
        return of_program(identity.use_device(*request.certificate, request.peer_address));
    if (const auto cookie = request.cookie(session_cookie); !cookie.empty())
        if (auto session = identity.use(cookie))
            return {.principal = session->user, .session = session, .credential = session->digest};
    return {};
}

// No page of another site can make a browser send a token that it does not know.
policy::Context circumstances_of(const Caller& caller, const net::Request& request,
                                 const Services& services) {
    const auto* program = std::get_if<policy::ApiClient>(&caller.principal);
    policy::Context context =
        context_of(request, program ? program->kind : policy::ClientKind::web, services);
    if (program) context.origin = policy::Origin::no_browser;
    return context;
}

// Somebody tries tokens, or a program goes on with one that has ended: an entry, within the bound of refusals
// of nobody. When it can't be written, nothing was done all the same.
net::Awaitable<void> record_wrong_token(ServicesPtr services, Decided decided, unsigned status) {
    Ending ending{.status = status, .reason = "wrong_token", .signed_in = {}, .details = {}};
    auto recording = services->recorder.signed_in(decided, std::move(ending));
    const auto recorded = co_await std::move(recording);
    if (!recorded) log::warn("that an API token was refused could not be recorded");
}

// RFC 6750 section 3.
net::Response wrong_token(const identity::Refusal& refusal) {
    net::Response response = to_response(Problem(refusal));
    if (response.status == 401)
        response.headers.push_back({"WWW-Authenticate", R"(Bearer realm="Vedette", error="invalid_token")"});
    return response;
}

// A body is JSON, or bytes where the route says so: a form of another site can not even send one without
// being asked (CORS).
Outcome<void> check_media_type(const net::Request& request, BodyType body) {
    if (request.body.empty()) return {};
    std::string_view type = request.header("Content-Type");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    const std::string_view wanted = body == BodyType::bytes ? "application/octet-stream" : "application/json";
    if (type == wanted) return {};
    return std::unexpected(Problem(415, "unsupported", fmt::format("Send the body as {}", wanted)));
}

Decided decided_of(const Services& services, const Match& match, const Caller& caller,
                   const net::Request& request, const policy::Object& object,
                   const policy::Decision& decision) {
    Decided decided{.principal = caller.principal,
                    .action = match.route->action(),
                    .object = object,
                    .decision = decision,
                    .operation = std::string(match.route->operation_id()),
                    .address = request.peer_address,
                    .camera_name = {},
                    .details = {}};
    if (!decision.obligations.write_audit) return decided;
    if (object.camera) decided.camera_name = services.site.name_for_audit(*object.camera);
    const auto before = object_of_path(services, match.parameters);
    decided.details = details_of(decided.action, request, match.parameters, before ? &*before : nullptr);
    return decided;
}

// Nobody knows who asks, so that nothing was decided, and nothing of the request is told.
Decided refused_before_decision(const Match& match, const net::Request& request,
                                const policy::Object& object) {
    return {.principal = policy::Anonymous{},
            .action = match.route->action(),
            .object = object,
            .decision = {},
            .operation = std::string(match.route->operation_id()),
            .address = request.peer_address,
            .camera_name = {},
            .details = {}};
}

Ending ending_of(const Outcome<>& outcome, Trail& trail) {
    Ending ending{.status = outcome ? outcome->status : outcome.error().status,
                  .reason = outcome ? std::string() : outcome.error().kind,
                  .signed_in = {},
                  .details = std::move(trail.details),
                  .who_tried = std::move(trail.who_tried)};
    if (!trail.asked.empty()) ending.reason = trail.asked;
    if (trail.signed_in) ending.signed_in = trail.signed_in->user;
    return ending;
}

// Whether the entry comes after the action: before it nobody knows who signs in, and anybody may try.
bool is_recorded_after(const Services& services, const Decided& decided) {
    return decided.decision.allowed &&
           (decided.action == policy::Action::sign_in ||
            (decided.action == policy::Action::claim && services.identity->claimed()));
}

// The one place where the decision about a request is recorded; before the handler runs.
// It lives as long as its caller waits.
net::Awaitable<Outcome<Recorder::Number>> record_decision(ServicesPtr services, const Decided& decided) {
    if (is_recorded_after(*services, decided)) co_return Recorder::Number();
    if (names_who_signs_in(decided.action) && decided.decision.allowed && !services->recorder.admit_nobody())
        co_return std::unexpected(Problem(429, "exhausted", "Too many attempts; try again shortly"));
    co_return co_await services->recorder.decided(decided);
}

void note_ends(Services& services, const std::vector<Browsing>& over) {
    for (const Browsing& browsing : over)
        services.recorder.note_end(browsing.decided, browsing.entry, browsing.ending());
}

// record_decision(); thumbnails come by the hundred, and what stands for all of them is written before the
// first.
net::Awaitable<Outcome<Recorder::Number>> record_request(ServicesPtr services, const Decided& decided,
                                                         BrowsingKey browsing) {
    const bool is_thumbnail = decided.action == policy::Action::preview_recording && decided.decision.allowed;
    const MonotonicTime now = services->clock->monotonic_now();
    if (is_thumbnail && services->browsings.goes_on(browsing, now)) co_return Recorder::Number();
    auto recording = record_decision(services, decided);
    VEDETTE_CO_TRY(const Recorder::Number number, co_await std::move(recording));
    if (!is_thumbnail || !number) co_return number;
    note_ends(*services, services->browsings.begin(browsing, decided, *number, now));
    co_return Recorder::Number();  // how they ended is told for all of them
}

// How it ended, where that is more than was written before. A session is not handed out without its entry,
// and nobody is asked to let somebody in without one. The entry's number.
net::Awaitable<Outcome<Recorder::Number>> record_ending(ServicesPtr services, const Decided& decided,
                                                        bool after, Recorder::Number number, Ending ending,
                                                        bool waits) {
    const bool begins_session = ending.signed_in.has_value();
    if (after) {
        auto recording = services->recorder.signed_in(decided, std::move(ending));
        auto recorded = co_await std::move(recording);
        co_return recorded || begins_session || waits ? recorded : Recorder::Number();
    }
    Outcome<void> written;
    if (number && (ending.status >= 400 || begins_session || !ending.details.empty()))
        written = co_await services->recorder.ended(decided, *number, std::move(ending));
    // Else what it was about is done, or was refused anyway; that its end is missing is in the log.
    if (!written && (begins_session || waits)) co_return std::unexpected(written.error());
    co_return number;
}

// The clearance that the request says to have, if it is one of exactly this request.
Clearance* clearance_of(Services& services, const Caller& caller, const net::Request& request) {
    if (!caller.session || !std::holds_alternative<policy::User>(caller.principal)) return nullptr;
    return services.clearances.of_request(request, caller.session->digest, services.clock->utc_now());
}

// Each is good once, from before its entry on.
Clearance use_clearance(Services& services, Decided& decided, const Clearance& clearance) {
    Clearance used = clearance;
    decided.details["clearance"] = told(used);
    services.clearances.end(used.id);
    return used;
}

// What it lacks can be given, to exactly this request. `clearance` may be gone once this waits.
net::Awaitable<Outcome<>> refuse_until_cleared(ServicesPtr services, Decided decided, Clearance& clearance) {
    const ClearanceId id = clearance.id;
    Problem problem(decided.decision);
    problem.clearance = to_json(clearance, *services);
    decided.details["clearance"] = told(clearance);
    VEDETTE_CO_TRY(const Recorder::Number number, co_await record_decision(services, decided));
    if (Clearance* still = services->clearances.find(id, services->clock->utc_now())) still->entry = number;
    co_return std::unexpected(std::move(problem));
}

// Where what waits for a second person stands in the log; without an entry it does not wait.
void note_entry(Services& services, ClearanceId id, const Outcome<Recorder::Number>& recorded) {
    Clearance* clearance = services.clearances.find(id, services.clock->utc_now());
    if (!recorded)
        services.clearances.end(id);
    else if (clearance)
        clearance->entry = *recorded;
}

net::Awaitable<Outcome<>> run_handler(ServicesPtr services, const Route* route, Call call) {
    VEDETTE_CO_CHECK(check_media_type(call.request, route->body()));
    co_return co_await route->handler()(std::move(services), std::move(call));
}

// A user who asks faster than any client of ours does leaves something to the others. Signing out is always
// possible.
std::optional<Problem> too_many_requests(Services& services, const Match& match, const Caller& caller) {
    const policy::User* user = policy::account_of(caller.principal);
    if (!user || match.route->action() == policy::Action::sign_out) return std::nullopt;
    const auto wait = services.requests.take(user->id, services.clock->monotonic_now());
    if (!wait) return std::nullopt;
    Problem problem(429, "exhausted", "You ask faster than this server answers; try again shortly");
    problem.retry_after = *wait;
    return problem;
}

net::Awaitable<Outcome<>> answer_or_problem(ServicesPtr services, net::Request request) {
    const auto found = find_route(request.method, request.path);
    if (std::holds_alternative<NoSuchPath>(found))
        co_return std::unexpected(Problem(404, "not_found", "There is nothing at this address"));
    if (const auto* other = std::get_if<MethodNotAllowed>(&found)) {
        net::Response response =
            to_response(Problem(405, "unsupported", "This address does not take that method"));
        response.headers.push_back({"Allow", other->allow});
        co_return response;
    }
    const Match match = std::get<Match>(found);
    Caller caller = identify(*services->identity, request);
    const policy::Object object = match.route->object(services->identity->organisation(), match.parameters);
    if (caller.refused) {
        net::Response response = wrong_token(*caller.refused);
        Decided tried = refused_before_decision(match, request, object);
        auto recording = record_wrong_token(services, std::move(tried), response.status);
        co_await std::move(recording);
        co_return response;
    }
    if (auto refused = too_many_requests(*services, match, caller)) co_return std::unexpected(*refused);
    note_expired(*services);
    note_ends(*services, services->browsings.sweep(services->clock->monotonic_now()));
    policy::Context context = circumstances_of(caller, request, *services);
    Clearance* clearance = clearance_of(*services, caller, request);
    if (caller.session) context.given = given_by_account(*services, caller.session->user);
    if (clearance) context.given = given_now(*services, *clearance);
    auto granted = policy::authorise(caller.principal, match.route->action(), object, context);
    Decided decided = decided_of(*services, match, caller, request, object,
                                 granted ? granted->decision() : granted.error());
    if (!granted && !granted.error().missing.none()) {
        const policy::Assurance asked = context.safeguards.asked(decided.action);
        if (!clearance)
            clearance = &services->clearances.open(request, decided, caller.session->digest, asked,
                                                   services->clock->utc_now());
        clearance->asked = clearance->asked | asked;  // the rules may have been raised meanwhile
        co_return co_await refuse_until_cleared(services, std::move(decided), *clearance);
    }
    std::optional<Clearance> used;
    if (granted && clearance) used = use_clearance(*services, decided, *clearance);
    const bool after = is_recorded_after(*services, decided);
    BrowsingKey browsing{.credential = caller.credential,
                         .camera = object.camera.value_or(CameraId()),
                         .address = request.peer_address};
    auto recording = record_request(services, decided, std::move(browsing));
    VEDETTE_CO_TRY(const Recorder::Number number, co_await std::move(recording));
    if (!granted) co_return std::unexpected(Problem(granted.error()));
    const auto trail = std::make_shared<Trail>();
    Call call{.request = std::move(request),
              .granted = std::move(*granted),
              .session = std::move(caller.session),
              .credential = caller.credential,
              .context = context,
              .path = match.parameters,
              .trail = trail};
    Outcome<> outcome = co_await run_handler(services, match.route, std::move(call));
    // What stands against it can be put away, and then exactly this be done.
    if (used && !outcome && outcome.error().status == http_conflict)
        services->clearances.put_back(std::move(*used), services->clock->utc_now());
    Ending ending = ending_of(outcome, *trail);
    auto closing =
        record_ending(services, decided, after, number, std::move(ending), trail->waiting.has_value());
    const auto recorded = co_await std::move(closing);
    if (trail->waiting) note_entry(*services, *trail->waiting, recorded);
    if (recorded) co_return outcome;
    // Nobody has seen the new session yet.
    if (trail->signed_in) (void)co_await services->identity->sign_out(trail->signed_in->digest);
    co_return std::unexpected(recorded.error());
}

void add_unless_there(net::Response& response, std::string_view name, std::string_view value) {
    if (std::ranges::find(response.headers, name, &net::Header::name) == response.headers.end())
        response.headers.push_back({std::string(name), std::string(value)});
}

// What a handler has not set itself gets the strictest value.
void add_security_headers(net::Response& response) {
    add_unless_there(response, "Content-Security-Policy",
                     "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    add_unless_there(response, "X-Content-Type-Options", "nosniff");
    add_unless_there(response, "Referrer-Policy", "no-referrer");
    add_unless_there(response, "Cross-Origin-Opener-Policy", "same-origin");
    add_unless_there(response, "Cross-Origin-Resource-Policy", "same-origin");
    add_unless_there(response, "Permissions-Policy", "camera=(), microphone=(self), geolocation=()");
    add_unless_there(response, "Cache-Control", "no-store");
}

}  // namespace

net::Awaitable<net::Response> answer(ServicesPtr services, net::Request request) {
    // For the log, without the query or the body.
    const std::string what = fmt::format("{} {}", to_string(request.method), request.path);
    const bool strict_transport = services->strict_transport;
    auto outcome = co_await answer_or_problem(std::move(services), std::move(request));
    net::Response response;
    if (outcome) {
        response = std::move(*outcome);
    } else {
        if (outcome.error().status == 500) log::error("{}: {}", what, outcome.error().detail);
        response = to_response(outcome.error());
    }
    add_security_headers(response);
    if (strict_transport) response.headers.push_back({"Strict-Transport-Security", "max-age=31536000"});
    co_return response;
}

net::Response refusal(unsigned status, std::string detail) {
    const ErrorKind kind = status >= 500 ? ErrorKind::internal : ErrorKind::invalid_input;
    net::Response response = to_response(Problem(status, std::string(to_string(kind)), std::move(detail)));
    add_security_headers(response);
    return response;
}

}  // namespace vedette::hub::api
