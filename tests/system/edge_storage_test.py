"""Gaps are filled from what the camera recorded by itself: the real program against a simulated camera whose network is cut."""

import json
import subprocess
import time
import urllib.parse

import case
import vedette

OUTAGE = 10
TICKS = vedette.TICKS_PER_SECOND


def packets(path):
    """(track, decode time, size, hash of the payload) of each packet, in the order of the file."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_packets", "-show_data_hash", "md5", "-of", "json", str(path)],
        capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0 and not done.stderr.strip(), done.stderr
    return [(p["codec_type"], float(p["dts_time"]), p["data_hash"]) for p in json.loads(done.stdout)["packets"]]


class EdgeStorageTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        self.cut = self.dir / "cut"
        self.http = vedette.free_port()

    def camera(self, *args):
        simulator = self.simulator(1, "--onvif", self.http, "--edge-storage", "--outage-file", self.cut, *args)
        simulator.wait_line("ONVIF: http")
        return simulator

    def device(self):
        return {"onvif_url": f"http://127.0.0.1:{self.http}/cam1/onvif/device_service"}

    def outage(self, server, camera, seconds=OUTAGE):
        self.cut.touch()
        self.wait_state(server, camera, "waiting")
        time.sleep(seconds)
        self.cut.unlink()
        self.wait_state(server, camera, "recording", 60)

    def wait_filling(self, server, camera, words, seconds=90):
        def told():
            filling = server.ok("GET", f"/api/v1/cameras/{camera}")["gap_filling"]
            return filling if words in filling["message"] else None
        return vedette.wait_for(f"{words!r} about the gap", told, seconds)

    def fetched(self, server, camera):
        return [r for r in server.recordings(camera)["ranges"] if r["source"] == "camera_storage"]

    def test_an_outage_is_filled(self):
        simulator = self.camera()
        server = self.server()
        camera = server.add_camera("Yard", simulator.url(), device=self.device())
        self.wait_recorded(server, camera, 6)
        self.outage(server, camera)
        filling = self.wait_filling(server, camera, "filled")
        print(f"  {filling}")
        self.assertEqual(filling["state"], "idle")
        self.assertNotIn("recognised", filling["message"], "it says so only when nothing was")

        recordings = server.recordings(camera)
        ranges = sorted(recordings["ranges"], key=lambda r: r["start_90k"])
        self.assertEqual([r["source"] for r in ranges], ["live", "camera_storage", "live"], ranges)
        self.assertEqual(recordings["gaps"], [])
        before, filled, after = ranges
        self.assertGreater(filled["end_90k"] - filled["start_90k"], (OUTAGE - 2) * TICKS)
        self.assertAlmostEqual(filled["start_90k"], before["end_90k"], delta=0.05 * TICKS)
        self.assertAlmostEqual(filled["end_90k"], after["start_90k"], delta=0.05 * TICKS)
        self.assertAlmostEqual(filled["fetched_90k"], vedette.now_90k(), delta=60 * TICKS)

        export = server.download(camera, before["start_90k"], after["end_90k"], self.dir / "export.mp4")
        seen = packets(export)
        pictures = [p for p in seen if p[0] == "video"]
        for kind in ("video", "audio"):
            times = [p[1] for p in seen if p[0] == kind]
            steps = [b - a for a, b in zip(times, times[1:])]
            self.assertGreater(min(steps), 0, f"{kind} must go forward over the borders")
            if kind == "video":
                self.assertLess(max(steps), 0.1, "no picture may be missing")
        # The camera plays a clip in a loop: each picture has one that follows it, over the borders as well.
        follower = {}
        for (_, time_of_one, one), (_, _, next_one) in zip(pictures, pictures[1:]):
            self.assertEqual(follower.setdefault(one, next_one), next_one,
                             f"the camera's pictures, in the camera's order, {time_of_one} s in; {ranges}")
        print(f"  {len(pictures)} pictures, {len(follower)} different ones")

        server.stop()
        output = self.verify()
        self.assertRegex(output, r"fetched +\d+ of them")
        code, stats = vedette.run(case.BINARY, "vault", "stats", "--data", self.data)
        self.assertEqual(code, 0, stats)
        self.assertIn("main (fetched from the camera's storage)", stats)
        code, rebuilt = vedette.run(case.BINARY, "vault", "rebuild", "--data", self.data)
        self.assertEqual(code, 0, rebuilt)
        server = self.server()
        again = self.fetched(server, camera)
        self.assertEqual([(r["start_90k"], r["end_90k"]) for r in again], [(filled["start_90k"], filled["end_90k"])])

    def test_over_tls_with_a_password_and_a_clock_that_is_wrong(self):
        simulator = self.camera("--onvif-clock", "-7200", "--tls-dir", self.dir / "tls", "--user", "viewer",
                                "--password-file", self.password_file())
        server = self.server()
        camera = server.add_camera("Gate", simulator.url().replace("rtsp:", "rtsps:"), username="viewer",
                                   password="s3cret", device=self.device())
        self.wait_recorded(server, camera, 6)
        self.outage(server, camera, 4)
        filling = self.wait_filling(server, camera, "filled")
        self.assertNotIn("recognised", filling["message"])
        self.assertEqual(server.recordings(camera)["gaps"], [])

    def test_says_why_a_gap_stays(self):
        plain = vedette.free_port()
        simulator = self.simulator(1, "--onvif", plain, "--outage-file", self.cut)
        simulator.wait_line("ONVIF: http")
        server = self.server()
        device = {"onvif_url": f"http://127.0.0.1:{plain}/cam1/onvif/device_service"}
        without_storage = server.add_camera("Hall", simulator.url(), device=device)
        without_onvif = server.add_camera("Door", simulator.url())
        switched_off = server.add_camera("Lane", simulator.url(), device=device, fill_gaps=False)
        for camera in (without_storage, without_onvif, switched_off):
            self.wait_recorded(server, camera, 3)
        self.outage(server, without_storage, 3)
        filling = self.wait_filling(server, without_storage, "no service to search")
        self.assertEqual(filling["state"], "unsupported")
        self.assertEqual(self.wait_filling(server, without_onvif, "without ONVIF")["state"], "unsupported")
        camera = server.ok("GET", f"/api/v1/cameras/{switched_off}")
        self.assertEqual((camera["fill_gaps"], camera["gap_filling"]["state"]), (False, "off"))
        self.assertEqual(len(server.recordings(without_storage)["gaps"]), 1)

    def test_what_the_camera_did_not_keep_is_told_and_not_asked_for_again(self):
        """A camera that was restarted in the outage has nothing of it."""
        simulator = self.camera()
        server = self.server()
        camera = server.add_camera("Roof", simulator.url(), device=self.device())
        self.wait_recorded(server, camera, 4)
        simulator.stop()
        self.wait_state(server, camera, "waiting")
        time.sleep(3)
        simulator = self.start(vedette.Simulator(case.BINARY, 1, "--onvif", self.http, "--edge-storage",
                                                 port=simulator.port))
        filling = self.wait_filling(server, camera, "kept nothing of this time")
        self.assertEqual(filling["state"], "idle")
        gap = server.recordings(camera)["gaps"][0]
        self.assertIn("kept nothing of this time", gap["not_filled"])
        server.stop()
        server = self.server()
        gaps = [g for g in server.recordings(camera)["gaps"] if "not_filled" in g]
        self.assertEqual(gaps[0]["start_90k"], gap["start_90k"], "a restart must not forget it")


if __name__ == "__main__":
    case.main()
