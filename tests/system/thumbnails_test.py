"""Thumbnails of recordings: the right picture, made in a process of its own, kept sealed, gone with the recording; and the times of
what is exported."""

import json
import os
import pathlib
import re
import signal
import subprocess

import case
import vedette

CLIPS = pathlib.Path(case.BINARY).resolve().parent.parent / "clips"
SECOND = vedette.TICKS_PER_SECOND


def ffmpeg(*args):
    done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, args)], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def likeness(one, other):
    """PSNR in dB of two pictures, as ffmpeg tells it."""
    done = subprocess.run(
        ["ffmpeg", "-nostdin", "-i", str(one), "-i", str(other), "-lavfi", "[0]format=rgb24[a];[1]format=rgb24[b];[a][b]psnr", "-f", "null", "-"],
        capture_output=True, text=True, timeout=120, check=True,
    )
    found = re.search(r"average:(\S+)", done.stderr)
    return float(found.group(1))


def decoders(server):
    """Process ids of the server's children that decode pictures."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == server.pid and b"decoder-process" in words:
            found.append(int(entry.name))
    return found


class ThumbnailsTest(case.SystemTest):
    def thumbnail(self, server, camera, at_90k, stream="main"):
        """(status, JPEG, time) of the picture at a time."""
        import http.client
        import ssl

        context = ssl.create_default_context(cafile=server.data_dir / "hub" / "ca.pem")
        connection = http.client.HTTPSConnection(server.host, server.port, context=context, timeout=60)
        try:
            connection.request("GET", f"/api/v1/cameras/{camera}/thumbnail?at_90k={at_90k}&stream={stream}", headers={"Cookie": server.cookie})
            response = connection.getresponse()
            return response.status, response.read(), int(response.getheader("Vedette-Time-90k") or 0)
        finally:
            connection.close()

    def recorded(self, server, camera, seconds):
        self.wait_state(server, camera, "recording")
        self.wait_recorded(server, camera, seconds)
        return server.recordings(camera)["ranges"][0]

    def exported_picture(self, server, camera, at_90k, name):
        """The picture that an export shows at its time 0, as large as a thumbnail."""
        media = server.download(camera, at_90k, at_90k + SECOND, self.dir / f"{name}.mp4")
        picture = self.dir / f"{name}.png"
        # What lies before time 0 is there to be decoded, and not shown.
        ffmpeg("-copyts", "-i", media, "-frames:v", "1", "-vf", "select=gte(t\\,-0.001),scale=320:-2:flags=area", picture)
        return picture

    def check_pictures(self, clip):
        simulator = self.simulator(1, *(["--clip", clip] if clip else []))
        server = self.server()
        camera = server.add_camera("Yard", simulator.url())
        whole = self.recorded(server, camera, 9)
        at = whole["start_90k"] + 5 * SECOND
        status, jpeg, time_90k = self.thumbnail(server, camera, at)
        self.assertEqual(status, 200, jpeg)
        self.assertLessEqual(time_90k, at)
        self.assertGreaterEqual(time_90k, whole["start_90k"])
        made = self.dir / "thumbnail.jpg"
        made.write_bytes(jpeg)
        self.assertLess(len(jpeg), 64 * 1024)
        probed = vedette.ffprobe(made)["streams"][0]
        self.assertEqual((probed["codec_name"], probed["width"], probed["height"]), ("mjpeg", 320, 180))
        # Another program's picture of the same moment is the same, and where a clock is in it that of another moment is not.
        same = likeness(made, self.exported_picture(server, camera, time_90k, "same"))
        status, other_jpeg, other_90k = self.thumbnail(server, camera, whole["start_90k"] + 8 * SECOND)
        self.assertEqual(status, 200)
        self.assertGreater(other_90k, time_90k)
        other = self.dir / "other.jpg"
        other.write_bytes(other_jpeg)
        different = likeness(made, other)
        self.assertGreater(same, 25)  # what JPEG leaves of small coloured things
        if not clip:
            self.assertGreater(same, different + 3)
        # Also where it was kept.
        self.assertEqual(self.thumbnail(server, camera, at), (200, jpeg, time_90k))
        # Where nothing is recorded there is none.
        for nothing in (whole["start_90k"] - 60 * SECOND, vedette.now_90k() + 3600 * SECOND):
            self.assertEqual(self.thumbnail(server, camera, nothing)[0], 404)
        return server, camera, whole

    def test_h264_shows_the_key_frame_before_and_goes_with_its_camera(self):
        server, camera, whole = self.check_pictures(None)
        kept = [path for path in (self.data / "thumbnails" / camera).rglob("*") if path.is_file()]
        self.assertEqual(len(kept), 2)
        for path in kept:
            self.assertNotIn(b"JFIF", path.read_bytes())
        entries = server.ok("GET", "/api/v1/audit?action=preview_recording&limit=100")["entries"]
        self.assertEqual(len(entries), 1, "one for all of them")
        self.assertEqual(entries[0]["operation"], "getThumbnail")
        self.assertIn("at_90k", entries[0]["details"])

        # Whatever becomes of a decoder costs at most a picture.
        (pid,) = decoders(server)
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        self.assertRegex(status, r"Seccomp:\t2\n")
        self.assertRegex(status, r"CapEff:\t0+\n")
        os.kill(pid, signal.SIGKILL)
        vedette.wait_for("a picture from a new decoder", lambda: self.thumbnail(server, camera, whole["start_90k"] + 7 * SECOND)[0] == 200, 20)
        vedette.wait_for("an idle decoder to be ended", lambda: not decoders(server), 30)

        server.ok("DELETE", f"/api/v1/cameras/{camera}")
        self.assertFalse((self.data / "thumbnails" / camera).exists())
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def test_a_decoder_sees_the_pictures_of_one_camera(self):
        simulator = self.simulator(3)
        server = self.server()
        cameras = [server.add_camera(f"Camera {number}", simulator.url(number)) for number in (1, 2, 3)]
        at = [self.recorded(server, camera, 5)["start_90k"] + 3 * SECOND for camera in cameras]

        def look(number):
            status, jpeg, _ = self.thumbnail(server, cameras[number], at[number])
            self.assertEqual(status, 200, jpeg)
            return set(decoders(server))

        first = look(0)
        self.assertEqual(len(first), 1)
        both = look(1)
        self.assertEqual(len(both), 2)
        self.assertLess(first, both)
        # A third camera's takes the place of the one that rested longest.
        third = look(2)
        self.assertEqual(len(third), 2)
        self.assertEqual(third & both, both - first)

    def test_h265(self):
        self.check_pictures(CLIPS / "h265.h265")

    def test_a_moment_far_behind_its_key_frame_shows_that_one(self):
        clip = self.dir / "rare.h264"
        ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=11", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "9999",
               "-keyint_min", "9999", "-sc_threshold", "0", "-f", "h264", clip)
        simulator = self.simulator(1, "--clip", clip)
        server = self.server()
        camera = server.add_camera("Rare", simulator.url())
        whole = self.recorded(server, camera, 10)
        status, jpeg, time_90k = self.thumbnail(server, camera, whole["start_90k"] + 9 * SECOND)
        self.assertEqual(status, 200, jpeg)
        self.assertLess(abs(time_90k - whole["start_90k"]), SECOND // 10)

    def test_an_export_begins_and_ends_when_it_was_asked_to(self):
        simulator = self.simulator(1)
        server = self.server()
        camera = server.add_camera("Yard", simulator.url())
        whole = self.recorded(server, camera, 12)
        for begin, seconds in ((3.3, 4.4), (5.0, 0.5), (2.72, 7.0)):
            start = whole["start_90k"] + int(begin * SECOND)
            path = server.download(camera, start, start + int(seconds * SECOND), self.dir / "part.mp4")
            packets = json.loads(subprocess.run(
                ["ffprobe", "-v", "error", "-show_packets", "-show_entries", "packet=codec_type,pts_time,duration_time,flags", "-of", "json", str(path)],
                capture_output=True, text=True, timeout=60, check=True).stdout)["packets"]
            for kind, frame in (("video", 0.1), ("audio", 0.03)):
                of_kind = [p for p in packets if p["codec_type"] == kind]
                self.assertTrue(of_kind, kind)
                first = float(of_kind[0]["pts_time"])
                end = max(float(p["pts_time"]) + float(p.get("duration_time", 0)) for p in of_kind)
                self.assertLessEqual(first, frame, f"{kind} from {begin}")
                self.assertLess(abs(end - seconds), frame, f"{kind} from {begin} for {seconds}")
                if kind == "video":
                    self.assertTrue(of_kind[0]["flags"].startswith("K"))
            ffmpeg("-xerror", "-i", path, "-f", "null", "-")
        # A moment in the middle of a group of pictures is the first that is shown.
        at = whole["start_90k"] + int(3.3 * SECOND)
        exact = self.exported_picture(server, camera, at, "exact")
        key = self.exported_picture(server, camera, self.thumbnail(server, camera, at)[2], "key")
        self.assertLess(likeness(exact, key), 40, "the key frame before is there to be decoded, and not shown")


if __name__ == "__main__":
    case.main()
