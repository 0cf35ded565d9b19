#pragma once
// A recorder that is started again and again, and whoever has its signing key: for this folder's tests alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/tile_log.hpp"
#include "gateway/vault/keys.hpp"
#include "gateway/vault/statement.hpp"
#include "gateway/vault/tamper_support.hpp"

namespace vedette::vault {

class RecorderEventTest : public testing::Test {
  protected:
    void SetUp() override { open(); }
    void open() {
        vault.reset();
        vault = opened(folder.path);
        ASSERT_TRUE(vault);
    }
    std::unique_ptr<Vault> opened(const fs::path& path) {
        VaultOptions options;
        options.folder = path;
        options.clock = &clock;
        options.retention_interval = std::chrono::milliseconds(0);
        options.version = "1.2.3";
        options.clock_trust = [this] { return trust; };
        auto result = Vault::open(std::move(options));
        EXPECT_TRUE(result) << result.error().message;
        if (!result) return nullptr;
        (*result)->state_start();
        EXPECT_TRUE((*result)->flush());
        return std::move(*result);
    }
    // Two fragments from now on, which then is behind them.
    void record(StreamKey key) {
        const std::uint64_t run = vault->begin_run(key, shared("init")).value();
        for (int i = 0; i < 2; ++i) {
            ASSERT_TRUE(vault->append(make_fragment(key, run, clock.utc_now(), i)));
            clock.advance(seconds(2));
        }
        ASSERT_TRUE(vault->flush());
    }
    std::vector<RecorderEvent> events() const { return vault->recordings(stream, everything).value().events; }
    std::vector<RecorderStart> starts() const {
        std::vector<RecorderStart> found;
        for (const RecorderEvent& event : events())
            if (const auto* start = std::get_if<RecorderStart>(&event)) found.push_back(*start);
        return found;
    }
    std::vector<ClockStep> steps() const {
        std::vector<ClockStep> found;
        for (const RecorderEvent& event : events())
            if (const auto* step = std::get_if<ClockStep>(&event)) found.push_back(*step);
        return found;
    }
    VerifyReport verified() const {
        const Verified result = check(folder.path);
        EXPECT_TRUE(result.report);
        EXPECT_THAT(result.faults, testing::IsEmpty());
        return result.report.value_or(VerifyReport{});
    }

    // What the owner of the signing key can do: another log of what the entries are made into.
    using Entries = std::vector<Bytes>;
    void sign_anew(const std::function<void(Entries&, OrganisationId)>& change) {
        vault.reset();
        const Layout layout{folder.path};
        const auto keys = KeyStore::open(layout).value();
        const std::uint64_t size =
            crypto::TileLog::open(layout.log(), keys->origin(), keys->signer()).value().size();
        Entries entries;
        ASSERT_TRUE(crypto::TileLogReader(layout.log())
                        .entries(0, size, [&](std::uint64_t, ByteView entry) -> Result<> {
                            entries.emplace_back(entry.begin(), entry.end());
                            return {};
                        }));
        change(entries, keys->organisation());
        const Bytes key = slurp(layout.vkey());
        fs::remove_all(layout.log());
        auto log = crypto::TileLog::open(layout.log(), keys->origin(), keys->signer()).value();
        for (const Bytes& entry : entries) log.append(entry);
        ASSERT_TRUE(log.publish());
        spill(layout.vkey(), key);
    }
    static std::size_t place_of_start(const Entries& entries, std::uint64_t number) {
        for (std::size_t i = 0; i < entries.size(); ++i)
            if (const auto header = parse_entry(entries[i]);
                header && header->type == RecordType::start && header->sequence == number)
                return i;
        ADD_FAILURE() << "no start " << number;
        return 0;
    }
    static Bytes entry_of(const RecorderEvent& event, OrganisationId organisation) {
        const Entry entry = encode_entry(event_header(event, organisation));
        return {entry.begin(), entry.end()};
    }
    std::vector<std::string> faults() const { return check(folder.path).faults; }

    VaultFolder folder;
    UtcTime t0 = from_unix_seconds(1'795'219'200);
    UtcInterval everything{t0 - 400 * day, t0 + 400 * day};
    SimulatedClock clock{t0};
    ClockTrust trust = ClockTrust::synchronised;
    StreamKey stream{CameraId::random(), 0};
    std::unique_ptr<Vault> vault;
};

}  // namespace vedette::vault
