// Random histories of a recorder against a simple model of it: cameras record, holds come and go, rules
// delete, the clock runs, the disk fails once or loses power, files rot. Whatever happens, what was
// acknowledged is there with its bytes, is told as deleted by a rule that may, or is in a gap; what is held
// is there; and `verify` finds nothing to say, until a bit is flipped. VEDETTE_VAULT_SEEDS: number of
// histories; VEDETTE_VAULT_SEED: the first one.

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "base/test_depth.hpp"
#include "base/test_power_loss.hpp"
#include "gateway/vault/tamper_support.hpp"

namespace vedette::vault {
namespace {

constexpr Ticks90k length = seconds(2);          // of a fragment
constexpr Ticks90k segment_length = seconds(8);  // a file has some more, as its last fragment is whole
constexpr Ticks90k near = seconds(24);  // more than a file's length: what may share one with a moment
const UtcTime beginning = from_unix_seconds(1'795'219'200);
const UtcInterval everything{beginning - day, beginning + 4000 * day};

struct Item {
    UtcTime start;
    int number = 0;         // gives its bytes
    bool durable = false;   // acknowledged
    bool queued = true;     // by the process that runs
    bool explained = true;  // if it is lost, a gap says so: its process lived on
    bool may_go = false;    // a rule might have deleted it
    bool removing = false;  // with its camera: asked for, and perhaps done with the next start
    bool gone = false;
    UtcInterval interval() const { return {start, start + length}; }
};

struct ModelStream {
    StreamKey key;
    std::uint64_t run = 0;  // 0: none in this life
    std::vector<Item> items{};
};

struct ModelCamera {
    CameraId id = CameraId::random();
    std::vector<ModelStream> streams{{{id, 0}}, {{id, 1}}};
    RetentionRule rule{};
    std::vector<RecordingHold> holds{};

    bool holds_any(UtcInterval interval) const {
        return std::ranges::any_of(holds, [&](const RecordingHold& hold) { return hold.covers(interval); });
    }
};

class History {
  public:
    explicit History(int seed) : seed_(seed), random_(static_cast<unsigned>(seed)) {
        for (int i = 0; i < 2; ++i) cameras_.emplace_back();
    }

    void run() {
        open();
        for (int chapter = 1 + below(4); chapter > 0 && !failed(); --chapter) {
            for (int step = 4 + below(12); step > 0 && !failed(); --step) act();
            switch (below(4)) {
                case 0:
                    restart("restarted");
                    break;
                case 1:
                    lose_power();
                    break;
                case 2:
                    fail_once();
                    break;
                default:
                    check("went on");
            }
        }
        if (!failed()) restart("ended");
        if (!failed() && below(2) == 0) rot();
        if (failed()) fmt::print(stderr, "{}", story_);
    }

  private:
    int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
    bool failed() const { return testing::Test::HasFailure(); }
    std::string at(const std::string& what) const {
        return fmt::format("VEDETTE_VAULT_SEED={} {}", seed_, what);
    }
    ModelCamera& any_camera() { return cameras_[static_cast<std::size_t>(below(2))]; }
    void tell(const std::string& what) {
        story_ += fmt::format("{} {}{}\n", to_rfc3339(clock_.utc_now()), what,
                              trusted() ? "" : " (the disk has failed)");
    }
    // While it is false, what the vault answers is not held against the model: the disk may be gone.
    bool trusted() const { return disk_ == nullptr || !disk_->was_reached(); }

    void open() {
        VaultOptions options;
        options.folder = folder_.path;
        options.clock = &clock_;
        options.sync_interval = std::chrono::hours(1);  // flush() says when
        options.checkpoint_interval = std::chrono::hours(1);
        options.segment_length = segment_length;
        options.retention_interval = std::chrono::milliseconds(0);
        options.keep_free_percent = 1;  // with a reserve
        options.disk_space = [] { return Result<DiskSpace>(DiskSpace{1'000'000'000'000, 500'000'000'000}); };
        auto opened = Vault::open(std::move(options));
        if (opened)
            vault_ = std::move(*opened);
        else if (disk_ == nullptr)
            ADD_FAILURE() << at("does not open: ") << opened.error().message;
    }

    // ---- what happens

    void act() {
        if (!vault_) return;
        const int kind = below(20);
        tell(fmt::format("step {}", kind));
        if (kind < 9)
            record();
        else if (kind < 11)
            flush();
        else if (kind < 12)
            set_clock_forward();
        else if (kind < 13)
            clock_.advance((1 + below(3)) * day);
        else if (kind < 14)
            place_hold();
        else if (kind < 15)
            lift_hold();
        else if (kind < 17)
            set_rule();
        else if (kind < 19)
            expire();
        else
            remove_camera();
    }

    // Or time passes: for what is recorded it is the same.
    void set_clock_forward() {
        const Ticks90k by = seconds(60 * below(120));
        if (below(2) == 0) return clock_.advance(by);
        clock_.step_utc(by);
        const bool done = vault_->check_clock().has_value();
        if (!trusted()) return;
        EXPECT_TRUE(done) << at("does not state that the clock was set");
    }

    void record() {
        ModelStream& stream = any_camera().streams[static_cast<std::size_t>(below(2))];
        if (stream.run == 0 || below(6) == 0) {
            const auto run = vault_->begin_run(stream.key, shared("init"));
            if (!run) return;
            stream.run = *run;
        }
        for (int count = 1 + below(7); count > 0; --count) {
            Item item{.start = clock_.utc_now(), .number = next_++ % 50};
            tell(fmt::format("record {} {}", stream.key.camera.text(), stream.key.stream));
            if (vault_->append(make_fragment(stream.key, stream.run, item.start, item.number)))
                stream.items.push_back(item);
            clock_.advance(length);
        }
        if (below(5) != 0) return;
        const UtcInterval gap{clock_.utc_now(), clock_.utc_now() + seconds(5)};
        (void)vault_->append(Gap{stream.key, gap, GapReason::camera_silent, "model"});
        clock_.advance(seconds(5));
    }

    void flush() {
        const bool done = vault_->flush().has_value();
        if (!trusted()) return;
        EXPECT_TRUE(done) << at("does not flush");
        for (ModelCamera& camera : cameras_)
            for (ModelStream& stream : camera.streams)
                for (Item& item : stream.items) item.durable = item.durable || (item.queued && !item.gone);
    }

    void place_hold() {
        ModelCamera& camera = any_camera();
        const UtcTime start = clock_.utc_now() - seconds(below(600)) - below(3) * day;
        RecordingHold hold{
            .camera = camera.id,
            .start = start,
            .end = below(4) == 0 ? std::nullopt : std::optional(start + seconds(1 + below(900))),
            .reason = "theft",
            .placed_by = "eva",
            .placed_at = {}};
        const auto placed = vault_->place_hold(hold);
        tell(fmt::format("holds {} from {}", camera.id.text(), to_rfc3339(start)));
        if (!trusted()) return;
        const bool being_deleted = std::ranges::any_of(camera.streams, [](const ModelStream& stream) {
            return std::ranges::any_of(stream.items, &Item::removing);
        });
        EXPECT_TRUE(placed || being_deleted) << at("takes no hold: ") << placed.error().message;
        if (placed) camera.holds.push_back(*placed);
    }

    void lift_hold() {
        ModelCamera& camera = any_camera();
        if (camera.holds.empty()) return;
        const auto which = camera.holds.begin() + below(static_cast<int>(camera.holds.size()));
        const RecordingHold hold = *which;
        camera.holds.erase(which);  // a rule may delete from now on
        judge();
        const bool done = vault_->lift_hold(camera.id, hold.id).has_value();
        if (trusted()) EXPECT_TRUE(done) << at("does not lift a hold");
    }

    void set_rule() {
        ModelCamera& camera = any_camera();
        camera.rule = {};
        if (below(3) != 0) camera.rule.keep_days = 1 + below(3);
        if (below(4) == 0) camera.rule.keep_bytes = 20'000u * static_cast<unsigned>(1 + below(30));
        vault_->set_retention(camera.id, camera.rule);
        tell(fmt::format("rule {} days {} bytes {}", camera.id.text(), camera.rule.keep_days.value_or(0),
                         camera.rule.keep_bytes.value_or(0)));
    }

    UtcTime cutoff(const ModelCamera& camera) const {
        if (!camera.rule.keep_days) return UtcTime::min();
        const UtcTime then = clock_.utc_now() - *camera.rule.keep_days * day;
        return then - (then - beginning) % std::chrono::duration_cast<Ticks90k>(std::chrono::hours(1));
    }

    // Notes what a rule may delete now.
    void judge() {
        for (ModelCamera& camera : cameras_)
            for (ModelStream& stream : camera.streams)
                for (Item& item : stream.items)
                    if (!camera.holds_any(item.interval()) &&
                        (camera.rule.keep_bytes || item.interval().end <= cutoff(camera)))
                        item.may_go = true;
    }

    void expire() {
        flush();
        judge();
        tell("expire");
        const bool done = vault_->expire().has_value();
        if (!trusted()) return;
        EXPECT_TRUE(done) << at("does not delete");
        check("deleted by its rules");
        for (const ModelCamera& camera : cameras_) expect_rules_kept(camera);
    }

    // What the rules had to delete is gone; of the rest of a file with something newer or held nothing is
    // said.
    void expect_rules_kept(const ModelCamera& camera) {
        std::uint64_t bytes = 0;
        for (const ModelStream& stream : camera.streams) {
            for (const Item& item : stream.items) {
                const UtcInterval around{item.start - near, item.interval().end + near};
                if (item.gone || camera.holds_any(around) || item.start + near > stream.items.back().start)
                    continue;
                bytes += payload(item.number)->size();
                EXPECT_GT(item.interval().end + near, cutoff(camera))
                    << at(fmt::format("kept too long: {}", to_rfc3339(item.start)));
            }
        }
        if (camera.rule.keep_bytes) EXPECT_LE(bytes, *camera.rule.keep_bytes) << at("kept too much");
    }

    void remove_camera() {
        ModelCamera& camera = any_camera();
        if (below(3) != 0) return;
        flush();
        const bool is_held = std::ranges::any_of(camera.holds, [](const RecordingHold&) { return true; });
        const auto removed = vault_->delete_camera(camera.id);
        tell(fmt::format("delete {}: {}", camera.id.text(), removed.has_value()));
        if (!trusted()) {
            for (ModelStream& stream : camera.streams)
                for (Item& item : stream.items) item.removing = true;
            return;
        }
        if (is_held) {
            EXPECT_FALSE(removed) << at("deleted a camera with a hold");
            return;
        }
        ASSERT_TRUE(removed) << at("does not delete a camera: ") << removed.error().message;
        for (const ModelStream& stream : camera.streams)
            EXPECT_EQ(found_in(stream).size(), 0u) << at("a deleted camera's recordings are there");
        camera = ModelCamera();
    }

    // ---- what goes wrong

    void restart(const std::string& what) {
        tell("stops");
        vault_.reset();
        begin_life();
        const auto tell = [&](const Fault& fault) { ADD_FAILURE() << at(what) << ": " << to_text(fault, 4); };
        EXPECT_TRUE(verify(Layout{folder_.path}, {}, tell)) << at(what);
        open();
        if (vault_) check(what);
    }

    // A process that ended forgets rules and runs, and wrote what it had.
    void begin_life() {
        for (ModelCamera& camera : cameras_) {
            camera.rule = {};
            for (ModelStream& stream : camera.streams) {
                stream.run = 0;
                for (Item& item : stream.items) {
                    item.durable = item.durable || (item.queued && ended_well_);
                    item.queued = false;
                }
            }
        }
    }

    void lose_power() {
        PowerLoss disk(below(60), below(100) / 100.0);
        disk_ = &disk;
        for (int step = 1 + below(8); step > 0 && !failed(); --step) act();
        vault_.reset();
        disk_ = nullptr;
        if (disk.was_reached()) (void)disk.strike(folder_.path / "media", random_);
        set_file_faults(nullptr);
        // Nobody wrote down what was lost: it is there or not.
        ended_well_ = false;
        for (ModelCamera& camera : cameras_)
            for (ModelStream& stream : camera.streams)
                for (Item& item : stream.items) item.explained = false;
        start_after_trouble("lost power");
    }

    void fail_once() {
        {
            FailingDisk disk(below(60), false, {below(2) == 0 ? ENOSPC : EIO, below(100) / 100.0});
            disk_ = &disk;
            for (int step = 1 + below(8); step > 0 && !failed(); --step) act();
            vault_.reset();
            disk_ = nullptr;
        }
        ended_well_ = false;  // what it could not write is in a gap
        start_after_trouble("failed once");
    }

    void start_after_trouble(const std::string& what) {
        const auto tell = [&](const Fault& fault) { ADD_FAILURE() << at(what) << ": " << to_text(fault, 4); };
        (void)verify(Layout{folder_.path}, {}, tell);
        begin_life();
        open();
        if (!vault_) return;
        adopt_holds(what);
        for (ModelCamera& camera : cameras_) settle_removal(camera, what);
        check(what);
        ended_well_ = true;
    }

    // A deletion that was begun is done or not, as a whole.
    void settle_removal(ModelCamera& camera, const std::string& what) {
        std::size_t there = 0, durable = 0;
        for (const ModelStream& stream : camera.streams) {
            const auto found = found_in(stream);
            for (const Item& item : stream.items)
                if (item.removing && !item.gone) {
                    there += found.contains(item.start) ? 1 : 0;
                    durable += item.durable ? 1 : 0;
                }
        }
        if (there > 0) EXPECT_GE(there, durable) << at(what) << ": a camera was deleted in part";
        for (ModelStream& stream : camera.streams)
            for (Item& item : stream.items) {
                item.gone = item.gone || (item.removing && there == 0);
                item.removing = false;
            }
    }

    // What was placed and acknowledged is in force; one that was asked for while the disk failed may be.
    void adopt_holds(const std::string& what) {
        for (ModelCamera& camera : cameras_) {
            const auto known = vault_->holds(camera.id);
            ASSERT_TRUE(known) << at(what);
            for (const RecordingHold& hold : camera.holds)
                EXPECT_NE(std::ranges::find(*known, hold.id, &RecordingHold::id), known->end())
                    << at(what) << ": a hold is gone";
            camera.holds = *known;
        }
    }

    // ---- what is there

    std::map<UtcTime, PlayFragment> found_in(const ModelStream& stream) {
        std::map<UtcTime, PlayFragment> found;
        auto cursor = vault_->read(stream.key, everything.start);
        if (!cursor) {
            ADD_FAILURE() << at("does not read");
            return found;
        }
        const Played played = play_all(*cursor);
        damage_ += played.damage;
        for (const PlayFragment& fragment : played.fragments)
            EXPECT_TRUE(found.emplace(fragment.start, fragment).second)
                << at("twice: ") << to_rfc3339(fragment.start);
        return found;
    }

    void check(const std::string& what) {
        tell(what);
        flush();
        damage_ = 0;
        for (ModelCamera& camera : cameras_)
            for (ModelStream& stream : camera.streams) check(stream, what);
        EXPECT_EQ(damage_, 0u) << at(what);
    }

    void check(ModelStream& stream, const std::string& what) {
        const auto found = found_in(stream);
        const auto recordings = vault_->recordings(stream.key, everything);
        ASSERT_TRUE(recordings) << at(what);
        const auto is_in = [](const auto& list, UtcInterval interval) {
            return std::ranges::any_of(list, [&](const auto& one) {
                return one.interval.start <= interval.start && one.interval.end >= interval.end;
            });
        };
        std::size_t known = 0;
        for (Item& item : stream.items) {
            const std::string name =
                at(fmt::format("{}: {} of stream {}", what, to_rfc3339(item.start), stream.key.stream));
            const auto at_start = found.find(item.start);
            const bool is_told = is_in(recordings->deleted, item.interval());
            if (at_start != found.end()) {
                ++known;
                EXPECT_FALSE(item.gone) << name << " is back";
                EXPECT_TRUE(is_payload(*at_start->second.data, item.number)) << name << " has other bytes";
                item.durable = true;
                continue;
            }
            if (item.gone) continue;
            item.gone = true;
            if (is_told) {
                EXPECT_TRUE(item.may_go) << name << " was deleted by no rule that may";
                continue;
            }
            EXPECT_FALSE(item.durable) << name << " is lost";
            if (item.explained)
                EXPECT_TRUE(is_in(recordings->gaps, item.interval())) << name << " is in no gap";
        }
        EXPECT_EQ(known, found.size()) << at(what) << ": more than was recorded";
    }

    // One bit of what is signed changes: that is found, and costs one record, or the file whose beginning it
    // was.
    void rot() {
        std::vector<std::size_t> before;
        for (const ModelCamera& camera : cameras_)
            for (const ModelStream& stream : camera.streams) before.push_back(found_in(stream).size());
        vault_.reset();
        std::vector<fs::path> files;
        for (const auto& file : fs::recursive_directory_iterator(folder_.path / "media"))
            if (file.is_regular_file() && file.path().extension() == ".seg" &&
                file.path().string().find(deleted_prefix) == std::string::npos)
                files.push_back(file.path());
        if (files.empty()) return;
        std::ranges::sort(files);
        const fs::path& chosen = files[static_cast<std::size_t>(below(static_cast<int>(files.size())))];
        Bytes bytes = slurp(chosen);
        const auto where = static_cast<std::size_t>(below(static_cast<int>(bytes.size())));
        bytes[where] ^= static_cast<std::byte>(1 << below(8));
        spill(chosen, bytes);
        EXPECT_FALSE(vedette::vault::check(folder_.path).faults.empty())
            << at(fmt::format("a bit at {} of {} was flipped unseen", where, chosen.string()));
        open();
        if (!vault_) return;
        std::size_t lost = 0, of_streams = 0, at_stream = 0;
        for (const ModelCamera& camera : cameras_)
            for (const ModelStream& stream : camera.streams) {
                const std::size_t left = found_in(stream).size();
                EXPECT_LE(left, before[at_stream]) << at("rot brought something back");
                lost += before[at_stream] - left;
                of_streams += left < before[at_stream++] ? 1 : 0;
            }
        EXPECT_LE(of_streams, 1u) << at("one bit damaged two streams");
        EXPECT_LE(lost, 5u) << at("one bit cost more than one file");
    }

    const int seed_;
    std::mt19937 random_;
    VaultFolder folder_;
    SimulatedClock clock_{beginning + seconds(3600)};
    std::vector<ModelCamera> cameras_;
    std::unique_ptr<Vault> vault_;
    FailingDisk* disk_ = nullptr;
    bool ended_well_ = true;
    std::size_t damage_ = 0;
    int next_ = 0;
    std::string story_;  // told when something is wrong
};

TEST(HistoryTest, AgreesWithTheModel) {
    log::set_level(log::Level::off);  // failures are what is tested
    const int first = test_number("VEDETTE_VAULT_SEED", 1);
    const int seeds = test_number("VEDETTE_VAULT_SEEDS", test_thoroughly() ? 200 : 4);
    for (int seed = first; seed < first + seeds && !testing::Test::HasFailure(); ++seed) History(seed).run();
    log::set_level(log::Level::info);
}

}  // namespace
}  // namespace vedette::vault
