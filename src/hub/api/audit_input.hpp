#pragma once
// What is asked of the audit log. Pure; fuzzed.

#include "hub/api/problem.hpp"
#include "hub/audit/book.hpp"
#include "hub/syslog/target.hpp"

namespace vedette::hub::api {

enum class AuditFormat : std::uint8_t { jsonl, cef };

/// Of the query: start_90k, end_90k, user_id, action, camera_id, allowed, limit, before.
Outcome<audit::Query> read_audit_query(const net::Request& request, OrganisationId organisation);
/// Of the query: format.
Outcome<AuditFormat> read_audit_format(const net::Request& request);

struct AuditStreamInput {
    syslog::Target target;
    bool has_private_key = false;  ///< else the one that is kept stays
    bool from_beginning = false;
};
/// Not checked for what belongs together: syslog::check() does.
Outcome<AuditStreamInput> read_audit_stream(std::string_view body);

}  // namespace vedette::hub::api
