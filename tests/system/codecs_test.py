"""Codecs from a simulated camera to an exported file: is what was recorded what other programs expect?"""

import pathlib
import subprocess

import case
import vedette

CLIPS = pathlib.Path(case.BINARY).resolve().parent.parent / "clips"
SECOND = vedette.TICKS_PER_SECOND


class CodecsTest(case.SystemTest):
    def test_h265_is_recorded_and_exported(self):
        simulator = self.simulator(1, "--clip", CLIPS / "h265.h265")
        server = self.server()
        camera = server.add_camera("H.265", simulator.url())
        stream = self.wait_state(server, camera, "recording")
        video = stream["tracks"][0]
        self.assertEqual((video["codec"], video["width"], video["height"]), ("H.265", 640, 360))
        self.assertTrue(video["rfc6381"].startswith("hvc1.1.6.L"), video)
        self.wait_recorded(server, camera, 6)
        ranges = server.recordings(camera)["ranges"]
        path = server.download(camera, ranges[0]["start_90k"], ranges[-1]["end_90k"], self.dir / "h265.mp4")
        probed = vedette.ffprobe(path)["streams"][0]
        self.assertEqual((probed["codec_name"], probed["codec_tag_string"]), ("hevc", "hvc1"))
        self.assertEqual((probed["width"], probed["height"]), (640, 360))
        self.assertGreater(int(probed["nb_read_frames"]), 100)
        decoded = subprocess.run(
            ["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-f", "null", "-"],
            capture_output=True, text=True, timeout=120, check=False,
        )
        self.assertEqual((decoded.returncode, decoded.stderr), (0, ""))
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def test_rare_key_frames_are_stored_in_bounded_fragments_and_playback_starts_at_one(self):
        clip = self.dir / "rare.h264"
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=11", "-c:v", "libx264",
             "-preset", "ultrafast", "-bf", "0", "-g", "9999", "-keyint_min", "9999", "-sc_threshold", "0", "-f", "h264",
             str(clip)],
            check=True, timeout=120,
        )
        simulator = self.simulator(1, "--clip", clip)
        server = self.server()
        camera = server.add_camera("Rare", simulator.url())
        self.wait_state(server, camera, "recording")
        self.wait_recorded(server, camera, 13)
        whole = server.recordings(camera)["ranges"][0]
        # In the second fragment of its group of pictures, which no decoder can begin with.
        path = server.download(camera, whole["start_90k"] + 6 * SECOND, whole["start_90k"] + 7 * SECOND,
                               self.dir / "middle.mp4")
        decoded = subprocess.run(
            ["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-f", "null", "-"],
            capture_output=True, text=True, timeout=120, check=False,
        )
        self.assertEqual((decoded.returncode, decoded.stderr), (0, ""))
        flags = subprocess.run(
            ["ffprobe", "-v", "error", "-show_entries", "packet=flags", "-of", "csv=p=0", str(path)],
            capture_output=True, text=True, timeout=60, check=True,
        ).stdout.split()
        self.assertTrue(flags[0].startswith("K"), flags[:3])
        self.assertEqual(sum(f.startswith("K") for f in flags), 1)
        self.assertGreater(len(flags), 150, "from the key frame on")


if __name__ == "__main__":
    case.main()
