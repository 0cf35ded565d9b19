#pragma once
// Deletions of a camera that were begun and not brought to their end: the disk failed, or the process ended.

#include <set>

#include "gateway/vault/places.hpp"
#include "gateway/vault/recovery.hpp"

namespace vedette::vault {

/// At a start, before anything is recorded: where a camera recorded on after its deletion was begun, what is
/// older goes now, with a statement, and with the keys of days that have nothing newer; those segments leave
/// `recovered`. The result is the cameras of which nothing is newer: their deletion begins again from the
/// front.
Result<std::set<CameraId>> settle_deletions(const Places& places, KeyStore& keys, Index& index,
                                            crypto::TileLog& log, Recovered& recovered, UtcTime now);

/// Whether the camera's deletion was begun while the disk failed, and something that is to go is still there.
Result<bool> is_deletion_begun(CameraId camera, const KeyStore& keys, const Index& index);

}  // namespace vedette::vault
