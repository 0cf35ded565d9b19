#pragma once
// Which bytes of an access unit light encryption leaves in clear (docs/design/store.md): the rest of coded
// slices behind a start that no decoder can do without. Pure; nothing is copied.

#include <bitset>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "media/types.hpp"

namespace vedette::media {

/// So many bytes of every coded slice are sealed. CABAC (H.264 9.3, H.265 9.3) adapts up to 1024 context
/// states with every decoded bin: without them, the arithmetic decoder's offset and the place in the picture,
/// what follows is noise. They are as many bits as the sealed bytes carried beyond the slice header, which
/// has at most some 100: far more than can be tried, also where parts of a picture can be guessed.
inline constexpr std::size_t sealed_slice_start = 1024;
/// A shorter rest is sealed, too: taking it apart would cost more than it spares (bench/RESULTS_STORE.md).
inline constexpr std::size_t least_clear_rest = 4096;

/// Bytes [offset, offset + size).
struct ByteRange {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// Of one track. Only slices whose rest is bound to their start are split: those that refer to a parameter
/// set which is known and has CABAC, without tiles, wavefronts and raw samples (each lets a decoder begin
/// anew in the middle) and without the extensions of H.265. CAVLC is sealed whole, since its codes find their
/// feet again within a few macroblocks; so are AV1, MJPEG, sound and metadata.
class ClearParts {
  public:
    /// `sealed_start` is another for tests alone.
    explicit ClearParts(const TrackParameters& track, std::size_t sealed_start = sealed_slice_start);

    /// Whether anything of the track can stay in clear.
    bool any() const { return suitable_.any(); }
    /// Appends to `ranges` what stays in clear of `access_unit`, in ascending order; `at` is added to the
    /// offsets. Nothing of a unit whose NAL units do not fill it exactly, or with a parameter set in it.
    void append(ByteView access_unit, std::uint32_t at, std::vector<ByteRange>& ranges) const;

  private:
    bool may_split(ByteView nal) const;

    Codec codec_;
    std::size_t sealed_start_;
    std::bitset<256> suitable_;  ///< ids of picture parameter sets
};

}  // namespace vedette::media
