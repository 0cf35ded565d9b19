#pragma once
// The embedded default: a key in the file keys/root.key, which the service alone may read.

#include "keystore/provider.hpp"

namespace vedette::keystore {

/// Its slot has no parameters. renew() writes the next key file; finish_changes() puts it in place.
const Provider& key_file_provider();

/// For a new slot: makes keys/root.key. conflict when there is one.
Result<Enrolment> enrol_key_file(const Environment& environment);

}  // namespace vedette::keystore
