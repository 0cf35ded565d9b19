#pragma once
// The conversation that finds what a camera keeps of a stretch of time, and where it is played from. No I/O,
// as SetUpSession.

#include <optional>
#include <string>
#include <vector>

#include "onvif/search.hpp"
#include "onvif/set_up_session.hpp"
#include "onvif/sign_in.hpp"

namespace vedette::onvif {

constexpr std::size_t max_storage_calls = 24;  ///< of one conversation

struct KeptRecording {
    std::string url;  ///< rtsp:// or rtsps://, on the host that was asked, without credentials
    Ticks90k clock_offset{
        0};  ///< of the camera's clock against ours, now; positive: it is ahead. To a second.
    std::string source;
    UtcInterval kept;  ///< of the stretch that was asked for, what it says that it has; by our clock
};

class StorageSession {
  public:
    /// `interval` by our clock.
    StorageSession(SetUpOptions options, UtcInterval interval);

    std::optional<Call> next(UtcTime now);
    void on_answer(unsigned status, Result<Reply> reply, UtcTime now);
    void on_failure(Error error) { finish(std::move(error)); }
    /// `unsupported`: the device has no such services. `not_found`: it has nothing of this time. Else as
    /// SetUpSession.
    Result<KeptRecording> take_result();

  private:
    enum class Step : std::uint8_t {
        time,
        services,
        capabilities,
        search,
        results,
        end_search,
        replay,
        done
    };

    std::string body_of_step() const;
    Question question_of_step() const;
    Result<> take(Result<Reply> reply, UtcTime now);
    Result<> take_services(Result<Services> services);
    Result<> take_results(Result<Reply> reply);
    Result<> choose();
    void finish(Error error);
    void on_refusal();

    SetUpOptions options_;
    UtcInterval interval_;
    SignIn sign_in_;
    Step step_ = Step::time;
    Step after_time_ = Step::services;
    std::size_t calls_ = 0;
    Services services_;
    std::string search_token_;
    std::vector<RecordingInformation> recordings_;
    std::string recording_token_;
    KeptRecording result_;
    std::optional<Error> error_;
};

}  // namespace vedette::onvif
