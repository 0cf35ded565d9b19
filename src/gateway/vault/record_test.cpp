// The bytes of a record's header: one form for each, whatever is marked in it.
#include "gateway/vault/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vedette::vault {
namespace {

constexpr std::size_t version_at = 4;
constexpr std::size_t flags_at = 7;
constexpr std::size_t time_at = 136;
constexpr std::size_t signature_at = 144;
constexpr std::size_t signer_at = 145;

RecordHeader sealed_header() {
    RecordHeader header;
    header.type = RecordType::fragment;
    header.stream = {CameraId::random(), 0};
    header.run = 3;
    header.sequence = 7;
    header.duration = std::chrono::seconds(2);
    header.plain_size = 100'000;
    header.payload_size = static_cast<std::uint32_t>(crypto::cobblestone_sealed_size(header.plain_size));
    return header;
}

RecordHeader fetched_header() {
    RecordHeader header = sealed_header();
    header.stream = fetched_of(header.stream);
    header.fetched_at = from_ticks(90'000);
    return header;
}

void expect_round_trip(const RecordHeader& header, int version, int flags) {
    const Entry entry = encode_entry(header);
    EXPECT_EQ(std::to_integer<int>(entry[version_at]), version);
    EXPECT_EQ(std::to_integer<int>(entry[flags_at]), flags);
    const auto parsed = parse_entry(entry);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(*parsed, header);
}

void expect_malformed(Entry entry, std::size_t at, int value) {
    entry[at] = static_cast<std::byte>(value);
    const auto parsed = parse_entry(entry);
    ASSERT_FALSE(parsed) << at << " = " << value;
    EXPECT_EQ(parsed.error().kind, ErrorKind::corrupt);
}

TEST(RecordTest, WhatNeedsNothingNewKeepsItsVersion) {
    expect_round_trip(sealed_header(), 1, 0);
    expect_round_trip(fetched_header(), 2, 1);
}

TEST(RecordTest, LightEncryptionAndTheCamerasSignatureTakeVersion4) {
    RecordHeader header = sealed_header();
    header.is_light = true;
    header.payload_size = header.plain_size + 200;
    expect_round_trip(header, 4, 2);
    header.signature = CameraSignature::authentic;
    header.signer_key = {std::byte{1}, std::byte{2}, std::byte{3}};
    expect_round_trip(header, 4, 2);
    header.signature = CameraSignature::not_known_yet;
    expect_round_trip(header, 4, 2);

    RecordHeader fetched = fetched_header();
    fetched.signature = CameraSignature::not_signed;
    expect_round_trip(fetched, 4, 1);
    fetched.is_light = true;
    expect_round_trip(fetched, 4, 3);

    RecordHeader init = sealed_header();
    init.type = RecordType::init;
    init.duration = {};
    init.signature = CameraSignature::not_authentic;
    expect_round_trip(init, 4, 0);
}

TEST(RecordTest, RefusesWhatNoRecordOfVersion4Says) {
    RecordHeader header = sealed_header();
    header.signature = CameraSignature::authentic;
    const Entry entry = encode_entry(header);
    ASSERT_TRUE(parse_entry(entry));
    expect_malformed(entry, signature_at, 6);
    expect_malformed(entry, signature_at, 0);  // then it is one of version 1
    expect_malformed(entry, flags_at, 4);
    expect_malformed(entry, flags_at, 1);  // a live stream has nothing fetched
    expect_malformed(entry, time_at, 1);   // nor a time of fetching
    expect_malformed(entry, signer_at + 8, 1);
    expect_malformed(entry, version_at, 1);
    expect_malformed(entry, 5, static_cast<int>(RecordType::gap));
    expect_malformed(entry, 5, static_cast<int>(RecordType::hold));

    Entry newer = entry;
    newer[version_at] = static_cast<std::byte>(record_version + 1);
    EXPECT_EQ(parse_entry(newer).error().kind, ErrorKind::unsupported);

    RecordHeader unsigned_header = header;
    unsigned_header.signature = CameraSignature::not_signed;
    expect_malformed(encode_entry(unsigned_header), signer_at, 1);  // whose key, then?
}

TEST(RecordTest, ALightPayloadHasLimits) {
    RecordHeader header = sealed_header();
    header.is_light = true;
    header.payload_size = header.plain_size;
    EXPECT_EQ(parse_entry(encode_entry(header)).error().kind, ErrorKind::corrupt);
    header.payload_size = static_cast<std::uint32_t>(
        crypto::cobblestone_sealed_size(header.plain_size + max_light_map_size) + 1);
    EXPECT_EQ(parse_entry(encode_entry(header)).error().kind, ErrorKind::corrupt);
    header.payload_size = header.plain_size + 200;
    header.type = RecordType::init;
    EXPECT_EQ(parse_entry(encode_entry(header)).error().kind, ErrorKind::corrupt)
        << "an init is sealed whole";
}

}  // namespace
}  // namespace vedette::vault
