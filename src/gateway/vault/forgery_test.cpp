// Alterations that leave every byte genuine, and alterations of the files beside the recordings.

#include <gmock/gmock.h>

#include "base/test_depth.hpp"
#include "gateway/vault/format_file.hpp"
#include "gateway/vault/tamper_support.hpp"
#include "gateway/vault/tools.hpp"

namespace vedette::vault {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ForgeryTest : public TamperTest {
  protected:
    struct Place {
        std::size_t at;
        std::size_t size;
    };
    // Where the fragments of a file lie.
    static std::vector<Place> fragments_of(ByteView bytes) {
        std::vector<Place> places;
        for (std::size_t at = 0; at < bytes.size();) {
            const RecordHeader header = parse_record_header(bytes.subspan(at)).value();
            if (header.type == RecordType::fragment) places.push_back({at, header.stored_size()});
            at += header.stored_size();
        }
        return places;
    }
    static Bytes joined(std::initializer_list<ByteView> parts) {
        Bytes all;
        for (const ByteView part : parts) all.insert(all.end(), part.begin(), part.end());
        return all;
    }
    // One fault, which names the stream, its time, and this reason; all else but `lost` fragments is counted.
    void expect_fault(const std::string& reason, std::uint64_t lost) {
        const Verified verified = check(folder.path);
        ASSERT_TRUE(verified.report) << verified.report.error().message;
        ASSERT_FALSE(verified.faults.empty()) << reason;
        bool told = false;
        for (const std::string& fault : verified.faults) {
            EXPECT_THAT(fault, AllOf(HasSubstr(stream.camera.text()), HasSubstr("2026-11-21 ")));
            EXPECT_THAT(fault, Not(HasSubstr(other.camera.text())));
            told = told || fault.find(reason) != std::string::npos;
        }
        EXPECT_TRUE(told) << verified.faults.front();
        EXPECT_EQ(verified.report->fragments, 2u * fragment_total - lost);
    }
    // A fault about the log or a file beside the recordings, all of which verify.
    void expect_fault_beside(const std::string& reason) {
        const Verified verified = check(folder.path);
        ASSERT_TRUE(verified.report) << verified.report.error().message;
        EXPECT_THAT(verified.faults, testing::Contains(HasSubstr(reason)));
        EXPECT_EQ(verified.report->fragments, 2u * fragment_total);
    }
    fs::path only_file_in(const fs::path& inside) const {
        return fs::directory_iterator(folder.path / inside)->path();
    }
    static void run_sql(const fs::path& database, const std::string& sql) {
        const std::string command = fmt::format("sqlite3 '{}' \"{}\"", database.string(), sql);
        ASSERT_EQ(std::system(command.c_str()), 0) << command;
    }
};

TEST_F(ForgeryTest, TwoRecordsSwappedWithinAFile) {
    const Bytes original = slurp(files[0]);
    const auto places = fragments_of(original);
    const Place a = places[3];
    const Place b = places[4];
    const ByteView all = original;
    spill(files[0], joined({all.first(a.at), all.subspan(b.at, b.size), all.subspan(a.at, a.size),
                            all.subspan(b.at + b.size)}));
    expect_fault("were swapped", 0);
}

TEST_F(ForgeryTest, TwoFilesSwappedByName) {
    fs::rename(files[0], folder.path / "aside");
    fs::rename(files[1], files[0]);
    fs::rename(folder.path / "aside", files[1]);
    expect_fault("swapped or renamed", fragment_total);
}

TEST_F(ForgeryTest, ARecordDuplicated) {
    const Bytes original = slurp(files[0]);
    const ByteView all = original;
    const Place a = fragments_of(original)[5];
    spill(files[0], joined({all.first(a.at), all.subspan(a.at, a.size), all.subspan(a.at)}));
    expect_fault("something was put between them", 0);
    spill(files[0], joined({all, all.subspan(a.at, a.size)}));
    expect_fault("Nobody signed them", 0);
}

TEST_F(ForgeryTest, ARecordReplacedByAnOlderOneOfTheSameCamera) {
    const Bytes older = slurp(files[0]);
    const Bytes newer = slurp(files[1]);
    const Place from = fragments_of(older)[4];
    const Place to = fragments_of(newer)[4];
    Bytes forged = newer;
    for (std::size_t i = 0; i < std::min(from.size, to.size); ++i) forged[to.at + i] = older[from.at + i];
    spill(files[1], forged);
    expect_fault("replaced by another recording", 1);
    // Also when it is made to look right: back-dated, with a hash of its own.
    RecordHeader header = parse_record_header(ByteView(newer).subspan(to.at)).value();
    header.start = header.start - seconds(7);
    forged = newer;
    encode_record_header(encode_entry(header), std::span(forged).subspan(to.at));
    spill(files[1], forged);
    expect_fault("replaced by another record", 1);
    // And by one of the same file.
    forged = newer;
    const Place same = fragments_of(newer)[2];
    for (std::size_t i = 0; i < std::min(same.size, to.size); ++i) forged[to.at + i] = newer[same.at + i];
    spill(files[1], forged);
    expect_fault("a copy of record", 1);
}

TEST_F(ForgeryTest, AFileCutInTheMiddle) {
    const Bytes original = slurp(files[0]);
    const auto places = fragments_of(original);
    for (const std::size_t kept : {std::size_t{1}, places.size() / 2, places.size() - 1}) {
        const std::uint64_t lost = places.size() - kept;
        spill(files[0], ByteView(original).first(places[kept].at));
        expect_fault("the end of the file was cut off", lost);
        spill(files[0], ByteView(original).first(places[kept].at + 100));
        expect_fault("", lost);
        spill(files[0], ByteView(original).first(places[kept].at + 5000));
        expect_fault("", lost);
    }
    spill(files[0], {});
    expect_fault("the end of the file was cut off", places.size());
}

TEST_F(ForgeryTest, FilesThatDoNotBelongThere) {
    const fs::path day = files[0].parent_path();
    const fs::path empty = day / "empty.seg";
    spill(empty, {});
    expect_fault_beside("no recording of this gateway");
    fs::remove(empty);
    spill(folder.path / "media" / "readme.txt", as_bytes("hello"));
    expect_fault_beside("readme.txt");
    fs::remove(folder.path / "media" / "readme.txt");
    // A name that could be a segment's.
    const fs::path made_up = day / (stream.camera.text() + ".0.000000000007.seg");
    spill(made_up, {});
    expect_fault_beside("came from elsewhere");
    fs::remove(made_up);
    fs::copy_file(files[0], folder.path / "media" / "open" / files[0].filename());
    expect_fault("second copy", 0);
    fs::remove(folder.path / "media" / "open" / files[0].filename());
    EXPECT_TRUE(check(folder.path).faults.empty());
}

// Somebody with all keys goes back to what was there an hour ago, and records another hour: every signature
// is good. The checkpoint that was copied meanwhile tells.
TEST_F(ForgeryTest, AnHourThatWasSignedAnewIsFoundByACheckpointThatWasKept) {
    const fs::path before = folder.path.parent_path() / "before";
    fs::copy(folder.path, before, fs::copy_options::recursive);
    const auto record_hour = [&](int number) {
        auto vault = open_vault(folder.path);
        ASSERT_TRUE(vault);
        const std::uint64_t run = (*vault)->begin_run(stream, shared("init")).value();
        for (int i = 0; i < 20; ++i)
            ASSERT_TRUE((*vault)->append(make_fragment(stream, run, t0 + seconds(200 + 2 * i), number + i)));
    };
    const auto checkpoint = [&] { return std::string(as_text(slurp(folder.path / "tlog/checkpoint"))); };
    const std::string kept_before = checkpoint();
    record_hour(1000);
    const std::string kept = checkpoint();
    const auto faults = [&](const std::string& text) {
        return check(folder.path, {.kept_checkpoint = text}).faults;
    };
    EXPECT_THAT(faults(kept_before), testing::IsEmpty());
    EXPECT_THAT(faults(kept), testing::IsEmpty());

    fs::remove_all(folder.path);
    fs::copy(before, folder.path, fs::copy_options::recursive);
    EXPECT_THAT(faults(kept), testing::ElementsAre(HasSubstr("its end was cut off")));
    record_hour(2000);
    EXPECT_THAT(check(folder.path).faults, testing::IsEmpty()) << "its own checkpoint can't tell";
    EXPECT_THAT(faults(kept_before), testing::IsEmpty());
    EXPECT_THAT(faults(kept), testing::ElementsAre(HasSubstr("was altered, and signed anew")));

    EXPECT_EQ(check(folder.path, {.kept_checkpoint = "checkpoint"}).report.error().kind,
              ErrorKind::invalid_input);
    VaultFolder stranger;
    {
        auto vault = open_vault(stranger.path);
    }
    const std::string of_another(as_text(slurp(stranger.path / "tlog/checkpoint")));
    EXPECT_THAT(check(folder.path, {.kept_checkpoint = of_another}).report.error().message,
                HasSubstr("another log's"));
}

// Every byte of every small file that the proof or the opening of recordings needs.
TEST_F(ForgeryTest, NoByteBesideTheRecordingsIsChangedUnseen) {
    const fs::path bundle = only_file_in("tlog/tile/entries/000.p").lexically_relative(folder.path);
    const fs::path tile = only_file_in("tlog/tile/0/000.p").lexically_relative(folder.path);
    for (const fs::path& name : {fs::path("format"), fs::path("tlog/checkpoint"), fs::path("tlog/vkey"),
                                 fs::path("keys/root.key"), fs::path("keys/epoch.key"), bundle, tile}) {
        const Bytes original = slurp(folder.path / name);
        const std::size_t step = original.size() / (test_thoroughly() ? 24 : 2) + 1;
        for (std::size_t at = 0; at < original.size(); at += at + 9 < original.size() ? step : 1) {
            Bytes bytes = original;
            bytes[at] ^= std::byte{0x01};
            spill(folder.path / name, bytes);
            const Verified verified = check(folder.path);
            EXPECT_TRUE(!verified.report || !verified.faults.empty()) << name << " byte " << at;
        }
        Bytes longer = original;
        longer.push_back(std::byte{'\n'});
        spill(folder.path / name, longer);
        const Verified verified = check(folder.path);
        EXPECT_TRUE(!verified.report || !verified.faults.empty()) << name << " with a byte more";
        spill(folder.path / name, original);
    }
    EXPECT_TRUE(check(folder.path).faults.empty());
}

TEST_F(ForgeryTest, TilesRemoved) {
    for (const char* name : {"tlog/tile/0/000.p", "tlog/tile/entries/000.p"}) {
        const fs::path path = only_file_in(name);
        const Bytes original = slurp(path);
        fs::remove(path);
        EXPECT_FALSE(check(folder.path).faults.empty()) << name;
        spill(path, original);
    }
    fs::remove(folder.path / "tlog" / "vkey");
    expect_fault_beside("no signature can be checked");
}

TEST_F(ForgeryTest, AnOlderCheckpointDoesNotHideWhatCameAfterIt) {
    const Bytes older = slurp(folder.path / "tlog" / "checkpoint");
    {
        auto vault = open_vault(folder.path);
        ASSERT_TRUE(vault);
        const std::uint64_t run = (*vault)->begin_run(stream, shared("later")).value();
        ASSERT_TRUE((*vault)->append(make_fragment(stream, run, t0 + seconds(200), 1)));
    }
    spill(folder.path / "tlog" / "checkpoint", older);
    const Verified verified = check(folder.path);
    ASSERT_TRUE(verified.report);
    EXPECT_THAT(verified.faults,
                testing::Contains(AllOf(HasSubstr(stream.camera.text()), HasSubstr("or the log was cut"))));
    EXPECT_EQ(verified.report->fragments, 2u * fragment_total);
}

// A log that somebody else signed, whole and consistent.
TEST_F(ForgeryTest, AnotherGatewaysLogAndPublicKey) {
    VaultFolder foreign;
    ASSERT_TRUE(open_vault(foreign.path));
    fs::remove_all(folder.path / "tlog");
    fs::copy(foreign.path / "tlog", folder.path / "tlog", fs::copy_options::recursive);
    EXPECT_THAT(check(folder.path).faults, testing::Contains(HasSubstr("not the one of this gateway")));
    // Without the keys the recordings that no log speaks of are still named.
    fs::remove_all(folder.path / "keys");
    const Verified verified = check(folder.path);
    ASSERT_TRUE(verified.report);
    EXPECT_THAT(verified.faults, testing::Contains(HasSubstr(stream.camera.text())));
    EXPECT_THAT(verified.report->keys, HasSubstr("is missing"));
}

TEST_F(ForgeryTest, AnIndexThatSaysSomethingElse) {
    const fs::path kept = folder.path.parent_path() / "kept";
    fs::copy(folder.path, kept, fs::copy_options::recursive);
    for (const auto& [sql, reason] :
         {std::pair{"DELETE FROM segment WHERE stream = 0", "does not list it"},
          {"UPDATE segment SET records = x'00' WHERE stream = 0", "The index"},
          {"UPDATE segment SET records = x'ff' WHERE stream = 0", "The index"},
          {"UPDATE gap SET end_90k = end_90k + 1 WHERE stream = 0", "says something else"}}) {
        fs::remove_all(folder.path);
        fs::copy(kept, folder.path, fs::copy_options::recursive);
        run_sql(folder.path / "index.db", sql);
        expect_fault(reason, 0);
        ASSERT_TRUE(vault_rebuild(Layout{folder.path}));
        EXPECT_TRUE(check(folder.path).faults.empty()) << sql;
    }
    fs::remove(folder.path / "index.db");
    Verified verified = check(folder.path);
    EXPECT_TRUE(verified.faults.empty());
    EXPECT_THAT(verified.report->index, HasSubstr("missing"));
    spill(folder.path / "index.db", as_bytes("this is no database at all, whatever its name says"));
    verified = check(folder.path);
    EXPECT_TRUE(verified.faults.empty());
    EXPECT_THAT(verified.report->index, HasSubstr("damaged"));
    auto vault = open_vault(folder.path);
    ASSERT_TRUE(vault) << vault.error().message;
    auto cursor = (*vault)->read(stream, t0);
    EXPECT_EQ(play_all(*cursor).fragments.size(), static_cast<std::size_t>(fragment_total));
}

TEST_F(ForgeryTest, ADayKeyThatIsGone) {
    std::string hex = stream.camera.text();
    std::erase(hex, '-');
    run_sql(folder.path / "keys" / "keys.db", fmt::format("DELETE FROM day_key WHERE camera = x'{}'", hex));
    expect_fault("can't be opened", 0);
}

TEST_F(ForgeryTest, FormatsThatAreNotOurs) {
    const Layout layout{folder.path};
    spill(layout.format(), as_bytes(fmt::format("{}\n", newest_format + 1)));
    EXPECT_EQ(check(folder.path).report.error().kind, ErrorKind::unsupported);
    EXPECT_EQ(vault_stats(layout).error().kind, ErrorKind::unsupported);
    EXPECT_EQ(vault_rebuild(layout).error().kind, ErrorKind::unsupported);
    EXPECT_EQ(open_vault(folder.path).error().kind, ErrorKind::unsupported);
    for (const std::string text : {"", "one\n", "0\n", "-1\n", "99999999999999999999\n", "1 \n"}) {
        spill(layout.format(), as_bytes(text));
        expect_fault_beside("the format");
        EXPECT_EQ(vault_stats(layout).error().kind, ErrorKind::corrupt) << text;
        EXPECT_EQ(vault_rebuild(layout).error().kind, ErrorKind::corrupt) << text;
        EXPECT_EQ(open_vault(folder.path).error().kind, ErrorKind::corrupt) << text;
    }
    fs::remove(layout.format());
    expect_fault_beside("It is missing");
    EXPECT_TRUE(vault_stats(layout));
    EXPECT_TRUE(open_vault(folder.path));
    EXPECT_TRUE(check(folder.path).faults.empty());
}

}  // namespace
}  // namespace vedette::vault
