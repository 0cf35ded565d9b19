"""Devices sign in by certificates (mutual TLS): whose key it has may what was registered for it, at the port for devices alone."""

import http.client
import json
import socket
import ssl
import subprocess
import time

import case
import vedette


def openssl(*args):
    return subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, text=True, timeout=60).stdout


class DeviceCertificatesTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        self.device_port = vedette.free_port()
        self.hub = self.server(extra=("--device-listen", self.device_port))
        self.ca = self.data / "hub" / "ca.pem"

    def certificate(self, name, *dates):
        """A key and a certificate that the device made itself."""
        key, pem = self.dir / f"{name}.key", self.dir / f"{name}.pem"
        if dates:
            request = self.dir / f"{name}.csr"
            openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                    "-keyout", key, "-out", request)  # fmt: skip
            folder = self.dir / f"{name}-ca"
            folder.mkdir()
            (folder / "index").touch()
            (folder / "serial").write_text("01\n")
            config = folder / "ca.cnf"
            config.write_text(f"[ca]\ndefault_ca=c\n[c]\ndatabase={folder}/index\nserial={folder}/serial\nnew_certs_dir={folder}\n"
                              "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")  # fmt: skip
            openssl("ca", "-batch", "-selfsign", "-config", config, "-keyfile", key, "-in", request, "-out", pem,
                    "-startdate", dates[0], "-enddate", dates[1], "-notext")  # fmt: skip
        else:
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                    "-days", 30, "-keyout", key, "-out", pem)  # fmt: skip
        return pem, key

    def account(self, name, rights):
        role = self.hub.ok("POST", "/api/v1/roles", {"name": f"Of {name}", "rights": rights})["id"]
        made = self.hub.ok("POST", "/api/v1/users", {"name": name, "assignments": [{"role_id": role, "scope": "organisation"}]})
        return made["user"]["id"], role

    def register(self, user, name, certificate, rights=("see_live",), **fields):
        body = {"name": name, "certificate": certificate, "rights": list(rights), **fields}
        return self.hub.request("POST", f"/api/v1/users/{user}/devices", body)

    def context(self, pair):
        context = ssl.create_default_context(cafile=self.ca)
        if pair:
            context.load_cert_chain(*pair)
        return context

    def ask(self, pair, path="/api/v1/session", headers=None, port=None, method="GET"):
        """(status, JSON) of one request on a connection of its own."""
        connection = http.client.HTTPSConnection("127.0.0.1", port or self.device_port, context=self.context(pair), timeout=60)
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            body = response.read()
            return response.status, json.loads(body) if body.startswith(b"{") else body
        finally:
            connection.close()

    def curl(self, pair, path="/api/v1/session", *more):
        args = ["curl", "-sS", "--cacert", self.ca, "-o", self.dir / "answer", "-w", "%{http_code}"]
        if pair:
            args += ["--cert", pair[0], "--key", pair[1]]
        done = subprocess.run([*map(str, args), *more, f"https://127.0.0.1:{self.device_port}{path}"], capture_output=True, text=True,
                              timeout=60, check=False)  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        return int(done.stdout), json.loads((self.dir / "answer").read_text())

    def test_a_device_is_who_has_the_key(self):
        user, role = self.account("bridge", ["see_live", "see_events"])
        pair = self.certificate("bridge")
        status, device = self.register(user, "Access control", pair[0].read_text())
        self.assertEqual(status, 201, device)
        self.assertEqual((device["client_kind"], device["device"]), ("bridge", True))
        # As other tools name it: SHA-256 of the DER form.
        fingerprint = openssl("x509", "-in", pair[0], "-noout", "-fingerprint", "-sha256")
        again = self.register(user, "The same", fingerprint)
        self.assertEqual((again[0], again[1]["field"]), (409, "certificate"), again)

        for ask in (self.ask, self.curl):
            with self.subTest(by=ask.__name__):
                status, session = ask(pair)
                self.assertEqual((status, session["username"], session["api_token"]["name"]), (200, "bridge", "Access control"))
                # Both the account and the device are asked.
                self.assertEqual(session["rights"], ["see_live"])
                self.assertEqual(ask(pair, "/api/v1/users")[0], 403)
                self.assertEqual(ask(pair, "/api/v1/account")[0], 403)

                status, problem = ask(self.certificate(f"stranger-{ask.__name__}"))
                self.assertEqual(status, 401, problem)
                self.assertIn("no device with this certificate", problem["detail"])
                status, problem = ask(None)
                self.assertEqual(status, 401, problem)
                self.assertIn("Sign in", problem["detail"])
                self.assertEqual(ask(None, "/api/v1/health")[0], 200)

        # Its certificate with another's key is no certificate: the handshake fails.
        other = self.certificate("other")
        with self.assertRaises((ssl.SSLError, OSError)):
            self.ask((pair[0], other[1]))
        shown = self.hub.ok("GET", "/api/v1/devices")["devices"]
        self.assertEqual([(d["name"], d["user_id"], d["address"]) for d in shown], [("Access control", user, "127.0.0.1")])
        self.assertIsNotNone(shown[0]["last_used_90k"])

        # What its account may no more, it may no more.
        self.hub.ok("PUT", f"/api/v1/roles/{role}", {"name": "Of bridge", "rights": ["see_events"]})
        self.assertEqual(self.ask(pair)[1]["rights"], [])
        self.hub.ok("PUT", f"/api/v1/roles/{role}", {"name": "Of bridge", "rights": ["see_live"], "client_kinds": ["web", "mobile"]})
        self.assertEqual(self.ask(pair)[1]["rights"], [])
        self.hub.ok("PUT", f"/api/v1/roles/{role}", {"name": "Of bridge", "rights": ["see_live"], "client_kinds": ["bridge"]})
        self.assertEqual(self.ask(pair)[1]["rights"], ["see_live"])

        entries = self.hub.ok("GET", "/api/v1/audit?limit=200")["entries"]
        added = [e for e in entries if e["operation"] == "addDevice" and e["kind"] == "decision"]
        self.assertEqual([e["details"]["asked"]["name"] for e in added], ["The same", "Access control"])
        self.assertEqual({e["details"]["name"] for e in added}, {"bridge"})

    def test_what_ends_ends_at_once(self):
        user, _ = self.account("bridge", ["see_live"])
        pair = self.certificate("bridge")
        device = self.register(user, "Wall", pair[0].read_text())[1]
        connection = http.client.HTTPSConnection("127.0.0.1", self.device_port, context=self.context(pair), timeout=60)

        def on_the_same():
            connection.request("GET", "/api/v1/session")
            response = connection.getresponse()
            response.read()
            return response.status

        self.assertEqual([on_the_same(), on_the_same()], [200, 200])
        self.hub.ok("DELETE", f"/api/v1/users/{user}/tokens/{device['id']}")
        self.assertEqual(on_the_same(), 401)
        connection.close()
        self.assertEqual(self.ask(pair)[0], 401)
        # The certificate is free again, for whom it belongs to now.
        self.assertEqual(self.register(user, "Wall", pair[0].read_text())[0], 201)
        self.assertEqual(self.ask(pair)[0], 200)
        self.hub.ok("PATCH", f"/api/v1/users/{user}", {"suspended": True})
        self.assertEqual(self.ask(pair)[0], 401)

    def test_certificates_that_are_not_valid(self):
        user, _ = self.account("bridge", ["see_live"])
        old = self.certificate("old", "20200101000000Z", "20210101000000Z")
        status, problem = self.register(user, "Old", old[0].read_text())
        self.assertEqual((status, problem["field"]), (400, "certificate"))
        self.assertIn("expired", problem["detail"])
        # A thumbprint does not say until when: the certificate does, when it comes.
        self.assertEqual(self.register(user, "Old", openssl("x509", "-in", old[0], "-noout", "-fingerprint", "-sha256"))[0], 201)
        for ask in (self.ask, self.curl):
            status, problem = ask(old)
            self.assertEqual(status, 401)
            self.assertIn("expired, or is not valid yet", problem["detail"])
        early = self.certificate("early", "20500101000000Z", "20510101000000Z")
        self.assertEqual(self.register(user, "Early", early[0].read_text())[0], 201)
        self.assertEqual(self.ask(early)[0], 401)
        # One that ends while a connection is open.
        now = time.time()
        stamp = lambda at: time.strftime("%Y%m%d%H%M%SZ", time.gmtime(at))  # noqa: E731
        brief = self.certificate("brief", stamp(now - 60), stamp(now + 8))
        self.assertEqual(self.register(user, "Brief", brief[0].read_text())[0], 201)
        self.assertEqual(self.ask(brief)[0], 200)
        vedette.wait_for("the end of the certificate", lambda: self.ask(brief)[0] == 401, 30)
        for bad in ("", "nonsense", "AB:CD", "g" * 64, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
            status, problem = self.register(user, "Bad", bad)
            self.assertEqual((status, problem["field"]), (400, "certificate"), bad)

    def test_a_resumed_tls_session_is_judged_like_a_new_one(self):
        user, _ = self.account("bridge", ["see_live"])
        pair = self.certificate("bridge")
        device = self.register(user, "Wall", pair[0].read_text())[1]
        context = self.context(pair)

        def talk(session=None):
            """(status, the TLS session, whether it was resumed)"""
            with socket.create_connection(("127.0.0.1", self.device_port), 60) as raw:
                with context.wrap_socket(raw, server_hostname="127.0.0.1", session=session) as tls:
                    tls.sendall(b"GET /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                    answer = b""
                    while chunk := tls.recv(65536):
                        answer += chunk
                    return int(answer.split()[1]), tls.session, tls.session_reused

        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version=version.name):
                context.minimum_version = context.maximum_version = version
                status, session, reused = talk()
                self.assertEqual((status, reused), (200, False))
                status, _, reused = talk(session)
                self.assertEqual((status, reused), (200, True), "the session carries the certificate on")
        self.hub.ok("DELETE", f"/api/v1/users/{user}/tokens/{device['id']}")
        status, _, reused = talk(session)
        self.assertEqual((status, reused), (401, True))

    def test_a_token_that_is_bound_to_a_certificate(self):
        pair = self.certificate("program")
        body = {"name": "Program", "rights": ["see_live", "manage_users"], "certificate": pair[0].read_text(),
                "password": vedette.PASSWORD, "client_kind": "mobile"}  # fmt: skip
        made = self.hub.ok("POST", "/api/v1/account/tokens", body)
        self.assertEqual((made["token"]["client_kind"], made["token"]["device"]), ("mobile", False))
        bearer = {"Authorization": f"Bearer {made['secret']}"}
        self.assertEqual(self.ask(pair, headers=bearer)[0], 200)
        # The token alone is good for nothing, at either port, and neither is the certificate.
        status, problem = self.ask(None, headers=bearer)
        self.assertEqual(status, 401)
        self.assertIn("bound to a certificate", problem["detail"])
        self.assertEqual(self.ask(None, headers=bearer, port=self.hub.port)[0], 401)
        self.assertEqual(self.ask(pair, headers=bearer, port=self.hub.port)[0], 401, "the other port asks for no certificate")
        self.assertEqual(self.ask(self.certificate("thief"), headers=bearer)[0], 401)
        self.assertEqual(self.ask(pair)[0], 401)

    def test_the_port_for_devices_is_no_way_for_browsers(self):
        cookie = {"Cookie": self.hub.cookie, "Origin": f"https://127.0.0.1:{self.device_port}"}
        self.assertEqual(self.ask(None, headers=cookie)[0], 401)
        self.assertEqual(self.ask(None, headers=cookie, port=self.hub.port)[0], 200)
        for path in ("/", "/live", "/metrics"):
            self.assertEqual(self.ask(None, path)[0], 404)
        # Only here is a certificate asked for: browsers would show a dialogue.
        for port, asks in ((self.device_port, True), (self.hub.port, False)):
            said = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_2", "-msg"], input="", text=True,
                                  capture_output=True, timeout=60, check=False).stdout  # fmt: skip
            self.assertEqual("CertificateRequest" in said, asks)

    def test_who_may_register(self):
        user, _ = self.account("bridge", ["see_live"])
        pem = self.certificate("bridge")[0].read_text()
        own = next(u["id"] for u in self.hub.ok("GET", "/api/v1/users")["users"] if u["name"] == "admin")
        status, problem = self.register(own, "Mine", pem)
        self.assertEqual(status, 403, problem)
        status, problem = self.register(user, "Too much", pem, rights=["see_live", "play_back"])
        self.assertEqual((status, problem["field"]), (400, "rights"))
        self.assertEqual(self.register(user, "Web", pem, client_kind="web")[0], 400)
        self.assertEqual(self.register("0a0b0c0d-0000-4000-8000-000000000001", "Nobody", pem)[0], 404)
        self.assertEqual(self.hub.ok("GET", "/api/v1/devices")["devices"], [])

    def test_where_it_listens(self):
        for bad in ("x", "0", "70000", "127.0.0.1:", "8444x"):
            said = self.refused("serve", "--data", self.dir / "other", "--port", vedette.free_port(), "--device-listen", bad)
            self.assertIn("--device-listen needs a port", said)
        said = self.refused("serve", "--data", self.dir / "other", "--port", vedette.free_port(), "--device-listen",
                            f"127.0.0.1:{self.device_port}")  # fmt: skip
        self.assertIn("choose another with --device-listen", said)


if __name__ == "__main__":
    case.main()
