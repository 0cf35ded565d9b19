"""Every codec that GStreamer can send: is it recorded as it came, and does the exported file open elsewhere?"""

import os
import subprocess

import case
import vedette

GST_SERVER = os.environ.get("VEDETTE_GST_SERVER", "build/dev/bin/gst_rtsp_server")


class GStreamerCodecsTest(case.SystemTest):
    def export(self, media, video, audio):
        """Records some seconds and returns the exported file; `video` and `audio` as the API names them."""
        port = vedette.free_port()
        source = vedette.Process([GST_SERVER, "--media", media, port])
        self.addCleanup(self.end_camera, source)
        source.wait_line("ready")
        server = self.server()
        camera = server.add_camera(media, f"rtsp://127.0.0.1:{port}/live")
        stream = self.wait_state(server, camera, "recording")
        vedette.wait_for("both tracks", lambda: len(server.stream(camera)["tracks"]) == 2)
        stream = server.stream(camera)
        self.assertEqual([t["codec"] for t in stream["tracks"]], [video, audio])
        self.wait_recorded(server, camera, 6)
        ranges = server.recordings(camera)["ranges"]
        # A source that falls behind may begin anew; nothing may be missing, and nothing twice.
        for before, after in zip(ranges, ranges[1:]):
            self.assertEqual(before["end_90k"], after["start_90k"], ranges)
        path = server.download(camera, ranges[0]["start_90k"], ranges[-1]["end_90k"], self.dir / "export.mp4")
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()
        return path

    @staticmethod
    def end_camera(process):
        if process.popen.poll() is None:
            process.popen.kill()
        process.popen.wait()
        process.popen.stdout.close()

    def assert_opens(self, path, video, audio, seconds=5):
        streams = vedette.ffprobe(path)["streams"]
        self.assertEqual([s["codec_name"] for s in streams], [video, audio])
        self.assertEqual((streams[0]["width"], streams[0]["height"]), (640, 360))
        # What GStreamer encoded: on a busy machine H.265 does not keep up with 25 a second.
        self.assertGreater(int(streams[0]["nb_read_frames"]), 5 * seconds)
        decoded = subprocess.run(
            ["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-f", "null", "-"],
            capture_output=True, text=True, timeout=120, check=False,
        )
        self.assertEqual((decoded.returncode, decoded.stderr), (0, ""))
        self.assert_times_grow(path)
        # The sound is there, and it is not silence or noise of a wrong decoding: ticks, each with quiet between.
        heard = subprocess.run(
            ["ffmpeg", "-v", "info", "-i", str(path), "-map", "0:a", "-af", "volumedetect", "-f", "null", "-"],
            capture_output=True, text=True, timeout=120, check=True,
        ).stderr
        levels = {k: float(heard.split(f"{k}_volume:")[1].split()[0]) for k in ("mean", "max")}
        self.assertGreater(levels["max"], -12, heard)
        self.assertLess(levels["mean"], levels["max"] - 12, heard)
        return streams

    def assert_times_grow(self, path):
        for stream in ("v:0", "a:0"):
            listed = subprocess.run(
                ["ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "packet=dts,pts", "-of",
                 "csv=p=0", str(path)],
                capture_output=True, text=True, timeout=60, check=True,
            )
            times = [[int(n) for n in line.split(",")[:2]] for line in listed.stdout.split()]
            self.assertGreater(len(times), 10)
            decoding = [dts for _, dts in times]
            self.assertTrue(all(a < b for a, b in zip(decoding, decoding[1:])), f"{stream}: times don't grow")
            self.assertTrue(all(dts <= pts for pts, dts in times), f"{stream}: shown before it is decoded")

    def test_h265_and_g711_mu_law(self):
        path = self.export("h265-pcmu", "H.265", "G.711 mu-law")
        self.assert_opens(path, "hevc", "pcm_mulaw")

    def test_b_frames_and_g711_a_law(self):
        path = self.export("h264-bframes-pcma", "H.264", "G.711 A-law")
        video, _ = self.assert_opens(path, "h264", "pcm_alaw")
        self.assertGreater(int(video["has_b_frames"]), 0)
        kinds = subprocess.run(
            ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "frame=pict_type,pts", "-of", "csv=p=0",
             str(path)],
            capture_output=True, text=True, timeout=60, check=True,
        ).stdout.split()
        self.assertTrue(any("B" in line for line in kinds), "the source sent no B-frames")
        shown = [int(line.split(",")[0]) for line in kinds]
        self.assertTrue(all(a < b for a, b in zip(shown, shown[1:])), "pictures in the wrong order")

    def test_jpeg_and_l16(self):
        path = self.export("jpeg-l16", "MJPEG", "L16")
        _, audio = self.assert_opens(path, "mjpeg", "pcm_s16be")
        self.assertEqual((audio["sample_rate"], audio["channels"]), ("44100", 2))

    def test_opus(self):
        path = self.export("h264-opus", "H.264", "Opus")
        self.assert_opens(path, "h264", "opus")

    def test_aac_in_latm(self):
        path = self.export("h264-latm", "H.264", "AAC")
        self.assert_opens(path, "h264", "aac")


if __name__ == "__main__":
    case.main()
