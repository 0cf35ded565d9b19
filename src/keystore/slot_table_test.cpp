#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "crypto/digest.hpp"
#include "keystore/backup.hpp"

namespace vedette::keystore {
namespace {

constexpr crypto::PasswordCost cheap{.memory_kib = 64, .passes = 1, .lanes = 1};

Secret key_of(char c) {
    return Secret(std::string(32, c));
}

SlotTable example() {
    SlotTable table;
    table.generation = 7;
    table.organisation.fill(std::byte{0x55});
    table.organisation_key_wrapped = Bytes(40, std::byte{1});
    for (const std::uint8_t number : {1, 3}) {
        Slot slot{.number = number,
                  .kind = number == 1 ? SlotKind::file : SlotKind::passphrase,
                  .made_at = UtcTime(Ticks90k(1'000'000)),
                  .label = number == 1 ? "" : "the safe, b\xc3\xbcro",
                  .parameters = number == 1 ? Bytes() : Stretching::with_new_salt(cheap).print(),
                  .wrapped = {}};
        slot.wrap(key_of('k'), key_of('r'));
        table.insert(std::move(slot));
    }
    return table;
}

Bytes with_digest(Bytes body) {
    const auto digest = crypto::sha256(body);
    body.insert(body.end(), digest.begin(), digest.end());
    return body;
}

TEST(SlotTable, ComesBackAsItWasPrinted) {
    const SlotTable table = example();
    const auto again = SlotTable::parse(table.print());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, table);
    EXPECT_EQ(again->free_number(), 2);
    EXPECT_EQ(again->find(SlotKind::passphrase)->number, 3);
    EXPECT_EQ(again->find(2U), nullptr);
    EXPECT_EQ(again->find(3U)->unwrap(key_of('k'))->reveal_text(), std::string(32, 'r'));
}

TEST(SlotTable, HasTwoOrganisationKeysWhileItIsChanged) {
    SlotTable table = example();
    EXPECT_EQ(std::to_integer<int>(table.print()[4]), 1);
    table.next_organisation_key_wrapped = Bytes(40, std::byte{2});
    EXPECT_EQ(std::to_integer<int>(table.print()[4]), 2) << "a program that knows of one refuses it";
    const auto again = SlotTable::parse(table.print());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, table);
    table.next_organisation_key_wrapped = Bytes(257);
    EXPECT_FALSE(SlotTable::parse(table.print()));
}

TEST(SlotTable, EveryCutAndEveryFlippedByteShows) {
    const Bytes bytes = example().print();
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(SlotTable::parse(ByteView(bytes).first(size))) << size;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        Bytes changed = bytes;
        changed[at] ^= std::byte{1};
        EXPECT_FALSE(SlotTable::parse(changed)) << at;
    }
}

TEST(SlotTable, WhatIsOutOfRangeIsRefused) {
    const Bytes whole = example().print();
    const Bytes body(whole.begin(), whole.end() - 32);
    const auto error_of = [&](std::size_t at, int value) {
        Bytes changed = body;
        changed[at] = static_cast<std::byte>(value);
        const auto table = SlotTable::parse(with_digest(changed));
        return table ? std::nullopt : std::optional(table.error().kind);
    };
    constexpr std::size_t version_at = 4, count_at = 5, flags_at = 6, first_slot_at = 73;
    EXPECT_EQ(error_of(version_at, 1), std::nullopt);
    EXPECT_EQ(error_of(version_at, 3), ErrorKind::unsupported);
    EXPECT_EQ(error_of(version_at, 2), ErrorKind::corrupt) << "it has no second organisation key";
    EXPECT_EQ(error_of(version_at, 0), ErrorKind::corrupt);
    for (const int count : {0, 1, 3, 17, 255}) EXPECT_EQ(error_of(count_at, count), ErrorKind::corrupt);
    EXPECT_EQ(error_of(flags_at, 2), ErrorKind::corrupt);
    for (const int number : {0, 3, 4, 17}) EXPECT_EQ(error_of(first_slot_at, number), ErrorKind::corrupt);
    EXPECT_EQ(error_of(first_slot_at + 1, 200), std::nullopt) << "a kind of the future may be listed";
    EXPECT_EQ(error_of(first_slot_at + 10, 65), ErrorKind::corrupt) << "label";
}

TEST(SlotTable, AWrappedKeyIsBoundToItsSlot) {
    const Slot slot = example().slots[1];
    EXPECT_FALSE(slot.unwrap(key_of('x')));
    Slot moved = slot;
    moved.number = 4;
    EXPECT_FALSE(moved.unwrap(key_of('k')));
    Slot cheaper = slot;
    cheaper.parameters[7] ^= std::byte{1};
    EXPECT_FALSE(cheaper.unwrap(key_of('k')));
    Slot renamed = slot;
    renamed.label = "another word";
    EXPECT_TRUE(renamed.unwrap(key_of('k')));
}

TEST(Stretching, IsArgon2id) {
    // From the tests of the reference implementation.
    Stretching stretching;
    stretching.cost = {.memory_kib = 65536, .passes = 2, .lanes = 1};
    const auto key = crypto::stretch_password(as_bytes("password"), as_bytes("somesalt"), stretching.cost);
    EXPECT_EQ(to_hex(key->reveal()), "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
}

TEST(Stretching, RefusesACostThatWouldTakeTheMachine) {
    const auto with = [](std::uint32_t memory, std::uint32_t passes, std::uint32_t lanes) {
        Stretching stretching;
        stretching.cost = {memory, passes, lanes};
        return Stretching::parse(stretching.print()).has_value();
    };
    EXPECT_TRUE(with(64, 1, 1));
    EXPECT_TRUE(with(4u << 20, 64, 16));
    EXPECT_FALSE(with((4u << 20) + 1, 1, 1));
    EXPECT_FALSE(with(64, 65, 1));
    EXPECT_FALSE(with(1024, 1, 17));
    EXPECT_FALSE(with(64, 0, 1));
    EXPECT_FALSE(with(64, 1, 0));
    EXPECT_FALSE(with(7, 1, 1));
    Bytes long_one = Stretching().print();
    long_one.push_back(std::byte{0});
    EXPECT_FALSE(Stretching::parse(long_one));
}

TEST(KeyBackup, OpensWithItsPassphraseAlone) {
    std::array<std::byte, 16> organisation{};
    organisation.fill(std::byte{9});
    const auto made =
        Backup::make(organisation, UtcTime(Ticks90k(5)), key_of('o'), Secret("over the hills"), cheap);
    ASSERT_TRUE(made);
    const std::string text = made->print();
    for (std::size_t start = 0, end; (end = text.find('\n', start)) != std::string::npos; start = end + 1)
        EXPECT_LE(end - start, 64U) << "it is to be printed";
    const auto read = Backup::parse(text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->organisation, organisation);
    EXPECT_EQ(read->open(Secret("over the hills"))->reveal_text(), std::string(32, 'o'));
    EXPECT_EQ(read->open(Secret("over the hill")).error().kind, ErrorKind::unauthenticated);
    Backup of_another = *read;
    of_another.organisation[0] = std::byte{8};
    EXPECT_FALSE(of_another.open(Secret("over the hills")));
    EXPECT_EQ(Backup::parse("vedette key backup 2\nAAAA\n").error().kind, ErrorKind::unsupported);
    for (const std::string_view wrong : {"", "vedette key backup 1", "vedette key backup 1\n%%%\n",
                                         "vedette key backup 1\nAAAA\n", "something else\n"})
        EXPECT_EQ(Backup::parse(wrong).error().kind, ErrorKind::corrupt) << wrong;
    EXPECT_FALSE(Backup::parse(text + std::string(max_backup_size, ' ')));
}

}  // namespace
}  // namespace vedette::keystore
