#pragma once
// The conversation with one camera that finds out what it is and where its streams are. No I/O: calls come
// out, answers go in. HTTP authentication is the carrier's business; WS-UsernameToken and the camera's clock
// are dealt with here.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "onvif/address.hpp"
#include "onvif/device.hpp"
#include "onvif/media.hpp"
#include "onvif/question.hpp"
#include "onvif/sign_in.hpp"

namespace vedette::onvif {

constexpr std::size_t max_channels = 16;  ///< video sources of one device that are looked at
constexpr std::size_t max_calls = 80;     ///< of one conversation

struct SetUpOptions {
    std::string host;  ///< chosen by the user; nothing is ever sent to another one
    std::uint16_t port = 80;
    std::string path{default_device_path};
    bool secure = false;  ///< HTTPS
    std::string username;
    Secret password;             ///< user name and password empty: as far as the camera lets anybody
    bool identity_only = false;  ///< stops after the device's information and hardware addresses
};

/// One HTTP POST to the device.
struct Call {
    std::uint16_t port = 80;
    std::string path;
    std::string body;
    bool secure = false;  ///< HTTPS
    Question question{};  ///< what is to be read of the answer
};

/// One video source, ready to be added as a camera.
struct Channel {
    std::string name;      ///< empty when the device has one source only
    std::string main_url;  ///< rtsp://, on the host that was asked, without credentials
    std::string sub_url;   ///< empty: none
    Profile main;
    Profile sub;
};

struct DeviceDescription {
    DeviceInformation information;
    std::string name;      ///< as the installer called it; may be empty
    std::string location;  ///< the same
    std::vector<std::string> macs;
    std::vector<Channel> channels;
    bool has_media2 = false;
    bool has_events = false;
    bool has_ptz = false;
    bool has_imaging = false;
    Ticks90k clock_offset{0};           ///< of the camera's clock against ours; positive: it is ahead
    std::vector<std::string> warnings;  ///< sentences for the person who installs
};

class SetUpSession {
  public:
    explicit SetUpSession(SetUpOptions options);

    /// The next call; nullopt when the conversation is over. `now` is our wall clock.
    std::optional<Call> next(UtcTime now);
    /// The answer to the last call: its HTTP status, and what was read of its body.
    void on_answer(unsigned status, Result<Reply> reply, UtcTime now);
    /// The last call got no answer.
    void on_failure(Error error);
    /// When it is over. Errors: `unauthenticated` for refused or missing credentials, and what on_failure()
    /// told.
    Result<DeviceDescription> take_result();

  private:
    enum class Step : std::uint8_t {
        time,
        services,
        capabilities,
        information,
        profiles,
        stream,
        interfaces,
        scopes,
        done,
    };
    std::string body_of_step() const;
    Question question_of_step() const;
    Place place_of_step() const;
    Result<> take(Result<Reply> reply, UtcTime now);
    Result<> take_time(Result<Reply> reply, UtcTime now);
    Result<> take_services(Result<Services> services);
    Result<> take_profiles(Result<Reply> reply);
    Result<> take_stream(Result<Reply> reply);
    Result<> take_scopes(Result<Reply> reply);
    void on_refusal();
    void on_error(Error error);
    void finish(Error error);
    void advance();
    void add_warnings();
    Place own_place() const {
        return {.port = options_.port, .path = options_.path, .secure = options_.secure};
    }
    bool is_optional_step() const { return step_ == Step::interfaces || step_ == Step::scopes; }
    void warn(std::string sentence);

    SetUpOptions options_;
    SignIn sign_in_;
    Step step_ = Step::time;
    Step after_time_ = Step::services;
    std::size_t calls_ = 0;
    std::size_t stream_ = 0;  ///< 2 * channel, plus 1 for its sub stream
    MediaVersion media_ = MediaVersion::media1;
    Services services_;
    DeviceDescription description_;
    std::optional<Error> error_;
};

}  // namespace vedette::onvif
