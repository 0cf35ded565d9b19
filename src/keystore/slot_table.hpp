#pragma once
// The key slots of a store as bytes (docs/ref/store-format.md, "Key slots"): the root key, wrapped once for
// each provider that can open the store. No I/O.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace vedette::keystore {

enum class SlotKind : std::uint8_t { file = 1, passphrase = 2, pkcs11 = 3, tpm2 = 4 };

/// "key file", "passphrase", ...; "unknown" for a kind that a newer program made.
std::string_view to_string(SlotKind kind);

/// Bytes of the root key, and of the key under which a provider wraps it.
inline constexpr std::size_t key_size = 32;
inline constexpr std::size_t max_slots = 16;
inline constexpr std::size_t max_label_size = 64;
inline constexpr std::size_t max_parameters_size = 4096;
inline constexpr std::size_t max_wrapped_size = 256;
/// At most max_label_size bytes without control characters.
bool is_label(std::string_view text);
/// No table is longer.
inline constexpr std::size_t max_slot_table_size = 80 * 1024;

struct Slot {
    std::uint8_t number = 0;  ///< 1 to max_slots
    SlotKind kind{};          ///< may be one that this program does not know
    UtcTime made_at;
    std::string label;  ///< the operator's words; may be empty
    Bytes parameters;   ///< the provider's own, see there
    Bytes wrapped;      ///< the root key under the provider's key
    friend bool operator==(const Slot&, const Slot&) = default;

    /// Wraps the root key for this slot under the provider's key, bound to number, kind and parameters.
    void wrap(const Secret& key, const Secret& root);
    /// corrupt when `key` is not the key of this slot, or the slot was changed.
    Result<Secret> unwrap(const Secret& key) const;
};

struct SlotTable {
    std::uint64_t generation = 0;    ///< the greater one counts where there are two files
    bool key_file_is_to_go = false;  ///< the slot of keys/root.key was removed, the file perhaps not yet
    std::array<std::byte, 16> organisation{};
    Bytes organisation_key_wrapped;  ///< under the root key
    /// While it is being changed: the next one, likewise. The one that opens keys.db counts. Else empty.
    Bytes next_organisation_key_wrapped{};
    std::vector<Slot> slots;  ///< by ascending number; at least one
    friend bool operator==(const SlotTable&, const SlotTable&) = default;

    /// corrupt, or unsupported for a newer version.
    static Result<SlotTable> parse(ByteView bytes);
    Bytes print() const;

    const Slot* find(unsigned number) const;
    const Slot* find(SlotKind kind) const;
    /// The lowest number that is free; nullopt when all are taken.
    std::optional<std::uint8_t> free_number() const;
    /// Keeps the order. Its number must be free.
    void insert(Slot slot);
};

}  // namespace vedette::keystore
