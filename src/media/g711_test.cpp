#include "media/g711.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace vedette::media {
namespace {

// The decoder of the recommendation (table 2a): what a loudspeaker makes of it.
int decode_mu_law(std::uint8_t code) {
    const int bits = ~code & 0xff;
    const int magnitude = ((((bits & 0x0f) << 3) + 132) << (bits >> 4 & 7)) - 132;
    return (bits & 0x80) != 0 ? -magnitude : magnitude;
}
// Table 1a.
int decode_a_law(std::uint8_t code) {
    const int bits = code ^ 0x55;
    const int segment = bits >> 4 & 7;
    const int place = bits & 0x0f;
    const int magnitude = segment == 0 ? (place << 4) + 8 : ((place << 4) + 0x108) << (segment - 1);
    return (bits & 0x80) != 0 ? magnitude : -magnitude;
}

TEST(G711, ValuesOfTheRecommendation) {
    EXPECT_EQ(encode_mu_law(0), 0xff);
    EXPECT_EQ(encode_mu_law(32'767), 0x80);
    EXPECT_EQ(encode_mu_law(-32'768), 0x00);
    EXPECT_EQ(encode_a_law(0), 0xd5);
    EXPECT_EQ(encode_a_law(32'767), 0xaa);
    EXPECT_EQ(encode_a_law(-32'768), 0x2a);
}

TEST(G711, EverySampleComesBackNearly) {
    for (int sample = -32'768; sample <= 32'767; ++sample) {
        const auto value = static_cast<std::int16_t>(sample);
        // Half of a step, which is a sixteenth of the segment at most; the loudest 132 are clipped.
        const double allowed = std::max(16.0, std::abs(sample) / 32.0 + 20.0);
        ASSERT_NEAR(decode_mu_law(encode_mu_law(value)), sample,
                    std::max(allowed, 660.0 * (std::abs(sample) > 32'100)))
            << sample;
        ASSERT_NEAR(decode_a_law(encode_a_law(value)), sample, allowed) << sample;
    }
}

}  // namespace
}  // namespace vedette::media
