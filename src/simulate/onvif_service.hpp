#pragma once
// Inside of the simulated ONVIF device: what a service is. A service has a file of its own, a row in the
// table of onvif_device.cpp, and keeps what clients set in a member of OnvifDevice.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "onvif/xml.hpp"
#include "simulate/onvif_device.hpp"

namespace vedette::simulate {

/// Of the one video source that each camera has.
constexpr std::string_view onvif_source_token = "source";

struct OnvifService {
    std::string_view uri;                ///< its namespace
    std::string_view path;               ///< its address ends with it
    std::string_view category;           ///< its name in tt:Capabilities; empty: it has none
    std::string_view more_capabilities;  ///< XML that follows XAddr there
    bool (*is_there)(const OnvifDevice&);
    /// `request` is the first element of the body; `now` the real time.
    OnvifAnswer (*answer)(OnvifDevice&, const onvif::Element& request, UtcTime now);

    std::string address(const OnvifDevice& device) const;
};
std::span<const OnvifService> onvif_services();

OnvifAnswer answer_device_service(OnvifDevice& device, const onvif::Element& request, UtcTime now);
/// The part of the device service that changes the device; nullopt: it is about something else.
std::optional<OnvifAnswer> answer_device_care(OnvifDevice& device, const onvif::Element& request,
                                              UtcTime now);
OnvifAnswer answer_imaging_service(OnvifDevice& device, const onvif::Element& request, UtcTime now);
OnvifAnswer answer_media_service(OnvifDevice& device, const onvif::Element& request, UtcTime now);
OnvifAnswer answer_media2_service(OnvifDevice& device, const onvif::Element& request, UtcTime now);
OnvifAnswer answer_ptz_service(OnvifDevice& device, const onvif::Element& request, UtcTime now);
OnvifAnswer answer_event_service(OnvifDevice& device, const onvif::Element& request, UtcTime now);

/// Relays, in the words of the request's namespace; nullopt for what is about something else.
std::optional<OnvifAnswer> answer_relays(OnvifDevice& device, const onvif::Element& request, UtcTime now);
OnvifAnswer answer_device_io_service(OnvifDevice& device, const onvif::Element& request, UtcTime now);
/// What a profile says of its head, as an element of that name.
std::string ptz_configuration(std::string_view element);
OnvifAnswer answer_search_service(OnvifDevice& device, const onvif::Element& request, UtcTime now);
OnvifAnswer answer_replay_service(OnvifDevice& device, const onvif::Element& request, UtcTime now);

/// `body` in an envelope.
OnvifAnswer onvif_ok(std::string_view body);
/// A fault of the sender: ter:InvalidArgVal.
OnvifAnswer onvif_refused(std::string_view reason);
OnvifAnswer onvif_not_implemented();

}  // namespace vedette::simulate
