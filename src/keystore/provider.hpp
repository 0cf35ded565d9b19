#pragma once
// What can open a store: each provider gives the key that the root key is wrapped under in its slot.

#include "keystore/ask.hpp"
#include "keystore/key_folder.hpp"
#include "keystore/slot_table.hpp"

namespace vedette::keystore {

/// What a provider works with. Null: nobody can be asked.
struct Environment {
    KeyFolder folder;
    Secrets* secrets = nullptr;
};

/// Asks, or says in one sentence that nobody can be asked.
Result<Secret> ask(const Environment& environment, const Question& question);

/// A key of the provider's, and what it must be told to give it again.
struct Enrolment {
    Bytes parameters;
    Secret key;
};

/// Blocking, all of it. One for each SlotKind; they have no state.
class Provider {
  public:
    virtual ~Provider() = default;
    /// Beyond the kind, in a few words: "Argon2id, 256 MiB, 3 passes". May be empty.
    virtual std::string describe(const Slot& slot) const = 0;
    /// The root key. unauthenticated: what was answered is wrong; not_found, unavailable: the provider or the
    /// answer is missing; corrupt: the slot is damaged; unsupported.
    virtual Result<Secret> open(const Slot& slot, const Environment& environment) const = 0;
    /// A new key by the same means for the same slot, when the root key is changed. What is answered must
    /// open the slot as it is.
    virtual Result<Enrolment> renew(const Slot& slot, const Environment& environment) const = 0;
};

/// Null for a kind that this program does not know.
const Provider* provider_of(SlotKind kind);

struct Unlocked {
    Secret root;
    unsigned slot = 0;
};

/// Opens the table by the first slot that can: those that need nobody to answer first. `except`: a slot that
/// is not to be tried. One sentence says for each slot why it did not open.
Result<Unlocked> unlock(const SlotTable& table, const Environment& environment, unsigned except = 0);

/// Brings to its end what a crash cut off: a key file that is to be replaced or destroyed. Under the
/// folder's lock.
Result<> finish_changes(SlotTable& table, const KeyFolder& folder);

}  // namespace vedette::keystore
