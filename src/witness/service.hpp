#pragma once
// The witness's HTTP interface (c2sp.org/tlog-witness): add-checkpoint, and the last checkpoint of each log.

#include <memory>

#include "base/time.hpp"
#include "net/http.hpp"
#include "net/http_limits.hpp"
#include "witness/ledger.hpp"

namespace vedette::witness {

/// What one client may cost: requests are small, and nobody has to be known to send one.
net::HttpLimits service_limits();

/// Answers all requests of a server. `ledger` is locked by the caller; `clock` outlives the handler. Checks
/// and disk happen one after the other on a thread of its own, so that no two requests see the same state.
net::RequestHandler make_service(Ledger ledger, const Clock& clock);

}  // namespace vedette::witness
