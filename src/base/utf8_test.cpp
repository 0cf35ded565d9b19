#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace vedette {
namespace {

TEST(Utf8, IsCutBetweenCharacters) {
    EXPECT_EQ(cut_utf8("abc", 3), "abc");
    EXPECT_EQ(cut_utf8("abc", 2), "ab");
    EXPECT_EQ(cut_utf8("a\u00e4", 2), "a");
    EXPECT_EQ(cut_utf8("\u20ac\u20ac", 5), "\u20ac");
    EXPECT_EQ(cut_utf8("\U0001f3a5", 3), "");
}

TEST(Utf8, HasCharactersOfOneToFourBytes) {
    EXPECT_EQ(utf8_length("a"), 1u);
    EXPECT_EQ(utf8_length("\u00e4"), 2u);
    EXPECT_EQ(utf8_length("\u20ac"), 3u);
    EXPECT_EQ(utf8_length("\U0001f3a5"), 4u);
    for (const char* wrong :
         {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"})
        EXPECT_EQ(utf8_length(wrong), 0u) << wrong;
}

}  // namespace
}  // namespace vedette
