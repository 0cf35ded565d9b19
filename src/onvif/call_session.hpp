#pragma once
// One account's questions to one device, each signed by the camera's own clock (quirks 70 to 72). No I/O.

#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "onvif/question.hpp"
#include "onvif/sign_in.hpp"

namespace vedette::onvif {

/// For each question: ask(), then next() and on_answer() until next() has nothing more, then take_answer().
/// The clock is read before the first question, and again when one is refused; a password that is refused
/// with a clock that has not changed is not tried again.
class CallSession {
  public:
    /// Both empty: nothing is signed.
    CallSession(std::string username, Secret password);

    /// `body`: of the request, without envelope; `question`: what is to be read of the answer.
    void ask(std::string body, Question question);
    struct Message {
        std::string text;        ///< an envelope
        bool to_device = false;  ///< to the device service, whichever service the question is for
        Question question;
    };
    /// `now` is our wall clock.
    std::optional<Message> next(UtcTime now);
    /// The answer to the last message: HTTP status, and what was read of its body.
    void on_answer(unsigned status, Result<Reply> reply, UtcTime now);
    void on_failure(Error error);
    /// What was asked for. Errors: `unauthenticated`, the device's fault, an answer that could not be read,
    /// and what on_failure() told.
    Result<Reply> take_answer();

    /// How far the camera's clock is ahead of ours, as it was read last; nullopt when it tells none.
    std::optional<Ticks90k> clock_offset() const { return told_offset_; }

  private:
    enum class State : std::uint8_t { idle, reading_clock, asking };
    void on_clock(Result<Reply> reply, UtcTime now);
    void on_refusal();
    void finish(Result<Reply> answer);

    SignIn sign_in_;
    State state_ = State::idle;
    std::string body_;
    Question question_;
    std::optional<Ticks90k> told_offset_;
    std::optional<Result<Reply>> answer_;
};

}  // namespace vedette::onvif
