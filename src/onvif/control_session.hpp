#pragma once
// The conversation with one camera about moving it and switching its relays. No I/O: calls come out, answers
// go in. What was learned on the way (clock, services, profile, abilities) stays for the next command.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "onvif/address.hpp"
#include "onvif/media.hpp"
#include "onvif/ptz.hpp"
#include "onvif/relay.hpp"
#include "onvif/set_up_session.hpp"
#include "onvif/sign_in.hpp"

namespace vedette::onvif {

constexpr std::size_t max_control_calls = 40;  ///< of one command

struct DeviceAccess {
    std::string host;  ///< nothing is ever sent to another one
    std::uint16_t port = 80;
    std::string path{default_device_path};
    bool secure = false;  ///< HTTPS, for all of its services
    std::string username;
    Secret password;
    /// Of the camera's main stream: which of the device's heads is meant where it has several.
    std::string stream_url;

    Place place() const { return {.port = port, .path = path, .secure = secure}; }
    DeviceAccess duplicate() const {
        return {host, port, path, secure, username, password.duplicate(), stream_url};
    }
};

// ---- commands

/// What the head can do. Answer: PtzNode; `unsupported` when there is none.
struct LearnPtz {};
/// Where it is. Answer: PtzPosition.
struct AskPosition {};
struct MoveOn {
    PtzVector velocity;
    std::chrono::milliseconds limit{};  ///< the camera stops by itself after it
};
struct StopMove {};
/// Relative.
struct MoveBy {
    PtzVector translation;
};
/// Absolute; pan and tilt go together.
struct MoveTo {
    std::optional<double> pan;
    std::optional<double> tilt;
    std::optional<double> zoom;
};
struct ListPresets {};  ///< Answer: vector of PtzPreset
struct GoToPreset {
    std::string token;
};
/// Answer: the token, as string.
struct SetPreset {
    std::string token;  ///< empty: a new one
    std::string name;
};
struct RemovePreset {
    std::string token;
};
struct GoHome {};
struct SetHome {};
struct ListRelays {};  ///< Answer: vector of RelayOutput
struct SwitchRelay {
    std::string token;
    bool active = false;
};
struct Command : std::variant<LearnPtz, AskPosition, MoveOn, StopMove, MoveBy, MoveTo, ListPresets,
                              GoToPreset, SetPreset, RemovePreset, GoHome, SetHome, ListRelays, SwitchRelay> {
    using variant::variant;
    Command() noexcept;
    Command(const Command&);
    Command(Command&&) noexcept;
    Command& operator=(const Command&);
    Command& operator=(Command&&) noexcept;
    ~Command();
};
struct CommandAnswer : std::variant<std::monostate, PtzNode, PtzPosition, std::vector<PtzPreset>, std::string,
                                    std::vector<RelayOutput>> {
    using variant::variant;
    CommandAnswer() noexcept;
    CommandAnswer(const CommandAnswer&);
    CommandAnswer(CommandAnswer&&) noexcept;
    CommandAnswer& operator=(const CommandAnswer&);
    CommandAnswer& operator=(CommandAnswer&&) noexcept;
    ~CommandAnswer();
};

class ControlSession {
  public:
    explicit ControlSession(DeviceAccess access);

    /// Begins a command; the one before it has to be over.
    void begin(Command command);
    /// The next call; nullopt when the command is over. `now` is our wall clock.
    std::optional<Call> next(UtcTime now);
    void on_answer(unsigned status, Result<Reply> reply, UtcTime now);
    /// The last call got no answer.
    void on_failure(Error error);
    /// When it is over. Errors: `unauthenticated` (further commands fail with it without asking the camera
    /// again), `unsupported` for what this camera can't do, and what on_failure() told.
    Result<CommandAnswer> take_result();

  private:
    enum class Step : std::uint8_t { time, services, capabilities, profiles, stream, nodes, command, done };

    bool is_ptz() const;
    Step step_for_command() const;
    std::string body_of_step() const;
    std::string body_of_command() const;
    std::string_view service_of_step() const;
    Result<> check_ability() const;
    Question question_of_step() const;
    Question question_of_command() const;
    Result<> take(Result<Reply> reply, UtcTime now);
    Result<> take_profiles(Result<Reply> reply);
    Result<> take_stream(Result<Reply> reply);
    Result<> take_nodes(Result<Reply> reply);
    Result<> take_command(Result<Reply> reply);
    void choose(const Profile& profile);
    bool try_next_relay_way(const std::optional<Error>& error);
    Result<> conclude_relays();
    void on_error(Error error);
    void finish(Error error);

    DeviceAccess access_;
    SignIn sign_in_;
    std::optional<Services> services_;
    bool media1_ = true;               ///< which media service tells the profiles
    std::vector<Profile> candidates_;  ///< with a head, until one is chosen
    std::size_t candidate_ = 0;
    std::optional<Profile> profile_;
    std::optional<PtzNode> node_;
    RelayWay relay_way_ = RelayWay::device;
    bool relays_found_ = false;           ///< where relay_way_ leads
    std::optional<Error> relay_refusal_;  ///< of the device service; none: it has listed no relays
    std::optional<Error> refused_;        ///< credentials are wrong, or there is no head: known for good

    Step step_ = Step::done;
    bool tried_capabilities_ = false;
    bool stopped_by_zero_ = false;
    std::size_t calls_ = 0;
    Command command_;
    CommandAnswer answer_;
    std::optional<Error> error_;
};

}  // namespace vedette::onvif
