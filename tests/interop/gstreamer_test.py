"""A camera that we did not write: GStreamer's RTSP server. Is it recorded as it is, and does what is exported play elsewhere?"""

import os
import socket
import struct
import subprocess
import threading
import time

import case
import speech
import vedette
from websocket import WebSocket

GST_SERVER = os.environ.get("VEDETTE_GST_SERVER", "build/dev/bin/gst_rtsp_server")
SECOND = vedette.TICKS_PER_SECOND


class CountingProxy:
    """Passes connections on to a port, and counts them."""

    def __init__(self, target):
        self.target = target
        self.count = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.connections = []
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.count += 1
            self.connections.append(client)
            server = socket.create_connection(("127.0.0.1", self.target))
            self.connections.append(server)
            for a, b in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(a, b), daemon=True).start()

    @staticmethod
    def _pass_on(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.connections:
            connection.close()


class GStreamerTest(case.SystemTest):
    def camera(self, *credentials, port=None, options=()):
        port = port or vedette.free_port()
        process = vedette.Process([GST_SERVER, *options, port, *credentials])
        self.addCleanup(self.end_camera, process)
        process.wait_line("ready")
        process.port = port
        return process

    @staticmethod
    def end_camera(process):
        if process.popen.poll() is None:
            process.popen.kill()
        process.popen.wait()
        process.popen.stdout.close()

    def assert_good_camera(self, server, camera):
        stream = self.wait_state(server, camera, "recording")
        self.assertEqual(stream["reason"], "")
        video, audio = stream["tracks"]
        self.assertEqual((video["codec"], video["width"], video["height"]), ("H.264", 640, 360))
        self.assertTrue(video["rfc6381"].startswith("avc1.42"), video)
        self.assertEqual((audio["codec"], audio["sample_rate_hz"], audio["channels"]), ("AAC", 48_000, 1))
        vedette.wait_for("a bit rate", lambda: server.stream(camera)["bits_per_second"] > 0)

    def assert_playable(self, path, seconds):
        """The file by ffprobe and by a whole decode: what other programs make of our export."""
        probed = vedette.ffprobe(path)
        video, audio = probed["streams"]
        self.assertEqual((video["codec_name"], video["width"], video["height"]), ("h264", 640, 360))
        self.assertEqual((audio["codec_name"], audio["sample_rate"]), ("aac", "48000"))
        # A busy machine's encoder holds pictures back; the sound that comes meanwhile lies in the fragment before them.
        self.assertGreater(float(probed["format"]["duration"]), seconds - 0.3)
        self.assertLess(float(probed["format"]["duration"]), seconds + 2)
        self.assertLess(abs(float(probed["format"]["start_time"])), 0.3)
        # x264 makes 25 pictures a second of this source; on a busy machine GStreamer may leave some out.
        self.assertGreater(int(video["nb_read_frames"]), 25 * seconds * 0.5)
        self.assertLessEqual(int(video["nb_read_frames"]), 25 * seconds + 3)
        for stream in ("v:0", "a:0"):
            listed = subprocess.run(
                ["ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "packet=dts_time,pts_time",
                 "-of", "csv=p=0", str(path)],
                capture_output=True, text=True, timeout=60, check=True,
            )
            times = [float(line.split(",")[1]) for line in listed.stdout.split()]
            self.assertGreater(len(times), 10)
            self.assertTrue(all(a < b for a, b in zip(times, times[1:])), f"{stream}: times don't grow")
        decoded = subprocess.run(
            ["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-f", "null", "-"],
            capture_output=True, text=True, timeout=120, check=False,
        )
        self.assertEqual((decoded.returncode, decoded.stderr), (0, ""))

    def test_its_loudspeaker(self):
        heard = self.dir / "heard"
        process = self.camera(options=("--back-channel", heard))
        server = self.server()
        camera = server.add_camera("GStreamer", f"rtsp://127.0.0.1:{process.port}/live")
        self.assert_good_camera(server, camera)
        connection = WebSocket(server)
        self.addCleanup(connection.close)
        self.assertEqual(speech.start(connection, camera)["type"], "talk.ready")
        # Sound that is late is left out: on a busy machine less comes than was said.
        def said_enough():
            speech.say(connection, 1)
            return heard.exists() and heard.stat().st_size > 2 * speech.RATE

        vedette.wait_for("the sound", said_enough, 60)
        data = heard.read_bytes()
        samples = struct.unpack(f"<{len(data) // 2}h", data[: len(data) // 2 * 2])
        print(f"  {len(samples)} samples, {speech.pitch(samples):.0f} Hz, peak {max(samples)}")
        self.assertAlmostEqual(speech.pitch(samples), 440, delta=15)
        self.assertEqual(server.stream(camera)["state"], "recording")

    def test_record_export_and_come_back(self):
        source = self.camera()
        server = self.server()
        camera = server.add_camera("GStreamer", f"rtsp://127.0.0.1:{source.port}/live")
        self.assert_good_camera(server, camera)
        self.wait_recorded(server, camera, 8)

        ranges = server.recordings(camera)["ranges"]
        whole = ranges[0]["start_90k"], ranges[-1]["end_90k"]
        path = server.download(camera, *whole, self.dir / "export.mp4")
        self.assert_playable(path, (whole[1] - whole[0]) / SECOND)

        source.stop()
        vedette.wait_for("the loss to be noticed", lambda: server.stream(camera)["state"] == "waiting")
        vedette.wait_for("the reason", lambda: "refused" in server.stream(camera)["reason"])
        time.sleep(2)
        self.camera(port=source.port)
        back = time.monotonic()
        self.wait_state(server, camera, "recording")
        # The camera is asked at least every 4 s, and takes a moment to start its encoder.
        print(f"recording {time.monotonic() - back:.1f} s after the camera's return")
        self.assertLess(time.monotonic() - back, 10)
        vedette.wait_for("a new range", lambda: len(server.recordings(camera)["ranges"]) >= 2)
        recordings = server.recordings(camera)
        gap = recordings["gaps"][0]
        self.assertIn("unreachable", gap["reason"])
        self.assertLess(abs(gap["start_90k"] - recordings["ranges"][0]["end_90k"]), 10)
        self.assertLess(abs(gap["end_90k"] - recordings["ranges"][1]["start_90k"]), 10)

        # An export across the gap is still one file that plays.
        self.wait_recorded(server, camera, (whole[1] - whole[0]) / SECOND + 3)
        last = server.recordings(camera)["ranges"][-1]
        across = server.download(camera, whole[0], last["end_90k"], self.dir / "across.mp4")
        decoded = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", str(across), "-f", "null", "-"], capture_output=True, text=True, timeout=120,
            check=False,
        )
        self.assertEqual(decoded.returncode, 0, decoded.stderr)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def test_digest(self):
        source = self.camera("viewer", "s3cret")
        server = self.server()
        camera = server.add_camera(
            "GStreamer", f"rtsp://127.0.0.1:{source.port}/live", username="viewer", password="s3cret"
        )
        self.assert_good_camera(server, camera)
        self.wait_recorded(server, camera, 3)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def pem(self):
        path = self.dir / "camera.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=camera",
             "-keyout", self.dir / "key.pem", "-out", self.dir / "cert.pem"],
            check=True, capture_output=True,
        )
        path.write_bytes((self.dir / "cert.pem").read_bytes() + (self.dir / "key.pem").read_bytes())
        return path

    def options(self, *options, credentials=()):
        """A camera with options in front of its port."""
        port = vedette.free_port()
        process = vedette.Process([GST_SERVER, *options, port, *credentials])
        self.addCleanup(self.end_camera, process)
        process.wait_line("ready")
        process.port = port
        return process

    def test_tls_with_digest(self):
        source = self.options("--tls", self.pem(), credentials=("viewer", "s3cret"))
        server = self.server()
        camera = server.add_camera(
            "GStreamer", f"rtsps://127.0.0.1:{source.port}/live", username="viewer", password="s3cret"
        )
        self.assert_good_camera(server, camera)
        stream = server.stream(camera)
        self.assertEqual(stream["transport"], "tls")
        self.assertFalse(stream["certificate"]["authorised"])
        self.wait_recorded(server, camera, 4)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def test_through_http(self):
        source = self.camera("viewer", "s3cret")
        server = self.server()
        camera = server.add_camera(
            "GStreamer", f"rtsp://127.0.0.1:{source.port}/live", username="viewer", password="s3cret", transport="http"
        )
        self.assert_good_camera(server, camera)
        self.assertEqual(server.stream(camera)["transport"], "http")
        self.wait_recorded(server, camera, 4)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def test_through_https(self):
        source = self.options("--tls", self.pem())
        server = self.server()
        camera = server.add_camera("GStreamer", f"rtsps://127.0.0.1:{source.port}/live", transport="https")
        self.assert_good_camera(server, camera)
        self.assertEqual(server.stream(camera)["transport"], "https")
        self.wait_recorded(server, camera, 4)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def srtp(self, *options, transport):
        """SRTP with MIKEY over RTSPS: GStreamer seals with libsrtp, and drops reports that it can't open."""
        source = self.options("--tls", self.pem(), "--profile", "savp", *options)
        server = self.server()
        camera = server.add_camera("GStreamer", f"rtsps://127.0.0.1:{source.port}/live")
        self.assert_good_camera(server, camera)
        self.assertEqual(server.stream(camera)["transport"], transport)
        self.wait_recorded(server, camera, 6)
        recorded = server.recordings(camera)["ranges"][0]
        self.assert_playable(
            server.download(camera, recorded["start_90k"], recorded["end_90k"], self.dir / "export.mp4"),
            (recorded["end_90k"] - recorded["start_90k"]) / SECOND,
        )
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def test_srtp_with_mikey_inside_tls(self):
        self.srtp(transport="tls")

    def test_srtp_with_mikey_over_udp(self):
        self.srtp("--transport", "udp", transport="srtp")

    # Multicast needs two machines: this server does not share the group's ports with a receiver beside it. net_test joins a
    # group on the loopback interface, and gst_rtsp_server takes --bind and --interface for a test by hand.
    def test_udp(self):
        source = self.options("--transport", "udp")
        server = self.server()
        camera = server.add_camera("GStreamer", f"rtsp://127.0.0.1:{source.port}/live")
        self.assert_good_camera(server, camera)
        self.assertEqual(server.stream(camera)["transport"], "udp")
        self.wait_recorded(server, camera, 6)
        recorded = server.recordings(camera)["ranges"][0]
        self.assert_playable(
            server.download(camera, recorded["start_90k"], recorded["end_90k"], self.dir / "export.mp4"),
            (recorded["end_90k"] - recorded["start_90k"]) / SECOND,
        )
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def test_wrong_password_is_not_tried_again(self):
        source = self.camera("viewer", "s3cret")
        proxy = CountingProxy(source.port)
        self.addCleanup(proxy.close)
        server = self.server()
        camera = server.add_camera(
            "GStreamer", f"rtsp://127.0.0.1:{proxy.port}/live", username="viewer", password="wrong"
        )
        stream = self.wait_state(server, camera, "unauthorised")
        self.assertIn("password", stream["reason"])
        tried = proxy.count
        self.assertEqual(tried, 1)
        time.sleep(6)
        self.assertEqual(proxy.count, tried, "a wrong password was tried again: cameras lock such a client out")
        server.ok("PATCH", f"/api/v1/cameras/{camera}", {"password": "s3cret"})
        self.assert_good_camera(server, camera)


if __name__ == "__main__":
    case.main()
