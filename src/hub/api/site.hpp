#pragma once
// Cameras and recordings as handlers reach them: only with a decision in hand, and only the object that was
// decided about. The relay itself is not visible to handlers.

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "hub/api/problem.hpp"
#include "hub/policy/policy.hpp"
#include "hub/relay/relay.hpp"
#include "net/http.hpp"

namespace vedette::hub::api {

/// What of the sound of its media a decision lets somebody hear.
relay::Hearing hearing_of(const policy::Decision& decision);

/// Every call checks that `granted` is about the action that it performs; any other is an error `forbidden`.
class Site {
  public:
    explicit Site(std::shared_ptr<relay::Relay> relay) : relay_(std::move(relay)) {}

    Outcome<std::vector<wire::CameraStatus>> list(const policy::Authorised& granted) const;
    struct CameraName {
        CameraId id;
        std::string name;
    };
    /// Of all cameras, for who gives roles over them: `granted` permits view_roles.
    Outcome<std::vector<CameraName>> camera_names(const policy::Authorised& granted) const;
    /// 404 when the camera is not there (any more).
    Outcome<wire::CameraStatus> view(const policy::Authorised& granted) const;

    net::Awaitable<Outcome<wire::CameraStatus>> add(policy::Authorised granted,
                                                    wire::CameraSettings settings);
    net::Awaitable<Outcome<wire::CameraStatus>> change(policy::Authorised granted,
                                                       wire::CameraSettings settings);
    net::Awaitable<Outcome<void>> remove(policy::Authorised granted);
    /// `camera` is leave to use that camera's stored password; it has to permit change_camera.
    net::Awaitable<Outcome<wire::TestReport>> test(policy::Authorised granted,
                                                   std::optional<policy::Authorised> camera,
                                                   wire::CameraSettings settings);
    net::Awaitable<Outcome<wire::Interfaces>> interfaces(policy::Authorised granted);
    net::Awaitable<Outcome<wire::FoundCameras>> discover(policy::Authorised granted,
                                                         wire::DiscoverCameras search);
    net::Awaitable<Outcome<wire::DeviceReport>> inspect(policy::Authorised granted,
                                                        wire::InspectDevice device);
    net::Awaitable<Outcome<wire::StillPicture>> preview(policy::Authorised granted,
                                                        wire::PreviewDevice device);
    /// `task` is one of wire::MaintainCamera's.
    net::Awaitable<Outcome<wire::DeviceCare>> maintain(policy::Authorised granted,
                                                       decltype(wire::MaintainCamera::task) task);
    net::Awaitable<Outcome<wire::StateHistory>> states(policy::Authorised granted);
    net::Awaitable<Outcome<wire::SiteSettings>> settings(policy::Authorised granted);
    net::Awaitable<Outcome<wire::SiteSettings>> change_settings(policy::Authorised granted,
                                                                wire::ChangeSettings change);
    net::Awaitable<Outcome<wire::InheritedRules>> inherited_rules(policy::Authorised granted);
    net::Awaitable<Outcome<wire::InheritedRules>> set_inherited_rules(policy::Authorised granted,
                                                                      wire::InheritedRules rules);
    /// What `renew` makes of them, where that is something else. An errand of the hub's own, with no request
    /// behind it.
    net::Awaitable<Outcome<void>> renew_inherited_rules(
        std::function<wire::InheritedRules(wire::InheritedRules)> renew);
    net::Awaitable<Outcome<wire::Recordings>> recordings(policy::Authorised granted, media::StreamKind stream,
                                                         UtcInterval interval);

    net::Awaitable<Outcome<wire::Thumbnail>> thumbnail(policy::Authorised granted, media::StreamKind stream,
                                                       UtcTime at);

    net::Awaitable<Outcome<wire::HoldList>> holds(policy::Authorised granted);
    net::Awaitable<Outcome<wire::Hold>> place_hold(policy::Authorised granted, wire::Hold hold);
    net::Awaitable<Outcome<void>> lift_hold(policy::Authorised granted, std::uint64_t hold);

    // site_control.cpp
    using PtzCommand = decltype(wire::ControlPtz::command);
    /// `granted` permits view_camera.
    net::Awaitable<Outcome<wire::PtzReport>> look_at_ptz(policy::Authorised granted);
    net::Awaitable<Outcome<void>> control_ptz(policy::Authorised granted, PtzCommand command);
    net::Awaitable<Outcome<wire::PtzPreset>> save_preset(policy::Authorised granted, wire::SavePreset preset);
    /// `granted` permits view_camera.
    net::Awaitable<Outcome<wire::RelayList>> relays(policy::Authorised granted);
    net::Awaitable<Outcome<void>> switch_relay(policy::Authorised granted, std::string token, bool active);
    net::Awaitable<Outcome<wire::EventList>> events(policy::Authorised granted, UtcInterval interval,
                                                    std::uint32_t limit);
    /// Of all cameras; which of them the caller may know of is decided for each by the caller.
    net::Awaitable<Outcome<wire::EventList>> all_events(policy::Authorised granted, UtcInterval interval,
                                                        std::uint32_t limit);

    Outcome<std::unique_ptr<relay::Channel>> talk(const policy::Authorised& granted, relay::Sink& sink);
    Outcome<std::unique_ptr<relay::Channel>> watch(const policy::Authorised& granted,
                                                   media::StreamKind stream, relay::Sink& sink);
    Outcome<std::unique_ptr<relay::Channel>> play(const policy::Authorised& granted, media::StreamKind stream,
                                                  UtcInterval interval, relay::Sink& sink);
    Outcome<std::unique_ptr<relay::Channel>> export_media(const policy::Authorised& granted,
                                                          media::StreamKind stream, UtcInterval interval,
                                                          relay::Sink& sink);

    /// Events of the organisation's cameras; which of them a user may hear is decided for each.
    Outcome<void> subscribe(const policy::Authorised& granted, relay::Listener& listener);
    void unsubscribe(relay::Listener& listener) { relay_->unsubscribe(listener); }

    struct Metrics {
        std::vector<wire::CameraStatus> cameras;
        wire::StorageStatus storage;
        relay::Figures figures;
    };
    Outcome<Metrics> metrics(const policy::Authorised& granted) const;
    /// For the audit log, which names the camera also where the caller may not know of it. Empty: none is
    /// there.
    std::string name_for_audit(const CameraId& camera) const;
    /// The same: what the camera's settings are.
    std::optional<wire::CameraStatus> state_for_audit(const CameraId& camera) const;
    /// What everybody may know: whether recording works.
    const wire::StorageStatus& storage() const { return relay_->storage(); }

  private:
    static Outcome<UtcInterval> visible(const policy::Authorised& granted, UtcInterval interval);
    Outcome<CameraId> camera_of(const policy::Authorised& granted, policy::Action action) const;
    net::Awaitable<Outcome<wire::CameraStatus>> status_after(relay::Relay::RequestBody body);
    template <class Answer>
    net::Awaitable<Outcome<Answer>> ask(relay::Relay::RequestBody body,
                                        std::chrono::steady_clock::duration limit);

    std::shared_ptr<relay::Relay> relay_;
};

}  // namespace vedette::hub::api
