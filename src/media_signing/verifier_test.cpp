// Against what the reference signers of both schemes made (testdata/vectors), and against our own signer.
#include "media_signing/verifier.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "media_signing/signer.hpp"

namespace vedette::media_signing {
namespace {

using media::Authenticity;
using media::Codec;
using media::SignatureVerdict;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Units = std::vector<Bytes>;  // NAL units of one picture

struct Video {
    Codec codec = Codec::h264;
    std::vector<Units> pictures;
};

std::filesystem::path vectors() {
    return VEDETTE_SOURCE_DIR "/src/media_signing/testdata/vectors";
}

Video load(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> chars{std::istreambuf_iterator<char>(file), {}};
    Video video{.codec = path.extension() == ".h265" ? Codec::h265 : Codec::h264, .pictures = {}};
    ByteReader in(std::as_bytes(std::span(chars)));
    while (!in.at_end()) {
        ByteReader unit(in.take(in.u32()));
        Units& picture = video.pictures.emplace_back();
        while (!unit.at_end()) {
            const ByteView nal = unit.take(unit.u32());
            picture.emplace_back(nal.begin(), nal.end());
        }
    }
    EXPECT_FALSE(in.failed()) << path;
    EXPECT_THAT(video.pictures, SizeIs(40)) << path;
    return video;
}

Bytes joined(const Units& units) {
    ByteWriter out;
    for (const Bytes& unit : units) out.u32(static_cast<std::uint32_t>(unit.size())).bytes(unit);
    return std::move(out).finish();
}

bool is_slice_of(Codec codec, const Bytes& unit) {
    return media::signed_unit(codec, unit) != media::SignedUnit::none;
}

/// What a verifier says of a video; without that the camera signs at all. Pictures have the times 0, 1, 2,
/// ...
std::vector<SignatureVerdict> verdicts_of(const Video& video,
                                          std::optional<std::size_t> lost = std::nullopt) {
    Verifier verifier(0, video.codec);
    std::vector<SignatureVerdict> out;
    MonotonicTime now{};
    for (std::size_t i = 0; i < video.pictures.size(); ++i) {
        now += std::chrono::milliseconds(200);
        if (lost == i)
            verifier.lost();
        else
            verifier.push(joined(video.pictures[i]), static_cast<std::int64_t>(i), now, out);
    }
    std::erase_if(out, [](const SignatureVerdict& v) { return v.verdict == Authenticity::none; });
    return out;
}

/// Of the groups that picture `time` belongs to.
std::vector<Authenticity> said_of(const std::vector<SignatureVerdict>& verdicts, std::int64_t time) {
    std::vector<Authenticity> said;
    for (const auto& verdict : verdicts)
        if (verdict.first_time <= time && time <= verdict.last_time) said.push_back(verdict.verdict);
    return said;
}

std::vector<Authenticity> all_said(const std::vector<SignatureVerdict>& verdicts) {
    std::vector<Authenticity> said;
    for (const auto& verdict : verdicts) said.push_back(verdict.verdict);
    return said;
}

class VectorTest : public testing::TestWithParam<std::filesystem::path> {
  protected:
    Video video_ = load(vectors() / GetParam());
    bool has_list() const { return GetParam().string().find("no-list") == std::string::npos; }
    bool is_partial() const { return GetParam().string().find("partial") != std::string::npos; }
};

TEST_P(VectorTest, WhatOthersSignedIsAuthentic) {
    const auto verdicts = verdicts_of(video_);
    ASSERT_GE(verdicts.size(), 4U);
    EXPECT_THAT(all_said(verdicts), Each(Authenticity::authentic));
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        EXPECT_NE(verdicts[i].key, media::SigningKeyFingerprint{});
        EXPECT_EQ(verdicts[i].key, verdicts[0].key);
        EXPECT_LE(verdicts[i].first_time, verdicts[i].last_time);
        if (i > 0) EXPECT_EQ(verdicts[i].first_time, verdicts[i - 1].last_time + 1) << "without a hole";
    }
}

TEST_P(VectorTest, AnyByteOfAnySliceCounts) {
    const std::int64_t time = 22;  // in the third group that is checked
    for (std::size_t slice = 0;; ++slice) {
        Units& picture = video_.pictures[static_cast<std::size_t>(time)];
        std::vector<Bytes*> slices;
        for (Bytes& unit : picture)
            if (is_slice_of(video_.codec, unit)) slices.push_back(&unit);
        if (slice == slices.size()) break;
        for (const std::size_t at : {slices[slice]->size() / 2, slices[slice]->size() - 1}) {
            (*slices[slice])[at] ^= std::byte{0x04};
            const auto verdicts = verdicts_of(video_);
            EXPECT_THAT(said_of(verdicts, time), ElementsAre(Authenticity::not_authentic)) << at;
            const auto bad = std::ranges::count(all_said(verdicts), Authenticity::not_authentic);
            EXPECT_EQ(bad, 1) << "the other groups are as they were signed";
            (*slices[slice])[at] ^= std::byte{0x04};
        }
    }
}

TEST_P(VectorTest, ASecondSignerIsNotTheFirst) {
    // The signature's own bytes, and what it is over.
    for (Units& picture : video_.pictures)
        for (Bytes& unit : picture) {
            if (!media::signing_scheme(video_.codec, unit)) continue;
            const auto sei = media::parse_signing_sei(video_.codec, unit);
            ASSERT_TRUE(sei) << sei.error().message;
            if (sei->signature.empty()) continue;
            const auto at = std::ranges::search(unit, sei->signature).begin();
            if (at == unit.end()) continue;  // with emulation prevention bytes in it
            *(at + static_cast<std::ptrdiff_t>(sei->signature.size()) - 1) ^= std::byte{0x40};
        }
    EXPECT_THAT(all_said(verdicts_of(video_)), testing::Not(testing::Contains(Authenticity::authentic)));
}

TEST_P(VectorTest, AMissingPictureShows) {
    if (is_partial()) GTEST_SKIP() << "with the picture a signature is missing";
    Video cut = video_;
    cut.pictures[23].clear();
    EXPECT_THAT(said_of(verdicts_of(cut), 22),
                ElementsAre(has_list() ? Authenticity::authentic_with_missing : Authenticity::not_authentic));
    // What the network is known to have lost is no forgery.
    EXPECT_THAT(said_of(verdicts_of(video_, 23), 22),
                ElementsAre(has_list() ? Authenticity::authentic_with_missing : Authenticity::not_known));
}

TEST_P(VectorTest, AnExchangedOrderShows) {
    std::swap(video_.pictures[22], video_.pictures[23]);
    EXPECT_THAT(said_of(verdicts_of(video_), 22), testing::Contains(Authenticity::not_authentic));
}

TEST_P(VectorTest, ASignatureThatIsTakenAwayShows) {
    unsigned seen = 0;
    for (Units& picture : video_.pictures)
        std::erase_if(picture, [&](const Bytes& unit) {
            return media::signing_scheme(video_.codec, unit) && ++seen == 5;
        });
    const auto said = all_said(verdicts_of(video_));
    EXPECT_THAT(said, testing::Contains(Authenticity::not_authentic));
    // What follows can be checked again; an SEI that another one covers is missing there.
    EXPECT_THAT(said.back(), testing::AnyOf(Authenticity::authentic, Authenticity::authentic_with_missing));
}

TEST_P(VectorTest, ASessionMayBeginAnywhere) {
    for (const std::size_t begin : {1U, 7U, 10U, 13U}) {
        Video tail = video_;
        tail.pictures.erase(tail.pictures.begin(),
                            tail.pictures.begin() + static_cast<std::ptrdiff_t>(begin));
        const auto said = all_said(verdicts_of(tail));
        // A key that came once at the beginning is not there then.
        const bool has_key = GetParam().string().find("certificate-sei") == std::string::npos;
        EXPECT_THAT(said, testing::Contains(has_key ? Authenticity::authentic : Authenticity::not_known))
            << begin;
        EXPECT_THAT(said, testing::Not(testing::Contains(Authenticity::not_authentic))) << begin;
    }
}

std::vector<std::filesystem::path> vector_names() {
    std::vector<std::filesystem::path> names;
    for (const auto& entry : std::filesystem::directory_iterator(vectors()))
        if (entry.path().extension() != ".md") names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
}

INSTANTIATE_TEST_SUITE_P(Reference, VectorTest, testing::ValuesIn(vector_names()), [](const auto& info) {
    std::string name = info.param.string();
    std::ranges::replace_if(
        name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
    return name;
});

/// Pictures of our own making, signed by our own signer.
class SignedByUs : public testing::TestWithParam<std::pair<media::SigningScheme, Codec>> {
  protected:
    Video sign(unsigned groups, const SigningIdentity& identity) const {
        const auto [scheme, codec] = GetParam();
        Signer signer(scheme, codec, identity);
        Video video{.codec = codec, .pictures = {}};
        for (unsigned i = 0; i < groups * 4; ++i) {
            Units picture{slice(i % 4 == 0, i)};
            const std::vector<ByteView> views{picture.begin(), picture.end()};
            if (auto sei = signer.picture(views)) picture.insert(picture.begin(), std::move(*sei));
            video.pictures.push_back(std::move(picture));
        }
        return video;
    }
    Bytes slice(bool key, unsigned number) const {
        ByteWriter out;
        if (GetParam().second == Codec::h264)
            out.u8(key ? 0x65 : 0x41);
        else
            out.u16(key ? 0x2601 : 0x0201);
        out.u8(0x88).u32(number + 0x01010101).u8(0x80);
        return std::move(out).finish();
    }
    SigningIdentity identity() const {
        return make_signing_identity(GetParam().first, SystemClock().utc_now()).value();
    }
};

TEST_P(SignedByUs, IsAuthenticFromTheSecondGroupOn) {
    const auto verdicts = verdicts_of(sign(6, identity()));
    EXPECT_THAT(all_said(verdicts),
                ElementsAre(Authenticity::authentic, Authenticity::authentic, Authenticity::authentic));
    EXPECT_EQ(verdicts[0].first_time, 8);
    EXPECT_EQ(verdicts[2].last_time, 19);
}

TEST_P(SignedByUs, AnotherKeyThanTheOneThatCameIsFoundOut) {
    SigningIdentity mixed = identity();
    mixed.pem = identity().pem;
    EXPECT_THAT(all_said(verdicts_of(sign(6, mixed))), Each(Authenticity::not_authentic));
}

TEST_P(SignedByUs, ACameraThatCountsAnewGoesOn) {
    const SigningIdentity same = identity();
    Video video = sign(6, same);
    for (Units& picture : sign(6, same).pictures) video.pictures.push_back(std::move(picture));
    const auto said = all_said(verdicts_of(video));
    EXPECT_THAT(said, SizeIs(testing::Ge(7U)));
    EXPECT_EQ(said.back(), Authenticity::authentic);
}

TEST_P(SignedByUs, PicturesWithoutASignatureAreToldSo) {
    Video video = sign(10, identity());
    for (std::size_t i = 16; i < video.pictures.size(); ++i)
        std::erase_if(video.pictures[i], [&](const Bytes& unit) {
            return media::signing_scheme(video.codec, unit).has_value();
        });
    const auto verdicts = verdicts_of(video);
    EXPECT_THAT(said_of(verdicts, 12), ElementsAre(Authenticity::not_signed));
}

TEST_P(SignedByUs, PartsThatNoSignatureCoversAreNotCalledAuthentic) {
    Video video = sign(6, identity());
    ByteWriter uncovered;
    if (video.codec == Codec::h264)
        uncovered.u8(0x42).u32(0x88888880);  // a data partition
    else
        uncovered.u16(0x0402).u32(0x88888880);  // of a temporal sub-layer
    video.pictures[9].insert(video.pictures[9].begin(), uncovered.view());
    EXPECT_THAT(said_of(verdicts_of(video), 9), ElementsAre(Authenticity::not_known));
}

TEST_P(SignedByUs, AFloodOfSignaturesIsNotLookedInto) {
    Video video = sign(4, identity());
    const Bytes sei = video.pictures[5].front();
    ASSERT_TRUE(media::signing_scheme(video.codec, sei));
    Verifier verifier(0, video.codec);
    std::vector<SignatureVerdict> out;
    Units flood(1000, sei);
    flood.push_back(slice(true, 1));
    for (int i = 0; i < 3; ++i) verifier.push(joined(flood), i, MonotonicTime{}, out);
    EXPECT_THAT(out, SizeIs(testing::Le(2 * max_seis_per_second)));
}

INSTANTIATE_TEST_SUITE_P(Schemes, SignedByUs,
                         testing::Values(std::pair(media::SigningScheme::onvif, Codec::h264),
                                         std::pair(media::SigningScheme::onvif, Codec::h265),
                                         std::pair(media::SigningScheme::axis, Codec::h264),
                                         std::pair(media::SigningScheme::axis, Codec::h265)));

/// As the Signed Video Framework signed before version 2.1: the list has the first unit of the next group at
/// its end, bound to this group; nothing links the groups but their counter.
Bytes older_sei(const SigningIdentity& identity, std::uint32_t counter, const std::vector<Bytes>& slices,
                bool has_list) {
    ByteWriter sei;
    ByteWriter fields;
    fields.u8(2).u16(static_cast<std::uint16_t>(identity.pem.size() + 1)).u8(2).text(identity.pem);
    fields.u8(1).u8(10).u8(1).u32(counter).u16(static_cast<std::uint16_t>(slices.size())).u8(1).u8(1).u8(29);
    if (has_list) {
        fields.u8(4).u16(static_cast<std::uint16_t>(1 + 32 * slices.size())).u8(1);
        const auto reference = crypto::sha256(slices[0]);
        fields.bytes(reference);
        for (std::size_t i = 1; i < slices.size(); ++i) {
            ByteWriter both;
            both.bytes(reference).bytes(crypto::sha256(slices[i]));
            fields.bytes(crypto::sha256(both.view()));
        }
    }
    const std::size_t most = identity.key.max_signature_bytes();
    const std::size_t payload = 16 + 1 + fields.size() + 3 + 5 + most;
    sei.u8(0x06).u8(5);
    for (std::size_t left = payload;; left -= 255) {
        sei.u8(static_cast<std::uint8_t>(std::min<std::size_t>(left, 255)));
        if (left < 255) break;
    }
    sei.bytes(std::as_bytes(std::span(media::axis_signing_uuid))).u8(0).bytes(fields.view());
    Bytes signature = identity.key.sign(crypto::sha256(sei.view()), crypto::RsaPadding::pkcs1);
    const auto size = static_cast<std::uint16_t>(signature.size());
    signature.resize(most, std::byte{1});
    sei.u8(5).u16(static_cast<std::uint16_t>(5 + most)).u8(1).u8(1).u8(0).u16(size).bytes(signature).u8(0x80);
    return std::move(sei).finish();
}

Video older_video(bool has_list) {
    const SigningIdentity identity =
        make_signing_identity(media::SigningScheme::axis, SystemClock().utc_now()).value();
    Video video{.codec = Codec::h264, .pictures = {}};
    std::vector<Bytes> slices;
    std::uint32_t counter = 0;
    for (std::uint8_t i = 0; i < 20; ++i) {
        ByteWriter slice;
        slice.u8(i % 4 == 0 ? 0x65 : 0x41).u8(0x88).u8(i).u8(0x80);
        Units picture{slice.view()};
        slices.push_back(slice.view());
        if (i % 4 == 0) {
            picture.insert(picture.begin(), older_sei(identity, ++counter, slices, has_list));
            slices = {slice.view()};
        }
        video.pictures.push_back(std::move(picture));
    }
    return video;
}

TEST(VerifierTest, OlderVersionsAreCheckedByTheirListAndElseNotKnown) {
    Video video = older_video(true);
    EXPECT_THAT(all_said(verdicts_of(video)), ElementsAre(Authenticity::authentic, Authenticity::authentic,
                                                          Authenticity::authentic, Authenticity::authentic));
    video.pictures[6].back()[2] ^= std::byte{1};
    EXPECT_THAT(all_said(verdicts_of(video)),
                ElementsAre(Authenticity::authentic, Authenticity::not_authentic, Authenticity::authentic,
                            Authenticity::authentic));
    video.pictures[6].pop_back();
    EXPECT_THAT(said_of(verdicts_of(video), 5), ElementsAre(Authenticity::authentic_with_missing));
    const auto said = all_said(verdicts_of(older_video(false)));
    EXPECT_THAT(said, SizeIs(4));
    EXPECT_THAT(said, Each(Authenticity::not_known));
}

TEST(VerifierTest, SaysNothingOfVideoWithoutSignatures) {
    Video video = load(vectors() / "onvif.h264");
    for (Units& picture : video.pictures)
        std::erase_if(picture,
                      [](const Bytes& u) { return media::signing_scheme(Codec::h264, u).has_value(); });
    Verifier verifier(0, video.codec);
    std::vector<SignatureVerdict> out;
    for (std::size_t i = 0; i < video.pictures.size(); ++i)
        verifier.push(joined(video.pictures[i]), static_cast<std::int64_t>(i), MonotonicTime{}, out);
    EXPECT_THAT(out, IsEmpty());
    Verifier other(0, Codec::mjpeg);
    other.push(joined(video.pictures[0]), 0, MonotonicTime{}, out);
    EXPECT_THAT(out, IsEmpty());
}

}  // namespace
}  // namespace vedette::media_signing
