"""What the API answers to requests that are wrong: a status, a problem document (RFC 9457), one sentence, the field."""

import http.client
import json
import socket
import ssl

import case
import vedette

API = "/api/v1"
PROBLEM = {"type", "title", "status", "detail"}
URL = "rtsp://192.0.2.1/live"


class BadRequestsTest(case.SystemTest):
    @classmethod
    def setUpClass(cls):
        folder = vedette.folder()
        cls.addClassCleanup(folder.cleanup)
        cls.site = vedette.Server(case.BINARY, case.pathlib.Path(folder.name) / "data")
        cls.addClassCleanup(cls.end_site)
        cls.site.sign_in()
        cls.camera = cls.site.add_camera("Gate", f"rtsp://127.0.0.1:{vedette.free_port()}/live")

    @classmethod
    def end_site(cls):
        assert cls.site.stop() == 0, cls.site.output()
        assert not case.SANITIZER.search(cls.site.output()), cls.site.output()

    def send(self, method, path, body=None, content_type="application/json", signed_in=True, **headers):
        """(status, headers, body) of a request in which everything may be wrong."""
        context = ssl.create_default_context(cafile=self.site.data_dir / "hub" / "ca.pem")
        connection = http.client.HTTPSConnection("127.0.0.1", self.site.port, context=context, timeout=60)
        every = {"Origin": f"https://127.0.0.1:{self.site.port}"}
        if signed_in:
            every["Cookie"] = self.site.cookie
        if body is not None and content_type:
            every["Content-Type"] = content_type
        every |= {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        try:
            connection.request(method, path, body, {k: v for k, v in every.items() if v is not None})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def refused(self, expected, method, path, body=None, field=None, **options):
        status, headers, content = self.send(method, API + path, body, **options)
        problem = self.check_problem(status, headers, content, expected, field)
        print(f"{status} {method} {path[:60]}: {problem['detail']}")
        return problem

    def check_problem(self, status, headers, content, expected, field=None):
        self.assertEqual(status, expected, content)
        self.assertEqual(headers["Content-Type"], "application/problem+json")
        problem = json.loads(content)
        self.assertLessEqual(PROBLEM, problem.keys(), problem)
        self.assertEqual(problem["status"], expected)
        self.assertEqual(problem.get("field"), field, problem)
        # A sentence: it begins with a capital letter or the name of a field, has several words, and is one.
        self.assertGreaterEqual(len(problem["detail"].split()), 3, problem)
        self.assertNotIn("\n", problem["detail"])
        self.assertLess(len(problem["detail"]), 300)
        return problem

    def test_camera_bodies(self):
        good = {"name": "Door", "main_url": URL}
        for body, field in (
            ("{", None),
            ("", None),
            ("nonsense", None),
            ("[]", None),
            ("null", None),
            ('"text"', None),
            ('{"name":"Door"} {}', None),
            ('{"name":"\\ud800","main_url":"rtsp://192.0.2.1/"}', None),
            ("[" * 10_000 + "]" * 10_000, None),
            ({}, "name"),
            ({"name": "Door"}, "main_url"),
            ({"main_url": URL}, "name"),
            (good | {"name": 7}, "name"),
            (good | {"name": None}, "name"),
            (good | {"name": ""}, "name"),
            (good | {"name": "   "}, "name"),
            (good | {"name": "x" * 101}, "name"),
            (good | {"name": "a\nb"}, "name"),
            (good | {"main_url": ["rtsp://192.0.2.1/"]}, "main_url"),
            (good | {"main_url": ""}, "main_url"),
            (good | {"main_url": "192.0.2.1"}, "main_url"),
            (good | {"main_url": "http://192.0.2.1/"}, "main_url"),
            (good | {"main_url": "rtsp://"}, "main_url"),
            (good | {"main_url": "rtsp:///stream"}, "main_url"),
            (good | {"main_url": "rtsp://192.0.2.1:0/"}, "main_url"),
            (good | {"main_url": "rtsp://192.0.2.1:99999/"}, "main_url"),
            (good | {"main_url": "rtsp://192.0.2.1:port/"}, "main_url"),
            (good | {"main_url": "rtsp://192.0.2.1/" + "x" * 1024}, "main_url"),
            (good | {"main_url": "rtsp://192.0.2.1/a b"}, "main_url"),
            (good | {"main_url": "rtsp://192.0.2.1/\r\nTEARDOWN *"}, "main_url"),
            (good | {"sub_url": "file:///etc/passwd"}, "sub_url"),
            (good | {"sub_url": True}, "sub_url"),
            (good | {"username": "x" * 129}, "username"),
            (good | {"username": 1}, "username"),
            (good | {"password": "x" * 129}, "password"),
            (good | {"password": {}}, "password"),
            (good | {"colour": "red"}, "colour"),
        ):
            with self.subTest(body=body if len(body) < 200 else "..."):
                self.refused(400, "POST", "/cameras", body, field)
        with self.subTest("change"):
            self.refused(400, "PATCH", f"/cameras/{self.camera}", {"main_url": "rtsp://"}, "main_url")
            self.refused(400, "PATCH", f"/cameras/{self.camera}", {"streams": []}, "streams")
        with self.subTest("test"):
            self.refused(400, "POST", "/cameras/test", {}, "main_url")
            self.refused(400, "POST", "/cameras/test", {"camera_id": "x"}, "camera_id")
            self.refused(404, "POST", "/cameras/test", {"camera_id": "00000000-0000-4000-8000-000000000000"})
        self.assertEqual(len(self.site.ok("GET", "/api/v1/cameras")["cameras"]), 1, "a refused camera was added")

    def test_ids_and_paths(self):
        for path in (
            "/cameras/00000000-0000-4000-8000-000000000000",
            "/cameras/nonsense",
            "/cameras/" + self.camera.upper() + "x",
            "/cameras/" + "x" * 2000,
            "/nothing",
            "/cameras/" + self.camera + "/nothing",
        ):
            with self.subTest(path[:60]):
                self.refused(404, "GET", path)
        for path in ("/cameras/..%2f..%2fetc%2fpasswd", "/cameras/%00", "/cameras/../session"):
            with self.subTest(path):
                status, _, content = self.send("GET", API + path)
                self.assertEqual(status, 400, content)
                self.assertIn(b"path has", content)
        self.refused(405, "PUT", "/cameras", {})
        self.refused(405, "DELETE", "/health")

    def test_intervals(self):
        for path in (f"/cameras/{self.camera}/recordings", f"/cameras/{self.camera}/recordings/media"):
            for query, field in (
                ("", "start_90k"),
                ("?start_90k=0", "end_90k"),
                ("?end_90k=10", "start_90k"),
                ("?start_90k=10&end_90k=10", "end_90k"),
                ("?start_90k=10&end_90k=9", "end_90k"),
                ("?start_90k=-1&end_90k=9", "start_90k"),
                ("?start_90k=x&end_90k=9", "start_90k"),
                ("?start_90k=&end_90k=9", "start_90k"),
                ("?start_90k=1.5&end_90k=9", "start_90k"),
                ("?start_90k=0x1&end_90k=9", "start_90k"),
                ("?start_90k=0&end_90k=4000000000000001", "end_90k"),
                ("?start_90k=0&end_90k=99999999999999999999999999", "end_90k"),
                ("?start_90k=0&end_90k=9&stream=third", "stream"),
            ):
                with self.subTest(path[-10:] + query):
                    self.refused(400, "GET", path + query, field=field)
        self.refused(404, "GET", f"/cameras/{self.camera}/recordings/media?start_90k=0&end_90k=90000")

    def test_who_asks(self):
        for method, path, body in (
            ("GET", "/cameras", None),
            ("POST", "/cameras", {"name": "Door", "main_url": URL}),
            ("GET", "/session", None),
            ("DELETE", f"/cameras/{self.camera}", None),
            ("GET", f"/cameras/{self.camera}/recordings?start_90k=0&end_90k=1", None),
            ("GET", "/ws", None),
        ):
            with self.subTest(f"{method} {path}"):
                self.refused(401, method, path, body, signed_in=False)
                self.refused(401, method, path, body, Cookie="__Host-vedette=" + "A" * 43)
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": f"http://127.0.0.1:{self.site.port}"},
            {"Sec_Fetch_Site": "cross-site"},
            {"Sec_Fetch_Site": "same-site"},
        ):
            with self.subTest(headers):
                self.refused(403, "POST", "/cameras", {"name": "Door", "main_url": URL}, **headers)
                self.refused(403, "DELETE", f"/cameras/{self.camera}", **headers)
        with self.subTest("sign in"):
            self.refused(400, "POST", "/session", {"username": "admin"}, "password", signed_in=False)
            self.refused(400, "POST", "/session", {"username": "x" * 65, "password": "y"}, "username", signed_in=False)
            wrong = {"username": "admin", "password": "wrong horse battery staple"}
            self.refused(401, "POST", "/session", wrong, signed_in=False)
            unknown = self.refused(401, "POST", "/session", wrong | {"username": "nobody"}, signed_in=False)
            self.assertNotIn("nobody", unknown["detail"])
        with self.subTest("claim twice"):
            claim = {"code": "AAAA-BBBB-CCCC-DDDD", "username": "eve", "password": vedette.PASSWORD}
            self.refused(409, "POST", "/setup/claim", claim, signed_in=False)

    def test_form_of_the_request(self):
        good = json.dumps({"name": "Door", "main_url": URL})
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None):
            with self.subTest(content_type):
                self.refused(415, "POST", "/cameras", good, content_type=content_type)
        with self.subTest("huge"):
            # Refused by its head already.
            status, headers, content = self.send("POST", API + "/cameras", "{}", Content_Length=str(8 << 20))
            self.check_problem(status, headers, content, 413)
        with self.subTest("huge headers"):
            status, headers, content = self.send("GET", API + "/cameras", None, X_Filler="x" * 20_000)
            self.check_problem(status, headers, content, 431)
        for path in ("/api/v1/../cameras", "/api/v1/cameras/%2e%2e/x", "/api/v1/cam%00eras", "/api/v1/%zz"):
            with self.subTest(path):
                status, headers, content = self.send("GET", path)
                self.check_problem(status, headers, content, 400)
        with self.subTest("no upgrade"):
            self.refused(426, "GET", "/ws")

    def test_no_http(self):
        """Bytes that are no TLS, or no HTTP inside it: the connection ends, the service goes on."""
        context = ssl.create_default_context(cafile=self.site.data_dir / "hub" / "ca.pem")
        for sent in (
            b"GARBAGE\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 10_000 + b"\r\n",
            b"POST /api/v1/cameras HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            b"POST /api/v1/cameras HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"\x00" * 1000,
        ):
            with self.subTest(sent[:40]):
                with socket.create_connection(("127.0.0.1", self.site.port), timeout=30) as raw:
                    raw.sendall(sent)
                    try:
                        while raw.recv(4096):
                            pass
                    except ConnectionError:
                        pass
                with socket.create_connection(("127.0.0.1", self.site.port), timeout=30) as raw:
                    with context.wrap_socket(raw, server_hostname="127.0.0.1") as secure:
                        try:
                            secure.sendall(sent)
                            answer = secure.recv(4096)
                        except (ConnectionError, ssl.SSLError):
                            answer = b""
                self.assertTrue(not answer or b" 4" in answer.split(b"\r\n")[0] or b" 5" in answer[:20], answer)
        self.assertEqual(self.site.ok("GET", "/api/v1/health")["status"], "ok")


if __name__ == "__main__":
    case.main()
