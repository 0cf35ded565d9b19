#pragma once
// Which address is answered by what. A route is whole or does not compile: it names its action and how its
// object is found, and its handler can not be called without what policy returns for them.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "hub/api/handlers.hpp"

namespace vedette::hub::api {

using ObjectOf = policy::Object (*)(OrganisationId, const PathParameters&);
using Handler = net::Awaitable<Outcome<>> (*)(ServicesPtr, Call);

/// What a request's body may be, if it has one.
enum class BodyType : std::uint8_t { json, bytes };

class Route {
  public:
    consteval Route(net::Method method, std::string_view pattern, std::string_view operation_id,
                    policy::Action action, ObjectOf object, Handler handler, BodyType body = BodyType::json)
        : method_(method),
          pattern_(pattern),
          operation_id_(operation_id),
          action_(action),
          object_(object),
          handler_(handler),
          body_(body) {
        if (object == nullptr || handler == nullptr || !pattern.starts_with('/')) throw "incomplete route";
    }
    net::Method method() const { return method_; }
    /// Segments of text, {camera_id}, {hold_id}, {user_id}, {role_id}, {group_id}, {passkey_id},
    /// {token_id}, {clearance_id} or {session_id}; a last segment {file} takes all the rest.
    std::string_view pattern() const { return pattern_; }
    /// As in docs/ref/openapi.yaml.
    std::string_view operation_id() const { return operation_id_; }
    policy::Action action() const { return action_; }
    policy::Object object(OrganisationId organisation, const PathParameters& parameters) const {
        return object_(organisation, parameters);
    }
    Handler handler() const { return handler_; }
    BodyType body() const { return body_; }
    /// False for the web client, which is no part of the REST API.
    bool is_documented() const { return pattern_ != "/{file}"; }

  private:
    net::Method method_;
    std::string_view pattern_;
    std::string_view operation_id_;
    policy::Action action_;
    ObjectOf object_;
    Handler handler_;
    BodyType body_;
};

std::span<const Route> routes();

struct Match {
    const Route* route;
    PathParameters parameters;
};
struct NoSuchPath {};
struct MethodNotAllowed {
    std::string allow;  ///< value of the header Allow
};

/// `path` is percent-decoded. HEAD is answered as GET. Pure; fuzzed.
std::variant<Match, NoSuchPath, MethodNotAllowed> find_route(net::Method method, std::string_view path);

}  // namespace vedette::hub::api
