#pragma once
// The key frame of a recording at a time, found without opening more of it than its place.

#include "gateway/decoder/decoder.hpp"
#include "gateway/vault/partial_fragment.hpp"
#include "gateway/vault/vault.hpp"
#include "media/fmp4.hpp"

namespace vedette::gateway {

struct KeyPicture {
    UtcTime time;  ///< when it is shown
    media::TrackParameters track;
    std::shared_ptr<vault::PartialFragment> fragment;
    std::uint32_t sample = 0;  ///< its number in the fragment
    std::uint32_t offset = 0;  ///< of its bytes in the fragment's plaintext
    std::uint32_t size = 0;
};

/// The last key frame of the stream's video at or before `at`. not_found when nothing is recorded at that
/// time, or no key frame is within max_key_frame_distance before it; corrupt when it can't be read. Blocking.
Result<KeyPicture> find_key_picture(vault::Vault& vault, vault::StreamKey stream, UtcTime at);

/// Opens the picture alone and puts it into a file for a decoder. Blocking.
Result<decoder::KeyFrame> read_key_picture(const KeyPicture& picture);

/// The samples of a fragment that was opened in part: as much more of it is opened as that takes. corrupt.
Result<media::Fragment> parse_head(const vault::PlayFragment& fragment);

}  // namespace vedette::gateway
