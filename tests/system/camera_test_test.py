"""What `test connection` tells the installer at a site, word for word where the words matter, and what the list of cameras says."""

import http.server
import socket
import threading

import case
import vedette

TEST = "/api/v1/cameras/test"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class CameraTestTest(case.SystemTest):
    @classmethod
    def setUpClass(cls):
        folder = vedette.folder()
        cls.addClassCleanup(folder.cleanup)
        cls.site = vedette.Server(case.BINARY, case.pathlib.Path(folder.name) / "data")
        cls.addClassCleanup(cls.end_site)
        cls.site.sign_in()

    @classmethod
    def end_site(cls):
        assert cls.site.stop() == 0, cls.site.output()
        assert not case.SANITIZER.search(cls.site.output()), cls.site.output()

    def told(self, url, *words, **fields):
        report = self.site.ok("POST", TEST, {"main_url": url, **fields})["streams"][0]
        print(f"  {report['message']}")
        self.assertFalse(report["ok"], report)
        self.assertEqual(report["tracks"], [])
        for word in words:
            self.assertIn(word, report["message"])
        self.assertRegex(report["message"], r"^[A-Z0-9\"].*[.?]$")
        self.assertNotRegex(report["message"], r"errno|asio|\bsystem:|s3cret|\n")
        return report["message"]

    def test_good(self):
        farm = self.simulator()
        report = self.site.ok("POST", TEST, {"main_url": farm.url(1), "sub_url": farm.url(1, "/sub")})
        main, sub = report["streams"]
        print(f"  {main['message']}\n  {sub['message']}")
        self.assertTrue(main["ok"] and sub["ok"], report)
        self.assertEqual((main["tracks"][0]["width"], main["tracks"][0]["height"]), (1920, 1080))
        self.assertEqual((sub["tracks"][0]["width"], sub["tracks"][0]["height"]), (640, 360))
        self.assertIn("1920 x 1080", main["message"])

    def test_no_such_host(self):
        self.told("rtsp://camera.invalid/live", "camera.invalid")

    def test_closed_port(self):
        port = vedette.free_port()
        self.told(f"rtsp://127.0.0.1:{port}/live", "refused", str(port))

    def test_silent(self):
        farm = self.simulator(1, "--fault", "silent")
        self.told(farm.url(1), "answer")

    def test_garbage(self):
        farm = self.simulator(1, "--fault", "garbage")
        self.told(farm.url(1), "RTSP")

    def test_no_media(self):
        farm = self.simulator(1, "--fault", "no-media")
        self.told(farm.url(1), "sent no video")

    def test_web_server(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), QuietHandler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.told(f"rtsp://127.0.0.1:{server.server_port}/live", "not an RTSP server", "554")

    def test_hangs_up(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def serve():
                for _ in range(3):
                    try:
                        listener.accept()[0].close()
                    except OSError:
                        return

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            self.told(f"rtsp://127.0.0.1:{listener.getsockname()[1]}/live", "closed")
            listener.shutdown(socket.SHUT_RDWR)

    def test_wrong_path(self):
        farm = self.simulator()
        self.told(f"rtsp://127.0.0.1:{farm.port}/cam9", "no stream at this path")

    def test_password(self):
        farm = self.simulator(1, "--user", "viewer", "--password-file", self.password_file())
        self.told(farm.url(1), "password")
        self.told(farm.url(1), "password", username="viewer", password="wrong")
        self.told(farm.url(1), "password", username="somebody", password="s3cret")
        good = self.site.ok("POST", TEST, {"main_url": farm.url(1), "username": "viewer", "password": "s3cret"})
        self.assertTrue(good["streams"][0]["ok"], good)

        with self.subTest("the saved password, but only for the same camera"):
            camera = self.site.add_camera("Gate", farm.url(1), username="viewer", password="s3cret")
            again = self.site.ok("POST", TEST, {"camera_id": camera})
            self.assertTrue(again["streams"][0]["ok"], again)
            self.site.ok("DELETE", f"/api/v1/cameras/{camera}")

    def test_wrong_stream_of_sub(self):
        farm = self.simulator()
        report = self.site.ok("POST", TEST, {"main_url": farm.url(1), "sub_url": farm.url(7)})
        self.assertEqual([s["ok"] for s in report["streams"]], [True, False], report)


if __name__ == "__main__":
    case.main()
