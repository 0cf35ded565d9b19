"""When a camera is recorded: by the hours of the week, and by its events, against simulated ONVIF cameras."""

import time

import case
import vedette
from websocket import WebSocket

FOREVER = "start_90k=0&end_90k=4000000000000000"
ALL, NONE = "f" * 168, "0" * 168
SECOND = vedette.TICKS_PER_SECOND
OFF = {"continuous": NONE, "on_event": NONE}
ON_EVENT = {"continuous": NONE, "on_event": ALL}
CONTINUOUS = {"continuous": ALL, "on_event": NONE}
# A fragment is a group of pictures, at most 4 s; the simulated cameras' are shorter.
GROUP = 4


class RecordingPlanTest(case.SystemTest):
    def add(self, site, recording, name="Gate"):
        self.farm = self.simulator(
            1, "--onvif", (onvif := vedette.free_port()), "--onvif-motion", 0, "--user", "viewer",
            "--password-file", self.password_file())
        camera = site.add_camera(
            name, self.farm.url(), username="viewer", password="s3cret", recording=recording,
            device={"onvif_url": f"http://127.0.0.1:{onvif}/cam1/onvif/device_service"})
        self.path = f"/api/v1/cameras/{camera}"
        vedette.wait_for("the subscription", lambda: self.events(site)["subscription"] == "subscribed")
        return camera

    def events(self, site):
        return site.ok("GET", f"{self.path}/events?{FOREVER}")

    def now(self, site):
        return site.ok("GET", self.path)["recording_now"]

    def input(self, site, active):
        """Switches the relay that the camera's digital input is wired to, and gives the event once it began or ended."""
        site.ok("POST", f"{self.path}/relays", {"token": "relay1", "active": active})

        def told():
            last = [e for e in self.events(site)["events"] if e["kind"] == "digital_input"][-1:]
            return last and (last[0]["end_90k"] is None) == active and last[0]
        return vedette.wait_for("the input's event", told)

    def watch(self, site, camera):
        """Live view works: media comes, and goes on coming."""
        socket = WebSocket(site)
        self.addCleanup(socket.close)
        socket.send({"type": "live.start", "channel": 1, "camera_id": camera, "stream": "main"})
        socket.wait("live media", lambda m: m["type"] == "channel.started")
        before = socket.media_bytes
        vedette.wait_for("more live media", lambda: socket.media_bytes > before + 50_000)

    def accounted(self, told):
        """Ranges and gaps follow one another without a hole."""
        whole = sorted((x["start_90k"], x["end_90k"]) for x in told["ranges"] + told["gaps"])
        for (_, end), (start, _) in zip(whole, whole[1:]):
            self.assertLess(abs(start - end), SECOND / 20, told)

    def test_an_event_is_recorded_from_before_it_until_after_it(self):
        site = self.server()
        camera = self.add(site, {**ON_EVENT, "pre_roll_s": 6, "post_roll_s": 5})
        self.wait_state(site, camera, "recording")
        time.sleep(14)
        self.assertEqual(site.recordings(camera)["ranges"], [])
        now = self.now(site)
        print(f"  {now['message']}")
        self.assertEqual((now["mode"], now["wanted"], now["trouble"]), ("on_event", False, False))
        self.watch(site, camera)

        began = self.input(site, True)["start_90k"]
        vedette.wait_for("the recording", lambda: self.now(site)["wanted"])
        print(f"  {self.now(site)['message']}")
        time.sleep(8)
        self.assertTrue(self.now(site)["wanted"], "the event lasts")
        ended = self.input(site, False)["end_90k"]
        vedette.wait_for("the end of the recording", lambda: not self.now(site)["wanted"])
        time.sleep(12)
        told = site.recordings(camera)
        self.assertEqual(len(told["ranges"]), 1, told)
        footage = told["ranges"][0]
        before, after = (began - footage["start_90k"]) / SECOND, (footage["end_90k"] - ended) / SECOND
        print(f"  {before:.2f} s before the event, {after:.2f} s after it")
        self.assertGreaterEqual(before, 6)
        self.assertLessEqual(before, 6 + 2 * GROUP)
        self.assertGreaterEqual(after, 4.9)
        self.assertLessEqual(after, 5 + GROUP + 1)

        # No picture is missing within it.
        file = site.download(camera, footage["start_90k"], footage["end_90k"], self.dir / "event.mp4")
        video = next(s for s in vedette.ffprobe(file)["streams"] if s["codec_type"] == "video")
        rate = site.stream(camera)["frames_per_second"]
        seconds = (footage["end_90k"] - footage["start_90k"]) / SECOND
        self.assertAlmostEqual(int(video["nb_read_frames"]), seconds * rate, delta=0.1 * rate * seconds)

        with self.subTest("what lasts goes on to be recorded after a restart"):
            self.input(site, True)
            site.stop()
            site = self.server()
            vedette.wait_for("the subscription", lambda: self.events(site)["subscription"] == "subscribed")
            time.sleep(7)
            self.assertTrue(self.now(site)["wanted"])
            self.input(site, False)
            vedette.wait_for("the end of the recording", lambda: not self.now(site)["wanted"])
        with self.subTest("kinds that are not chosen start nothing"):
            site.ok("PATCH", self.path, {"recording": {"event_kinds": ["motion"]}})
            self.input(site, True)
            self.assertFalse(self.now(site)["wanted"])
            self.input(site, False)
        time.sleep(GROUP)
        site.stop()
        output = self.verify()
        print("  " + "\n  ".join(line for line in output.splitlines() if "gap" in line))
        self.assertRegex(output, r"not recorded by its plan: no event came: \d+ gaps?, 0:\d\d:\d\d h in all")

    def test_what_is_off_is_not_recorded_and_is_seen_live(self):
        site = self.server()
        camera = self.add(site, {})
        self.wait_recorded(site, camera, 5)
        site.ok("PATCH", self.path, {"recording": OFF})
        now = self.now(site)
        self.assertEqual((now["mode"], now["wanted"], now["message"]), ("off", False, "Not recording now, by its plan."))
        time.sleep(GROUP + 1)
        before = site.recorded_seconds(camera)
        self.watch(site, camera)
        self.input(site, True)
        time.sleep(6)
        self.assertEqual(site.recorded_seconds(camera), before)
        with self.subTest("nor is an outage a failure then"):
            port = self.farm.port
            self.farm.stop()
            self.wait_state(site, camera, "waiting")
            time.sleep(5)
            self.simulator(1, "--user", "viewer", "--password-file", self.password_file(), port=port)
            self.wait_state(site, camera, "recording")
        site.ok("PATCH", self.path, {"recording": CONTINUOUS})
        vedette.wait_for("recordings", lambda: site.recorded_seconds(camera) > before + 4)
        told = site.recordings(camera)
        print(f"  {[(round((g['end_90k'] - g['start_90k']) / SECOND, 1), g['reason']) for g in told['gaps']]}")
        self.assertEqual([(g["reason"], g["by_plan"]) for g in told["gaps"]],
                         [("not recorded by its plan: off at that time", True)], told)
        self.accounted(told)
        changes = site.ok("GET", "/api/v1/audit?action=change_camera")["entries"]
        self.assertTrue(any(e["details"].get("before", {}).get("recording", {}).get("continuous") == ALL for e in changes), changes)
        site.stop()
        self.assertIn("not recorded by its plan: off at that time: ", self.verify())

    def test_a_camera_that_tells_no_events_is_not_recorded_on_event_in_silence(self):
        site = self.server()
        camera = self.add(site, {})
        by_hand = site.add_camera("By hand", self.farm.url(), username="viewer", password="s3cret")
        status, problem = site.request("PATCH", f"/api/v1/cameras/{by_hand}", {"recording": ON_EVENT})
        print(f"  {problem['detail']}")
        self.assertEqual(status, 400, problem)
        self.assertIn("added without ONVIF", problem["detail"])
        for wrong in ({"on_event": ALL}, {"pre_roll_s": 61}, {"post_roll_s": 4}, {"event_kinds": []}, {"continuous": "f"}):
            status, problem = site.request("PATCH", self.path, {"recording": wrong})
            print(f"  {problem['detail']}")
            self.assertEqual(status, 400, problem)
        site.ok("PATCH", self.path, {"recording": ON_EVENT})
        self.farm.stop()
        # The same camera, without its services.
        self.simulator(1, "--user", "viewer", "--password-file", self.password_file(), port=self.farm.port)
        trouble = vedette.wait_for("the trouble", lambda: (now := self.now(site))["trouble"] and now, 90)
        print(f"  {trouble['message']}")
        self.assertIn("does not tell its events", trouble["message"])
        self.wait_state(site, camera, "recording")
        time.sleep(2 * GROUP)
        site.stop()
        self.assertIn("the camera did not tell its events: ", self.verify())


if __name__ == "__main__":
    case.main()
