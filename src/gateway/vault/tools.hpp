#pragma once
// What `vedette vault` does, beside verify.

#include "gateway/vault/index.hpp"
#include "gateway/vault/recovery.hpp"

namespace vedette::vault {

/// One sentence when there are no recordings in the folder, a newer program made them (unsupported), or this
/// user may not read them (forbidden). A damaged `format` is no error here.
Result<> require_vault(const Layout& layout);

/// While the File lives, no recorder starts here. conflict when one runs.
Result<File> lock_out_recorder(const Layout& layout);

/// Per stream, from the index and the open segments; works beside a running recorder.
Result<std::vector<CameraStats>> vault_stats(const Layout& layout);

/// Makes the index again from the files. conflict while a recorder runs.
Result<Rebuilt> vault_rebuild(const Layout& layout);

/// Starts of the recorder and steps of its clock, as the index has them.
Result<Index::EventTotals> vault_events(const Layout& layout);

}  // namespace vedette::vault
