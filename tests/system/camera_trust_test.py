"""Whom the gateway talks to and what it says: RTSPS, changed certificates, unencrypted passwords."""

import socket
import ssl
import subprocess
import threading
import warnings

import case
import vedette

SECOND = vedette.TICKS_PER_SECOND


class CameraTrustTest(case.SystemTest):
    def secure_simulator(self, folder, *args, port=None):
        farm = self.simulator(1, "--tls-dir", self.dir / folder, *args, port=port)
        return farm, f"rtsps://127.0.0.1:{farm.port}/cam1"

    def test_rtsps_is_pinned_at_first_use_and_a_change_stops_the_camera(self):
        password = ("--user", "viewer", "--password-file", self.password_file())
        farm, url = self.secure_simulator("first", *password)
        server = self.server()
        told = server.ok("POST", "/api/v1/cameras/test", {"main_url": url, "username": "viewer", "password": "s3cret"})
        message = told["streams"][0]["message"]
        print(f"  {message}")
        self.assertTrue(told["streams"][0]["ok"], told)
        self.assertIn("Encrypted with TLSv1.3; no certificate authority vouches for the camera", message)

        camera = server.add_camera("Gate", url, username="viewer", password="s3cret")
        self.wait_recorded(server, camera, 2)
        pinned = server.stream(camera)["certificate"]
        self.assertFalse(pinned["authorised"])
        self.assertRegex(pinned["fingerprint"], r"^[0-9a-f]{64}$")
        self.assertEqual(pinned["offered"], "")
        self.assertEqual(farm.stop(), 0, farm.output())

        # Somebody else answers at the same address, while the gateway runs and after it was started again.
        other, _ = self.secure_simulator("second", *password, port=farm.port)
        stream = self.wait_state(server, camera, "certificate_changed", 60)
        print(f"  {stream['reason']}")
        self.assertTrue(stream["reason"].startswith("certificate changed: was "), stream)
        self.assertEqual(stream["certificate"]["fingerprint"], pinned["fingerprint"])
        offered = stream["certificate"]["offered"]
        self.assertNotEqual(offered, pinned["fingerprint"])
        told = server.ok("POST", "/api/v1/cameras/test", {"camera_id": camera})["streams"][0]
        self.assertFalse(told["ok"], told)
        self.assertIn("Certificate changed: was ", told["message"])
        self.assertEqual(server.stop(), 0, server.output())
        server = self.server()
        self.wait_state(server, camera, "certificate_changed", 60)

        # What does not wait is not accepted; what waits is, and recording goes on.
        status, _ = server.request("PATCH", f"/api/v1/cameras/{camera}", {"accept_certificate": "0" * 64})[:2]
        self.assertEqual(status, 409)
        before = server.recorded_seconds(camera)
        changed = server.ok("PATCH", f"/api/v1/cameras/{camera}", {"accept_certificate": offered})
        self.assertTrue(changed["has_password"])
        self.wait_state(server, camera, "recording")
        self.assertEqual(server.stream(camera)["certificate"]["fingerprint"], offered)
        self.wait_recorded(server, camera, before + 2)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()
        self.assertEqual(other.stop(), 0, other.output())

    def test_plain_rtsp_behind_an_rtsps_address(self):
        farm = self.simulator()
        server = self.server()
        told = server.ok("POST", "/api/v1/cameras/test", {"main_url": f"rtsps://127.0.0.1:{farm.port}/cam1"})
        self.assertIn("is this the RTSPS port (usually 322)?", told["streams"][0]["message"])

    def test_basic_needs_tls_or_permission(self):
        password = ("--user", "viewer", "--password-file", self.password_file(), "--only-basic")
        farm = self.simulator(1, *password)
        _, secure_url = self.secure_simulator("tls", *password)
        server = self.server()
        credentials = {"username": "viewer", "password": "s3cret"}
        camera = server.add_camera("Old", farm.url(), **credentials)
        stream = self.wait_state(server, camera, "unauthorised")
        print(f"  {stream['reason']}")
        self.assertIn("unencrypted (Basic)", stream["reason"])
        changed = server.ok("PATCH", f"/api/v1/cameras/{camera}", {"allow_basic_in_clear": True})
        self.assertTrue(changed["allow_basic_in_clear"])
        self.wait_recorded(server, camera, 1)
        inside = server.add_camera("Old, in TLS", secure_url, **credentials)
        self.wait_recorded(server, inside, 1)
        self.assertEqual(server.stop(), 0, server.output())


    def test_only_trusted_certificates(self):
        _, url = self.secure_simulator("tls")
        server = self.server()
        settings = "/api/v1/settings"
        self.assertEqual(server.ok("GET", settings), {"only_trusted_certificates": False})
        camera = server.add_camera("Pinned", url)
        self.wait_recorded(server, camera, 1)

        # The key of first use is not enough any more, and nothing is said to whoever shows it.
        self.assertEqual(server.ok("PATCH", settings, {"only_trusted_certificates": True})["only_trusted_certificates"], True)
        stream = self.wait_state(server, camera, "certificate_changed")
        print(f"  {stream['reason']}")
        self.assertIn("no authority vouches", stream["reason"])
        told = server.ok("POST", "/api/v1/cameras/test", {"main_url": url})["streams"][0]
        self.assertFalse(told["ok"])
        self.assertIn("no authority vouches", told["message"])
        self.assertEqual(server.stop(), 0, server.output())

        # The setting and the stop outlive a start; an accepted key is enough.
        server = self.server()
        self.assertEqual(server.ok("GET", settings), {"only_trusted_certificates": True})
        stream = self.wait_state(server, camera, "certificate_changed")
        before = server.recorded_seconds(camera)
        server.ok("PATCH", f"/api/v1/cameras/{camera}", {"accept_certificate": stream["certificate"]["offered"]})
        self.wait_recorded(server, camera, before + 1)
        other = server.add_camera("New", url)
        self.wait_state(server, other, "certificate_changed")
        server.ok("PATCH", settings, {"only_trusted_certificates": False})
        self.wait_recorded(server, other, 1)
        self.assertEqual(server.request("PATCH", settings, {"only_trusted": True})[0], 400)
        self.assertEqual(server.stop(), 0, server.output())

    def test_old_tls_needs_permission(self):
        """TLS 1.1 with a weak suite, by a terminator in front of a plain camera."""
        farm = self.simulator()
        certificate = self.dir / "old.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-days", "2", "-subj", "/CN=old",
             "-keyout", self.dir / "old.key", "-out", certificate],
            check=True, capture_output=True,
        )
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        old.set_ciphers("AES128-SHA:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version = ssl.TLSVersion.TLSv1_1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.load_cert_chain(certificate, self.dir / "old.key")
        url = f"rtsps://127.0.0.1:{self.terminate(old, farm.port)}/cam1"
        server = self.server()
        told = server.ok("POST", "/api/v1/cameras/test", {"main_url": url})["streams"][0]
        print(f"  {told['message']}")
        self.assertIn("allow old TLS in its settings", told["message"])
        told = server.ok("POST", "/api/v1/cameras/test", {"main_url": url, "allow_legacy_tls": True})["streams"][0]
        print(f"  {told['message']}")
        self.assertIn("Encrypted with TLSv1.1", told["message"])
        camera = server.add_camera("Old", url)
        self.assertIn("no safe TLS", self.wait_state(server, camera, "waiting")["reason"])
        self.assertTrue(server.ok("PATCH", f"/api/v1/cameras/{camera}", {"allow_legacy_tls": True})["allow_legacy_tls"])
        self.wait_recorded(server, camera, 1)
        self.assertEqual(server.stop(), 0, server.output())

    def terminate(self, context, target):
        """The port of a TLS server that passes everything on to `target`."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve(client):
            try:
                with context.wrap_socket(client, server_side=True) as inside, socket.create_connection(
                    ("127.0.0.1", target)
                ) as outside:
                    back = threading.Thread(target=pass_on, args=(outside, inside), daemon=True)
                    back.start()
                    pass_on(inside, outside)
                    back.join(5)
            except OSError:
                client.close()

        def accept():
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()[1]


def pass_on(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    try:
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


if __name__ == "__main__":
    case.main()
