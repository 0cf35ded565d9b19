// What a deletion that no rule made looks like to verify, whoever claims it.

#include "gateway/vault/keys.hpp"
#include "gateway/vault/test_retention.hpp"

namespace vedette::vault {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class RetentionForgeryTest : public RetentionTest {
  protected:
    void SetUp() override {
        RetentionTest::SetUp();
        record(stream, t0, 4);
        vault->set_retention(stream.camera, {.keep_days = 1, .keep_bytes = {}});
        vault.reset();
    }
    static constexpr std::uint64_t logged = 25;  // 24 records, and a start in front of them
    // What the owner of the signing key can do.
    void sign(const std::vector<RecordHeader>& statements) {
        const Layout layout{folder.path};
        const auto keys = KeyStore::open(layout).value();
        auto log = crypto::TileLog::open(layout.log(), keys->origin(), keys->signer()).value();
        for (RecordHeader statement : statements) {
            statement.organisation = keys->organisation();
            log.append(encode_entry(statement));
        }
        ASSERT_TRUE(log.publish());
    }
    // The second file, rightly.
    Expiry second_file() const {
        return {.stream = stream,
                .first_sequence = 6,
                .end_sequence = 12,
                .day = utc_day(t0),
                .interval = {t0 + seconds(8), t0 + seconds(16)},
                .rule = DeletionRule::keep_days,
                .value = 1,
                .deleted_at = t0 + 2 * day,
                .fragments = 4,
                .files = 1,
                .bytes = 1};
    }
    void remove_second_file() {
        std::vector<fs::path> files;
        for (const auto& file : fs::recursive_directory_iterator(folder.path / "media"))
            if (file.is_regular_file()) files.push_back(file.path());
        std::ranges::sort(files);
        fs::remove(files.at(1));
    }
    std::vector<std::string> faults() const { return check(folder.path).faults; }
};

TEST_F(RetentionForgeryTest, AFileThatWasRemovedByHandIsStillFound) {
    remove_second_file();
    EXPECT_THAT(faults(), Contains(HasSubstr("The file is missing")));
}

TEST_F(RetentionForgeryTest, WithAStatementItIsDeleted) {
    remove_second_file();
    sign({second_file().header({})});
    const Verified verified = check(folder.path);
    EXPECT_EQ(verified.report->by_rule.size(), 1u);
    for (const std::string& fault : verified.faults) EXPECT_THAT(fault, HasSubstr("index")) << fault;
}

TEST_F(RetentionForgeryTest, AStatementThatNobodySignedIsNone) {
    remove_second_file();
    // Somebody without the signing key puts it into entries and tiles, in the place of the last entry.
    const Layout layout{folder.path};
    const auto keys = KeyStore::open(layout).value();
    const fs::path kept = folder.path / "tlog" / "checkpoint";
    const Bytes checkpoint = slurp(kept);
    sign({second_file().header({})});
    spill(kept, checkpoint);
    EXPECT_THAT(faults(), Contains(HasSubstr("The file is missing"))) << "behind the checkpoint";

    const auto signer = crypto::Ed25519Signer::generate();
    fs::copy(folder.path / "tlog", folder.path / "foreign", fs::copy_options::recursive);
    std::vector<Bytes> entries;
    const crypto::TileLogReader reader(layout.log());
    ASSERT_TRUE(reader.entries(0, logged, [&](std::uint64_t, ByteView entry) -> Result<> {
        entries.emplace_back(entry.begin(), entry.end());
        return {};
    }));
    fs::remove_all(folder.path / "foreign");
    {
        auto forged = crypto::TileLog::open(folder.path / "foreign", keys->origin(), signer).value();
        RecordHeader statement = second_file().header(keys->organisation());
        for (std::size_t i = 0; i + 1 < entries.size(); ++i) forged.append(entries[i]);
        forged.append(encode_entry(statement));
        ASSERT_TRUE(forged.publish());
    }
    fs::remove_all(folder.path / "tlog" / "tile");
    fs::copy(folder.path / "foreign" / "tile", folder.path / "tlog" / "tile", fs::copy_options::recursive);
    fs::remove_all(folder.path / "foreign");
    const auto found = faults();
    EXPECT_THAT(found, Contains(HasSubstr("are not those that were signed")));
    EXPECT_THAT(found, Contains(HasSubstr("The file is missing"))) << "a statement excused it";
    EXPECT_TRUE(check(folder.path).report->by_rule.empty());
}

TEST_F(RetentionForgeryTest, AStatementInAnOpenFileIsNotSignedAtTheNextStart) {
    RecordHeader header = second_file().header({});
    header.stream = stream;
    header.segment = 24;
    header.sequence = 24;
    for (const RecordType type : {RecordType::expiry, RecordType::deletion, RecordType::hold_lifted}) {
        header.type = type;
        if (type == RecordType::deletion) header.stated_at.reset();
        header.rule = type == RecordType::expiry ? 1 : 0;
        header.payload_size = 0;
        header.digest = crypto::sha256({});
        Bytes file(block_size);
        encode_record_header(encode_entry(header), file);
        spill(folder.path / "media" / "open" / (stream.camera.text() + ".0.000000000024.seg"), file);
        open();
        const std::uint64_t size = vault->counters().log_size;
        vault.reset();
        EXPECT_EQ(size, logged);
    }
    EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(RetentionForgeryTest, WhatTheOwnerOfTheKeyMayNotSay) {
    const fs::path kept = folder.path.parent_path() / "kept";
    fs::copy(folder.path, kept, fs::copy_options::recursive);
    const auto expect = [&](const std::vector<RecordHeader>& statements, const std::string& reason) {
        fs::remove_all(folder.path);
        fs::copy(kept, folder.path, fs::copy_options::recursive);
        sign(statements);
        EXPECT_THAT(faults(), Contains(HasSubstr(reason)));
    };
    Expiry early = second_file();
    early.deleted_at = early.interval.end + day - seconds(1);
    expect({early.header({})}, "not older than 1 days");
    Expiry ahead = second_file();
    ahead.end_sequence = 25;
    expect({ahead.header({})}, "no such records");
    Expiry more = second_file();
    more.end_sequence = 18;
    expect({more.header({})}, "something else about them");
    Expiry part = second_file();
    part.first_sequence = 7;
    expect({part.header({})}, "something else about them");
    Expiry moved = second_file();
    moved.interval.start -= seconds(1);
    expect({moved.header({})}, "something else about them");
    RecordingHold held = hold(t0 + seconds(9), t0 + seconds(10));
    held.id = 7;
    expect({hold_header(held, {}), second_file().header({})}, "They were held (hold 7)");
    fs::remove_all(folder.path);
    fs::copy(kept, folder.path, fs::copy_options::recursive);
    remove_second_file();
    sign({hold_header(held, {}), hold_lifted_header(held, {}, t0), second_file().header({})});
    EXPECT_EQ(check(folder.path).report->by_rule.size(), 1u);
}

}  // namespace
}  // namespace vedette::vault
