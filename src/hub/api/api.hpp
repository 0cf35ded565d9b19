#pragma once
// From an HTTP request to its answer: route, principal, decision, handler, headers. In this order, for all.

#include "hub/api/services.hpp"

namespace vedette::hub::api {

/// Answers one request; total: every failure is a problem document. On services->executor.
net::Awaitable<net::Response> answer(ServicesPtr services, net::Request request);

}  // namespace vedette::hub::api
