#include "hub/audit/entry.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace vedette::hub::audit {
namespace {

Leaf full_leaf() {
    Leaf leaf{.sequence = 258, .facts = {}, .commitment = {}};
    leaf.facts = {.kind = Kind::result,
                  .time = UtcTime(Ticks90k(0x0102030405060708)),
                  .organisation = OrganisationId::parse("00112233-4455-4677-8899-aabbccddeeff").value(),
                  .who = Who::user,
                  .user = UserId::parse("10112233-4455-4677-8899-aabbccddeeff"),
                  .object = ObjectKind::camera,
                  .camera = CameraId::parse("20112233-4455-4677-8899-aabbccddeeff"),
                  .allowed = true,
                  .status = 404,
                  .about = 7,
                  .action = "talk",
                  .operation = "op",
                  .reason = "r"};
    leaf.commitment.fill(std::byte{0xee});
    return leaf;
}

// The layout that docs/ref/audit-format.md promises to others.
TEST(AuditLeaf, HasTheDocumentedBytes) {
    EXPECT_EQ(to_hex(write_leaf(full_leaf())),
              "01"
              "02"
              "0000000000000102"
              "0102030405060708"
              "00112233445546778899aabbccddeeff"
              "01"
              "10112233445546778899aabbccddeeff"
              "02"
              "20112233445546778899aabbccddeeff"
              "01"
              "0194"
              "0000000000000007"
              "0004"
              "74616c6b"
              "0002"
              "6f70"
              "0001"
              "72"
              "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
}

TEST(AuditLeaf, RoundTrip) {
    EXPECT_EQ(parse_leaf(write_leaf(full_leaf())), full_leaf());
    const Leaf empty{.sequence = 0, .facts = {}, .commitment = {}};
    EXPECT_EQ(parse_leaf(write_leaf(empty)), empty);
}

TEST(AuditLeaf, RefusesWhatIsNotWhole) {
    const Bytes good = write_leaf(full_leaf());
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(parse_leaf(ByteView(good).first(size))) << size;
    Bytes longer = good;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(parse_leaf(longer));
    for (const std::size_t field : {1u, 34u, 51u, 68u}) {
        Bytes bad = good;
        bad[field] = std::byte{0x7f};
        EXPECT_FALSE(parse_leaf(bad)) << field;
    }
    Bytes newer = good;
    newer[0] = std::byte{2};
    EXPECT_EQ(parse_leaf(newer).error().kind, ErrorKind::unsupported);
}

TEST(AuditLeaf, LongWordsAreCut) {
    Leaf leaf = full_leaf();
    leaf.facts.reason.assign(1000, 'x');
    EXPECT_EQ(parse_leaf(write_leaf(leaf)).value().facts.reason.size(), max_word_bytes);
}

TEST(AuditPersonal, RoundTripAndCut) {
    const Personal personal{.name = "Ada", .address = "::1", .camera_name = "Tor \u00e4", .details = "{}"};
    EXPECT_EQ(parse_personal(write_personal(personal, Salt{})), personal);
    Personal huge;
    for (int i = 0; i < 1000; ++i) huge.name += "\u00e4\u20ac";
    const auto cut = parse_personal(write_personal(huge, Salt{})).value();
    EXPECT_LE(cut.name.size(), max_name_bytes);
    EXPECT_EQ(huge.name.compare(0, cut.name.size(), cut.name), 0);
    EXPECT_NE(static_cast<unsigned char>(huge.name[cut.name.size()]) & 0xC0, 0x80);
    const Bytes good = write_personal(personal, Salt{});
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(parse_personal(ByteView(good).first(size))) << size;
}

}  // namespace
}  // namespace vedette::hub::audit
