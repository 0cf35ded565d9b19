#include "onvif/storage_session.hpp"

#include <algorithm>

#include "base/credentials_refused.hpp"
#include "onvif/namespaces.hpp"
#include "onvif/replay.hpp"
#include "onvif/soap.hpp"

namespace vedette::onvif {

namespace {

/// GetSystemDateAndTime drops what is below a second: half of one is lost on average.
constexpr Ticks90k half_second = std::chrono::milliseconds(500);

}  // namespace

StorageSession::StorageSession(SetUpOptions options, UtcInterval interval)
    : options_(std::move(options)),
      interval_(interval),
      sign_in_(options_.username, options_.password.duplicate()) {
    if (!options_.path.starts_with('/')) options_.path = default_device_path;
}

std::optional<Call> StorageSession::next(UtcTime now) {
    if (step_ == Step::done) return std::nullopt;
    if (++calls_ > max_storage_calls) {
        finish({ErrorKind::exhausted, "the camera does not come to an end with its search"});
        return std::nullopt;
    }
    const std::string header = step_ == Step::time ? std::string() : sign_in_.header(now);
    const Place own{.port = options_.port, .path = options_.path, .secure = options_.secure};
    Place place = own;
    if (step_ == Step::search || step_ == Step::results || step_ == Step::end_search)
        place = place_of(services_.search, own);
    if (step_ == Step::replay) place = place_of(services_.replay, own);
    return Call{.port = place.port,
                .path = std::move(place.path),
                .body = write_envelope(body_of_step(), header),
                .secure = place.secure,
                .question = question_of_step()};
}

std::string StorageSession::body_of_step() const {
    switch (step_) {
        case Step::time:
            return get_system_date_and_time();
        case Step::services:
            return get_services();
        case Step::capabilities:
            return get_capabilities();
        case Step::search:
            return find_recordings();
        case Step::results:
            return get_recording_search_results(search_token_);
        case Step::end_search:
            return end_search(search_token_);
        case Step::replay:
            return get_replay_uri(recording_token_);
        case Step::done:
            break;
    }
    return {};
}

Question StorageSession::question_of_step() const {
    switch (step_) {
        case Step::time:
            return {.asked = Asked::system_date_and_time};
        case Step::services:
            return {.asked = Asked::services};
        case Step::capabilities:
            return {.asked = Asked::capabilities};
        case Step::search:
            return {.asked = Asked::find_recordings};
        case Step::results:
            return {.asked = Asked::search_results};
        case Step::end_search:
            return done_question(ns::search, "EndSearch");
        case Step::replay:
            return {.asked = Asked::replay_uri};
        case Step::done:
            break;
    }
    return {};
}

void StorageSession::on_answer(unsigned status, Result<Reply> reply, UtcTime now) {
    if (step_ == Step::done) return;
    const bool was_signed = step_ != Step::time;
    auto taken = take(std::move(reply), now);
    if (taken) {
        if (was_signed) sign_in_.on_accepted();
        return;
    }
    if (status == 401 || status == 403) taken = std::unexpected(credentials_refused());
    switch (step_) {
        case Step::time:
            if (!sign_in_.on_no_time()) return finish(credentials_refused());
            step_ = after_time_;
            return;
        case Step::end_search:  // of no consequence
            step_ = Step::replay;
            return;
        default:
            if (taken.error().kind == ErrorKind::unauthenticated) return on_refusal();
            if (step_ == Step::services) {
                step_ = Step::capabilities;
                return;
            }
            finish(std::move(taken).error());
    }
}

void StorageSession::on_refusal() {
    if (auto refused = sign_in_.on_refused()) return finish(*std::move(refused));
    if (!sign_in_.needs_clock()) return;
    after_time_ = step_;
    step_ = Step::time;
}

Result<> StorageSession::take(Result<Reply> reply, UtcTime now) {
    switch (step_) {
        case Step::time: {
            VEDETTE_TRY(const DeviceTime time, take_as<DeviceTime>(std::move(reply)));
            const bool may_help = sign_in_.on_time(time, now);
            result_.clock_offset = sign_in_.clock_offset() + (time.utc ? half_second : Ticks90k(0));
            if (!may_help)
                finish(credentials_refused());
            else
                step_ = after_time_;
            return {};
        }
        case Step::services:
        case Step::capabilities:
            return take_services(take_as<Services>(std::move(reply)));
        case Step::search: {
            VEDETTE_TRY(search_token_, take_as<std::string>(std::move(reply)));
            step_ = Step::results;
            return {};
        }
        case Step::results:
            return take_results(std::move(reply));
        case Step::end_search:
            step_ = Step::replay;
            return {};
        case Step::replay: {
            VEDETTE_TRY(const std::string told, take_as<std::string>(std::move(reply)));
            auto believed = believe(told, "rtsp", options_.host);
            if (!believed) believed = believe(told, "rtsps", options_.host);
            if (!believed)
                return fail(ErrorKind::unsupported,
                            "the camera names an address for its recording that does not begin with rtsp://");
            result_.url = believed->address.text();
            step_ = Step::done;
            return {};
        }
        case Step::done:
            break;
    }
    return {};
}

Result<> StorageSession::take_services(Result<Services> services) {
    VEDETTE_TRY(services_, std::move(services));
    if (services_.search.empty() || services_.replay.empty()) {
        finish({ErrorKind::unsupported, services_.search.empty()
                                            ? "the camera has no service to search what it keeps"
                                            : "the camera has no service to replay what it keeps"});
        return {};
    }
    step_ = Step::search;
    return {};
}

Result<> StorageSession::take_results(Result<Reply> reply) {
    VEDETTE_TRY(SearchResults results, take_as<SearchResults>(std::move(reply)));
    for (RecordingInformation& recording : results.recordings)
        if (recordings_.size() < max_found_recordings) recordings_.push_back(std::move(recording));
    if (!results.completed) return {};  // asked again, within max_storage_calls
    return choose();
}

Result<> StorageSession::choose() {
    const Ticks90k offset = result_.clock_offset;
    const UtcInterval by_camera{interval_.start + offset, interval_.end + offset};
    const RecordingInformation* best = best_recording(recordings_, by_camera);
    if (best == nullptr) {
        finish({ErrorKind::not_found, recordings_.empty() ? "the camera keeps no recordings"
                                                          : "the camera kept nothing of this time"});
        return {};
    }
    recording_token_ = best->token;
    result_.source = best->source;
    result_.kept = interval_;
    if (best->earliest) result_.kept.start = std::max(interval_.start, *best->earliest - offset);
    if (best->latest && !best->is_recording)
        result_.kept.end = std::min(interval_.end, *best->latest - offset);
    step_ = Step::end_search;
    return {};
}

void StorageSession::finish(Error error) {
    error_ = std::move(error);
    step_ = Step::done;
}

Result<KeptRecording> StorageSession::take_result() {
    if (error_) return std::unexpected(*error_);
    if (step_ != Step::done) return fail(ErrorKind::internal, "the conversation is not over");
    return std::move(result_);
}

}  // namespace vedette::onvif
