#pragma once
// What the recorders of a camera are told by whoever knows its plan.

#include "base/time.hpp"
#include "gateway/vault/types.hpp"

namespace vedette::gateway::ingest {

struct RecordingOrder {
    bool store = true;
    /// Of what came before, so much is kept in memory while `store` is not set, and stored when it is.
    Ticks90k reserve{};
    /// Why it is not stored, when it is not.
    vault::GapReason reason = vault::GapReason::by_schedule;
};

/// Asked at the end of every fragment, on the ingest loop.
class RecordingOrders {
  public:
    virtual ~RecordingOrders() = default;
    virtual RecordingOrder order() const = 0;
};

}  // namespace vedette::gateway::ingest
