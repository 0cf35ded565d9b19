"""Who may see and may not hear gets no sound: not in the bytes of the WebSocket, live or recorded, and not in a file."""

import pathlib
import subprocess
import time

import case
import vedette
import websocket

SECOND = vedette.TICKS_PER_SECOND
USER_PASSWORD = "a kettle for every morning"
HEADER = 24  # docs/ref/websocket.md, binary messages
SMALLEST = 24  # of AAC frames that are looked for: shorter ones might be anything


def adts_frames(data):
    """The raw data blocks of an ADTS file (ISO 14496-3, 1.A.2.2)."""
    at, frames = 0, []
    while at + 7 <= len(data):
        assert data[at] == 0xFF and data[at + 1] & 0xF0 == 0xF0, f"no ADTS header at {at}"
        size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        head = 7 if data[at + 1] & 1 else 9
        frames.append(data[at + head : at + size])
        at += size
    return frames


class User:
    """Somebody else who is signed in at the same server; as much of it as a WebSocket takes."""

    def __init__(self, server, name):
        self.server, self.data_dir, self.port = server, server.data_dir, server.port
        own = server.cookie
        server.cookie = None
        server.ok("POST", "/api/v1/session", {"username": name, "password": USER_PASSWORD})
        self.cookie, server.cookie = server.cookie, own

    def request(self, *args, **options):
        own, self.server.cookie = self.server.cookie, self.cookie
        try:
            return self.server.request(*args, **options)
        finally:
            self.server.cookie = own


class HearingTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        clip = self.dir / "talking.h264"
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=4", "-f", "lavfi", "-i",
             "aevalsrc='0.5*sin(2*PI*t*(300+200*sin(2*PI*t)))+0.2*random(0)':s=48000:d=4", "-map", "0", "-c:v", "libx264",
             "-preset", "ultrafast", "-bf", "0", "-g", "25", "-f", "h264", str(clip), "-map", "1", "-c:a", "aac", "-b:a", "96k",
             "-f", "adts", str(clip.with_suffix(".aac"))],
            check=True, timeout=120,
        )  # fmt: skip
        self.frames = [f for f in adts_frames(clip.with_suffix(".aac").read_bytes()) if len(f) >= SMALLEST]
        self.assertGreater(len(self.frames), 100)
        self.simulator_ = self.simulator(1, "--clip", clip)
        self.hub = self.server()
        self.camera = self.hub.add_camera("Gate", self.simulator_.url())
        self.wait_state(self.hub, self.camera, "recording")

    def role(self, name, rights, role_id=None):
        body = {"name": name, "rights": rights}
        if role_id:
            return self.hub.ok("PUT", f"/api/v1/roles/{role_id}", body)["id"]
        return self.hub.ok("POST", "/api/v1/roles", body)["id"]

    def user(self, name, rights):
        """(the user, the id of the role)"""
        role = self.role(f"Of {name}", rights)
        body = {"name": name, "assignments": [{"role_id": role, "scope": "organisation"}]}
        code = self.hub.ok("POST", "/api/v1/users", body)["invitation"]["code"]
        own, self.hub.cookie = self.hub.cookie, None
        self.hub.ok("POST", "/api/v1/session/invitation", {"username": name, "code": code, "password": USER_PASSWORD})
        self.hub.cookie = own
        return User(self.hub, name), role

    def sounds_in(self, data):
        return sum(frame in data for frame in self.frames)

    def watch(self, socket, kind, seconds, channel=1, **fields):
        """(the message that says how it begins, all bytes of the channel that came within `seconds`)"""
        socket.keep_media, socket.media = True, []
        socket.send({"type": f"{kind}.start", "channel": channel, "camera_id": self.camera, "stream": "main", **fields})
        started = socket.wait("the start", lambda m: m["type"] == "channel.started" and m["channel"] == channel)
        vedette.wait_for("media", lambda: len(socket.media) > 5)
        time.sleep(seconds)
        socket.keep_media = False
        socket.send({"type": "stop", "channel": channel})
        return started, b"".join(payload[HEADER:] for _, payload in socket.media)

    def streams_of(self, data, name):
        path = pathlib.Path(self.dir / name)
        path.write_bytes(data)
        return [s["codec_type"] for s in vedette.ffprobe(path)["streams"]]

    def test_no_byte_of_sound_leaves_the_server_for_who_may_not_hear(self):
        deaf, _ = self.user("deaf", ["see_live", "play_back", "export_recordings"])
        hearing, _ = self.user("hearing", ["see_live", "play_back", "export_recordings", "hear"])
        self.wait_recorded(self.hub, self.camera, 8)
        span = self.hub.recordings(self.camera)["ranges"][0]
        start = span["start_90k"] + SECOND
        media = f"/api/v1/cameras/{self.camera}/recordings/media?start_90k={start}&end_90k={start + 5 * SECOND}"
        for user, hears in ((hearing, True), (deaf, False)):
            socket = websocket.WebSocket(user)
            for kind, fields in (("live", {}), ("playback", {"start_90k": start})):
                with self.subTest(kind=kind, hears=hears):
                    started, data = self.watch(socket, kind, 3, **fields)
                    self.assertEqual("mp4a" in started["mime_type"], hears, started)
                    self.assertEqual(started.get("sound_withheld", False), not hears)
                    self.assertEqual(self.streams_of(data, f"{kind}-{hears}.mp4"), ["video", "audio"] if hears else ["video"])
                    if hears:
                        self.assertGreater(self.sounds_in(data), 20)
                    else:
                        self.assertEqual(self.sounds_in(data), 0)
            socket.close()
            with self.subTest(kind="export", hears=hears):
                status, data = user.request("GET", media, raw=True)
                self.assertEqual(status, 200)
                self.assertEqual(self.streams_of(data, f"export-{hears}.mp4"), ["video", "audio"] if hears else ["video"])
                self.assertEqual(self.sounds_in(data) > 20, hears)
                if not hears:
                    self.assertEqual(self.sounds_in(data), 0)
                    decoded = subprocess.run(
                        ["ffmpeg", "-v", "error", "-xerror", "-i", str(self.dir / f"export-{hears}.mp4"), "-f", "null", "-"],
                        capture_output=True, text=True, timeout=120, check=False,
                    )  # fmt: skip
                    self.assertEqual((decoded.returncode, decoded.stderr), (0, ""))

    def test_a_right_to_hear_that_is_taken_away_ends_the_sound_within_a_second(self):
        user, role = self.user("ann", ["see_live", "hear"])
        socket = websocket.WebSocket(user)
        socket.keep_media = True
        socket.send({"type": "live.start", "channel": 1, "camera_id": self.camera, "stream": "main"})
        vedette.wait_for("sound", lambda: self.sounds_in(b"".join(p for _, p in list(socket.media))) > 10)
        self.role("Of ann", ["see_live"], role)
        taken = time.monotonic()
        restarted = socket.wait("the start without sound", lambda m: m["type"] == "channel.started" and m.get("sound_withheld"))
        self.assertNotIn("mp4a", restarted["mime_type"])
        time.sleep(3)
        last = max(at for at, payload in socket.media if self.sounds_in(payload) > 0)
        self.assertLess(last - taken, 1.5, "1 s, and the way through a busy machine")
        # The picture goes on, in an initialisation segment of its own.
        self.assertGreater(max(at for at, _ in socket.media), last + 1)
        # And the sound comes back with the right.
        self.role("Of ann", ["see_live", "hear"], role)
        again = socket.wait("the start with sound", lambda m: m["type"] == "channel.started" and not m.get("sound_withheld"))
        self.assertIn("mp4a", again["mime_type"])
        back = time.monotonic()
        vedette.wait_for("sound", lambda: any(at > back and self.sounds_in(p) > 0 for at, p in list(socket.media)))
        socket.close()


if __name__ == "__main__":
    case.main()
