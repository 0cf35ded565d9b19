// Whole sessions over a network that does its worst, with the real session, recorder and vault: nothing
// crashes, what is recorded and what is known to be missing cover the time, and recording comes back soon.

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/test_depth.hpp"
#include "base/test_folder.hpp"
#include "gateway/ingest/back_off.hpp"
#include "gateway/ingest/simulated_camera.hpp"
#include "gateway/ingest/stream_ingest.hpp"
#include "gateway/ingest/test_support.hpp"

namespace vedette::gateway::ingest {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds step{20};
/// The distance of two pictures: between a run's last picture and the next run's first nothing is missing.
constexpr Ticks90k rounding = 65ms;

struct NoTap final : StreamTap {
    void set_tracks(const std::vector<media::TrackParameters>&) override {}
    void push(const media::AccessUnit&, UtcTime) override {}
    void pause() override {}
};

/// One camera and one stream's ingest: connects, and connects again, as StreamIngest does.
class World {
  public:
    World(vault::Vault& vault, SimulatedClock& clock, bool udp, std::uint32_t seed)
        : clock_(clock),
          udp_(udp),
          camera_(udp, seed),
          network(seed),
          recorder(key, vault, clock, tap_, orders_, {}) {}
    ~World() {
        if (session_) disconnect({ErrorKind::cancelled, "the test is over"});
    }

    void run(Ticks90k duration) {
        const MonotonicTime began = clock_.monotonic_now();
        while (clock_.monotonic_now() - began < duration) {
            clock_.advance(step);
            turn();
        }
    }
    /// Until pictures are recorded; how long that took, `limit` at most.
    Ticks90k run_until_recording(Ticks90k limit) {
        const MonotonicTime began = clock_.monotonic_now();
        const auto passed = [&] {
            return std::chrono::duration_cast<Ticks90k>(clock_.monotonic_now() - began);
        };
        while (!recorder.recording() && passed() < limit) {
            clock_.advance(step);
            turn();
        }
        return passed();
    }

    /// The camera's power: without it nothing is answered, and the connection is as if cut.
    void switch_off() {
        up_ = false;
        alive_ = false;
    }
    void switch_on() { up_ = true; }
    /// The camera ends the connection.
    void hang_up() {
        alive_ = false;
        hung_up_ = true;
        run(step);
    }
    /// As if sessions had lasted.
    void forget_failures() { back_off_.reset(); }
    /// Cuts the connection after so many more bytes of the camera; `silently`: nobody is told, until one
    /// sends.
    void cut_after(std::size_t bytes, bool silently) {
        cut_after_ = bytes;
        silently_ = silently;
    }
    bool was_cut() const { return !cut_after_; }
    std::size_t bytes_sent() const { return bytes_sent_; }
    bool connected() const { return session_.has_value(); }

  private:
    void turn() {
        const MonotonicTime now = clock_.monotonic_now();
        if (now >= next_tick_) {
            recorder.tick();
            next_tick_ = now + 1s;
        }
        if (!session_) return connect(now);
        if (retransmission_ && now >= *retransmission_) send_again(now);
        if (alive_)
            for (auto& output : camera_.media(now)) transmit(std::move(output), now);
        network.deliver(*session_, now);
        if (now >= session_->deadline()) session_->on_time(now);
        drain(now);
    }
    void connect(MonotonicTime now) {
        if (now < retry_at_) return;
        if (!up_) return fail(Error{ErrorKind::unavailable, "refused"}, now);
        rtsp::ClientOptions options;
        if (udp_) {
            options.transport = rtsp::Transport::udp;
            options.client_ports = {40'000, 40'002};
        }
        camera_.begin(now);
        network.clear();
        alive_ = true;
        attempted_at_ = now;
        pictures_before_ = recorder.counters().pictures;
        session_.emplace(rtsp::parse_url("rtsp://cam/live")->url, rtsp::Credentials{}, options, now);
        drain(now);
    }
    void transmit(SimulatedCamera::Output output, MonotonicTime now) {
        bytes_sent_ += output.bytes.size();
        if (cut_after_ && !output.datagram) {
            if (output.bytes.size() < *cut_after_) {
                *cut_after_ -= output.bytes.size();
            } else {
                output.bytes.resize(*cut_after_);
                cut_after_.reset();
                alive_ = false;
                hung_up_ = !silently_;
            }
        }
        network.send(std::move(output), now);
    }
    void drain(MonotonicTime now) {
        for (std::string bytes = session_->take_output(); !bytes.empty(); bytes = session_->take_output()) {
            if (!alive_ && !retransmission_) send_again(now);
            if (!alive_) break;
            for (auto& output : camera_.receive(bytes)) {
                if (!alive_) break;
                transmit(std::move(output), now);
            }
        }
        session_->take_datagrams();
        if (std::exchange(hung_up_, false)) {
            network.deliver(*session_, now + 10s);
            session_->on_disconnected();
        }
        while (auto event = session_->next_event()) {
            if (const auto* closed = std::get_if<rtsp::Closed>(&*event)) {
                fail(closed->error.value_or(Error{ErrorKind::unavailable, "the end"}), now);
                return;
            }
            recorder.on_event(std::move(*event));
        }
    }
    /// Bytes for a connection that the camera does not know of. Once it is there again it says so; until then
    /// they are sent again after 200 ms, 400 ms, ... (RFC 6298).
    void send_again(MonotonicTime now) {
        if (up_) hung_up_ = true;
        patience_ = retransmission_ ? patience_ * 2 : std::chrono::milliseconds(200);
        retransmission_ = now + patience_;
    }
    void fail(Error error, MonotonicTime now) {
        if (recorder.recording()) back_off_.known_to_work();
        if (recorder.counters().pictures > pictures_before_ && now - attempted_at_ > 10s) back_off_.reset();
        retry_at_ = now + back_off_.next(error.kind, now - attempted_at_, 1'000'003);
        disconnect(error);
    }
    void disconnect(const Error& error) {
        session_.reset();
        alive_ = false;
        hung_up_ = false;
        retransmission_.reset();
        recorder.end_session(gap_reason(error), error.message);
    }

    SimulatedClock& clock_;
    bool udp_;
    NoTap tap_;
    TestOrders orders_;
    SimulatedCamera camera_;
    std::optional<rtsp::ClientSession> session_;
    BackOff back_off_;
    MonotonicTime retry_at_{};
    MonotonicTime attempted_at_{};
    MonotonicTime next_tick_{};
    std::uint64_t pictures_before_ = 0;
    bool up_ = true;
    bool alive_ = false;  ///< the camera knows of the connection
    bool hung_up_ = false;
    std::optional<MonotonicTime> retransmission_;
    std::chrono::milliseconds patience_{};
    std::optional<std::size_t> cut_after_;
    bool silently_ = false;
    std::size_t bytes_sent_ = 0;

  public:
    vault::StreamKey key{CameraId::random(), 0};
    SimulatedNetwork network;
    StreamRecorder recorder;
};

class FaultInjection : public testing::Test {
  protected:
    FaultInjection() {
        vault = vault::Vault::open({.folder = folder.path() / "data", .on_disk_state = {}}).value();
    }
    /// From the first recorded picture to the last thing that is known, every moment is either recorded or
    /// in a gap, and the end is not older than a GOP.
    void expect_covered(vault::StreamKey key, std::optional<UtcTime> until = std::nullopt) {
        const auto all = vault->recordings(key, {UtcTime{}, clock.utc_now() + 24h}).value();
        std::vector<std::pair<UtcInterval, bool>> known;
        for (const auto& range : all.ranges) known.emplace_back(range.interval, true);
        for (const auto& gap : all.gaps) {
            known.emplace_back(gap.interval, false);
            EXPECT_LT(gap.interval.start, gap.interval.end);
        }
        std::ranges::sort(known, {}, [](const auto& one) { return one.first.start; });
        ASSERT_FALSE(all.ranges.empty());
        EXPECT_EQ(known.front().second, true) << "nothing is missing before the first picture";
        UtcTime covered = known.front().first.start;
        for (const auto& [interval, recorded] : known) {
            EXPECT_LE(interval.start, covered + rounding)
                << (recorded ? "recording" : "gap") << " at " << to_rfc3339(interval.start)
                << " after a hole since " << to_rfc3339(covered);
            if (!recorded) EXPECT_GE(interval.start + rounding, covered) << "a gap over what is recorded";
            covered = std::max(covered, interval.end);
        }
        if (until) EXPECT_GE(covered + 2s, *until);
    }

    TestFolder folder{memory_place()};
    SimulatedClock clock{from_unix_seconds(1'800'000'000)};
    std::unique_ptr<vault::Vault> vault;
};

constexpr Ticks90k resumes_within = 5s;

TEST_F(FaultInjection, AGoodNetworkLosesNothing) {
    for (const bool udp : {false, true}) {
        World world(*vault, clock, udp, 1);
        const UtcTime began = clock.utc_now();
        world.run(20s);
        world.recorder.end_session(vault::GapReason::other, "");
        ASSERT_TRUE(vault->flush());
        expect_covered(world.key, clock.utc_now());
        const auto all = vault->recordings(world.key, {UtcTime{}, clock.utc_now()}).value();
        ASSERT_EQ(all.ranges.size(), 1U);
        EXPECT_LE(all.ranges[0].interval.start, began + 500ms);
        EXPECT_TRUE(all.gaps.empty());
        EXPECT_EQ(world.recorder.counters().damaged_units, 0U);
        EXPECT_EQ(world.recorder.counters().lost_packets, 0U);
        EXPECT_NEAR(static_cast<double>(world.recorder.counters().pictures), 500, 5);
    }
}

/// The connection is cut behind every single byte of OPTIONS to PLAY and of the first pictures: a session
/// after the other of one stream, whose whole time has to be accounted for. In four parts, for the time it
/// takes.
constexpr std::size_t parts = 4;
class FaultInjectionCut : public FaultInjection, public testing::WithParamInterface<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Part, FaultInjectionCut, testing::Range(std::size_t{0}, parts));

TEST_P(FaultInjectionCut, AConnectionCutAtEveryByteIsOnlyAGap) {
    std::size_t whole = 0;
    {
        World world(*vault, clock, false, 2);
        world.run(240ms);
        whole = world.bytes_sent();
    }
    ASSERT_GT(whole, 2'500U) << "the handshake and some pictures";
    World world(*vault, clock, false, 3);
    world.run(500ms);
    const std::size_t stride = parts * static_cast<std::size_t>(test_step(9));
    for (std::size_t at = GetParam(); at <= whole; at += stride) {
        SCOPED_TRACE(at);
        world.hang_up();
        world.cut_after(at, false);
        while (!world.was_cut()) world.run(step);
        EXPECT_LE(world.run_until_recording(20s), resumes_within);
        world.run(60ms);
        world.forget_failures();
    }
    world.recorder.end_session(vault::GapReason::other, "");
    ASSERT_TRUE(vault->flush());
    expect_covered(world.key, clock.utc_now());
    const auto all = vault->recordings(world.key, {UtcTime{}, clock.utc_now()}).value();
    EXPECT_GE(all.ranges.size(), whole / stride);
    EXPECT_GE(all.gaps.size(), whole / stride);
}

/// The same, and nobody tells us: the camera lost its power and came back.
TEST_F(FaultInjection, ACameraThatRestartsWithoutAWordIsNoticed) {
    constexpr std::size_t playing_after = 1'300;  // bytes of the handshake
    std::vector<vault::StreamKey> keys;
    for (std::size_t at = 0; at < 6'000; at += 61 * static_cast<std::size_t>(test_step(5))) {
        SCOPED_TRACE(at);
        World world(*vault, clock, false, 4);
        world.cut_after(at, true);
        while (!world.was_cut()) world.run(step);
        // A request that was received and not answered is waited for.
        const Ticks90k limit = at < playing_after ? resumes_within + 10s : resumes_within;
        const MonotonicTime cut = clock.monotonic_now();
        world.run(100ms);
        while (world.recorder.recording() && clock.monotonic_now() - cut < limit) world.run(step);
        world.run_until_recording(20s);
        EXPECT_LE(clock.monotonic_now() - cut, limit);
        world.run(200ms);
        keys.push_back(world.key);
    }
    ASSERT_TRUE(vault->flush());
    for (const vault::StreamKey& key : keys) expect_covered(key);
}

TEST_F(FaultInjection, RecordingResumesHoweverLongTheCameraWasAway) {
    for (const bool udp : {false, true})
        for (const Ticks90k away :
             {Ticks90k(100ms), Ticks90k(1s), Ticks90k(7s), Ticks90k(61s), Ticks90k(1h)}) {
            SCOPED_TRACE(away.count() / 90);
            World world(*vault, clock, udp, 5);
            world.run(15s);
            ASSERT_TRUE(world.recorder.recording());
            world.switch_off();
            world.run(away);
            world.switch_on();
            const MonotonicTime back = clock.monotonic_now();
            world.run(100ms);
            while (world.recorder.recording() && clock.monotonic_now() - back < 20s) world.run(step);
            world.run_until_recording(20s);
            EXPECT_LE(clock.monotonic_now() - back, resumes_within);
            world.run(3s);
            world.recorder.end_session(vault::GapReason::other, "");
            ASSERT_TRUE(vault->flush());
            expect_covered(world.key, clock.utc_now());
        }
}

struct Weather {
    const char* name;
    NetworkFaults faults;
    bool udp;
};

class FaultInjectionWeather : public FaultInjection, public testing::WithParamInterface<Weather> {};

/// Minutes of faults, then good weather: at the end everything is accounted for, and it records.
TEST_P(FaultInjectionWeather, IsSurvivedAndAccountedFor) {
    const Weather& weather = GetParam();
    for (std::uint32_t seed = 1; seed <= (test_thoroughly() ? 4 : 1); ++seed) {
        SCOPED_TRACE(seed);
        World world(*vault, clock, weather.udp, seed);
        world.run(3s);
        ASSERT_TRUE(world.recorder.recording());
        world.network.faults = weather.faults;
        world.run(60s);
        world.network.faults = {};
        // A connection that was cut out of step by a wrong length is given up after 10 s.
        const Ticks90k limit = weather.udp ? resumes_within : resumes_within + 10s;
        world.run(500ms);
        EXPECT_LE(world.run_until_recording(30s), limit)
            << world.recorder.counters().pictures << " pictures, " << world.recorder.counters().damaged_units
            << " damaged, " << world.recorder.trouble();
        world.run(10s);
        EXPECT_TRUE(world.recorder.recording());
        world.recorder.end_session(vault::GapReason::other, "");
        ASSERT_TRUE(vault->flush());
        expect_covered(world.key, clock.utc_now());
    }
}

INSTANTIATE_TEST_SUITE_P(
    Network, FaultInjectionWeather,
    testing::Values(Weather{"LossOfOnePercent", {.lose = 0.01}, true},
                    Weather{"LossOfAThird", {.lose = 0.33}, true},
                    Weather{"Duplication", {.repeat = 0.3}, true},
                    Weather{"Reordering", {.overtake = 0.2}, true},
                    Weather{"DelayAndJitter", {.delay = 300ms, .jitter = 400ms}, true},
                    Weather{"CorruptedDatagrams", {.corrupt = 0.05}, true},
                    Weather{"EverythingAtOnce",
                            {.lose = 0.05, .repeat = 0.05, .overtake = 0.05, .corrupt = 0.02, .jitter = 80ms},
                            true},
                    Weather{"DelayedConnection", {.delay = 2s, .jitter = 1500ms}, false},
                    Weather{"CorruptedConnection", {.corrupt = 0.01, .corrupts_connections = true}, false}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(FaultInjection, ReorderingWithinTheBufferLosesNothing) {
    World world(*vault, clock, true, 9);
    world.network.faults = {.repeat = 0.2, .overtake = 0.2};
    world.run(60s);
    EXPECT_EQ(world.recorder.counters().damaged_units, 0U);
    EXPECT_EQ(world.recorder.counters().lost_packets, 0U);
}

TEST_F(FaultInjection, AFlappingCameraIsAListOfGaps) {
    World world(*vault, clock, false, 10);
    Random random(10);
    for (int i = 0; i < 60; ++i) {
        world.switch_on();
        world.run(std::chrono::milliseconds(500 + random() % 8'000));
        world.switch_off();
        world.run(std::chrono::milliseconds(20 + random() % 4'000));
    }
    world.switch_on();
    world.run(16s);
    EXPECT_TRUE(world.recorder.recording());
    world.recorder.end_session(vault::GapReason::other, "");
    ASSERT_TRUE(vault->flush());
    expect_covered(world.key, clock.utc_now());
}

}  // namespace
}  // namespace vedette::gateway::ingest
