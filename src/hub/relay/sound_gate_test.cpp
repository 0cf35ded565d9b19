#include "hub/relay/sound_gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "media/aac.hpp"
#include "media/fmp4.hpp"
#include "media/h264.hpp"

namespace vedette::hub::relay {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const UtcTime origin = from_unix_seconds(1'800'000'000);
constexpr std::string_view picture_bytes = "PICTURE-PICTURE-PICTURE";
constexpr std::string_view sound_bytes = "SOUND-SOUND-SOUND";

media::TrackParameters video() {
    const Bytes sps = *from_hex("6742c01eda0280bfe5c044000003000400000300c83c58ba80");
    const Bytes pps = *from_hex("68ce3c80");
    const ByteView sps_list[] = {sps};
    const ByteView pps_list[] = {pps};
    return media::h264_track_parameters(sps_list, pps_list).value();
}
media::TrackParameters audio() {
    return media::aac_track_parameters(*from_hex("1190")).value();
}

SharedBytes shared_bytes(Bytes bytes) {
    return std::make_shared<const Bytes>(std::move(bytes));
}

struct Kind {
    std::uint8_t track;
    std::string_view bytes;
    bool random_access;
};

class Viewer final : public Sink {
  public:
    void on_sound_withheld() override { withheld = true; }
    void on_init(const std::string& mime_type, const SharedBytes& segment) override {
        inits.push_back(mime_type + (std::exchange(withheld, false) ? " (withheld)" : ""));
        all += as_text(*segment);
        last_init = *segment;
    }
    void on_media(const wire::ChannelMedia& media) override {
        std::string text;
        for (const SharedBytes& piece : media.pieces) text += as_text(*piece);
        granted_for += text.size();
        std::string kinds;
        const Bytes whole(as_bytes(text).begin(), as_bytes(text).end());
        const auto parsed = media::parse_fragment(whole);
        ASSERT_TRUE(parsed);
        EXPECT_EQ(parsed->header_size + parsed->payload_size, whole.size());
        for (const auto& [sample, offset] : parsed->samples) {
            EXPECT_EQ(text.substr(offset, sample.size) == sound_bytes,
                      text.substr(offset, sample.size) != picture_bytes);
            kinds += fmt::format("{}{}", text.substr(offset, 1), sample.track);
        }
        fragments.push_back(kinds + (media.random_access ? "!" : ""));
        all += text;
        if (quits) leave();
    }
    void on_gap(const UtcInterval&, const std::string&) override { ++gaps; }
    void on_end(const std::optional<Error>& error) override {
        ended = true;
        if (error) problem = error->message;
        if (leave) leave();
    }
    std::size_t queued_bytes() const override { return 0; }

    bool withheld = false;
    bool quits = false;
    std::function<void()> leave;
    std::vector<std::string> inits;
    std::vector<std::string> fragments;
    std::string all;
    Bytes last_init;
    std::size_t granted_for = 0;
    int gaps = 0;
    bool ended = false;
    std::string problem;
};

class Source final : public Channel {
  public:
    explicit Source(std::uint64_t& granted, bool& open) : granted_(&granted), open_(&open) { open = true; }
    ~Source() override { *open_ = false; }
    void grant(std::uint32_t bytes) override { *granted_ += bytes; }
    void tick() override {}

  private:
    std::uint64_t* granted_;
    bool* open_;
};

class SoundGateTest : public testing::Test {
  protected:
    void make(Hearing hearing, SoundGate::Form form = SoundGate::Form::stream,
              std::vector<media::TrackParameters> with = {video(), audio()}) {
        tracks = std::move(with);
        gate = std::make_unique<SoundGate>(viewer, hearing, form);
        gate->attach(std::make_unique<Source>(granted, open));
        gate->on_init(media::mime_type(tracks), shared_bytes(*media::init_segment(tracks)));
    }
    // A fragment with these samples, in pieces as live media comes, or whole as recordings do.
    void send(const std::vector<Kind>& kinds, UtcTime start = origin, bool whole = false) {
        std::vector<media::Sample> samples;
        for (const Kind& kind : kinds)
            samples.push_back({.track = kind.track,
                               .random_access = kind.random_access,
                               .decode_time = media::decode_time(start, media::timescale(tracks[kind.track])),
                               .duration = 1000,
                               .size = static_cast<std::uint32_t>(kind.bytes.size())});
        auto header = media::fragment_header(++sequence, samples);
        ASSERT_TRUE(header);
        wire::ChannelMedia media{
            .channel = 1,
            .start = start,
            .duration = Ticks90k(3600),
            .random_access = kinds.front().random_access && kinds.front().bytes == picture_bytes,
            .pieces = {shared_bytes(std::move(header->bytes))}};
        for (const std::uint32_t index : header->order) {
            const ByteView bytes = as_bytes(kinds[index].bytes);
            media.pieces.push_back(shared_bytes(Bytes(bytes.begin(), bytes.end())));
        }
        sent += size_of(media);
        if (whole) {
            Bytes all;
            for (const SharedBytes& piece : media.pieces) all.insert(all.end(), piece->begin(), piece->end());
            media.pieces = {shared_bytes(std::move(all))};
        }
        gate->on_media(media);
    }
    static Kind key(std::uint8_t track = 0) { return {track, picture_bytes, true}; }
    static Kind picture(std::uint8_t track = 0) { return {track, picture_bytes, false}; }
    static Kind sound(std::uint8_t track = 1) { return {track, sound_bytes, true}; }
    // What the viewer did not get is given back for him.
    void expect_credit_is_even() { EXPECT_EQ(granted + viewer.granted_for, sent); }

    Viewer viewer;
    std::vector<media::TrackParameters> tracks;
    std::unique_ptr<SoundGate> gate;
    std::uint64_t granted = 0;
    std::size_t sent = 0;
    bool open = false;
    std::uint32_t sequence = 0;
};

TEST_F(SoundGateTest, WhoMayHearGetsWhatCame) {
    make({});
    send({key()});
    send({sound()});
    send({picture()});
    send({key(), sound()}, origin + 1s, true);
    EXPECT_THAT(viewer.inits, ElementsAre("video/mp4; codecs=\"avc1.42c01e, mp4a.40.2\""));
    EXPECT_THAT(viewer.fragments, ElementsAre("P0!", "S1", "P0", "P0S1!"));
    EXPECT_EQ(granted, 0u);
}

TEST_F(SoundGateTest, WhoMayNotHearGetsNoByteOfIt) {
    make({.allowed = false});
    send({key()});
    send({sound()});
    send({picture()});
    send({key(), sound(), sound()}, origin + 1s, true);
    EXPECT_THAT(viewer.inits, ElementsAre("video/mp4; codecs=\"avc1.42c01e\" (withheld)"));
    EXPECT_THAT(viewer.fragments, ElementsAre("P0!", "P0", "P0!"));
    EXPECT_THAT(viewer.all, Not(HasSubstr("SOUND")));
    EXPECT_THAT(viewer.all, Not(HasSubstr("mp4a")));
    expect_credit_is_even();
}

TEST_F(SoundGateTest, ASoundThatComesFirstLeavesThePicturesNumberedAnew) {
    make({.allowed = false}, SoundGate::Form::stream, {audio(), video()});
    send({sound(0)});
    send({key(1)});
    send({sound(0), key(1)}, origin + 1s, true);
    EXPECT_THAT(viewer.fragments, ElementsAre("P0!", "P0!"));
    EXPECT_THAT(viewer.all, Not(HasSubstr("SOUND")));
    expect_credit_is_even();
}

TEST_F(SoundGateTest, ACameraWithoutSoundIsPassedOn) {
    make({.allowed = false}, SoundGate::Form::stream, {video()});
    send({key()});
    EXPECT_THAT(viewer.inits, ElementsAre("video/mp4; codecs=\"avc1.42c01e\""));
    EXPECT_THAT(viewer.fragments, ElementsAre("P0!"));
}

TEST_F(SoundGateTest, OfSoundAloneNothingIsLeft) {
    make({.allowed = false}, SoundGate::Form::stream, {audio()});
    EXPECT_TRUE(viewer.ended);
    EXPECT_THAT(viewer.problem, HasSubstr("may not hear it"));
    EXPECT_FALSE(open);
    send({sound(0)});
    EXPECT_THAT(viewer.inits, IsEmpty());
    EXPECT_THAT(viewer.fragments, IsEmpty());
}

TEST_F(SoundGateTest, ARightThatEndsCutsAtOnceAndThePictureGoesOn) {
    make({});
    send({key()});
    send({sound()});
    gate->hear({.allowed = false});
    send({sound()});
    send({picture()});
    send({picture(), sound()});
    EXPECT_THAT(viewer.fragments, ElementsAre("P0!", "S1", "P0", "P0"));
    EXPECT_EQ(viewer.inits.size(), 1u);
    send({key()});  // from here on in an initialisation segment of its own
    send({sound()});
    EXPECT_THAT(viewer.inits.back(), "video/mp4; codecs=\"avc1.42c01e\" (withheld)");
    gate->hear({});
    send({sound()});  // comes with the next picture that stands alone
    send({picture()});
    EXPECT_EQ(viewer.inits.size(), 2u);
    send({key()});
    send({sound()});
    EXPECT_THAT(viewer.inits, testing::SizeIs(3));
    EXPECT_THAT(viewer.inits.back(), "video/mp4; codecs=\"avc1.42c01e, mp4a.40.2\"");
    EXPECT_THAT(viewer.fragments, ElementsAre("P0!", "S1", "P0", "P0", "P0!", "P0", "P0!", "S1"));
    expect_credit_is_even();
}

TEST_F(SoundGateTest, OfRecordingsWhatIsTooOldToBeHeardIsSilent) {
    make({.allowed = true, .not_before = origin + 10s});
    EXPECT_THAT(viewer.inits, IsEmpty()) << "it depends on when what comes is from";
    send({key(), sound()}, origin + 8s, true);
    send({key(), sound()}, origin + 9s, true);
    send({key(), sound()}, origin + 10s, true);
    EXPECT_THAT(viewer.fragments, ElementsAre("P0!", "P0!", "P0S1!"));
    EXPECT_THAT(viewer.inits, ElementsAre("video/mp4; codecs=\"avc1.42c01e\" (withheld)",
                                          "video/mp4; codecs=\"avc1.42c01e, mp4a.40.2\""));
    expect_credit_is_even();
}

TEST_F(SoundGateTest, AFileHasOneInitialisationSegmentAndItsEditListStays) {
    tracks = {video(), audio()};
    gate = std::make_unique<SoundGate>(viewer, Hearing{.allowed = false}, SoundGate::Form::file);
    gate->attach(std::make_unique<Source>(granted, open));
    gate->on_init("video/mp4", shared_bytes(*media::init_segment(tracks, Ticks90k(45'000))));
    const media::TrackParameters alone[] = {video()};
    EXPECT_EQ(viewer.last_init, *media::init_segment(alone, Ticks90k(45'000)));
    gate->hear({});
    send({key(), sound()}, origin, true);
    EXPECT_THAT(viewer.fragments, ElementsAre("P0!"));

    Viewer other;
    SoundGate partly(other, {.allowed = true, .not_before = origin + 1s}, SoundGate::Form::file);
    partly.on_init("video/mp4; all", shared_bytes(*media::init_segment(tracks)));
    EXPECT_THAT(other.inits, ElementsAre("video/mp4; all"));
}

TEST_F(SoundGateTest, WhatIsNoneOfOursEndsTheChannelInsteadOfPassing) {
    make({.allowed = false});
    gate->on_media(
        {.channel = 1, .start = origin, .random_access = true, .pieces = {shared_bytes(Bytes(40))}});
    EXPECT_TRUE(viewer.ended);
    EXPECT_FALSE(open);
    Viewer other;
    SoundGate second(other, {.allowed = false}, SoundGate::Form::stream);
    second.on_init("video/mp4", shared_bytes(Bytes(40)));
    EXPECT_TRUE(other.ended);
    EXPECT_THAT(other.all, IsEmpty());
}

TEST_F(SoundGateTest, AViewerMayLeaveFromWithinACall) {
    make({.allowed = false});
    viewer.quits = true;
    viewer.leave = [&] { gate.reset(); };
    send({key(), sound()}, origin, true);
    EXPECT_FALSE(open);
    EXPECT_THAT(viewer.fragments, ElementsAre("P0!"));
}

}  // namespace
}  // namespace vedette::hub::relay
