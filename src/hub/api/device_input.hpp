#pragma once
// Inside of input.hpp: what tells which device a camera is.

#include <boost/json/object.hpp>

#include "hub/api/problem.hpp"
#include "wire/messages.hpp"

namespace vedette::hub::api {

Outcome<wire::DeviceIdentity> read_device(const boost::json::object& object);

}  // namespace vedette::hub::api
