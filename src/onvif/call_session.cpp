#include "onvif/call_session.hpp"

#include <chrono>
#include <utility>

#include "base/credentials_refused.hpp"
#include "onvif/sign_in.hpp"
#include "onvif/soap.hpp"

namespace vedette::onvif {

namespace {

const Error refused = credentials_refused();

// Whether the answer says that the credentials are missing or wrong; everything else is the asker's to judge.
bool is_refusal(unsigned status, const Result<Reply>& reply) {
    if (!reply && reply.error().kind == ErrorKind::unauthenticated) return true;
    return status == 401 || status == 403;
}

}  // namespace

CallSession::CallSession(std::string username, Secret password)
    : username_(std::move(username)), password_(std::move(password)) {}

void CallSession::ask(std::string body, Question question) {
    body_ = std::move(body);
    question_ = std::move(question);
    answer_.reset();
    read_again_ = false;
    state_ = offsets_.empty() ? State::reading_clock : State::asking;
}

std::optional<CallSession::Message> CallSession::next(UtcTime now) {
    if (state_ == State::idle) return std::nullopt;
    if (state_ == State::reading_clock)
        return Message{.text = write_envelope(get_system_date_and_time()),
                       .to_device = true,
                       .question = {.asked = Asked::system_date_and_time}};
    std::string header;
    if (!username_.empty() || !password_.empty())
        header = write_security(username_, password_, now + offsets_[offset_]);
    return Message{.text = write_envelope(body_, header), .to_device = false, .question = question_};
}

void CallSession::on_answer(unsigned status, Result<Reply> reply, UtcTime now) {
    if (state_ == State::reading_clock) return on_clock(std::move(reply), now);
    if (state_ != State::asking) return;
    if (is_refusal(status, reply)) return on_refusal();
    finish(std::move(reply));
}

void CallSession::on_clock(Result<Reply> reply, UtcTime now) {
    const auto time = take_as<DeviceTime>(std::move(reply));
    const Ticks90k before = offsets_.empty() ? Ticks90k(0) : offsets_[offset_];
    offsets_ = clock_offsets(time ? *time : DeviceTime{}, now);  // without its clock we take ours
    if (time && time->utc) told_offset_ = *time->utc - now;
    offset_ = 0;
    changed_ = std::chrono::abs(offsets_.front() - before) >= noticeable_offset;
    if (read_again_ && !changed_) return finish(std::unexpected(refused));
    state_ = State::asking;
}

void CallSession::on_refusal() {
    if (username_.empty() && password_.empty())
        return finish(fail(ErrorKind::unauthenticated, "the camera asks for a user name and password"));
    if (offset_ + 1 < offsets_.size()) {
        ++offset_;
        return;
    }
    if (read_again_) return finish(std::unexpected(refused));
    read_again_ = true;
    state_ = State::reading_clock;
}

void CallSession::on_failure(Error error) {
    if (state_ != State::idle) finish(std::unexpected(std::move(error)));
}

void CallSession::finish(Result<Reply> answer) {
    answer_ = std::move(answer);
    state_ = State::idle;
}

Result<Reply> CallSession::take_answer() {
    if (!answer_) return fail(ErrorKind::internal, "the question is not answered yet");
    return std::exchange(answer_, std::nullopt).value();
}

}  // namespace vedette::onvif
