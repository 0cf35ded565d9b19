#pragma once
// What a device is asked, and what its answers say, as values: the answers are read where no harm can come
// of it (answers.hpp), and here is what those who asked get to know.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "onvif/device.hpp"
#include "onvif/device_care.hpp"
#include "onvif/discovery.hpp"
#include "onvif/events.hpp"
#include "onvif/imaging.hpp"
#include "onvif/media.hpp"
#include "onvif/ptz.hpp"
#include "onvif/relay.hpp"
#include "onvif/search.hpp"
#include "onvif/ssdp.hpp"

namespace vedette::onvif {

constexpr std::size_t max_answer_bytes = 1024 * 1024;  ///< the profiles of a large encoder are about 200 KiB

/// Which answer is to be read, and behind it the alternative of Reply that it becomes.
enum class Asked : std::uint8_t {
    done,                  ///< Done: nothing is wanted but that it is no fault
    system_date_and_time,  ///< DeviceTime
    clock_settings,        ///< ClockSettings, of the same answer
    services,              ///< Services
    capabilities,          ///< Services
    device_information,    ///< DeviceInformation
    network_interfaces,    ///< Texts
    scopes,                ///< Texts
    ntp,                   ///< NtpSettings
    users,                 ///< Users
    firmware_upgrade,      ///< FirmwareUpgrade
    profiles,              ///< Profiles
    stream_uri,            ///< Text
    snapshot_uri,          ///< Text
    imaging_settings,      ///< ImagingSettings
    imaging_options,       ///< ImagingOptions
    ptz_nodes,             ///< PtzNodes
    ptz_status,            ///< PtzStatus
    presets,               ///< PtzPresets
    set_preset,            ///< Text
    relay_outputs,         ///< Relays
    create_pull_point,     ///< Subscription
    pull_messages,         ///< PulledMessages
    renew,                 ///< Renewal
    find_recordings,       ///< Text
    search_results,        ///< SearchResults
    replay_uri,            ///< Text
    ws_discovery,          ///< ProbeMatches; a datagram
    ssdp,                  ///< SsdpMessage; a datagram
};
constexpr Asked last_asked = Asked::ssdp;

struct Question {
    Asked asked = Asked::done;
    MediaVersion media = MediaVersion::media1;  ///< for profiles and the addresses of streams
    std::string uri{};                          ///< for `done`: the answer's namespace
    std::string name{};                         ///< for `done`: the answer's name

    friend bool operator==(const Question&, const Question&) = default;
};
/// For an answer that says nothing: `request` as in ContinuousMove.
Question done_question(std::string_view uri, std::string_view request);

struct Done {};
struct Renewal {
    std::optional<std::chrono::seconds> lifetime;  ///< the new one, where the camera says it
};
using Texts = std::vector<std::string>;
using Users = std::vector<DeviceUser>;
using Profiles = std::vector<Profile>;
using PtzNodes = std::vector<PtzNode>;
using PtzPresets = std::vector<PtzPreset>;
using Relays = std::vector<RelayOutput>;

struct Reply : std::variant<Done, DeviceTime, ClockSettings, Services, DeviceInformation, Texts, NtpSettings,
                            Users, FirmwareUpgrade, Profiles, std::string, ImagingSettings, ImagingOptions,
                            PtzNodes, PtzStatus, PtzPresets, Relays, Subscription, PulledMessages, Renewal,
                            SearchResults, ProbeMatches, SsdpMessage> {
    using variant::variant;
    Reply() noexcept;
    Reply(const Reply&);
    Reply(Reply&&) noexcept;
    Reply& operator=(const Reply&);
    Reply& operator=(Reply&&) noexcept;
    ~Reply();
};

/// Whether this can be what was read of an answer to the question: the right alternative, and in it nothing
/// that no reader of answers leaves there. Pure; whoever does not trust the reader asks this.
bool may_answer(const Question& question, const Reply& reply);
/// The same for an answer that could not be read, or is a fault.
bool may_answer(const Error& error);

/// The alternative that was asked for.
template <class T>
Result<T> take_as(Result<Reply> reply) {
    if (!reply) return std::unexpected(std::move(reply).error());
    if (T* value = std::get_if<T>(&*reply)) return std::move(*value);
    return fail(ErrorKind::internal, "this is the answer to another question");
}

}  // namespace vedette::onvif
