#pragma once
// JPEG (ITU-T T.81) as RTP carries it: without headers, which are made again here (RFC 2435 section 4 and
// appendices A and B). Pure functions.

#include <array>
#include <cstdint>

#include "base/bytes.hpp"
#include "media/types.hpp"

namespace vedette::media {

/// Motion JPEG. Every picture is whole.
TrackParameters mjpeg_track_parameters(std::uint16_t width, std::uint16_t height);

/// One quantisation table in zigzag order, of 64 bytes, or of 128 with 16-bit values.
using JpegTable = Bytes;

struct JpegTables {
    JpegTable luma;
    JpegTable chroma;

    friend bool operator==(const JpegTables&, const JpegTables&) = default;
};

/// The tables of annex K scaled as the Independent JPEG Group does. `quality`: 1 to 99; others are taken as
/// the nearest of these.
JpegTables jpeg_tables(unsigned quality);

struct JpegFrame {
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    bool half_height_chroma = false;     ///< 4:2:0; else 4:2:2
    std::uint16_t restart_interval = 0;  ///< in MCUs; 0: none
    JpegTables tables;
};

/// Everything from SOI to SOS: the entropy-coded data follows. Huffman tables are those of annex K.
Bytes jpeg_header(const JpegFrame& frame);

}  // namespace vedette::media
