#pragma once
// Audit entries as docs/ref/openapi.yaml describes them. Pure.

#include <boost/json/object.hpp>

#include "hub/audit/book.hpp"
#include "hub/syslog/stream.hpp"

namespace vedette::hub::api {

boost::json::object to_json(const audit::Listed& entry);
boost::json::object to_json(const audit::ListedWithResult& entry);
boost::json::object to_json(const syslog::Status& status);
/// Without the private key.
boost::json::object to_json(const syslog::Target& target);

}  // namespace vedette::hub::api
