#include "onvif/set_up_session.hpp"

#include <algorithm>

#include "base/credentials_refused.hpp"
#include "onvif/discovery.hpp"
#include "onvif/soap.hpp"

namespace vedette::onvif {

namespace {

constexpr Ticks90k offset_worth_a_warning = std::chrono::minutes(1);

std::string describe_offset(Ticks90k offset) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::abs(offset)).count();
    const std::string_view where = offset < Ticks90k(0) ? "behind" : "ahead";
    if (seconds >= 2 * 86'400) return fmt::format("{} days {}", seconds / 86'400, where);
    if (seconds >= 2 * 3'600) return fmt::format("{} hours {}", seconds / 3'600, where);
    return fmt::format("{} minutes {}", std::max<std::int64_t>(seconds / 60, 1), where);
}

}  // namespace

SetUpSession::SetUpSession(SetUpOptions options)
    : options_(std::move(options)), sign_in_(options_.username, options_.password.duplicate()) {
    if (!options_.path.starts_with('/')) options_.path = default_device_path;
}

void SetUpSession::warn(std::string sentence) {
    if (std::ranges::find(description_.warnings, sentence) == description_.warnings.end())
        description_.warnings.push_back(std::move(sentence));
}

std::optional<Call> SetUpSession::next(UtcTime now) {
    if (step_ == Step::done) return std::nullopt;
    if (++calls_ > max_calls) {
        finish({ErrorKind::exhausted, "the camera needs too many questions; add it by its stream's address"});
        return std::nullopt;
    }
    // The clock is asked for without credentials: with them a wrong clock would be refused right here (quirk
    // 71).
    const std::string header = step_ == Step::time ? std::string() : sign_in_.header(now);
    Place place = place_of_step();
    return Call{.port = place.port,
                .path = std::move(place.path),
                .body = write_envelope(body_of_step(), header),
                .secure = place.secure,
                .question = question_of_step()};
}

std::string SetUpSession::body_of_step() const {
    switch (step_) {
        case Step::time:
            return get_system_date_and_time();
        case Step::services:
            return get_services();
        case Step::capabilities:
            return get_capabilities();
        case Step::information:
            return get_device_information();
        case Step::profiles:
            return get_profiles(media_);
        case Step::stream: {
            const Channel& channel = description_.channels[stream_ / 2];
            return get_stream_uri(media_, stream_ % 2 == 0 ? channel.main.token : channel.sub.token);
        }
        case Step::interfaces:
            return get_network_interfaces();
        case Step::scopes:
            return get_scopes();
        case Step::done:
            break;
    }
    return {};
}

Question SetUpSession::question_of_step() const {
    switch (step_) {
        case Step::time:
            return {.asked = Asked::system_date_and_time};
        case Step::services:
            return {.asked = Asked::services};
        case Step::capabilities:
            return {.asked = Asked::capabilities};
        case Step::information:
            return {.asked = Asked::device_information};
        case Step::profiles:
            return {.asked = Asked::profiles, .media = media_};
        case Step::stream:
            return {.asked = Asked::stream_uri, .media = media_};
        case Step::interfaces:
            return {.asked = Asked::network_interfaces};
        case Step::scopes:
            return {.asked = Asked::scopes};
        case Step::done:
            break;
    }
    return {};
}

Place SetUpSession::place_of_step() const {
    if (step_ == Step::profiles || step_ == Step::stream)
        return place_of(media_ == MediaVersion::media2 ? services_.media2 : services_.media, own_place());
    return own_place();
}

void SetUpSession::on_answer(unsigned status, Result<Reply> reply, UtcTime now) {
    if (step_ == Step::done) return;
    const bool was_signed = step_ != Step::time;
    auto taken = take(std::move(reply), now);
    if (taken) {
        if (was_signed) sign_in_.on_accepted();
        return advance();
    }
    // Faults come with status 400 or 500, and some cameras send 401 or 403 with a body that explains nothing.
    if (status == 401 || status == 403)
        taken = std::unexpected(credentials_refused());
    else if (status == 404 && taken.error().kind == ErrorKind::corrupt)
        taken = fail(ErrorKind::unsupported, "there is a web server at this address, but no ONVIF service");
    on_error(std::move(taken).error());
}

void SetUpSession::on_failure(Error error) {
    if (step_ == Step::done) return;
    if (is_optional_step()) return advance();
    finish(std::move(error));
}

Result<> SetUpSession::take(Result<Reply> reply, UtcTime now) {
    switch (step_) {
        case Step::time:
            return take_time(std::move(reply), now);
        case Step::services:
        case Step::capabilities:
            return take_services(take_as<Services>(std::move(reply)));
        case Step::information: {
            VEDETTE_TRY(description_.information, take_as<DeviceInformation>(std::move(reply)));
            return {};
        }
        case Step::profiles:
            return take_profiles(std::move(reply));
        case Step::stream:
            return take_stream(std::move(reply));
        case Step::interfaces: {
            VEDETTE_TRY(description_.macs, take_as<Texts>(std::move(reply)));
            return {};
        }
        case Step::scopes:
            return take_scopes(std::move(reply));
        case Step::done:
            break;
    }
    return {};
}

Result<> SetUpSession::take_time(Result<Reply> reply, UtcTime now) {
    VEDETTE_TRY(const DeviceTime time, take_as<DeviceTime>(std::move(reply)));
    // The same question at the same moment would be refused again, and counted against the account.
    const bool may_help = sign_in_.on_time(time, now);
    description_.clock_offset = sign_in_.clock_offset();
    if (!may_help) finish(credentials_refused());
    return {};
}

Result<> SetUpSession::take_services(Result<Services> services) {
    VEDETTE_TRY(services_, std::move(services));
    description_.has_media2 = !services_.media2.empty();
    description_.has_events = !services_.events.empty();
    description_.has_ptz = !services_.ptz.empty();
    description_.has_imaging = !services_.imaging.empty();
    media_ = description_.has_media2 ? MediaVersion::media2 : MediaVersion::media1;
    return {};
}

Result<> SetUpSession::take_profiles(Result<Reply> reply) {
    VEDETTE_TRY(const Profiles profiles, take_as<Profiles>(std::move(reply)));
    for (Pair& pair : pair_profiles(profiles)) {
        if (description_.channels.size() == max_channels) {
            warn(fmt::format("The device has more than {} video sources; the others are left out.",
                             max_channels));
            break;
        }
        description_.channels.push_back({.name = {},
                                         .main_url = {},
                                         .sub_url = {},
                                         .main = std::move(pair.main),
                                         .sub = std::move(pair.sub)});
    }
    if (!description_.channels.empty()) return {};
    return fail(ErrorKind::unsupported,
                "the camera has no profile with H.264 or H.265 video; make one in its settings");
}

Result<> SetUpSession::take_stream(Result<Reply> reply) {
    VEDETTE_TRY(const std::string told, take_as<std::string>(std::move(reply)));
    auto believed = believe(told, "rtsp", options_.host);
    if (!believed) believed = believe(told, "rtsps", options_.host);
    if (!believed)
        return fail(ErrorKind::unsupported,
                    "the camera names an address for its stream that does not begin with rtsp://");
    if (believed->rewritten)
        warn(
            "The camera names another host for its streams; the address at which it answered is used "
            "instead.");
    Channel& channel = description_.channels[stream_ / 2];
    (stream_ % 2 == 0 ? channel.main_url : channel.sub_url) = believed->address.text();
    return {};
}

Result<> SetUpSession::take_scopes(Result<Reply> reply) {
    VEDETTE_TRY(const Texts scopes, take_as<Texts>(std::move(reply)));
    description_.name = scope_value(scopes, "name");
    description_.location = scope_value(scopes, "location");
    return {};
}

void SetUpSession::on_refusal() {
    if (auto refused = sign_in_.on_refused()) return finish(*std::move(refused));
    if (!sign_in_.needs_clock()) return;
    after_time_ = step_;
    step_ = Step::time;
}

void SetUpSession::on_error(Error error) {
    if (is_optional_step()) return advance();
    if (step_ == Step::time) {
        if (!sign_in_.on_no_time()) return finish(credentials_refused());
        return advance();
    }
    if (error.kind == ErrorKind::unauthenticated) return on_refusal();
    if (step_ == Step::services) {
        step_ = Step::capabilities;
        return;
    }
    const bool may_fall_back = media_ == MediaVersion::media2 && !services_.media.empty();
    if ((step_ == Step::profiles || (step_ == Step::stream && stream_ == 0)) && may_fall_back) {
        media_ = MediaVersion::media1;
        description_.channels.clear();
        step_ = Step::profiles;
        return;
    }
    if (step_ == Step::stream && stream_ % 2 == 1)
        return advance();  // a camera without sub stream is one, too
    finish(std::move(error));
}

void SetUpSession::finish(Error error) {
    error_ = std::move(error);
    step_ = Step::done;
}

void SetUpSession::advance() {
    switch (step_) {
        case Step::time:
            step_ = after_time_;
            return;
        case Step::services:
        case Step::capabilities:
            step_ = Step::information;
            return;
        case Step::information:
            step_ = options_.identity_only ? Step::interfaces : Step::profiles;
            return;
        case Step::profiles:
            stream_ = 0;
            step_ = Step::stream;
            return;
        case Step::stream:
            ++stream_;
            if (stream_ % 2 == 1 && description_.channels[stream_ / 2].sub.token.empty()) ++stream_;
            if (stream_ / 2 >= description_.channels.size()) step_ = Step::interfaces;
            return;
        case Step::interfaces:
            step_ = Step::scopes;
            return;
        case Step::scopes:
            step_ = Step::done;
            add_warnings();
            return;
        case Step::done:
            return;
    }
}

void SetUpSession::add_warnings() {
    if (std::chrono::abs(description_.clock_offset) >= offset_worth_a_warning)
        warn(fmt::format("The camera’s clock is {}; set it, or give it a time server.",
                         describe_offset(description_.clock_offset)));
    std::size_t number = 0;
    for (Channel& channel : description_.channels) {
        if (description_.channels.size() > 1) channel.name = fmt::format("{}", ++number);
        if (channel.sub_url.empty())
            warn("There is no smaller stream; the live wall will load the large one.");
        if (channel.main.encoding == VideoEncoding::h265)
            warn("The main stream is H.265, which not every browser can show.");
    }
}

Result<DeviceDescription> SetUpSession::take_result() {
    if (error_) return std::unexpected(*error_);
    if (step_ != Step::done) return fail(ErrorKind::internal, "the conversation is not over");
    return std::move(description_);
}

}  // namespace vedette::onvif
