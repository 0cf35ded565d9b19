#pragma once
// Who is there and what was given to whom: users, roles, camera groups, and the roles that users have. A
// value, read from the database as a whole; changes go there (roster_table.hpp).

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "hub/policy/policy.hpp"

namespace vedette::hub::identity {

struct Role {
    RoleId id;
    std::string name;
    policy::RightSet rights;
    std::optional<std::uint32_t> max_age_days;  ///< of recordings and events; at least 1
    std::optional<WeeklySchedule> schedule;
    std::optional<std::vector<IpNetwork>> networks;  ///< from where it counts; not empty
    std::optional<policy::ClientKinds> clients;      ///< by which kinds of client it counts; not empty
    bool ready = false;                              ///< comes with the program and can't be changed
};

/// The roles that come with the program, the administrator's first. Their ids are the same everywhere.
const std::vector<Role>& ready_roles();
const Role& administrator_role();

struct CameraGroup {
    CameraGroupId id;
    std::string name;
    std::vector<CameraId> cameras;  ///< some may have been removed since
};

struct WholeOrganisation {
    friend bool operator==(const WholeOrganisation&, const WholeOrganisation&) = default;
};
using Scope = std::variant<WholeOrganisation, CameraGroupId, CameraId>;

/// A role that a user has, over what.
struct Assignment {
    RoleId role;
    Scope scope;
    bool denies = false;  ///< takes the role's rights away there
    friend bool operator==(const Assignment&, const Assignment&) = default;
};

/// The sealed envelope of a break-glass account.
struct Envelope {
    UtcTime made{};
    std::optional<UtcTime> used{};  ///< nullopt: it is sealed
};

struct Account {
    UserId id;
    std::string name;
    bool suspended = false;
    bool has_password = false;               ///< false until an invitation was accepted
    std::optional<UtcTime> invited_until{};  ///< an invitation waits, and ends then
    UtcTime created{};
    bool has_second_factor = false;  ///< any
    bool has_authenticator = false;  ///< an app
    std::uint32_t passkeys = 0;
    std::uint32_t recovery_codes_left = 0;
    bool has_mail = false;               ///< an address that a code came back from
    bool second_person = false;          ///< sign-in takes one, whatever the roles are
    std::optional<Envelope> envelope{};  ///< of a break-glass account, which has no password
    std::vector<Assignment> assignments;
};

/// Who has to have a second factor. Until somebody who has to sets it up, the session gives no rights.
enum class SecondFactorRule : std::uint8_t {
    nobody,
    administrators,  ///< whoever was given manage_users or manage_roles
    everybody,
};
std::string_view to_string(SecondFactorRule rule);
std::optional<SecondFactorRule> parse_second_factor_rule(std::string_view text);

/// A day on which a role can count at other hours than on its day of the week.
struct Holiday {
    std::chrono::year_month_day day;
    bool yearly = false;  ///< on that day of every year
    std::string name;
    friend bool operator==(const Holiday&, const Holiday&) = default;
};
bool is_holiday(const std::vector<Holiday>& holidays, std::chrono::year_month_day day);

/// For how long somebody stays signed in.
struct SessionLimits {
    std::chrono::minutes idle = std::chrono::hours(12);  ///< without a request
    std::chrono::hours absolute = std::chrono::days(7);  ///< whatever is done
    friend bool operator==(const SessionLimits&, const SessionLimits&) = default;
};
constexpr std::chrono::minutes shortest_idle = std::chrono::minutes(5);
constexpr std::chrono::hours shortest_session = std::chrono::hours(1);
constexpr std::chrono::hours longest_session = std::chrono::days(90);

/// What failed sign-ins cost the account. Guessing from one address is slowed down besides.
enum class LockOut : std::uint8_t {
    progressive,     ///< after three failures a second, which doubles with each more, to a minute
    three_failures,  ///< after three failures, and each more, 30 seconds
};
std::string_view to_string(LockOut lock_out);
std::optional<LockOut> parse_lock_out(std::string_view text);

/// What holds for everybody in the organisation.
struct AccessRules {
    SecondFactorRule second_factor = SecondFactorRule::nobody;
    SessionLimits sessions;
    LockOut lock_out = LockOut::progressive;
    std::vector<Holiday> holidays;
    policy::Safeguards safeguards;  ///< what some actions take besides a right
    /// Whoever was given one of them, over anything, is let in at sign-in by a second person.
    std::vector<RoleId> second_person_roles;
    /// A code that is sent by mail is a second factor, the weakest, of who has no other.
    bool mail_codes = false;
};
constexpr std::size_t max_second_person_roles = 64;

struct Roster {
    OrganisationId organisation;
    AccessRules rules;
    std::map<UserId, Account> accounts;
    std::map<RoleId, Role> roles;  ///< the ready ones, too
    std::map<CameraGroupId, CameraGroup> groups;
};

/// Error: not_found, with the sentence for who asked.
Result<const Account*> find_account(const Roster& roster, UserId user);
/// The same of one that is not there any more.
std::unexpected<Error> no_such_user();

/// What a user's assignments come to. Assignments to what is not there give nothing.
policy::Rights rights_of(const Roster& roster, const std::vector<Assignment>& assignments);

/// The rights that assignments give anywhere and at any time, whatever others deny.
policy::RightSet rights_given(const Roster& roster, const std::vector<Assignment>& assignments);

/// Whether the rule asks a second factor of that user, who has none yet. Never of a break-glass account.
bool must_set_up_second_factor(const Roster& roster, const Account& account);

/// Whether a code sent by mail is that user's second factor: the rule has to say so, and there is no better.
bool takes_mail_code(const Roster& roster, const Account& account);

/// Whether a second person has to let that user in at sign-in. Never into a break-glass account.
bool sign_in_takes_second_person(const Roster& roster, const Account& account);

/// What must hold for every roster. Errors (conflict, invalid_input): one sentence about what would be wrong:
/// nobody could manage users and roles any more, or something is assigned that is not there, or a second
/// person is asked for and nobody is left who could be it for whoever changes that rule, or for those who
/// sign in.
Result<> check(const Roster& roster);

/// Whether somebody who holds `own` over everything and always may give or take `rights`: who manages roles
/// may give all, others only what they hold so themselves.
bool may_give(policy::RightSet own, policy::RightSet rights);

}  // namespace vedette::hub::identity
