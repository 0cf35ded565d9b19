#pragma once
// From an HTTP request to its answer: route, principal, decision, handler, headers. In this order, for all.

#include "hub/api/services.hpp"

namespace vedette::hub::api {

/// Answers one request; total: every failure is a problem document. On services->executor.
net::Awaitable<net::Response> answer(ServicesPtr services, net::Request request);

/// The problem document for a request that the HTTP server could not make out, or that failed inside: status
/// 400, 413, 431 or 500.
net::Response refusal(unsigned status, std::string detail);

}  // namespace vedette::hub::api
