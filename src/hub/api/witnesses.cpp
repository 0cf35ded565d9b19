#include "hub/api/handlers.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace {

boost::json::object witness_json(const witness::SubmissionStatus& status) {
    boost::json::object out{{"log", status.log},
                            {"witness", status.witness},
                            {"url", status.place},
                            {"state", witness::to_string(status.state)},
                            {"cosigned_entries", status.cosigned_entries},
                            {"waiting_entries", status.waiting_entries},
                            {"overdue", status.overdue},
                            {"problem", status.problem}};
    if (status.cosigned_at) out["cosigned_at_90k"] = ticks(*status.cosigned_at);
    return out;
}

}  // namespace

net::Awaitable<Outcome<>> list_witnesses(ServicesPtr services, Call) {
    boost::json::array witnesses;
    for (const auto& status : services->witnesses->statuses()) witnesses.push_back(witness_json(status));
    co_return json_response(200, {{"witnesses", std::move(witnesses)}});
}

}  // namespace vedette::hub::api
