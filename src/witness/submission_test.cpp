// A log and a witness over real HTTPS, in one process: what is kept, what is told, and when it is overdue.

#include "witness/submission.hpp"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/test_folder.hpp"
#include "crypto/certificates.hpp"
#include "crypto/tile_log.hpp"
#include "net/event_loop.hpp"
#include "net/http_server.hpp"
#include "net/timeout.hpp"
#include "witness/service.hpp"

namespace vedette::witness {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class SubmissionTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }
    SubmissionTest() {
        std::signal(SIGPIPE, SIG_IGN);
        Ledger ledger = Ledger::open(folder_.path() / "witness").value();
        verifier_ = ledger.verifier();
        auto authority = crypto::CertificateAuthority::open(folder_.path() / "tls", clock_).value();
        server_ = net::HttpServer::start(loop_.executor(),
                                         {.address = "127.0.0.1", .port = 0, .limits = service_limits()},
                                         authority.server_certificate({"localhost"}).value(),
                                         make_service(std::move(ledger), clock_))
                      .value();
        port_ = server_->port();
        grow(5);
        const crypto::NoteVerifier log{std::string(name_), signer_.public_key()};
        EXPECT_TRUE(replace_file(folder_.path() / "vkey", as_bytes(log.vkey() + "\n")));
        log_ = log;
    }

    void grow(std::uint64_t size, const std::string& prefix = "", const char* folder = "log") const {
        auto log = crypto::TileLog::open(folder_.path() / folder, std::string(name_), signer_).value();
        while (log.size() < size) log.append(as_bytes(prefix + std::to_string(log.size())));
        ASSERT_TRUE(log.publish());
    }
    void trust() { ASSERT_TRUE(Ledger::open(folder_.path() / "witness")->trust(log_)); }
    std::shared_ptr<Submissions> submit(const char* folder = "log") {
        return std::make_shared<Submissions>(
            SubmissionOptions{.data = folder_.path(), .look = 10ms, .first_pause = 10ms, .last_pause = 50ms},
            std::vector<OwnLog>{{"recordings", folder_.path() / folder, folder_.path() / "vkey"}},
            std::vector<Address>{{verifier_, Place{"127.0.0.1", port_, ""}}}, clock_, loop_.executor());
    }
    using Condition = std::function<bool(const SubmissionStatus&)>;
    static net::Awaitable<void> wait(std::shared_ptr<Submissions> submissions, Condition condition) {
        for (int i = 0; i < 2000 && !condition(submissions->statuses().front()); ++i)
            co_await net::sleep_for(10ms);
    }
    static net::Awaitable<void> end(std::shared_ptr<Submissions> submissions) {
        auto ending = submissions->stop();
        co_await std::move(ending);
    }
    SubmissionStatus wait_for(const std::shared_ptr<Submissions>& submissions, Condition condition) {
        loop_.run_until(wait(submissions, std::move(condition)));
        return submissions->statuses().front();
    }
    static Condition has_cosigned(std::uint64_t size) {
        return [size](const SubmissionStatus& s) {
            return s.state == SubmissionState::cosigned && s.cosigned_entries == size;
        };
    }
    std::string kept() const {
        const auto bytes =
            read_file(cosigned_path(folder_.path(), "recordings", verifier_), crypto::max_note_size);
        return bytes ? std::string(as_text(*bytes)) : "";
    }

    static constexpr std::string_view name_ = "example.com/log";
    const TestFolder folder_{memory_place()};
    SimulatedClock clock_{from_unix_seconds(1'790'000'000)};
    const crypto::Ed25519Signer signer_ = crypto::Ed25519Signer::generate();
    crypto::NoteVerifier log_;
    crypto::WitnessVerifier verifier_;
    net::EventLoop loop_{"test"};
    std::unique_ptr<net::HttpServer> server_;
    std::uint16_t port_ = 0;
};

TEST_F(SubmissionTest, EachCheckpointIsCosignedAndKept) {
    trust();
    const auto submissions = submit();
    const SubmissionStatus first = wait_for(submissions, has_cosigned(5));
    EXPECT_EQ(first.cosigned_at, from_unix_seconds(1'790'000'000));
    EXPECT_EQ(first.waiting_entries, 0u);
    EXPECT_EQ(crypto::open_checkpoint(kept(), log_)->size, 5u);
    EXPECT_EQ(crypto::cosigned_at(kept(), verifier_), 1'790'000'000u);
    grow(300);
    EXPECT_EQ(wait_for(submissions, has_cosigned(300)).cosigned_entries, 300u);
    // One that was damaged here, or lost, is fetched again, without any growth.
    ASSERT_TRUE(write_file_synced(cosigned_path(folder_.path(), "recordings", verifier_), as_bytes("x")));
    wait_for(submissions, [this](const SubmissionStatus&) { return kept().size() > 10; });
    EXPECT_EQ(crypto::open_checkpoint(kept(), log_)->size, 300u);
    loop_.run_until(end(submissions));
}

TEST_F(SubmissionTest, AWitnessThatDoesNotKnowTheLogBecomesOverdue) {
    const auto submissions = submit();
    SubmissionStatus status =
        wait_for(submissions, [](const SubmissionStatus& s) { return s.state == SubmissionState::failing; });
    EXPECT_THAT(status.problem, HasSubstr("vedette witness trust"));
    EXPECT_EQ(status.waiting_entries, 5u);
    EXPECT_FALSE(status.overdue);
    clock_.advance(299s);
    EXPECT_FALSE(submissions->statuses().front().overdue);
    clock_.advance(2s);
    EXPECT_TRUE(submissions->statuses().front().overdue);
    trust();
    status = wait_for(submissions, has_cosigned(5));
    EXPECT_FALSE(status.overdue);
    EXPECT_EQ(status.problem, "");
    loop_.run_until(end(submissions));
}

TEST_F(SubmissionTest, AnotherHistoryIsRefusedAtOnce) {
    trust();
    grow(20);
    const auto submissions = submit();
    wait_for(submissions, has_cosigned(20));
    loop_.run_until(end(submissions));
    const std::string before = kept();

    const auto is_refused = [](const SubmissionStatus& s) { return s.state == SubmissionState::refused; };
    grow(30, "other ", "fork");
    const auto forked = submit("fork");
    SubmissionStatus status = wait_for(forked, is_refused);
    EXPECT_TRUE(status.overdue);
    EXPECT_THAT(status.problem, HasSubstr("does not go on from what was cosigned"));
    loop_.run_until(end(forked));
    EXPECT_EQ(kept(), before) << "a refusal takes nothing away";

    grow(7, "", "older");
    const auto older = submit("older");
    status = wait_for(older, is_refused);
    EXPECT_THAT(status.problem, HasSubstr("saw 20 entries of the log of the recordings, which has 7 now"));
    loop_.run_until(end(older));
}

}  // namespace
}  // namespace vedette::witness
