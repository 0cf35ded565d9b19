"""kill -9 while cameras are recorded: what was on disk stays, is proven, and the time without is told.

Alone, as `./run soak kill` starts it, it takes --kills, --cameras and --seed.
"""

import argparse
import random
import signal
import subprocess
import sys
import time

import case
import vedette

KILLS = 5
CAMERAS = 6
SEED = None

# What a kill takes is what was not handed to the kernel for writing: the open group of pictures (0.48 s of this clip), what waits
# in the camera's socket (0.3 s at most) and in the camera process (0.1 s). What was written stays, synced or not.
MAY_BE_LOST = vedette.TICKS_PER_SECOND
# With AddressSanitizer, or beside other work.
SLOW_MACHINE = 5 * vedette.TICKS_PER_SECOND
# Reading every byte after each kill would take hours: then headers and log, and all of it from time to time.
READ_ALL_EVERY = 20


def is_release():
    return "release" in case.BINARY


def covered(ranges, start, end):
    """Whether [start, end) lies within the ranges, which may meet with a rounding error."""
    for r in sorted(ranges, key=lambda r: r["start_90k"]):
        if r["start_90k"] <= start + 2 and r["end_90k"] > start:
            start = r["end_90k"]
    return start + 2 >= end


def whole_end(ranges):
    return max(r["end_90k"] for r in ranges)


class CrashTest(case.SystemTest):
    def clip(self):
        """Small, with a group of pictures each half second."""
        path = self.dir / "small.h264"
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=10",
             "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-bf", "0", "-g", "12", "-keyint_min", "12",
             "-sc_threshold", "0", "-b:v", "200k", "-f", "h264", str(path)],
            check=True, timeout=120,
        )  # fmt: skip
        return path

    def kill(self, server):
        """Ends it as a crash does; the time just before."""
        killed = vedette.now_90k()
        server.stop(signal.SIGKILL)
        return killed

    def check(self, server, camera, before, killed):
        """What the camera lost by the kill, in ticks: from its last picture that is left to the kill."""
        vedette.wait_for(
            f"recording of {camera} after the kill",
            # Begun after it: the last range before may end a picture later than `killed`.
            lambda: any(r["start_90k"] > killed for r in server.recordings(camera)["ranges"]),
        )
        after = server.recordings(camera)
        # What the server told of was synced: all of it is there, to the tick.
        for r in before:
            self.assertTrue(covered(after["ranges"], r["start_90k"], r["end_90k"]), f"{r} is not in {after}")
        # From the last picture to the start, and from there to the first one. Some pictures may come between `killed` and the kill.
        down = [g["start_90k"] for g in after["gaps"] if g["end_90k"] > killed and "not running" in g["reason"]]
        self.assertTrue(down, f"no gap at {killed} in {after}")
        # Nothing is left unexplained: ranges and gaps follow one another.
        whole = after["ranges"] + after["gaps"]
        # Up to what the ranges tell: the extent is asked for later, and a sync may come between.
        self.assertTrue(covered(whole, after["extent"]["start_90k"], whole_end(whole)), f"a hole in {after}")
        lost = killed - min(down)
        self.assertGreaterEqual(lost, -vedette.TICKS_PER_SECOND, f"{killed}: {after}")
        self.assertLessEqual(lost, SLOW_MACHINE, f"{camera}: {after}")
        return lost

    def verify_fast(self):
        code, output = vedette.run(case.BINARY, "vault", "verify", "--fast", "--data", self.data)
        self.assertEqual(code, 0, output)

    def test_kill_and_restart(self):
        seed = SEED if SEED is not None else random.randrange(1 << 32)
        print(f"seed {seed}", flush=True)
        chance = random.Random(seed)
        farm = self.simulator(CAMERAS, "--clip", self.clip())
        server = self.server()
        cameras = [server.add_camera(f"Camera {i}", farm.url(i)) for i in range(1, CAMERAS + 1)]
        for camera in cameras:
            self.wait_recorded(server, camera, 4)
        first = server.recordings(cameras[0])["ranges"][0]
        interval = first["start_90k"], first["start_90k"] + 3 * vedette.TICKS_PER_SECOND
        kept = server.download(cameras[0], *interval, self.dir / "before.mp4").read_bytes()

        lost, starts = [], []
        for kill in range(KILLS):
            time.sleep(chance.uniform(0.5, 5))
            before = {camera: server.recordings(camera)["ranges"] for camera in cameras}
            # At any moment of the second between two syncs.
            time.sleep(chance.uniform(0, 1))
            killed = self.kill(server)
            if (kill + 1) % READ_ALL_EVERY == 0 or KILLS <= READ_ALL_EVERY:
                self.verify()
            else:
                self.verify_fast()
            began = time.monotonic()
            server = self.server()
            starts.append(time.monotonic() - began)
            lost += [self.check(server, camera, before[camera], killed) for camera in cameras]
            if (kill + 1) % 10 == 0:
                self.tell(kill + 1, lost, starts)

        again = server.download(cameras[0], *interval, self.dir / "after.mp4").read_bytes()
        self.assertEqual(kept, again)
        self.assertEqual(server.stop(), 0, server.output())
        verified = self.verify()
        self.assertIn("untouched", verified)
        self.assertRegex(verified, rf"(?m)^starts +{KILLS + 1} of the recorder, {KILLS} after it was not stopped in good order$")
        self.tell(KILLS, lost, starts)
        if is_release():
            self.assertLessEqual(max(lost), MAY_BE_LOST, "the machine had no time for it, or the store has lost more than it may")

    def tell(self, kills, lost, starts):
        seconds = sorted(ticks / vedette.TICKS_PER_SECOND for ticks in lost)
        at = lambda part: seconds[min(len(seconds) - 1, int(part * len(seconds)))]  # noqa: E731
        print(
            f"{kills} kills, {len(lost)} camera streams cut: lost {at(0.5):.2f} s (median), {at(0.99):.2f} s (p99), {seconds[-1]:.2f} s (most), "
            f"{sum(ticks > MAY_BE_LOST for ticks in lost)} times more than {MAY_BE_LOST / vedette.TICKS_PER_SECOND} s; ready again within {max(starts):.2f} s",
            flush=True,
        )

    def test_orderly_stop_loses_nothing(self):
        farm = self.simulator(2)
        server = self.server()
        camera = server.add_camera("Camera", farm.url(1))
        self.wait_recorded(server, camera, 4)
        started = time.monotonic()
        stopped = vedette.now_90k()
        self.assertEqual(server.stop(), 0, server.output())
        self.assertLess(time.monotonic() - started, 10)
        self.assertNotIn("not signed", self.verify())
        server = self.server()
        self.assertNotIn("not orderly", server.output())
        vedette.wait_for("the camera", lambda: server.recordings(camera)["extent"]["end_90k"] > stopped + vedette.TICKS_PER_SECOND)
        recordings = server.recordings(camera)
        self.assertEqual({g["reason"].split(":")[0] for g in recordings["gaps"]}, {"recorder was not running"}, recordings)
        # Everything up to the stop is there: the open fragment was written too.
        self.assertGreater(recordings["gaps"][0]["start_90k"], stopped - vedette.TICKS_PER_SECOND)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--cameras", type=int, default=CAMERAS)
    parser.add_argument("--seed", type=int)
    arguments, sys.argv[1:] = parser.parse_known_args()
    KILLS, CAMERAS, SEED = arguments.kills, arguments.cameras, arguments.seed
    case.main()
