#pragma once
// A passphrase, stretched by Argon2id (RFC 9106); its cost is recorded in the slot.

#include <span>

#include "crypto/stretch.hpp"
#include "keystore/provider.hpp"

namespace vedette::keystore {

/// What a new slot costs: four times a sign-in, as nobody waits for it often, and not the gigabyte that a
/// small gateway lacks.
inline constexpr crypto::PasswordCost new_passphrase_cost{.memory_kib = 256 * 1024, .passes = 3, .lanes = 1};
inline constexpr std::size_t min_passphrase_size = 12;

/// A slot's parameters: u32 memory in KiB, u32 passes, u32 lanes, 16 bytes of salt.
struct Stretching {
    crypto::PasswordCost cost = new_passphrase_cost;
    std::array<std::byte, 16> salt{};

    static Stretching with_new_salt(const crypto::PasswordCost& cost = new_passphrase_cost);
    /// corrupt when they have another length or ask for more than 4 GiB, 64 passes or 16 lanes.
    static Result<Stretching> parse(ByteView parameters);
    Bytes print() const;
    /// Slow and hungry on purpose. exhausted when memory is short.
    Result<Secret> stretch(const Secret& passphrase) const;
};

const Provider& passphrase_provider();

/// Asks for a new passphrase. invalid_input when it is too short.
Result<Secret> ask_new_passphrase(const Environment& environment, std::string text, std::string credential);

/// The passphrase, stretched with a new salt.
Result<Enrolment> enrolment_with(const Secret& passphrase,
                                 const crypto::PasswordCost& cost = new_passphrase_cost);

/// Asks, for a new slot.
Result<Enrolment> enrol_passphrase(const Environment& environment,
                                   const crypto::PasswordCost& cost = new_passphrase_cost);

/// Asks for one passphrase and tries it with each of the slots; three times at a terminal.
Result<Unlocked> open_by_passphrase(std::span<const Slot* const> slots, const Environment& environment);

}  // namespace vedette::keystore
