#pragma once
// For this folder's tests: an audit log in a folder of its own.

#include <future>
#include <optional>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/test_folder.hpp"
#include "hub/audit/audit_log.hpp"
#include "hub/audit/layout.hpp"
#include "hub/audit/verify.hpp"

namespace vedette::hub::audit::testing {

class AuditFixture : public ::testing::Test {
  protected:
    ~AuditFixture() override { close(); }

    void open() {
        options.hub = folder->path();
        options.organisation = organisation;
        auto opened = AuditLog::open(options, clock);
        ASSERT_TRUE(opened) << opened.error().message;
        log = std::move(*opened);
    }
    void close() { log.reset(); }
    void reset() {
        close();
        folder.reset();
        folder.emplace();
    }

    Entry make(std::string action, bool allowed = true) const {
        Entry entry;
        entry.facts.time = clock.utc_now();
        entry.facts.organisation = organisation;
        entry.facts.who = Who::user;
        entry.facts.user = user;
        entry.facts.object = ObjectKind::camera;
        entry.facts.camera = camera;
        entry.facts.allowed = allowed;
        entry.facts.action = std::move(action);
        entry.facts.reason = allowed ? "role_permits" : "not_permitted";
        entry.personal = {.name = "Ada",
                          .address = "192.0.2.7",
                          .camera_name = "Gate",
                          .details = R"({"seconds":"seventeen"})"};
        return entry;
    }
    Result<std::uint64_t> try_add(Entry entry) { return wait(log->append(std::move(entry))); }
    std::uint64_t add(Entry entry) {
        const auto sequence = try_add(std::move(entry));
        EXPECT_TRUE(sequence) << sequence.error().message;
        return sequence.value_or(0);
    }
    std::uint64_t add(std::string action, bool allowed = true) {
        return add(make(std::move(action), allowed));
    }

    std::vector<ListedWithResult> list(const Query& query) {
        auto all = wait(log->list(query));
        EXPECT_TRUE(all) << all.error().message;
        return all.value_or(std::vector<ListedWithResult>());
    }
    std::vector<Listed> page(std::uint64_t from) {
        auto all = wait(log->page({.organisation = organisation}, from));
        EXPECT_TRUE(all) << all.error().message;
        return all.value_or(std::vector<Listed>());
    }

    /// Closes nothing: works beside a log that is open.
    VerifyReport verified(const VerifyOptions& how = {}) {
        faults_.clear();
        const auto report = verify({folder->path()}, how, [this](const Fault& f) { faults_.push_back(f); });
        EXPECT_TRUE(report) << report.error().message;
        return report.value_or(VerifyReport());
    }
    std::string faults() const {
        std::string all;
        for (const Fault& fault : faults_) all += to_text(fault) + "\n";
        return all;
    }

    static int mode_of(const std::filesystem::path& path) {
        struct stat status{};
        return ::stat(path.c_str(), &status) == 0 ? static_cast<int>(status.st_mode & 0777) : -1;
    }

    std::optional<TestFolder> folder{std::in_place};
    Options options;
    SimulatedClock clock{from_unix_seconds(1'800'000'000)};
    OrganisationId organisation = OrganisationId::random();
    UserId user = UserId::random();
    CameraId camera = CameraId::random();
    std::shared_ptr<AuditLog> log;
    std::vector<Fault> faults_;

  private:
    template <class T>
    static T wait(boost::asio::awaitable<T> task) {
        boost::asio::io_context io;
        std::optional<T> value;
        boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T v) {
            if (error) std::rethrow_exception(error);
            value.emplace(std::move(v));
        });
        io.run();
        return std::move(value).value();
    }
};

}  // namespace vedette::hub::audit::testing
