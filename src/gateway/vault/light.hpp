#pragma once
// The payload of a lightly encrypted fragment (docs/ref/store-format.md):
//
//   u32 size of the clear part | clear part | Cobblestone message of (map | everything else)
//
// The map says where the pieces of the clear part belong. It is sealed with the rest, and the message's
// context has the SHA-256 of what stands before it: sealed and clear part can't be parted, exchanged or
// altered. The clear part comes first, so that this hash is a station of the payload's own.

#include "base/secret.hpp"
#include "gateway/vault/record.hpp"

namespace vedette::vault {

/// Whether these may stay in clear of a fragment of `size` bytes: none empty, in ascending order without
/// overlap, within it, at most max_clear_ranges.
bool are_clear_ranges(const std::vector<ClearRange>& ranges, std::size_t size);

/// A fragment, taken apart; views of what it was made from.
struct LightParts {
    Bytes map;
    std::vector<ByteView> sealed;  ///< the map first
    std::vector<ByteView> clear;
    std::size_t sealed_size = 0;
    std::size_t clear_size = 0;

    std::size_t payload_size() const {
        return sizeof(std::uint32_t) + clear_size + crypto::cobblestone_sealed_size(sealed_size);
    }
};
/// `ranges` as are_clear_ranges() takes them. The result's views die with it and with `pieces`.
LightParts split_light(std::span<const ByteView> pieces, const std::vector<ClearRange>& ranges);

/// The reverse: `opened` is the message's plaintext, map and all. corrupt when it does not fit `clear` and
/// `size`, the fragment's bytes.
Result<Bytes> join_light(std::size_t size, ByteView clear, ByteView opened);

/// What the message of such a payload is bound to: the header's own context, and what stands before it.
Bytes light_context(ByteView sealing_context, const crypto::Sha256Digest& before);

/// Opens a payload. `header` is the record's, `sealing_context` its first bytes as stored. corrupt when
/// anything of it was altered, or the key is another.
Result<Bytes> open_light(const Secret& key, const RecordHeader& header, ByteView sealing_context,
                         ByteView payload);

}  // namespace vedette::vault
