// Starts and steps of the clock that can't be so, whoever has signed them, and those that somebody tampered
// with.

#include "gateway/vault/test_recorder_event.hpp"

namespace vedette::vault {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RecorderEventForgeryTest : public RecorderEventTest {};

TEST_F(RecorderEventForgeryTest, AStartThatIsNotInTheLog) {
    for (int i = 0; i < 3; ++i) {
        open();
        record(stream);
    }
    sign_anew([](Entries& entries, OrganisationId) {
        entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(place_of_start(entries, 3)));
    });
    EXPECT_THAT(faults(),
                Contains(HasSubstr("The log does not speak of start 3, which must stand in front")));
}

TEST_F(RecorderEventForgeryTest, ARunWithoutAStart) {
    record(stream);
    open();
    record(stream);
    const RecorderStart second = starts().at(1);
    const auto with_run = [&](std::uint64_t run) {
        return [&, run](Entries& entries, OrganisationId organisation) {
            RecorderStart other = second;
            other.run = run;
            entries.at(place_of_start(entries, 2)) = entry_of(other, organisation);
        };
    };
    // As if it was the start of a later process, and the one that recorded had none.
    sign_anew(with_run(second.run + 1000));
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("the start that it belongs to is missing")));
    sign_anew(with_run(second.run - 1));
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("stands in front of it already")));
    sign_anew(with_run(second.run));
    EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(RecorderEventForgeryTest, TwoStartsWithOneRun) {
    open();
    const RecorderStart last = starts().back();
    sign_anew([&](Entries& entries, OrganisationId organisation) {
        RecorderStart twin = last;
        twin.number = 3;
        entries.push_back(entry_of(twin, organisation));
    });
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("which is that of the start before it")));
}

TEST_F(RecorderEventForgeryTest, TwoStartsWithOneNumberOrSwapped) {
    open();
    const RecorderStart last = starts().back();
    sign_anew([&](Entries& entries, OrganisationId organisation) {
        RecorderStart twin = last;
        ++twin.run;
        entries.push_back(entry_of(twin, organisation));
    });
    EXPECT_THAT(faults(),
                ElementsAre(HasSubstr("Start 2 stands in front of it: two starts have one number")));
    sign_anew([&](Entries& entries, OrganisationId) {
        entries.pop_back();
        std::swap(entries[0], entries[1]);
    });
    EXPECT_THAT(faults(), Contains(HasSubstr("Start 2 stands in front of it")));
    EXPECT_THAT(faults(), Contains(HasSubstr("does not speak of start 1")));
}

TEST_F(RecorderEventForgeryTest, StepsThatDoNotFitTheTimesAroundThem) {
    record(stream);
    record(stream);
    const UtcTime now = clock.utc_now();
    const auto expect = [&](const std::vector<RecorderEvent>& more, const std::string& reason) {
        std::size_t size = 0;
        sign_anew([&](Entries& entries, OrganisationId organisation) {
            size = entries.size();
            for (const RecorderEvent& event : more) entries.push_back(entry_of(event, organisation));
        });
        if (reason.empty())
            EXPECT_THAT(faults(), IsEmpty());
        else
            EXPECT_THAT(faults(), ElementsAre(HasSubstr(reason)));
        sign_anew([&](Entries& entries, OrganisationId) { entries.resize(size); });
    };
    const auto step = [](UtcTime from, UtcTime to) {
        return ClockStep{from, to, StepNoticed::running, ClockTrust::not_known};
    };
    expect({step(now, now + seconds(3600))}, "");
    expect({step(now, now - seconds(3600)), step(now - seconds(3500), now)}, "");
    expect({step(t0 - seconds(20), now)}, "later than");
    expect({step(now, now + seconds(3600)), step(now + seconds(60), now + seconds(7200))}, "later than");
    const RecorderStart early{
        .number = 2, .run = 1000, .at = t0 - seconds(60), .idle_since = t0 - seconds(60), .version = {}};
    expect({early}, "no step back stands between");
}

TEST_F(RecorderEventForgeryTest, AStepThatDeniesWhatWasRecorded) {
    clock.advance(seconds(3600));
    record(stream);
    const UtcTime from = t0 + seconds(60);
    sign_anew([&](Entries& entries, OrganisationId organisation) {
        entries.push_back(entry_of(ClockStep{from, from + seconds(60)}, organisation));
    });
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("and what was recorded until")));
}

TEST_F(RecorderEventForgeryTest, WhatWaitedForTheDiskMayHaveTheTimesOfBefore) {
    record(stream);
    const std::uint64_t run = vault->begin_run(stream, shared("init")).value();
    ASSERT_TRUE(vault->append(make_fragment(stream, run, clock.utc_now(), 1)));
    ASSERT_TRUE(vault->flush());
    const UtcTime before = clock.utc_now();
    clock.step_utc(-seconds(3600));
    ASSERT_TRUE(vault->check_clock());
    ASSERT_TRUE(vault->append(make_fragment(stream, run, before + seconds(2), 2)));
    ASSERT_TRUE(vault->flush());
    clock.advance(seconds(10));
    clock.step_utc(seconds(60));
    ASSERT_TRUE(vault->check_clock());
    EXPECT_EQ(verified().steps.size(), 2u);
}

TEST_F(RecorderEventForgeryTest, AStepWithoutAStart) {
    sign_anew([&](Entries& entries, OrganisationId organisation) {
        entries.front() = entry_of(ClockStep{t0, t0 + seconds(60)}, organisation);
    });
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("No start of the recorder stands in front of it")));
}

// Somebody without the signing key.
TEST_F(RecorderEventForgeryTest, WhatIsChangedRemovedOrSwappedIsFound) {
    open();
    vault.reset();
    const fs::path bundle = folder.path / "tlog" / "tile" / "entries" / "000.p" / "2";
    const Bytes original = slurp(bundle);
    constexpr std::size_t stored = 2 + entry_size;  // a length, and the entry
    ASSERT_EQ(original.size(), 2 * stored);
    Bytes changed = original;
    changed[stored + 2 + 7] = std::byte{3};  // "orderly" to "cut off"
    spill(bundle, changed);
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("entry 1 of the log")));
    Bytes swapped(original.begin() + stored, original.end());
    swapped.insert(swapped.end(), original.begin(), original.begin() + stored);
    spill(bundle, swapped);
    EXPECT_THAT(faults(), Contains(HasSubstr("entry 0 of the log")));
    EXPECT_THAT(faults(), Contains(HasSubstr("entry 1 of the log")));
    spill(bundle, Bytes(original.begin(), original.begin() + stored));
    EXPECT_THAT(faults(), Contains(HasSubstr("can't be read")));
    spill(bundle, original);
    EXPECT_THAT(faults(), IsEmpty());
}

}  // namespace
}  // namespace vedette::vault
