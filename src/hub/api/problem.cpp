#include "hub/api/problem.hpp"

#include <boost/json/serialize.hpp>

#include "base/field.hpp"

namespace vedette::hub::api {

namespace {

std::string_view title_of(unsigned status) {
    switch (status) {
        case 400:
            return "The input is not valid";
        case 401:
            return "Not signed in";
        case 403:
            return "Not allowed";
        case 404:
            return "Not found";
        case 405:
            return "Method not allowed";
        case 409:
            return "Conflict";
        case 413:
            return "Too large";
        case 415:
            return "Unsupported media type";
        case 426:
            return "Upgrade required";
        case 429:
            return "Too many requests";
        case 431:
            return "Headers too large";
        case 501:
            return "Not supported";
        case 503:
            return "Not available at the moment";
        case 504:
            return "No answer in time";
        default:
            return "Something went wrong";
    }
}

std::string sentence_of(policy::Reason reason) {
    using enum policy::Reason;
    switch (reason) {
        case cross_site:
            return "The request comes from a page of another site; open Vedette itself";
        case not_signed_in:
            return "Sign in to continue";
        case other_organisation:
        case not_permitted:
            return "Your account may not do this; ask an administrator";
        case outside_schedule:
            return "Your account may not do this at this time; ask an administrator";
        case outside_network:
            return "Your account may not do this from this network; ask an administrator";
        case wrong_client_kind:
            return "Your account may not do this by this kind of client; ask an administrator";
        case beyond_scope:
            return "Your account may do this, but this API token may not; its rights do not cover it";
        case not_for_tokens:
            return "An API token can't do what is about the account itself; sign in with a browser";
        case needs_step_up:
            return "Your organisation asks for a second factor for this, given for it alone";
        case needs_second_person:
            return "Your organisation asks for the approval of a second person for this";
        case needs_a_person:
            return "Your organisation asks for a second factor or a second person for this, which an API "
                   "token "
                   "can't give; do it in a browser";
        case public_action:
        case signed_in:
        case role_permits:
        case token_permits:
            break;
    }
    return "This is not allowed";
}

}  // namespace

unsigned http_status(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid_input:
            return 400;
        case ErrorKind::unauthenticated:
            return 401;
        case ErrorKind::forbidden:
            return 403;
        case ErrorKind::not_found:
            return 404;
        case ErrorKind::conflict:
            return 409;
        case ErrorKind::unsupported:
            return 501;
        case ErrorKind::exhausted:
        case ErrorKind::unavailable:
        case ErrorKind::cancelled:
            return 503;
        case ErrorKind::timeout:
            return 504;
        case ErrorKind::corrupt:
        case ErrorKind::internal:
            return 500;
    }
    return 500;
}

Problem::Problem(const Error& error)
    : status(http_status(error.kind)), kind(to_string(error.kind)), detail(error.message) {}

Problem::Problem(const identity::Refusal& refusal) : Problem(refusal.error) {
    field = refusal.field;
    retry_after = refusal.retry_after;
    if (retry_after) status = 429;
    if (!refusal.kind.empty()) kind = refusal.kind;
}

Problem::Problem(const policy::Decision& denial)
    : status(denial.reason == policy::Reason::not_signed_in ? 401 : 403),
      kind(to_string(denial.reason)),
      detail(sentence_of(denial.reason)),
      missing(denial.missing) {
    if (denial.conceal) *this = no_such_camera();
}

Problem Problem::not_signed_in() {
    return Problem(policy::Decision{.reason = policy::Reason::not_signed_in});
}

Problem Problem::no_such_camera() {
    return Error{ErrorKind::not_found, "There is no such camera; it may have been removed"};
}

void Problem::name_field(std::initializer_list<std::string_view> fields) {
    if (status != 400 && status != 409) return;
    if (const std::string_view name = take_field(detail, fields); !name.empty()) field = name;
}

Problem Problem::invalid(std::string field, std::string detail) {
    Problem problem(400, std::string(to_string(ErrorKind::invalid_input)), std::move(detail));
    problem.field = std::move(field);
    return problem;
}

Problem Problem::unexpected_reply() {
    return Error{ErrorKind::internal, "The gateway gave an answer that does not fit the question"};
}

boost::json::object to_json(const Problem& problem) {
    boost::json::object json{{"type", "urn:vedette:problem:" + problem.kind},
                             {"title", title_of(problem.status)},
                             {"status", problem.status},
                             {"detail", problem.detail}};
    if (!problem.field.empty()) json["field"] = problem.field;
    if (problem.retry_after) json["retry_after_s"] = problem.retry_after->count();
    if (!problem.clearance.empty()) json["clearance"] = problem.clearance;
    return json;
}

net::Response to_response(const Problem& problem) {
    net::Response response{.status = problem.status,
                           .headers = {{"Content-Type", "application/problem+json"}},
                           .body = boost::json::serialize(to_json(problem)),
                           .upgrade = {}};
    if (problem.retry_after)
        response.headers.push_back({"Retry-After", std::to_string(problem.retry_after->count())});
    return response;
}

}  // namespace vedette::hub::api
