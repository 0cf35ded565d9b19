"""The audit log leaves the house: to a real rsyslog, over TLS, in order and whole, whatever happens to either side."""

import json
import re
import signal
import socket
import threading
import time

import case
import vedette
from rsyslog import Authority, Rsyslog

PARAMETER = re.compile(r'(\w+)="((?:[^"\\\]]|\\.)*)"')


def parameters(message):
    """Of our own element of structured data."""
    element = re.match(r'\[vedette@32473((?: \w+="(?:[^"\\\]]|\\.)*")*)\]', message["data"])
    return {name: re.sub(r"\\(.)", r"\1", value) for name, value in PARAMETER.findall(element[1])}


class SyslogTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.dir / "ca")

    def rsyslog(self, name="rsyslog", **options):
        server = Rsyslog(self.dir / name, **options)
        self.addCleanup(server.stop)
        return server.start()

    def send_to(self, server, rsyslog, **fields):
        target = {"host": "127.0.0.1", "port": rsyslog.port, "ca_pem": self.authority.pem(), **fields}
        return server.ok("PUT", "/api/v1/audit/syslog", target)

    def status(self, server):
        return server.ok("GET", "/api/v1/audit/syslog")

    def exported(self, server):
        _, lines = server.request("GET", "/api/v1/audit/export?format=jsonl", raw=True)
        return [json.loads(line) for line in lines.splitlines()]

    def act(self, server, times):
        for _ in range(times):
            server.ok("GET", "/api/v1/audit?limit=1")

    def wait_delivered(self, server, rsyslog, seconds=60):
        """Everything that is in the log by now; gives the messages of entries by sequence number."""
        entries = self.exported(server)

        def there():
            found = {int(parameters(m)["sequence"]) for m in rsyslog.arrived() if m["msgid"] != "test"}
            return len(found & {e["sequence"] for e in entries}) == len(entries)

        vedette.wait_for("all entries", there, seconds)
        return entries

    def wait_problem(self, server, pattern, seconds=30):
        def told():
            status = self.status(server)
            return status if status["state"] == "failing" and re.search(pattern, status["problem"]) else None

        return vedette.wait_for(f"the problem {pattern!r}", told, seconds)

    def first_of_each(self, rsyslog):
        """Sequence numbers in the order in which they came, without those that came again."""
        return list(dict.fromkeys(int(parameters(m)["sequence"]) for m in rsyslog.arrived()))

    # ---- what arrives

    def test_everything_arrives_in_order_and_as_it_is(self):
        for driver in ("ossl", "gtls"):
            with self.subTest(driver):
                rsyslog = self.rsyslog(driver, authority=self.authority, driver=driver)
                server = self.server(self.dir / f"data-{driver}")
                camera = server.add_camera('Gate "A]\\ \u00f8', "rtsp://127.0.0.1:9/x")
                server.request("DELETE", "/api/v1/cameras/00000000-0000-4000-8000-000000000001")
                server.request("POST", "/api/v1/session", {"username": "eve\n\"]", "password": "guess"})
                self.assertEqual(self.status(server)["state"], "off")
                self.send_to(server, rsyslog, from_beginning=True)
                server.ok("PATCH", f"/api/v1/cameras/{camera}", {"name": "Yard"})
                entries = self.wait_delivered(server, rsyslog)
                self.assertEqual(self.status(server)["state"], "sending")
                arrived = rsyslog.arrived()
                self.assertEqual(self.first_of_each(rsyslog)[: len(entries)], [e["sequence"] for e in entries])
                for message, entry in zip(arrived, entries):
                    given = parameters(message)
                    self.assertEqual(message["facility"], "13")
                    self.assertEqual(message["app"], "vedette")
                    self.assertEqual(message["msgid"], entry["operation"])
                    self.assertEqual(given["action"], entry["action"])
                    self.assertEqual(given["allowed"], str(entry["allowed"]).lower())
                    self.assertEqual(given.get("name", ""), entry["who"]["name"].replace("\n", " "))
                    self.assertEqual(given.get("cameraName", ""), entry["object"]["camera_name"])
                    self.assertEqual(json.loads(given.get("details", "{}")), entry["details"])
                denied = next(m for m, e in zip(arrived, entries) if not e["allowed"])
                self.assertEqual(denied["severity"], "4")
                self.assertEqual(arrived[0]["severity"], "6")
                self.assertIn("add_camera allowed (role_permits), by admin from 127.0.0.1", "\n".join(m["msg"] for m in arrived))
                metrics = server.request("GET", "/metrics", raw=True)[1].decode()
                self.assertRegex(metrics, r"(?m)^vedette_audit_syslog_up 1$")
                self.assertEqual(server.stop(), 0, server.output())
                rsyslog.stop()

    def test_an_outage_delays_and_loses_nothing(self):
        rsyslog = self.rsyslog(authority=self.authority)
        server = self.server()
        self.send_to(server, rsyslog)
        first = self.exported(server)[-1]["sequence"]
        self.act(server, 20)
        vedette.wait_for("the first entries", lambda: len(rsyslog.arrived()) >= 10)
        rsyslog.stop()
        self.act(server, 30)
        status = self.wait_problem(server, f"127.0.0.1:{rsyslog.port} refused the connection")
        self.assertGreaterEqual(status["waiting"], 30)
        metrics = server.request("GET", "/metrics", raw=True)[1].decode()
        self.assertRegex(metrics, r"(?m)^vedette_audit_syslog_up 0$")
        self.assertRegex(metrics, r"(?m)^vedette_audit_syslog_waiting [1-9]")
        # Vedette itself is killed meanwhile, and remembers where it was.
        server.stop(signal.SIGKILL)
        server = self.server()
        self.act(server, 10)
        rsyslog.start()
        for _ in range(3):
            self.act(server, 20)
            rsyslog.stop(signal.SIGTERM)
            self.act(server, 5)
            rsyslog.start()
        entries = self.exported(server)

        def all_there():
            return self.first_of_each(rsyslog)[-1] >= entries[-1]["sequence"]

        vedette.wait_for("the rest", all_there, 120)
        came = self.first_of_each(rsyslog)
        self.assertLessEqual(came[0], first)
        self.assertEqual(came, list(range(came[0], came[-1] + 1)))
        self.assertEqual(server.stop(), 0, server.output())

    def test_a_client_certificate_is_shown_and_its_key_kept_sealed(self):
        rsyslog = self.rsyslog(authority=self.authority, asks_for_certificate=True)
        server = self.server()
        certificate, key = self.authority.issue("client", "DNS:vedette")
        fields = {"client_certificate_pem": certificate.read_text(), "client_key_pem": key.read_text()}
        target = {"host": "127.0.0.1", "port": rsyslog.port, "ca_pem": self.authority.pem()}
        answer = server.ok("POST", "/api/v1/audit/syslog/test", target)
        self.assertFalse(answer["ok"], answer)
        self.assertIn("certificate", answer["message"])
        answer = server.ok("POST", "/api/v1/audit/syslog/test", {**target, **fields})
        self.assertEqual((answer["ok"], answer["message"]), (True, f"127.0.0.1:{rsyslog.port} has taken a test message"))
        answer = self.send_to(server, rsyslog, **fields)
        self.assertTrue(answer["target"]["has_client_key"])
        self.assertNotIn("PRIVATE", json.dumps(answer))
        # The key stays when it is not given again.
        answer = self.send_to(server, rsyslog, wording="cef", client_certificate_pem=fields["client_certificate_pem"])
        self.assertTrue(answer["target"]["has_client_key"])
        self.act(server, 3)
        self.wait_from_now(server, rsyslog)
        self.assertIn("CEF:0|Vedette|Vedette|", rsyslog.arrived()[-1]["msg"])
        self.assertEqual(rsyslog.arrived()[0]["msgid"], "test")
        status, problem = server.request("PUT", "/api/v1/audit/syslog", {**target, "client_certificate_pem": fields["client_certificate_pem"],
                                                                       "client_key_pem": self.authority.key.read_text()})
        self.assertEqual((status, problem["field"]), (400, "client_key_pem"), problem)
        self.assertEqual(server.stop(), 0, server.output())
        secret = key.read_text().splitlines()[3].encode()
        for path in self.data.rglob("*"):
            if path.is_file():
                self.assertNotIn(secret, path.read_bytes(), path)

    def wait_from_now(self, server, rsyslog):
        last = self.exported(server)[-1]["sequence"]
        vedette.wait_for("the entries of now", lambda: any(
            int(parameters(m)["sequence"]) >= last for m in rsyslog.arrived() if m["msgid"] != "test"))

    # ---- who is not talked to

    def test_a_wrong_server_gets_nothing_and_one_sentence_says_why(self):
        rsyslog = self.rsyslog(authority=self.authority)
        server = self.server()
        where = f"127.0.0.1:{rsyslog.port}"
        stranger = Authority(self.dir / "other", "other")
        answer = server.ok("POST", "/api/v1/audit/syslog/test", {"host": "127.0.0.1", "port": rsyslog.port, "ca_pem": stranger.pem()})
        self.assertFalse(answer["ok"])
        self.assertRegex(answer["message"], f"^{where} is not talked to: its certificate is not from an authority that is trusted \\(.+\\)$")
        answer = server.ok("POST", "/api/v1/audit/syslog/test", {"host": "127.0.0.1", "port": rsyslog.port})
        self.assertIn("not from an authority that is trusted", answer["message"])  # nor by the system's
        answer = server.ok("POST", "/api/v1/audit/syslog/test", {"host": "localhost", "port": rsyslog.port, "ca_pem": self.authority.pem()})
        self.assertEqual(answer["message"], f"localhost:{rsyslog.port} is not talked to: its certificate is for another name")
        self.send_to(server, rsyslog, ca_pem=stranger.pem(), from_beginning=True)
        status = self.wait_problem(server, "not from an authority that is trusted")
        self.assertGreater(status["waiting"], 0)
        self.assertEqual(rsyslog.arrived(), [])
        self.send_to(server, rsyslog)
        self.wait_delivered(server, rsyslog)
        plain = self.rsyslog("plain")
        answer = server.ok("POST", "/api/v1/audit/syslog/test", {"host": "127.0.0.1", "port": plain.port, "ca_pem": self.authority.pem()})
        self.assertRegex(answer["message"], "does not speak TLS|does this port speak TLS")
        self.assertEqual(server.stop(), 0, server.output())

    def test_without_tls_only_within_the_machine_or_when_said(self):
        plain = self.rsyslog("plain")
        server = self.server()
        target = {"host": "192.0.2.9", "port": plain.port, "transport": "tcp"}
        status, problem = server.request("PUT", "/api/v1/audit/syslog", target)
        self.assertEqual((status, problem["field"]), (400, "transport"))
        self.assertIn("everybody on the way could read", problem["detail"])
        server.ok("PUT", "/api/v1/audit/syslog", {**target, "allow_in_clear": True})
        server.ok("PUT", "/api/v1/audit/syslog", {**target, "host": "127.0.0.1", "from_beginning": True})
        self.wait_delivered(server, plain)
        self.assertEqual(server.request("DELETE", "/api/v1/audit/syslog")[0], 204)
        self.assertIsNone(self.status(server)["target"])
        self.assertEqual(server.stop(), 0, server.output())

    # ---- a server that does not read

    def test_a_server_that_never_reads_slows_nothing_and_fills_no_memory(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        self.addCleanup(listener.close)
        held = []

        def accept():
            try:
                while True:
                    held.append(listener.accept()[0])
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        server = self.server()
        self.act(server, 50)

        def seconds_of(times):
            start = time.monotonic()
            self.act(server, times)
            return time.monotonic() - start

        # What the program needs for as many requests without a stream: sanitizers keep what was freed.
        memory = self.memory(server)
        before = min(seconds_of(150) for _ in range(3))
        usual = self.memory(server) - memory
        memory = self.memory(server)
        server.ok("PUT", "/api/v1/audit/syslog", {"host": "127.0.0.1", "port": listener.getsockname()[1], "transport": "tcp"})
        vedette.wait_for("the connection", lambda: held)
        after = min(seconds_of(150) for _ in range(3))
        # Generous, as the machine may have more to do: waiting for this server would take 30 s.
        self.assertLess(after, 3 * before + 2)
        self.assertLess(self.memory(server) - memory, max(usual, 0) + (8 << 20))
        status = self.wait_problem(server, "has taken nothing for 30 s", 90)
        self.assertGreater(status["waiting"], 0)
        self.assertEqual(server.stop(), 0, server.output())
        for connection in held:
            connection.close()

    def memory(self, server):
        with open(f"/proc/{server.pid}/smaps_rollup") as file:
            return int(re.search(r"Rss: +(\d+) kB", file.read())[1]) << 10


if __name__ == "__main__":
    case.main()
