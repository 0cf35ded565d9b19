// JSON bodies into typed input: the first byte chooses which.

#include <cstdint>
#include <cstdlib>

#include "hub/api/access_input.hpp"
#include "hub/api/audit_details.hpp"
#include "hub/api/audit_input.hpp"
#include "hub/api/control_input.hpp"
#include "hub/api/input.hpp"
#include "hub/api/object_reader.hpp"

namespace {

// Whatever comes, what the audit log tells of it is bounded.
void check_audit_details(std::string_view body) {
    using namespace vedette::hub;
    if (const auto object = api::parse_object(body))
        if (api::details_text({{"asked", api::told(*object)}}).size() > audit::max_details_bytes)
            std::abort();
    vedette::net::Request request;
    for (const char* name : {"start_90k", "user_id", "action", "allowed", "limit", "before", "format"})
        request.query.emplace_back(name, body);
    if (const auto query = api::read_audit_query(request, vedette::OrganisationId());
        query && (query->limit < 1 || query->limit > 500))
        std::abort();
    (void)api::read_audit_format(request);
    if (const auto stream = api::read_audit_stream(body); stream && stream->target.port == 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette::hub::api;
    if (size == 0) return 0;
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    check_audit_details(body);
    switch (data[0] % 16) {
        case 0:
            (void)read_code_and_password(body);
            break;
        case 1:
            (void)read_sign_in(body);
            break;
        case 2:
            // What was accepted holds no credentials in its address, and is an address.
            if (const auto settings = read_new_camera(body);
                settings && authority_of(*settings->main_url).empty())
                std::abort();
            break;
        case 3:
            // A plan that was accepted is within its limits.
            if (const auto change = read_camera_change(body); change && change->recording) {
                const auto& plan = *change->recording;
                if (plan.pre_roll.value_or(vedette::wire::max_pre_roll) > vedette::wire::max_pre_roll ||
                    plan.post_roll.value_or(vedette::wire::min_post_roll) < vedette::wire::min_post_roll ||
                    (plan.event_kinds && plan.event_kinds->none()) ||
                    (plan.continuous && plan.continuous->has_holidays()))
                    std::abort();
            }
            break;
        case 4:
            (void)read_discovery(body);
            break;
        case 5:
            (void)read_inspection(body);
            break;
        case 7:
            // What is passed on to a camera is within its figures.
            if (const auto move = read_ptz_move(body))
                if (!(move->velocity.pan >= -1 && move->velocity.pan <= 1) ||
                    move->hold > std::chrono::seconds(5))
                    std::abort();
            break;
        case 8:
            (void)read_ptz_step(body);
            break;
        case 9:
            if (const auto place = read_ptz_position(body);
                place && place->pan.has_value() != place->tilt.has_value())
                std::abort();
            break;
        case 10:
            (void)read_preset(body);
            break;
        case 11:
            (void)read_preset_recall(body);
            break;
        case 12:
            if (const auto patrol = read_patrol(body); patrol && patrol->stops.empty()) std::abort();
            break;
        case 13:
            (void)read_patrol_start(body);
            break;
        case 15:
            if (const auto hold = read_hold(body); hold && hold->end && *hold->end <= hold->start)
                std::abort();
            break;
        case 14:
            (void)read_relay_switch(body);
            break;
        default:
            (void)read_camera_test(body);
            break;
    }
    return 0;
}
