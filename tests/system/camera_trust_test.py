"""Whom the gateway talks to and what it says: RTSPS, changed certificates, unencrypted passwords."""

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


if __name__ == "__main__":
    case.main()
