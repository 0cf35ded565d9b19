#include "onvif/control_session.hpp"

#include <algorithm>

#include "base/credentials_refused.hpp"
#include "onvif/namespaces.hpp"
#include "onvif/soap.hpp"

namespace vedette::onvif {

namespace {

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};

std::string path_of(std::string_view url) {
    const auto address = parse_address(url);
    return address ? address->path : std::string();
}

Result<> unless(bool possible, std::string_view what) {
    if (possible) return {};
    return fail(ErrorKind::unsupported, "this camera can't {}", what);
}

// ONVIF's name of the operation, where the answer says nothing but that it is done.
std::string_view operation_of(const Command& command) {
    return std::visit(Overloaded{[](const MoveOn&) { return std::string_view("ContinuousMove"); },
                                 [](const StopMove&) { return std::string_view("Stop"); },
                                 [](const MoveBy&) { return std::string_view("RelativeMove"); },
                                 [](const MoveTo&) { return std::string_view("AbsoluteMove"); },
                                 [](const GoToPreset&) { return std::string_view("GotoPreset"); },
                                 [](const RemovePreset&) { return std::string_view("RemovePreset"); },
                                 [](const GoHome&) { return std::string_view("GotoHomePosition"); },
                                 [](const SetHome&) { return std::string_view("SetHomePosition"); },
                                 [](const auto&) { return std::string_view(); }},
                      command);
}

}  // namespace

ControlSession::ControlSession(DeviceAccess access)
    : access_(std::move(access)), sign_in_(access_.username, access_.password.duplicate()) {
    if (!access_.path.starts_with('/')) access_.path = default_device_path;
}

bool ControlSession::is_ptz() const {
    return !std::holds_alternative<ListRelays>(command_) && !std::holds_alternative<SwitchRelay>(command_);
}

void ControlSession::begin(Command command) {
    command_ = std::move(command);
    answer_ = {};
    error_.reset();
    calls_ = 0;
    stopped_by_zero_ = false;
    relay_refusal_.reset();
    if (!relays_found_) relay_way_ = RelayWay::device;
    step_ = step_for_command();
    if (is_ptz() && services_ && services_->ptz.empty())
        finish({ErrorKind::unsupported, "this camera can't be moved"});
    if (refused_ && (refused_->kind == ErrorKind::unauthenticated || is_ptz())) finish(*refused_);
}

// What is still to be learned comes first. The clock is asked for without credentials (quirk 71).
ControlSession::Step ControlSession::step_for_command() const {
    if (sign_in_.needs_clock()) return Step::time;
    if (!is_ptz() && relay_way_ == RelayWay::device) return Step::command;
    if (!services_) return tried_capabilities_ ? Step::capabilities : Step::services;
    if (!is_ptz()) return Step::command;
    if (!profile_) return candidates_.empty() ? Step::profiles : Step::stream;
    if (!node_) return Step::nodes;
    return Step::command;
}

std::optional<Call> ControlSession::next(UtcTime now) {
    if (step_ == Step::command && is_ptz())
        if (const auto able = check_ability(); !able) finish(able.error());
    // What the head can do is known by now.
    if (step_ == Step::command && std::holds_alternative<LearnPtz>(command_)) {
        answer_ = *node_;
        step_ = Step::done;
    }
    if (step_ == Step::done) return std::nullopt;
    if (++calls_ > max_control_calls) {
        finish({ErrorKind::exhausted, "the camera needs too many questions for this command"});
        return std::nullopt;
    }
    Place place = place_of(service_of_step(), access_.place());
    return Call{
        .port = place.port,
        .path = std::move(place.path),
        .body = write_envelope(body_of_step(), step_ == Step::time ? std::string() : sign_in_.header(now)),
        .secure = place.secure,
        .question = question_of_step()};
}

std::string_view ControlSession::service_of_step() const {
    if (!services_) return {};
    switch (step_) {
        case Step::profiles:
        case Step::stream:
            return media1_ ? services_->media : services_->media2;
        case Step::nodes:
            return services_->ptz;
        case Step::command:
            if (is_ptz()) return services_->ptz;
            return relay_way_ == RelayWay::device ? std::string_view() : services_->device_io;
        default:
            return {};
    }
}

std::string ControlSession::body_of_step() const {
    const MediaVersion media = media1_ ? MediaVersion::media1 : MediaVersion::media2;
    switch (step_) {
        case Step::time:
            return get_system_date_and_time();
        case Step::services:
            return get_services();
        case Step::capabilities:
            return get_capabilities();
        case Step::profiles:
            return get_profiles(media);
        case Step::stream:
            return get_stream_uri(media, candidates_[candidate_].token);
        case Step::nodes:
            return get_ptz_nodes();
        case Step::command:
            return body_of_command();
        case Step::done:
            break;
    }
    return {};
}

Question ControlSession::question_of_step() const {
    const MediaVersion media = media1_ ? MediaVersion::media1 : MediaVersion::media2;
    switch (step_) {
        case Step::time:
            return {.asked = Asked::system_date_and_time};
        case Step::services:
            return {.asked = Asked::services};
        case Step::capabilities:
            return {.asked = Asked::capabilities};
        case Step::profiles:
            return {.asked = Asked::profiles, .media = media};
        case Step::stream:
            return {.asked = Asked::stream_uri, .media = media};
        case Step::nodes:
            return {.asked = Asked::ptz_nodes};
        case Step::command:
            return question_of_command();
        case Step::done:
            break;
    }
    return {};
}

Question ControlSession::question_of_command() const {
    if (std::holds_alternative<AskPosition>(command_)) return {.asked = Asked::ptz_status};
    if (std::holds_alternative<ListPresets>(command_)) return {.asked = Asked::presets};
    if (std::holds_alternative<SetPreset>(command_)) return {.asked = Asked::set_preset};
    if (std::holds_alternative<ListRelays>(command_)) return {.asked = Asked::relay_outputs};
    if (std::holds_alternative<SwitchRelay>(command_))
        return done_question(relay_way_ == RelayWay::device_io_words ? ns::device_io : ns::device,
                             "SetRelayOutputState");
    return done_question(ns::ptz, stopped_by_zero_ ? "ContinuousMove" : operation_of(command_));
}

std::string ControlSession::body_of_command() const {
    const std::string profile = profile_ ? profile_->token : std::string();
    return std::visit(
        Overloaded{
            [](const LearnPtz&) { return std::string(); },
            [&](const AskPosition&) { return get_ptz_status(profile); },
            [&](const MoveOn& c) { return continuous_move(profile, *node_, c.velocity, c.limit); },
            [&](const StopMove&) {
                if (stopped_by_zero_) return continuous_move(profile, *node_, {}, std::chrono::seconds(1));
                return stop_move(profile, *node_);
            },
            [&](const MoveBy& c) { return relative_move(profile, *node_, c.translation); },
            [&](const MoveTo& c) { return absolute_move(profile, *node_, c.pan, c.tilt, c.zoom); },
            [&](const ListPresets&) { return get_presets(profile); },
            [&](const GoToPreset& c) { return go_to_preset(profile, c.token); },
            [&](const SetPreset& c) { return set_preset(profile, c.token, c.name); },
            [&](const RemovePreset& c) { return remove_preset(profile, c.token); },
            [&](const GoHome&) { return go_to_home(profile); },
            [&](const SetHome&) { return set_home(profile); },
            [&](const ListRelays&) { return get_relay_outputs(relay_way_); },
            [&](const SwitchRelay& c) { return set_relay_output_state(c.token, c.active, relay_way_); }},
        command_);
}

Result<> ControlSession::check_ability() const {
    const PtzNode& node = *node_;
    if (std::holds_alternative<MoveOn>(command_))
        return unless(node.continuous_pan_tilt || node.continuous_zoom, "be moved by holding a direction");
    if (std::holds_alternative<MoveBy>(command_))
        return unless(node.relative_pan_tilt || node.relative_zoom, "be moved by a distance");
    if (const auto* to = std::get_if<MoveTo>(&command_)) {
        if (to->pan || to->tilt)
            VEDETTE_CHECK(unless(node.absolute_pan_tilt.has_value(), "be turned to a position"));
        if (to->zoom) VEDETTE_CHECK(unless(node.absolute_zoom.has_value(), "be zoomed to a position"));
        return {};
    }
    if (std::holds_alternative<SetPreset>(command_) || std::holds_alternative<GoToPreset>(command_))
        return unless(node.max_presets > 0, "keep presets");
    if (std::holds_alternative<GoHome>(command_) || std::holds_alternative<SetHome>(command_))
        return unless(node.has_home, "keep a home position");
    return {};
}

void ControlSession::on_answer(unsigned status, Result<Reply> reply, UtcTime now) {
    if (step_ == Step::done) return;
    const bool was_signed = step_ != Step::time;
    auto taken = take(std::move(reply), now);
    if (taken) {
        if (was_signed) sign_in_.on_accepted();
        if (step_ == Step::command && try_next_relay_way(std::nullopt)) return;
        if (step_ == Step::command)
            step_ = Step::done;
        else if (step_ != Step::done)
            step_ = step_for_command();
        return;
    }
    if (status == 401 || status == 403) taken = std::unexpected(credentials_refused());
    on_error(std::move(taken).error());
}

void ControlSession::on_failure(Error error) {
    if (step_ != Step::done) finish(std::move(error));
}

Result<> ControlSession::take(Result<Reply> reply, UtcTime now) {
    switch (step_) {
        case Step::time: {
            VEDETTE_TRY(const DeviceTime time, take_as<DeviceTime>(std::move(reply)));
            if (!sign_in_.on_time(time, now)) finish(credentials_refused());
            return {};
        }
        case Step::services:
        case Step::capabilities: {
            VEDETTE_TRY(services_, take_as<Services>(std::move(reply)));
            break;
        }
        case Step::profiles:
            return take_profiles(std::move(reply));
        case Step::stream:
            return take_stream(std::move(reply));
        case Step::nodes:
            return take_nodes(std::move(reply));
        case Step::command:
            return take_command(std::move(reply));
        case Step::done:
            return {};
    }
    media1_ = !services_->media.empty();
    if (!is_ptz()) return services_->device_io.empty() ? conclude_relays() : Result<>{};
    if (services_->ptz.empty()) return fail(ErrorKind::unsupported, "this camera can't be moved");
    return {};
}

Result<> ControlSession::take_profiles(Result<Reply> reply) {
    VEDETTE_TRY(Profiles profiles, take_as<Profiles>(std::move(reply)));
    const bool one_lens = std::ranges::all_of(
        profiles, [&](const Profile& profile) { return profile.source == profiles.front().source; });
    std::erase_if(profiles, [](const Profile& profile) { return !profile.has_ptz; });
    if (profiles.empty())
        return fail(ErrorKind::unsupported,
                    "this camera can't be moved: none of its profiles has a PTZ configuration");
    if (one_lens) {
        choose(profiles.front());
    } else {
        candidates_ = std::move(profiles);
        candidate_ = 0;
    }
    return {};
}

void ControlSession::choose(const Profile& profile) {
    profile_ = profile;
    candidates_.clear();
}

// Of a device with several lenses: the profile whose stream is this camera's.
Result<> ControlSession::take_stream(Result<Reply> reply) {
    VEDETTE_TRY(const std::string told, take_as<std::string>(std::move(reply)));
    if (path_of(told) == path_of(access_.stream_url)) {
        choose(candidates_[candidate_]);
        return {};
    }
    if (++candidate_ == candidates_.size()) {
        candidates_.clear();
        return fail(ErrorKind::unsupported, "this camera can't be moved: the device moves other lenses only");
    }
    return {};
}

Result<> ControlSession::take_nodes(Result<Reply> reply) {
    VEDETTE_TRY(const PtzNodes nodes, take_as<PtzNodes>(std::move(reply)));
    const auto named = std::ranges::find(nodes, profile_->ptz_node, &PtzNode::token);
    if (nodes.empty()) return fail(ErrorKind::unsupported, "this camera can't be moved: it has no PTZ node");
    node_ = named == nodes.end() ? nodes.front() : *named;
    return {};
}

// Whether relays are to be asked for in another way: the device service has none, or does not know them.
// Where they are is known once they were listed or switched there.
bool ControlSession::try_next_relay_way(const std::optional<Error>& error) {
    if (is_ptz() || relays_found_) return false;
    const bool none = !error && std::holds_alternative<ListRelays>(command_) &&
                      std::get<std::vector<RelayOutput>>(answer_).empty();
    if (!error && !none) {
        relays_found_ = true;
        return false;
    }
    if (relay_way_ == RelayWay::device && !(services_ && services_->device_io.empty())) {
        relay_refusal_ = error;
        relay_way_ = RelayWay::device_io;
        step_ = step_for_command();
        return true;
    }
    if (relay_way_ != RelayWay::device_io || !error || error->kind != ErrorKind::unsupported) return false;
    relay_way_ = RelayWay::device_io_words;
    return true;
}

// There is no other service: what the device service has told is the answer.
Result<> ControlSession::conclude_relays() {
    if (relay_refusal_) return std::unexpected(*relay_refusal_);
    answer_ = std::vector<RelayOutput>();
    step_ = Step::done;
    return {};
}

Result<> ControlSession::take_command(Result<Reply> reply) {
    if (std::holds_alternative<AskPosition>(command_)) {
        VEDETTE_TRY(const PtzStatus status, take_as<PtzStatus>(std::move(reply)));
        answer_ = position_of(status, *node_);
    } else if (std::holds_alternative<ListPresets>(command_)) {
        VEDETTE_TRY(answer_, take_as<PtzPresets>(std::move(reply)));
    } else if (std::holds_alternative<SetPreset>(command_)) {
        VEDETTE_TRY(answer_, take_as<std::string>(std::move(reply)));
    } else if (std::holds_alternative<ListRelays>(command_)) {
        VEDETTE_TRY(answer_, take_as<Relays>(std::move(reply)));
    } else {
        VEDETTE_CHECK(take_as<Done>(std::move(reply)));
    }
    return {};
}

void ControlSession::on_error(Error error) {
    if (step_ == Step::time) {  // without its clock we take ours
        if (sign_in_.on_no_time())
            step_ = step_for_command();
        else
            finish(credentials_refused());
        return;
    }
    if (error.kind == ErrorKind::unauthenticated) {
        if (auto refused = sign_in_.on_refused()) return finish(*std::move(refused));
        if (sign_in_.needs_clock()) step_ = Step::time;
        return;
    }
    if (step_ == Step::services && !services_) {
        tried_capabilities_ = true;
        step_ = Step::capabilities;
        return;
    }
    if (step_ == Step::profiles && media1_ && services_ && !services_->media2.empty() &&
        error.kind != ErrorKind::unsupported) {
        media1_ = false;
        return;
    }
    // Some cameras know no Stop: no speed is as good.
    if (step_ == Step::command && std::holds_alternative<StopMove>(command_) && !stopped_by_zero_ &&
        (node_->continuous_pan_tilt || node_->continuous_zoom)) {
        stopped_by_zero_ = true;
        return;
    }
    if (step_ == Step::command && try_next_relay_way(error)) return;
    if (!is_ptz() && step_ == Step::capabilities) {
        if (const auto concluded = conclude_relays(); !concluded) finish(concluded.error());
        return;
    }
    finish(std::move(error));
}

void ControlSession::finish(Error error) {
    const bool no_head =
        is_ptz() && step_ != Step::command && step_ != Step::done && error.kind == ErrorKind::unsupported;
    if (error.kind == ErrorKind::unauthenticated || no_head) refused_ = error;
    error_ = std::move(error);
    step_ = Step::done;
}

Result<CommandAnswer> ControlSession::take_result() {
    if (error_) return std::unexpected(*error_);
    return std::move(answer_);
}

Command::Command() noexcept = default;
Command::Command(const Command&) = default;
Command::Command(Command&&) noexcept = default;
Command& Command::operator=(const Command&) = default;
Command& Command::operator=(Command&&) noexcept = default;
Command::~Command() = default;

CommandAnswer::CommandAnswer() noexcept = default;
CommandAnswer::CommandAnswer(const CommandAnswer&) = default;
CommandAnswer::CommandAnswer(CommandAnswer&&) noexcept = default;
CommandAnswer& CommandAnswer::operator=(const CommandAnswer&) = default;
CommandAnswer& CommandAnswer::operator=(CommandAnswer&&) noexcept = default;
CommandAnswer::~CommandAnswer() = default;

}  // namespace vedette::onvif
