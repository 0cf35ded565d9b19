#pragma once
// The keys of a store as a backup takes them, beside a running recorder.

#include <string>
#include <vector>

#include "gateway/vault/layout.hpp"

namespace vedette::vault {

/// The number of the epoch key: another one after each destruction of day keys. not_found without keys.db.
Result<std::uint64_t> key_epoch(const Layout& layout);

struct KeyCopy {
    struct Entry {
        std::string name;  ///< below keys/
        Bytes bytes;
        unsigned mode = 0600;
    };
    std::uint64_t epoch = 0;
    std::vector<Entry> files;
};

/// All files of keys/, so that they fit together: day keys, their epoch key, and the slots. A link is
/// followed. unavailable when keys were destroyed again and again meanwhile. Blocking; waits for a `vedette
/// keys` that is at work.
Result<KeyCopy> copy_keys(const Layout& layout);

}  // namespace vedette::vault
