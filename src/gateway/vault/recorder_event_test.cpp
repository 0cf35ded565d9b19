// What happened to the recorder as a whole: stated, signed, and found again.

#include "gateway/vault/clock_watch.hpp"
#include "gateway/vault/format_file.hpp"
#include "gateway/vault/sign_of_life.hpp"
#include "gateway/vault/test_recorder_event.hpp"
#include "gateway/vault/tools.hpp"

namespace vedette::vault {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(RecorderEventTest, EachStartIsStated) {
    EXPECT_EQ(read_format(Layout{folder.path}), format_with_events);
    record(stream);
    vault.reset();
    const UtcTime stopped = clock.utc_now();
    clock.advance(seconds(10));
    trust = ClockTrust::not_synchronised;
    open();
    const auto found = starts();
    ASSERT_EQ(found.size(), 2u);
    const RecorderStart first{.number = 1,
                              .run = found[0].run,
                              .at = t0,
                              .before = EndBefore::not_known,
                              .idle_since = t0,
                              .clock = ClockTrust::synchronised,
                              .version = "1.2.3"};
    EXPECT_EQ(found[0], first);
    EXPECT_EQ(found[1].number, 2u);
    EXPECT_GT(found[1].run, found[0].run + 1) << "the recording has a run between them";
    EXPECT_EQ(found[1].before, EndBefore::orderly);
    EXPECT_EQ(found[1].idle_since, stopped);
    EXPECT_EQ(found[1].at, stopped + seconds(10));
    EXPECT_EQ(found[1].clock, ClockTrust::not_synchronised);
    const VerifyReport report = verified();
    EXPECT_EQ(report.starts, 2u);
    EXPECT_EQ(report.cut_off, 0u);
    EXPECT_THAT(report.steps, IsEmpty());
}

TEST_F(RecorderEventTest, WithoutARecordingTooAndAtOnce) {
    EXPECT_EQ(vault->counters().log_size, 1u) << "signed before anything else comes";
    for (int i = 0; i < 3; ++i) open();
    EXPECT_EQ(starts().size(), 4u);
    EXPECT_EQ(verified().starts, 4u);
    EXPECT_THAT(vault->recordings(stream, {t0 + seconds(1), t0 + day}).value().events, IsEmpty());
}

TEST_F(RecorderEventTest, AProcessThatDoesNotBeginLeavesNothing) {
    record(stream);
    vault.reset();
    const auto content = [&] {
        std::map<std::string, Bytes> files;
        for (const auto& file : fs::recursive_directory_iterator(folder.path))
            if (file.is_regular_file()) files[file.path().string()] = slurp(file.path());
        return files;
    };
    const auto before = content();
    clock.advance(seconds(5));
    VaultOptions options;
    options.folder = folder.path;
    options.clock = &clock;
    ASSERT_TRUE(Vault::open(options));  // and ends again
    const auto after = content();
    EXPECT_EQ(after.at((folder.path / "alive").string()), before.at((folder.path / "alive").string()));
    EXPECT_EQ(after.at((folder.path / "tlog" / "checkpoint").string()),
              before.at((folder.path / "tlog" / "checkpoint").string()));
    open();
    EXPECT_EQ(starts().size(), 2u);
}

TEST_F(RecorderEventTest, AProcessThatWasCutOff) {
    record(stream);
    const UtcTime last = clock.utc_now();
    clock.advance(seconds(1));
    // As kill -9 leaves it.
    const fs::path copy = folder.path.parent_path() / "copy";
    fs::copy(folder.path, copy, fs::copy_options::recursive);
    vault.reset();
    clock.advance(seconds(59));
    fs::remove_all(folder.path);
    fs::rename(copy, folder.path);
    open();
    const auto found = starts();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[1].before, EndBefore::cut_off);
    EXPECT_EQ(found[1].idle_since, last) << "what was recorded last is younger than the file";
    EXPECT_EQ(found[1].at - found[1].idle_since, seconds(60));
    EXPECT_EQ(verified().cut_off, 1u);
    EXPECT_THAT(describe(RecorderEvent(found[1])), HasSubstr("was cut off, and nothing ran for 0:01:00 h"));
}

TEST_F(RecorderEventTest, AStepOfTheClock) {
    record(stream);
    ASSERT_TRUE(vault->check_clock());
    EXPECT_THAT(steps(), IsEmpty());
    clock.advance(seconds(5));
    const UtcTime before = clock.utc_now();
    clock.step_utc(-seconds(3600));
    ASSERT_TRUE(vault->check_clock());
    clock.advance(seconds(5));
    clock.step_utc(seconds(2));
    trust = ClockTrust::not_known;
    ASSERT_TRUE(vault->check_clock());
    ASSERT_TRUE(vault->check_clock());
    const ClockStep back{before, before - seconds(3600), StepNoticed::running, ClockTrust::synchronised};
    const ClockStep forward{back.to + seconds(5), back.to + seconds(7), StepNoticed::running,
                            ClockTrust::not_known};
    EXPECT_THAT(steps(), ElementsAre(back, forward));
    record(stream);
    EXPECT_THAT(verified().steps, ElementsAre(back, forward));
    // It overlaps what was recorded before, and the next start goes by the new time.
    open();
    EXPECT_EQ(starts().size(), 2u);
    EXPECT_EQ(verified().steps.size(), 2u);
}

TEST_F(RecorderEventTest, SlewingIsNoStep) {
    for (int i = 0; i < 100; ++i) {
        clock.advance(seconds(1));
        clock.step_utc(Ticks90k(std::chrono::milliseconds(50)));
        ASSERT_TRUE(vault->check_clock());
    }
    EXPECT_THAT(steps(), IsEmpty());
}

TEST_F(RecorderEventTest, TheClockWasSetBackWhileNothingRan) {
    record(stream);
    vault.reset();
    const UtcTime stopped = clock.utc_now();
    clock.step_utc(-seconds(600));
    open();
    EXPECT_THAT(steps(), ElementsAre(ClockStep{stopped, stopped - seconds(600), StepNoticed::at_start,
                                               ClockTrust::synchronised}));
    EXPECT_EQ(starts().at(1).idle_since, starts().at(1).at);
    record(stream);
    verified();
}

TEST_F(RecorderEventTest, WithoutASignOfLifeNothingIsKnownOfTheProcessBefore) {
    const fs::path alive = folder.path / "alive";
    for (const std::string_view text :
         {"", "vedette alive 1\nrunning -5\n", "vedette alive 2\nstopped 5\n"}) {
        vault.reset();
        spill(alive, as_bytes(text));
        clock.advance(seconds(1));
        open();
        EXPECT_EQ(starts().back().before, EndBefore::not_known) << text;
        EXPECT_EQ(starts().back().idle_since, clock.utc_now());
    }
    EXPECT_EQ(as_text(slurp(alive)), print_sign_of_life({true, clock.utc_now()}));
    vault.reset();
    EXPECT_EQ(read_sign_of_life(Layout{folder.path}).value(), (SignOfLife{false, clock.utc_now()}));
    verified();
}

TEST_F(RecorderEventTest, AnIndexThatIsMadeAgainHasThem) {
    record(stream);
    clock.step_utc(seconds(100));
    ASSERT_TRUE(vault->check_clock());
    open();
    const auto before = events();
    ASSERT_EQ(before.size(), 3u);
    vault.reset();
    ASSERT_TRUE(vault_rebuild(Layout{folder.path}));
    const auto totals = vault_events(Layout{folder.path});
    ASSERT_TRUE(totals) << totals.error().message;
    EXPECT_EQ(totals->starts, 2u);
    EXPECT_EQ(totals->steps, 1u);
    for (const bool is_gone : {false, true}) {
        vault.reset();
        if (is_gone) fs::remove(folder.path / "index.db");
        open();
        const auto after = events();
        ASSERT_GT(after.size(), before.size());
        EXPECT_TRUE(std::equal(before.begin(), before.end(), after.begin()));
    }
    EXPECT_EQ(starts().back().number, 4u) << "it counts on";
    verified();
}

// A damaged log is set aside. What the index knows of starts counts on in the new one.
TEST_F(RecorderEventTest, ANewLogCountsOn) {
    for (const bool is_recorded : {false, true}) {
        if (is_recorded) record(stream);
        const std::uint64_t before = starts().back().number;
        vault.reset();
        fs::remove_all(folder.path / "tlog" / "tile");
        open();
        EXPECT_EQ(starts().back().number, before + 1);
        open();
        for (const std::string& fault : faults()) EXPECT_THAT(fault, HasSubstr("begun anew")) << fault;
    }
}

TEST_F(RecorderEventTest, WhenNobodyRanEachStreamHasAGap) {
    record(stream);
    const UtcTime last = clock.utc_now();
    vault.reset();
    clock.advance(seconds(30));
    open();
    const StreamKey unknown{CameraId::random(), 0};
    EXPECT_EQ(vault->resume(unknown), std::nullopt);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(vault->resume(stream), last + seconds(30));
    record(stream);
    const auto gaps = vault->recordings(stream, everything).value().gaps;
    ASSERT_EQ(gaps.size(), 1u);
    EXPECT_EQ(gaps[0].reason, GapReason::not_running);
    EXPECT_EQ(gaps[0].interval, (UtcInterval{last, last + seconds(30)}));
    // A gap is the last of it, and nothing was recorded since.
    vault.reset();
    const UtcTime again = clock.utc_now();
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_EQ(vault->resume(stream), again) << "no time has passed";
    ASSERT_TRUE(vault->flush());
    EXPECT_EQ(vault->recordings(stream, everything).value().gaps.size(), 1u);
    verified();
}

TEST(RecorderEventEntryTest, HasOneForm) {
    const UtcTime at = from_ticks(9'000'000);
    const RecorderStart start{.number = 7,
                              .run = 40,
                              .at = at,
                              .before = EndBefore::cut_off,
                              .idle_since = at - seconds(3),
                              .clock = ClockTrust::synchronised,
                              .version = "0.1.0"};
    const ClockStep step{at, at - seconds(50), StepNoticed::at_start, ClockTrust::not_synchronised};
    for (const RecorderEvent& event : {RecorderEvent(start), RecorderEvent(step)}) {
        const Entry entry = encode_entry(event_header(event, OrganisationId::random()));
        EXPECT_EQ(std::to_integer<int>(entry[4]), 5) << "version";
        const auto header = parse_entry(entry);
        ASSERT_TRUE(header) << header.error().message;
        EXPECT_EQ(event_of(*header), event);
        EXPECT_EQ(encode_entry(*header), entry);
        // Version, stream, flags, camera, run, duration, camera time, segment, day, trust, payload, block.
        for (const auto& [place, value] : std::vector<std::pair<std::size_t, int>>{{4, 3},
                                                                                   {4, 1},
                                                                                   {4, 4},
                                                                                   {6, 1},
                                                                                   {7, 0},
                                                                                   {7, 9},
                                                                                   {24, 1},
                                                                                   {64, 1},
                                                                                   {72, 1},
                                                                                   {80, 1},
                                                                                   {88, 1},
                                                                                   {92, 1},
                                                                                   {96, 1},
                                                                                   {100, 1},
                                                                                   {144, 1},
                                                                                   {145, 1},
                                                                                   {153, 1}}) {
            Entry other = entry;
            other[place] = static_cast<std::byte>(value);
            EXPECT_FALSE(parse_entry(other)) << place << " = " << value;
        }
    }
    Entry without_run = encode_entry(event_header(start, OrganisationId::random()));
    std::ranges::fill(std::span(without_run).subspan(40, 8), std::byte{0});
    EXPECT_FALSE(parse_entry(without_run));
    EXPECT_FALSE(parse_entry(encode_entry(event_header(ClockStep{at, at}, OrganisationId::random()))));
}

TEST(RecorderEventEntryTest, WordsGoToTerminalsAndBrowsers) {
    RecordHeader header = event_header(RecorderStart{.run = 1, .version = {}}, OrganisationId::random());
    std::ranges::copy(as_bytes("a\x1b[31m<"), header.digest.begin());
    EXPECT_EQ(std::get<RecorderStart>(event_of(header)).version, "a[31m<");
}

TEST(ClockWatchTest, ASystemSaysSomethingOfItsClock) {
    EXPECT_THAT(to_string(system_clock_trust()),
                testing::AnyOf("synchronised", "not_synchronised", "not_known"));
}

}  // namespace
}  // namespace vedette::vault
