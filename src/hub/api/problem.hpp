#pragma once
// Errors as our REST API shows them: problem documents (RFC 9457). Pure.

#include <chrono>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "hub/identity/types.hpp"
#include "hub/policy/policy.hpp"
#include "net/http.hpp"

namespace vedette::hub::api {

/// The one place where a kind of error gets its HTTP status (RFC 9110 section 15).
unsigned http_status(ErrorKind kind);

struct Problem {
    unsigned status = 500;
    std::string kind;    ///< last part of urn:vedette:problem:KIND
    std::string detail;  ///< one sentence for the person who can act
    std::string field;   ///< the input that is wrong, or empty
    std::optional<std::chrono::seconds> retry_after;
    policy::Assurance missing{};      ///< besides a right
    boost::json::object clearance{};  ///< with which it can be had; empty: there is none

    Problem(unsigned s, std::string k, std::string d) : status(s), kind(std::move(k)), detail(std::move(d)) {}
    // NOLINTBEGIN(google-explicit-constructor): so that errors of the layers below pass through
    Problem(const Error& error);
    Problem(const identity::Refusal& refusal);
    // NOLINTEND(google-explicit-constructor)
    /// Why policy denied something; where it conceals the object, no_such_camera().
    explicit Problem(const policy::Decision& denial);

    /// Where the detail begins with one of these fields and ": ", as the gateway writes it, takes it into
    /// `field`.
    void name_field(std::initializer_list<std::string_view> fields);
    /// 400 about one field of the input.
    static Problem invalid(std::string field, std::string detail);
    /// 401 with the words of a denial to nobody.
    static Problem not_signed_in();
    /// 404, word for word the same for a camera that is not there and for one that is somebody else's.
    static Problem no_such_camera();
    /// 500: the gateway answered another question.
    static Problem unexpected_reply();
};

template <class T = net::Response>
using Outcome = std::expected<T, Problem>;

boost::json::object to_json(const Problem& problem);
net::Response to_response(const Problem& problem);

}  // namespace vedette::hub::api
