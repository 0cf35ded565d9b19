#pragma once
// Our values as docs/ref/openapi.yaml describes them. Pure.

#include <functional>

#include <boost/json/object.hpp>

#include "hub/identity/types.hpp"
#include "net/http.hpp"
#include "wire/messages.hpp"

namespace vedette::hub::api {

/// For somebody who holds `rights` over that camera: addresses and user names are for those who configure it.
boost::json::object to_json(const wire::CameraStatus& status, policy::RightSet rights);
boost::json::object to_json(const wire::StateChange& change);
boost::json::object to_json(const wire::StateHistory& history);
boost::json::object to_json(const wire::StorageStatus& status);
boost::json::object to_json(const wire::SiteSettings& settings);
boost::json::object to_json(const wire::KeepRule& keep);
boost::json::object to_json(const wire::TestReport& report);
boost::json::object to_json(const wire::Recordings& recordings);
boost::json::object to_json(const wire::Hold& hold);
boost::json::object to_json(const wire::HoldList& list);
boost::json::object to_json(const wire::Interfaces& interfaces);
boost::json::object to_json(const wire::DeviceIdentity& device);
/// `may_see` says which cameras the caller may know of; the others look as if they were new.
boost::json::object to_json(const wire::FoundCameras& found, const std::function<bool(CameraId)>& may_see);
boost::json::object to_json(const wire::DeviceReport& report);
boost::json::object to_json(const wire::DeviceCare& care);

/// 204.
net::Response no_content();
/// A response with this JSON document.
net::Response json_response(unsigned status, const boost::json::object& json);

}  // namespace vedette::hub::api
