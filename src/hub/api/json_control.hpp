#pragma once
// The part of json_output.hpp that is about cameras in use. Pure.

#include <boost/json/object.hpp>

#include "wire/control.hpp"

namespace vedette::hub::api {

boost::json::object to_json(const wire::PtzReport& report);
boost::json::object to_json(const wire::PtzPreset& preset);
boost::json::object to_json(const wire::RelayList& list);
boost::json::object to_json(const wire::CameraEvent& event);
/// `events` and `more`.
boost::json::object to_json(const wire::EventList& list);

}  // namespace vedette::hub::api
