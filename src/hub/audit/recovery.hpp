#pragma once
// What a start finds of the audit log, after a crash or after somebody's visit.

#include <string>
#include <vector>

#include "crypto/tile_log.hpp"
#include "hub/audit/book.hpp"
#include "hub/audit/layout.hpp"
#include "hub/audit/signing.hpp"

namespace vedette::hub::audit {

/// What was found and has to be said in the log itself.
struct Alarm {
    std::string_view reason;  ///< a word for the leaf
    std::string text;         ///< one sentence
};

struct Opened {
    Book book;
    crypto::TileLog tree;
    std::vector<Alarm> alarms;
};

/// Opens both, and brings the tree to where the rows are: what a crash left behind the checkpoint goes into
/// it. Damage never keeps the hub from starting, since recording would stop with it: what is damaged is set
/// aside or filled from the other side, and an alarm says so. `signing` outlives the result; entries about
/// the log itself are `organisation`'s. Errors: as the file system says. Blocking.
Result<Opened> open_log(const Layout& layout, const Signing& signing, const PersonalSealer& sealer,
                        OrganisationId organisation, UtcTime now);

}  // namespace vedette::hub::audit
