#include "onvif/call_session.hpp"

#include <utility>

#include "base/credentials_refused.hpp"
#include "onvif/soap.hpp"

namespace vedette::onvif {

namespace {

// Whether the answer says that the credentials are missing or wrong; everything else is the asker's to judge.
bool is_refusal(unsigned status, const Result<Reply>& reply) {
    if (!reply && reply.error().kind == ErrorKind::unauthenticated) return true;
    return status == 401 || status == 403;
}

}  // namespace

CallSession::CallSession(std::string username, Secret password)
    : sign_in_(std::move(username), std::move(password)) {}

void CallSession::ask(std::string body, Question question) {
    body_ = std::move(body);
    question_ = std::move(question);
    answer_.reset();
    state_ = sign_in_.needs_clock() ? State::reading_clock : State::asking;
}

std::optional<CallSession::Message> CallSession::next(UtcTime now) {
    if (state_ == State::idle) return std::nullopt;
    if (state_ == State::reading_clock)
        return Message{.text = write_envelope(get_system_date_and_time()),
                       .to_device = true,
                       .question = {.asked = Asked::system_date_and_time}};
    return Message{
        .text = write_envelope(body_, sign_in_.header(now)), .to_device = false, .question = question_};
}

void CallSession::on_answer(unsigned status, Result<Reply> reply, UtcTime now) {
    if (state_ == State::reading_clock) return on_clock(std::move(reply), now);
    if (state_ != State::asking) return;
    if (is_refusal(status, reply)) return on_refusal();
    sign_in_.on_accepted();
    finish(std::move(reply));
}

void CallSession::on_clock(Result<Reply> reply, UtcTime now) {
    const auto time = take_as<DeviceTime>(std::move(reply));
    if (time && time->utc) told_offset_ = *time->utc - now;
    const bool may_help = time ? sign_in_.on_time(*time, now) : sign_in_.on_no_time();
    if (!may_help) return finish(std::unexpected(credentials_refused()));
    state_ = State::asking;
}

void CallSession::on_refusal() {
    if (auto refused = sign_in_.on_refused()) return finish(std::unexpected(*std::move(refused)));
    if (sign_in_.needs_clock()) state_ = State::reading_clock;
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
