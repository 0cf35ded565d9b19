"""Every quirk that the simulator can serve, against one `vedette serve`: it is recorded, or refused in words."""

import re
import signal

import case
import vedette

# What is expected beyond "is recorded, in one session". Quirks without a line here are expected to do just that.
REFUSED = {
    "mpeg-transport-stream": ("waiting", "MPEG transport stream"),
    "no-key-frames": ("connecting", "no key frame"),
}
# Which health they show, once recorded. What clock-drifts shows takes a test of its own: camera_clock_test.py.
SHOWN = {
    "loss-inside-the-camera": lambda stream: stream["lost_packets"] > 0 and stream["health"]["damaged_pictures"] > 0,
    "wall-clock-behind": lambda stream: near(stream["health"]["clock_offset_seconds"], -40, 2),
    "wall-clock-is-set": lambda stream: near(stream["health"]["clock_offset_seconds"], 3600, 2),
    "no-sender-reports": lambda stream: stream["health"]["clock_offset_seconds"] is None,
    "key-frames-rare": lambda stream: (stream["health"]["key_frame_interval_seconds"] or 0) > 4,
}
LOSSY = {"loss-inside-the-camera"}
# A source that nobody announced is believed after 16 packets; the pictures until then are lost.
OTHER_SOURCES = {"packets-of-an-earlier-session", "ssrc-changes", "wrong-ssrc-in-transport"}
LONG = 9  # seconds of recording: longer than the sessions of 4 s that some quirks have
AT_ONCE = 14


def near(value, wanted, tolerance):
    return value is not None and abs(value - wanted) <= tolerance


def listed():
    """[(name, number, sentence)]"""
    code, output = vedette.run(case.BINARY, "simulate", "--list-quirks")
    assert code == 0, output
    return [re.match(r"(\S+) +(\d+)  (.+)", line).groups() for line in output.splitlines()]


class CameraQuirksTest(case.SystemTest):
    def farm(self, name, sentence):
        args = ["--quirk", name]
        if "--user" in sentence:
            args += ["--user", "viewer", "--password-file", self.password_file()]
        if "--transport udp" in sentence:
            args += ["--transport", "udp"]
        return self.simulator(1, *args)

    def test_each_quirk_is_recorded_or_refused_in_words(self):
        server = self.server()
        quirks = listed()
        # What needs time to show comes first, and is looked at last.
        quirks.sort(key=lambda quirk: quirk[0] not in ("key-frames-rare", "no-key-frames"))
        late = {}
        for begin in range(0, len(quirks), AT_ONCE):
            farms, cameras = [], {}
            for name, _, sentence in quirks[begin : begin + AT_ONCE]:
                farm = self.farm(name, sentence)
                fields = {"username": "viewer", "password": "s3cret"} if "--user" in sentence else {}
                cameras[name] = server.add_camera(name, farm.url(), **fields)
                farms.append((name, farm))
            for name, farm in farms:
                with self.subTest(name):
                    if begin == 0 and name == "key-frames-rare":
                        late[name] = cameras[name]
                        self.wait_state(server, cameras[name], "recording")
                        continue
                    self.check(server, name, cameras[name])
                    server.ok("DELETE", f"/api/v1/cameras/{cameras[name]}")
                    self.assertEqual(farm.stop(), 0, farm.output())
        for name, camera in late.items():
            with self.subTest(name):
                self.check(server, name, camera)
        self.assertEqual(server.stop(), 0, server.output())
        self.assertRegex(self.verify(), r"(?m)^fragments +[1-9]")

    def check(self, server, name, camera):
        if name in REFUSED:
            state, words = REFUSED[name]
            stream = vedette.wait_for(
                f"{name} to be refused",
                lambda: (s := server.stream(camera))["state"] == state and words in s["reason"] and s, 60)
            print(f"  {name}: {stream['reason']}")
            self.assertEqual(server.recordings(camera)["ranges"], [])
            return
        self.wait_recorded(server, camera, LONG, 90)
        stream = self.wait_state(server, camera, "recording")
        self.assertEqual(stream["health"]["reconnects"], 0, stream)
        if name in OTHER_SOURCES:
            self.assertLessEqual(stream["health"]["damaged_pictures"], 5, stream)
        elif name not in LOSSY:
            self.assertEqual((stream["lost_packets"], stream["health"]["damaged_pictures"]), (0, 0), stream)
        if name in SHOWN:
            vedette.wait_for(f"what {name} shows: {stream}", lambda: SHOWN[name](server.stream(camera)), 90)
        told = server.recordings(camera)
        self.assertLessEqual(told["extent"]["end_90k"], vedette.now_90k() + 5 * vedette.TICKS_PER_SECOND)
        gaps = sum(g["end_90k"] - g["start_90k"] for g in told["gaps"]) / vedette.TICKS_PER_SECOND
        # A camera whose clock jumps waits for its next key frame, 2 s later at most.
        self.assertLessEqual(gaps, 6 if name == "clock-goes-back" else 0.5, told)
        print(f"  {name}: {server.recorded_seconds(camera):.0f} s recorded, {gaps:.1f} s missing")

    def test_stale_sessions_are_waited_out(self):
        farm = self.farm("stale-sessions", "")
        server = self.server()
        camera = server.add_camera("Stale", farm.url())
        self.wait_recorded(server, camera, 2)
        server.stop(signal.SIGKILL)
        server = self.server()
        stream = self.wait_state(server, camera, "waiting")
        self.assertIn("can't serve one more viewer now (453)", stream["reason"])
        self.wait_state(server, camera, "recording")
        self.assertEqual(server.stop(), 0, server.output())

    def test_one_client_serves_all_viewers(self):
        farm = self.farm("one-client-only", "")
        server = self.server()
        camera = server.add_camera("Single", farm.url())
        self.wait_recorded(server, camera, 2)
        # While the one place is taken by the recorder, a test of the same stream is refused in words...
        told = server.ok("POST", "/api/v1/cameras/test", {"camera_id": camera})["streams"][0]
        self.assertIn("one more viewer", told["message"])
        # ... and what is recorded comes from the gateway.
        start = server.recordings(camera)["extent"]["start_90k"]
        self.assertGreater(self.dir.joinpath(server.download(camera, start, start + 90_000, self.dir / "a.mp4")).stat().st_size, 1000)
        self.assertEqual(server.stream(camera)["health"]["reconnects"], 0)

    def test_names_that_are_none(self):
        self.assertIn("--list-quirks", self.refused(case.BINARY, "simulate", "--quirk", "nonsense", binary="env"))
        self.assertIn("user", self.refused(case.BINARY, "simulate", "--port", 0, "--quirk", "digest-sha256-only", binary="env"))


if __name__ == "__main__":
    case.main()
