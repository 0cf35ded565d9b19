#pragma once
// One entry of the audit log: what is signed for good (the leaf), and what tells of people (the personal
// part), which can be erased. docs/ref/audit-format.md has the bytes. Pure.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/time.hpp"
#include "crypto/digest.hpp"

namespace vedette::hub::audit {

enum class Kind : std::uint8_t {
    decision = 1,  ///< somebody asked for something: what policy decided
    result = 2,    ///< how it went on with the entry that `about` names
    erasure = 3,   ///< personal parts of entries before `about` were erased, as the rule says
    alarm = 4,     ///< the log was found damaged
    summary = 5,   ///< denials that were counted instead of listed
};
std::string_view to_string(Kind kind);

enum class Who : std::uint8_t { nobody = 0, user = 1, metrics_token = 2, system = 3, api_client = 4 };
std::string_view to_string(Who who);

enum class ObjectKind : std::uint8_t { service = 0, organisation = 1, camera = 2 };
std::string_view to_string(ObjectKind kind);

/// What stays for good. Texts are words of ours, at most max_word_bytes; longer ones are cut.
struct Facts {
    Kind kind = Kind::decision;
    UtcTime time{};
    OrganisationId organisation;
    Who who = Who::nobody;
    std::optional<UserId> user;
    ObjectKind object = ObjectKind::service;
    std::optional<CameraId> camera;
    bool allowed = false;
    std::uint16_t status = 0;            ///< of HTTP; 0: not known when the entry was written
    std::optional<std::uint64_t> about;  ///< see Kind
    std::string action;                  ///< of policy
    std::string operation;               ///< operationId of the API, or empty
    std::string reason;                  ///< policy's, or why it failed
    friend bool operator==(const Facts&, const Facts&) = default;
};

/// What tells of people. Longer texts are cut.
struct Personal {
    std::string name;         ///< of who, at that time; for a sign-in the name that was tried
    std::string address;      ///< of the network
    std::string camera_name;  ///< at that time
    std::string details;      ///< a JSON object, or empty
    friend bool operator==(const Personal&, const Personal&) = default;
};

struct Entry {
    Facts facts;
    Personal personal;
};

/// Facts::action of entries that the log makes itself.
inline constexpr std::string_view alarm_action = "audit_alarm";
inline constexpr std::string_view erasure_action = "audit_erasure";

/// Facts::operation of a sealed envelope that was opened, which is an alarm wherever entries are sent.
inline constexpr std::string_view break_glass_operation = "breakGlass";
inline bool is_alarm(const Facts& facts) {
    return facts.kind == Kind::alarm || (facts.operation == break_glass_operation && facts.allowed);
}

inline constexpr std::size_t max_word_bytes = 64;
inline constexpr std::size_t max_name_bytes = 512;
inline constexpr std::size_t max_details_bytes = 4096;
inline constexpr std::size_t salt_size = 32;
using Salt = std::array<std::byte, salt_size>;

struct Leaf {
    std::uint64_t sequence = 0;
    Facts facts;
    crypto::Sha256Digest commitment{};
    friend bool operator==(const Leaf&, const Leaf&) = default;
};

/// The bytes that are hashed into the tree.
Bytes write_leaf(const Leaf& leaf);
/// corrupt: not what write_leaf() makes; unsupported: a newer version.
Result<Leaf> parse_leaf(ByteView bytes);

/// salt || personal part: what is sealed, and whose SHA-256 the leaf has.
Bytes write_personal(const Personal& personal, const Salt& salt);
Result<Personal> parse_personal(ByteView bytes);

}  // namespace vedette::hub::audit
