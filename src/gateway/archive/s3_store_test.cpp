// Against a real S3 server: tests/interop/s3_test.py starts one and says where in VEDETTE_S3 (s3://...),
// VEDETTE_S3_AUTHORITIES (PEM), VEDETTE_S3_ACCESS_KEY and VEDETTE_S3_SECRET_KEY.

#include "gateway/archive/s3_store.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.hpp"
#include "base/test_depth.hpp"
#include "base/test_failing_disk.hpp"
#include "gateway/vault/test_support.hpp"
#include "gateway/vault/tools.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::archive {
namespace {

namespace fs = std::filesystem;
using vault::ObjectStore;

std::string variable(const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? "" : text;
}

/// A server that can be cut off.
class Switched final : public ObjectStore {
  public:
    Switched(std::unique_ptr<ObjectStore> store, const std::atomic<bool>& is_on)
        : store_(std::move(store)), is_on_(is_on) {}
    Result<> put(const std::string& key, const File& file, std::uint64_t size,
                 const crypto::Sha256Digest& digest) override {
        return is_on_ ? store_->put(key, file, size, digest) : Result<>(off());
    }
    Result<> put(const std::string& key, ByteView bytes) override {
        return is_on_ ? store_->put(key, bytes) : Result<>(off());
    }
    Result<std::size_t> read(const std::string& key, std::uint64_t offset,
                             std::span<std::byte> out) override {
        return is_on_ ? store_->read(key, offset, out) : Result<std::size_t>(off());
    }
    Result<std::uint64_t> size(const std::string& key) override {
        return is_on_ ? store_->size(key) : Result<std::uint64_t>(off());
    }
    Result<std::vector<vault::StoredObject>> list(const std::string& prefix) override {
        return is_on_ ? store_->list(prefix) : Result<std::vector<vault::StoredObject>>(off());
    }
    Result<> remove(const std::string& key) override {
        return is_on_ ? store_->remove(key) : Result<>(off());
    }
    void interrupt() override { store_->interrupt(); }

  private:
    static std::unexpected<Error> off() { return fail(ErrorKind::unavailable, "the cable is pulled"); }
    std::unique_ptr<ObjectStore> store_;
    const std::atomic<bool>& is_on_;
};

class S3StoreTest : public testing::Test {
  protected:
    void SetUp() override {
        base = variable("VEDETTE_S3");
        if (base.empty()) GTEST_SKIP() << "no S3 server: tests/interop/s3_test.py starts one";
        begin_anew();
    }
    // Each test has a prefix of its own in the bucket, which the first one makes.
    void begin_anew() {
        address = base + "/" + CameraId::random().text();
        auto bucket = connect_s3(base, settings(), clock);
        ASSERT_TRUE(bucket) << bucket.error().message;
        const auto made = (*bucket)->put("", ByteView());
        ASSERT_TRUE(made) << made.error().message;
    }
    static S3Settings settings() {
        return {.key = {variable("VEDETTE_S3_ACCESS_KEY"), Secret(variable("VEDETTE_S3_SECRET_KEY")),
                        "us-east-1"},
                .authorities = variable("VEDETTE_S3_AUTHORITIES")};
    }
    std::unique_ptr<ObjectStore> store(std::size_t page = 1000) {
        S3Settings with = settings();
        with.page = page;
        return connect_s3(address, std::move(with), clock).value();
    }

    std::string base;
    std::string address;
    SystemClock clock;
};

TEST_F(S3StoreTest, ObjectsAreWrittenReadListedAndRemoved) {
    const auto objects = store(2);
    EXPECT_EQ(objects->size("media/a").error().kind, ErrorKind::not_found);
    std::array<std::byte, 100> out{};
    EXPECT_EQ(objects->read("media/a", 0, out).error().kind, ErrorKind::not_found);
    EXPECT_TRUE(objects->remove("media/a")) << "what is not there need not be removed";
    for (const char* key : {"media/a", "media/b", "media/c", "media/d e", "media/f", "other/x"})
        ASSERT_TRUE(objects->put(key, as_bytes(std::string("content of ") + key)));
    EXPECT_EQ(objects->size("media/d e").value(), 20u);
    EXPECT_EQ(objects->read("media/a", 11, out).value(), 7u);
    EXPECT_EQ(as_text(ByteView(out).first(7)), "media/a");
    EXPECT_EQ(objects->read("media/a", 18, out).value(), 0u) << "behind the end";
    std::vector<std::string> listed;
    for (const auto& [key, modified] : objects->list("media/").value()) {
        listed.push_back(key);
        EXPECT_LT(std::chrono::abs(clock.utc_now() - modified), Ticks90k(std::chrono::hours(1))) << key;
    }
    std::ranges::sort(listed);
    EXPECT_EQ(listed, (std::vector<std::string>{"media/a", "media/b", "media/c", "media/d e", "media/f"}));
    ASSERT_TRUE(objects->remove("media/b"));
    EXPECT_EQ(objects->list("media/b").value().size(), 0u);
}

TEST_F(S3StoreTest, WhoeverMayNotIsToldSo) {
    S3Settings wrong = settings();
    wrong.key.secret_key = Secret("not the secret");
    const auto refused = connect_s3(address, std::move(wrong), clock).value()->size("media/a");
    EXPECT_EQ(refused.error().kind, ErrorKind::forbidden);
    EXPECT_FALSE(refused.error().message.contains("not the secret"));

    S3Settings others = settings();
    others.authorities.clear();  // the system's, which do not vouch for it
    EXPECT_FALSE(connect_s3(address, std::move(others), clock).value()->size("media/a"));
    const std::string nobody = "s3://127.0.0.1:1/bucket";
    EXPECT_EQ(connect_s3(nobody, settings(), clock).value()->size("a").error().kind, ErrorKind::unavailable);
}

// A stop does not wait for a server that says nothing.
TEST_F(S3StoreTest, WhatGoesOnIsInterrupted) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&place), size), 0);
    ASSERT_EQ(::listen(listener, 1), 0);
    ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&place), &size), 0);
    const std::string silent = fmt::format("s3://127.0.0.1:{}/bucket", ntohs(place.sin_port));
    const auto objects = connect_s3(silent, settings(), clock).value();
    const auto begun = std::chrono::steady_clock::now();
    std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        objects->interrupt();
    });
    EXPECT_EQ(objects->size("a").error().kind, ErrorKind::cancelled);
    EXPECT_EQ(objects->size("a").error().kind, ErrorKind::cancelled);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
    ::close(listener);
}

class S3ArchiveTest : public S3StoreTest {
  protected:
    static constexpr int fragments = 15;  // three files

    Result<> start() {
        vault.reset();
        vault::VaultOptions options;
        options.folder = folder->path;
        options.clock = &simulated;
        options.sync_interval = std::chrono::milliseconds(20);
        options.checkpoint_interval = std::chrono::hours(1);
        options.segment_length = vault::seconds(10);
        options.retention_interval = std::chrono::milliseconds(0);
        options.place_interval = std::chrono::milliseconds(0);
        options.archive = vault::PlaceOption{"old", address};
        options.archive_after = std::chrono::hours(24);
        options.connect_archive = connector();
        VEDETTE_TRY(vault, vault::Vault::open(options));
        return {};
    }
    vault::ConnectArchive connector() {
        return [this](const std::string& where) -> Result<std::unique_ptr<ObjectStore>> {
            VEDETTE_TRY(auto objects, connect_s3(where, settings(), clock));
            return std::make_unique<Switched>(std::move(objects), is_on);
        };
    }
    void begin_store() {
        begin_anew();
        folder.emplace();
        stream = {CameraId::random(), 0};
        simulated = SimulatedClock{t0};
    }
    // Recorded, closed, and old enough.
    void record_old() {
        const auto started = start();
        ASSERT_TRUE(started) << started.error().message;
        const std::uint64_t run = vault->begin_run(stream, vault::shared("init")).value();
        for (int i = 0; i < fragments; ++i)
            ASSERT_TRUE(vault->append(vault::make_fragment(stream, run, t0 + vault::seconds(2 * i), i)));
        ASSERT_TRUE(vault->flush());
        const auto again = start();
        ASSERT_TRUE(again) << again.error().message;
        simulated.advance(std::chrono::hours(30));
    }
    vault::Played play() {
        auto cursor = vault->read(stream, t0);
        return vault::play_all(*cursor);
    }
    vault::Layout layout() { return {folder->path, connector()}; }
    vault::VerifyReport verify_all() {
        const auto report = vault::verify(
            layout(), {}, [&](const vault::Fault& fault) { ADD_FAILURE() << vault::to_text(fault, 2); });
        EXPECT_TRUE(report) << report.error().message;
        return report.value_or(vault::VerifyReport{});
    }

    std::optional<vault::VaultFolder> folder;
    vault::StreamKey stream{CameraId::random(), 0};
    UtcTime t0 = from_unix_seconds(1'795'228'500);
    SimulatedClock simulated{t0};
    std::atomic<bool> is_on = true;
    std::unique_ptr<vault::Vault> vault;
};

TEST_F(S3ArchiveTest, WhatIsOldMovesAndIsPlayedVerifiedMadeAnewAndDeletedThere) {
    begin_store();
    record_old();
    ASSERT_TRUE(vault->expire());
    const auto keys = store()->list("media/").value();
    ASSERT_EQ(keys.size(), 3u);
    const vault::Played played = play();
    ASSERT_EQ(played.fragments.size(), static_cast<std::size_t>(fragments));
    for (int i = 0; i < fragments; ++i)
        EXPECT_TRUE(vault::is_payload(*played.fragments[static_cast<std::size_t>(i)].data, i)) << i;
    // What lies there is sealed.
    Bytes object(store()->size(keys.front().key).value());
    ASSERT_EQ(store()->read(keys.front().key, 0, object).value(), object.size());
    const ByteView plain = ByteView(*vault::payload(0)).subspan(1000, 64);
    EXPECT_TRUE(std::ranges::search(object, plain).empty());

    vault.reset();
    EXPECT_EQ(verify_all().fragments, static_cast<std::uint64_t>(fragments));
    fs::remove(folder->path / "index.db");
    ASSERT_TRUE(vault::vault_rebuild(layout()));
    ASSERT_TRUE(start());
    EXPECT_EQ(play().fragments.size(), static_cast<std::size_t>(fragments));

    simulated.advance(std::chrono::hours(24 * 10));
    vault->set_retention(stream.camera, {.keep_days = 5});
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(store()->list("media/").value().size(), 0u);
    vault.reset();
    verify_all();
}

TEST_F(S3ArchiveTest, WhatWasAlteredThereIsFound) {
    begin_store();
    record_old();
    ASSERT_TRUE(vault->expire());
    vault.reset();
    const std::string key = store()->list("media/").value().front().key;
    Bytes object(store()->size(key).value());
    ASSERT_TRUE(store()->read(key, 0, object));
    object[object.size() / 2] ^= std::byte{1};
    ASSERT_TRUE(store()->put(key, object));
    std::uint64_t faults = 0;
    ASSERT_TRUE(vault::verify(layout(), {}, [&](const vault::Fault&) { ++faults; }));
    EXPECT_EQ(faults, 1u);
    ASSERT_TRUE(store()->remove(key));
    faults = 0;
    ASSERT_TRUE(vault::verify(layout(), {}, [&](const vault::Fault& fault) {
        EXPECT_EQ(fault.reason, "The file is missing: it was removed.");
        ++faults;
    }));
    EXPECT_EQ(faults, 1u);
}

TEST_F(S3ArchiveTest, WhatNobodyKnowsIsNamedAndWhatIsOursAndNotNeededGoesAfterADay) {
    begin_store();
    record_old();
    ASSERT_TRUE(vault->expire());
    const std::string key = store()->list("media/").value().front().key;
    Bytes object(store()->size(key).value());
    ASSERT_TRUE(store()->read(key, 0, object));

    // Of another installation, of nobody, and beside.
    const vault::VaultFolder others;
    const vault::StreamKey theirs{CameraId::random(), 0};
    std::string foreign;
    {
        const auto other = vault::open_vault(others.path).value();
        const std::uint64_t run = other->begin_run(theirs, vault::shared("init")).value();
        ASSERT_TRUE(other->append(vault::make_fragment(theirs, run, t0, 1)));
    }
    for (const auto& file : fs::recursive_directory_iterator(others.path / "media"))
        if (file.path().extension() == ".seg") {
            foreign = "media/" + file.path().lexically_relative(others.path / "media").string();
            ASSERT_TRUE(store()->put(foreign, read_file(file.path(), 1 << 20).value()));
        }
    ASSERT_TRUE(store()->put("media/note.txt", as_bytes("x")));
    ASSERT_TRUE(store()->put("other/x", as_bytes("x")));

    vault.reset();
    std::vector<std::string> faults;
    const auto verified = [&] {
        faults.clear();
        return vault::verify(layout(), {},
                             [&](const vault::Fault& fault) { faults.push_back(vault::to_text(fault, 2)); })
            .value();
    };
    const vault::VerifyReport report = verified();
    ASSERT_EQ(faults.size(), 2u);
    EXPECT_TRUE(faults[0].contains("an object in the archive that nobody knows") &&
                faults[0].contains("media/note.txt"))
        << faults[0];
    EXPECT_TRUE(faults[1].contains("are of another installation of Vedette")) << faults[1];
    EXPECT_EQ(report.strangers, 2u);
    EXPECT_EQ(report.fragments, static_cast<std::uint64_t>(fragments));
    EXPECT_EQ(report.beside.at("old").names, std::vector<std::string>{"other/x"});

    // What a rule has deleted, and an interrupted copy has put there again.
    ASSERT_TRUE(start());
    simulated.advance(std::chrono::hours(24 * 60));
    vault->set_retention(stream.camera, {.keep_days = 5});
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(store()->list("media/").value().size(), 2u);
    ASSERT_TRUE(store()->put(key, object));
    EXPECT_EQ(verified().leftovers, 1u);
    simulated.advance(std::chrono::hours(48));
    ASSERT_TRUE(vault->expire());
    std::vector<std::string> left;
    for (const auto& [name, modified] : store()->list("").value()) left.push_back(name);
    std::ranges::sort(left);
    std::vector<std::string> expected{foreign, "media/note.txt", "other/x", "vedette-place"};
    std::ranges::sort(expected);
    EXPECT_EQ(left, expected);
}

TEST_F(S3ArchiveTest, WhileNobodyAnswersItIsAway) {
    begin_store();
    record_old();
    ASSERT_TRUE(vault->expire());
    is_on = false;
    ASSERT_TRUE(vault->check_places());
    EXPECT_EQ(vault->places().back().state, vault::PlaceState::away);
    EXPECT_EQ(play().fragments.size(), 0u);
    EXPECT_GT(play().damage, 0u);
    ASSERT_TRUE(start()) << "a start needs no archive";
    vault.reset();
    const vault::VerifyReport report = verify_all();
    EXPECT_EQ(report.fragments, 0u);
    ASSERT_TRUE(report.away.contains("old"));
    EXPECT_EQ(report.away.at("old").fragments, static_cast<std::uint64_t>(fragments));
    // Deleted meanwhile.
    ASSERT_TRUE(start());
    simulated.advance(std::chrono::hours(24 * 10));
    vault->set_retention(stream.camera, {.keep_days = 5});
    ASSERT_TRUE(vault->expire());
    is_on = true;
    EXPECT_EQ(store()->list("media/").value().size(), 3u);
    ASSERT_TRUE(vault->check_places());
    EXPECT_EQ(vault->places().back().state, vault::PlaceState::good);
    EXPECT_EQ(store()->list("media/").value().size(), 0u);
}

TEST_F(S3ArchiveTest, WhereverItIsCutOffNothingIsLostAndTheNextStartGoesOn) {
    log::set_level(log::Level::off);
    for (int at = 0;; at += test_step(2)) {
        begin_store();
        record_old();
        bool was_reached = false;
        {
            FailingDisk failing(at, true, {EIO, 0});
            (void)vault->expire();
            was_reached = failing.was_reached();
            vault.reset();
        }
        EXPECT_EQ(verify_all().fragments, static_cast<std::uint64_t>(fragments)) << at;
        ASSERT_TRUE(start());
        ASSERT_TRUE(vault->expire());
        EXPECT_EQ(play().fragments.size(), static_cast<std::size_t>(fragments)) << at;
        EXPECT_EQ(store()->list("media/").value().size(), 3u) << at;
        vault.reset();
        EXPECT_EQ(verify_all().fragments, static_cast<std::uint64_t>(fragments)) << at;
        if (!was_reached) break;
    }
    log::set_level(log::Level::info);
}

TEST_F(S3ArchiveTest, ADeletedCameraIsDeletedThere) {
    begin_store();
    record_old();
    ASSERT_TRUE(vault->expire());
    ASSERT_TRUE(vault->delete_camera(stream.camera));
    EXPECT_EQ(store()->list("media/").value().size(), 0u);
    vault.reset();
    verify_all();
}

}  // namespace
}  // namespace vedette::archive
