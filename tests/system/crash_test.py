"""kill -9 while cameras are recorded: what was on disk stays, is proven, and the time without is told."""

import random
import signal
import time

import case
import vedette

CAMERAS = 6
KILLS = 5
# What may be missing of the last moments: a group of pictures (2 s) that is still in memory, the grouped sync (1 s), and
# what a busy machine adds.
MAY_BE_LOST = 5 * vedette.TICKS_PER_SECOND


def covered(ranges, start, end):
    """Whether [start, end) lies within the ranges, which may meet with a rounding error."""
    for r in sorted(ranges, key=lambda r: r["start_90k"]):
        if r["start_90k"] <= start + 2 and r["end_90k"] > start:
            start = r["end_90k"]
    return start + 2 >= end


class CrashTest(case.SystemTest):
    def test_kill_and_restart(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        chance = random.Random(seed)
        farm = self.simulator(CAMERAS)
        server = self.server()
        cameras = [server.add_camera(f"Camera {i}", farm.url(i)) for i in range(1, CAMERAS + 1)]
        for camera in cameras:
            self.wait_recorded(server, camera, 4)
        first = server.recordings(cameras[0])["ranges"][0]
        interval = first["start_90k"], first["start_90k"] + 3 * vedette.TICKS_PER_SECOND
        kept = server.download(cameras[0], *interval, self.dir / "before.mp4").read_bytes()

        for kill in range(KILLS):
            time.sleep(chance.uniform(0.5, 5))
            before = {camera: server.recordings(camera)["ranges"] for camera in cameras}
            server.stop(signal.SIGKILL)
            killed = vedette.now_90k()
            self.verify()
            server = self.server()
            for camera in cameras:
                vedette.wait_for(
                    f"recording after kill {kill}",
                    lambda: any(r["end_90k"] > killed for r in server.recordings(camera)["ranges"]),
                )
                after = server.recordings(camera)
                for r in before[camera]:
                    end = min(r["end_90k"], killed - MAY_BE_LOST)
                    if end > r["start_90k"]:
                        self.assertTrue(covered(after["ranges"], r["start_90k"], end), f"{r} is not in {after}")
                down = [g for g in after["gaps"] if g["start_90k"] <= killed + MAY_BE_LOST and g["end_90k"] >= killed]
                self.assertTrue(any("not running" in g["reason"] for g in down), f"no gap at {killed} in {after}")
                # Nothing is left unexplained: ranges and gaps follow one another.
                whole = after["ranges"] + after["gaps"]
                self.assertTrue(
                    covered(whole, after["extent"]["start_90k"], after["extent"]["end_90k"]), f"a hole in {after}"
                )

        again = server.download(cameras[0], *interval, self.dir / "after.mp4").read_bytes()
        self.assertEqual(kept, again)
        self.assertEqual(server.stop(), 0, server.output())
        self.assertIn("untouched", self.verify())

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
    case.main()
