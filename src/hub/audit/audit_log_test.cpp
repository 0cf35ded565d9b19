#include "hub/audit/audit_log.hpp"

#include <fstream>
#include <future>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "base/test_failing_disk.hpp"
#include "hub/audit/test_audit.hpp"
#include "hub/audit/verify.hpp"

namespace vedette::hub::audit {
namespace {

using testing::AuditFixture;

class AuditLogTest : public AuditFixture {};

TEST_F(AuditLogTest, WhatWasAppendedIsListedNewestFirst) {
    open();
    EXPECT_EQ(add("sign_in"), 0u);
    EXPECT_EQ(add("watch_live"), 1u);
    EXPECT_EQ(add("export_recording", false), 2u);
    const auto all = list({.organisation = organisation});
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].entry.leaf.facts.action, "export_recording");
    EXPECT_FALSE(all[0].entry.leaf.facts.allowed);
    EXPECT_EQ(all[2].entry.leaf.facts.action, "sign_in");
    EXPECT_EQ(all[0].entry.personal.name, "Ada");
    EXPECT_EQ(all[0].entry.personal.camera_name, "Gate");
    EXPECT_EQ(all[0].entry.state, PersonalState::present);
    EXPECT_EQ(log->figures().entries, 3u);
}

TEST_F(AuditLogTest, FindsByUserActionCameraTimeDecisionAndPage) {
    open();
    const UserId other = UserId::random();
    add("watch_live");
    Entry entry = make("watch_live");
    entry.facts.user = other;
    entry.facts.time += std::chrono::hours(1);
    entry.facts.camera = CameraId::random();
    add(entry);
    add("talk", false);
    const auto count = [&](Query query) {
        query.organisation = organisation;
        return list(query).size();
    };
    EXPECT_EQ(count({}), 3u);
    EXPECT_EQ(count({.user = other}), 1u);
    EXPECT_EQ(count({.camera = camera}), 2u);
    EXPECT_EQ(count({.action = "talk"}), 1u);
    EXPECT_EQ(count({.allowed = false}), 1u);
    EXPECT_EQ(count({.allowed = true}), 2u);
    EXPECT_EQ(count({.before = 1}), 1u);
    EXPECT_EQ(count({.limit = 2}), 2u);
    EXPECT_EQ(count({.time = {entry.facts.time, entry.facts.time + Ticks90k(1)}}), 1u);
    EXPECT_EQ(list({.organisation = OrganisationId::random()}).size(), 0u);  // another tenant's
}

TEST_F(AuditLogTest, AResultIsShownWithItsEntry) {
    open();
    const std::uint64_t sequence = add("export_recording");
    Entry result = make("export_recording");
    result.facts.kind = Kind::result;
    result.facts.about = sequence;
    result.facts.status = 404;
    add(result);
    const auto all = list({.organisation = organisation});
    ASSERT_EQ(all.size(), 1u);
    ASSERT_TRUE(all[0].result);
    EXPECT_EQ(all[0].result->leaf.facts.status, 404);
    EXPECT_EQ(page(0).size(), 2u);
}

TEST_F(AuditLogTest, ManyAtOnceShareACheckpointAndKeepTheirOrder) {
    open();
    std::vector<std::promise<Result<std::uint64_t>>> written(600);
    for (auto& one : written)
        log->append(make("watch_live"), [&one](Result<std::uint64_t> result) { one.set_value(result); });
    for (std::size_t i = 0; i < written.size(); ++i) EXPECT_EQ(written[i].get_future().get(), i);
    close();
    const auto report = verified();
    EXPECT_EQ(report.faults, 0u);
    EXPECT_EQ(report.entries, 600u);
    open();
    EXPECT_EQ(add("talk"), 600u);
}

TEST_F(AuditLogTest, TheDatabaseShowsNoNameNoAddressNoDetail) {
    open();
    add("watch_live");
    close();
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder->path() / "audit")) {
        if (!file.is_regular_file()) continue;
        std::ifstream stream(file.path(), std::ios::binary);
        const std::string all((std::istreambuf_iterator<char>(stream)), {});
        for (const char* word : {"Ada", "192.0.2.7", "Gate", "seventeen"})
            EXPECT_EQ(all.find(word), std::string::npos) << file.path() << " shows " << word;
    }
    EXPECT_EQ(mode_of(folder->path() / "data.key"), 0600);
    EXPECT_EQ(mode_of(folder->path() / "audit.key"), 0600);
}

TEST_F(AuditLogTest, AKeyThatOthersMayReadIsRefused) {
    open();
    close();
    std::filesystem::permissions(folder->path() / "audit.key", std::filesystem::perms(0640));
    const auto opened = AuditLog::open({.hub = folder->path()}, clock);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::forbidden);
}

TEST_F(AuditLogTest, ErasedNamesAreGoneAndTheTreeHolds) {
    open();
    add("watch_live");
    add("talk");
    Entry late = make("export_recording");
    late.facts.time += std::chrono::days(10);
    add(late);
    EXPECT_EQ(log->erase_personal(late.facts.time, late.facts.time), 2u);
    EXPECT_EQ(log->erase_personal(late.facts.time, late.facts.time), 0u);
    const auto all = page(0);
    ASSERT_EQ(all.size(), 4u);
    EXPECT_EQ(all[0].state, PersonalState::erased);
    EXPECT_EQ(all[0].personal, Personal());
    EXPECT_EQ(all[0].leaf.facts.action, "watch_live");
    EXPECT_EQ(all[2].state, PersonalState::present);
    EXPECT_EQ(all[3].leaf.facts.kind, Kind::erasure);
    close();
    const auto report = verified();
    EXPECT_EQ(report.faults, 0u) << faults();
    EXPECT_EQ(report.erased, 2u);
}

TEST_F(AuditLogTest, OldNamesAreErasedAtStart) {
    open();
    add("watch_live");
    close();
    clock.advance(std::chrono::days(366));
    open();
    EXPECT_EQ(page(0).at(0).state, PersonalState::erased);
    close();
    EXPECT_EQ(verified().faults, 0u) << faults();
}

// ---- what can't be written

TEST_F(AuditLogTest, WhatCanNotBeWrittenIsAnErrorAndTheNextOneIsFine) {
    open();
    add("sign_in");
    {
        FailingDisk disk(0, true, {.error = ENOSPC});
        const auto failed = try_add(make("watch_live"));
        ASSERT_FALSE(failed);
        EXPECT_EQ(failed.error().kind, ErrorKind::exhausted);
    }
    EXPECT_EQ(log->figures().failures, 1u);
    EXPECT_EQ(add("talk"), 1u);
    close();
    EXPECT_EQ(verified().faults, 0u) << faults();
}

TEST_F(AuditLogTest, AnEntryWhoseCheckpointFailedSaysThatItWasNotAcknowledged) {
    open();
    add("sign_in");
    {
        FailingDisk disk(1, true, {.error = EIO});  // 0 is the commit
        EXPECT_FALSE(try_add(make("watch_live")));
    }
    add("talk");
    const auto all = page(0);
    ASSERT_EQ(all.size(), 4u);
    EXPECT_EQ(all[2].leaf.facts.kind, Kind::result);
    EXPECT_EQ(all[2].leaf.facts.about, 1u);
    EXPECT_EQ(all[2].leaf.facts.status, 503);
    close();
    EXPECT_EQ(verified().faults, 0u) << faults();
}

TEST_F(AuditLogTest, TooManyWaitingAreRefused) {
    options.max_waiting = 0;
    open();
    const auto refused = try_add(make("watch_live"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::exhausted);
}

// ---- crashes: at operation n the disk stops, the process ends, and starts again

TEST_F(AuditLogTest, SurvivesACrashAtEveryOperation) {
    vedette::log::set_level(vedette::log::Level::off);
    bool reached = true;
    for (int n = 0; reached; ++n) {
        SCOPED_TRACE(n);
        reset();
        std::vector<std::uint64_t> acknowledged;
        {
            FailingDisk disk(n, true, {.error = EIO, .part = n % 3 == 0 ? 0.5 : 0});
            auto opened = AuditLog::open({.hub = folder->path()}, clock);
            if (opened) {
                log = std::move(*opened);
                for (int i = 0; i < 3; ++i)
                    if (const auto sequence = try_add(make("watch_live"))) acknowledged.push_back(*sequence);
                close();
            }
            reached = disk.was_reached();
        }
        open();
        const auto all = page(0);
        for (const std::uint64_t sequence : acknowledged) {
            ASSERT_LT(sequence, all.size());
            EXPECT_EQ(all[sequence].personal.name, "Ada");
        }
        add("talk");
        close();
        EXPECT_EQ(verified().faults, 0u) << faults();
        ASSERT_LT(n, 500);
    }
}

}  // namespace
}  // namespace vedette::hub::audit
