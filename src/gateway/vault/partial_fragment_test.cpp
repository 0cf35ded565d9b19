// Nothing is read and decrypted that was not asked for.

#include "gateway/vault/partial_fragment.hpp"

#include "gateway/vault/test_partial.hpp"

namespace vedette::vault {
namespace {

class PartialFragmentTest : public PartialTest {};

// What is not asked for is not read, so that damage there does not show; what is asked for is authentic.
TEST_F(PartialFragmentTest, AFragmentIsOpenedAsFarAsItIsAskedFor) {
    const std::uint64_t run = vault->begin_run(stream, shared("init")).value();
    const int number = 5;  // of 49595 bytes: chunks 0 to 3
    ASSERT_TRUE(vault->append(make_fragment(stream, run, t0, number)));
    open();
    const auto whole = payload(number);
    ASSERT_GT(whole->size(), 3 * crypto::cobblestone_chunk_size);
    const auto fragment = fragment_at(t0);
    EXPECT_EQ(fragment->size(), whole->size());
    const std::uint64_t body = place_of_payload(*fragment) + crypto::cobblestone_prefix_size;
    constexpr std::uint64_t chunk = crypto::cobblestone_chunk_size + crypto::cobblestone_tag_size;
    flip(segment_of(*fragment), body + 2 * chunk + 100);

    const auto again = fragment_at(t0);
    const auto part = again->read(100, 2 * crypto::cobblestone_chunk_size - 100);
    ASSERT_TRUE(part) << part.error().message;
    EXPECT_TRUE(std::ranges::equal(*part, ByteView(*whole).subspan(100, part->size())));
    const auto behind = again->read(3 * crypto::cobblestone_chunk_size, 100);
    ASSERT_TRUE(behind);
    EXPECT_TRUE(
        std::ranges::equal(*behind, ByteView(*whole).subspan(3 * crypto::cobblestone_chunk_size, 100)));
    const auto altered = again->read(2 * crypto::cobblestone_chunk_size - 1, 2);
    ASSERT_FALSE(altered);
    EXPECT_EQ(altered.error().kind, ErrorKind::corrupt);
    EXPECT_EQ(again->read(whole->size() - 1, 2).error().kind, ErrorKind::invalid_input);
    EXPECT_EQ(again->read(0, 0).value().size(), 0u);

    auto cursor = vault->read(stream, t0);
    EXPECT_EQ(play_all(*cursor).damage, 1u);
}

// Of a range that is asked for nothing is opened that does not belong to it.
TEST_F(PartialFragmentTest, ARangeOpensItsOwnFragmentsAlone) {
    record(stream, t0, 3);  // a fragment each 2 s, 24 s in all
    auto all = vault->read(stream, t0, {.depth = ReadDepth::head});
    for (const PlayFragment& fragment : play_all(*all).fragments)
        if (fragment.start < t0 + seconds(6) || fragment.start >= t0 + seconds(14))
            flip(segment_of(*fragment.partial), place_of_payload(*fragment.partial) + 300);
    auto cursor = vault->read(stream, t0 + seconds(7), {.until = t0 + seconds(13)});
    const Played played = play_all(*cursor);
    EXPECT_EQ(played.damage, 0u);
    ASSERT_EQ(played.fragments.size(), 4u);
    EXPECT_EQ(played.fragments.front().start, t0 + seconds(6));
    EXPECT_EQ(played.fragments.back().start, t0 + seconds(12));
    auto whole = vault->read(stream, t0);
    EXPECT_EQ(play_all(*whole).damage, 8u);
}

}  // namespace
}  // namespace vedette::vault
