"""In which way media comes: what is tried, what is remembered, what the network does to it."""

import case
import vedette


class CameraTransportTest(case.SystemTest):
    def test_udp_where_the_camera_refuses_tcp(self):
        farm = self.simulator(1, "--transport", "udp")
        server = self.server()
        told = server.ok("POST", "/api/v1/cameras/test", {"main_url": farm.url()})["streams"][0]
        print(f"  {told['message']}")
        self.assertIn("Over UDP; not encrypted.", told["message"])
        camera = server.add_camera("Datagrams", farm.url())
        self.assertEqual(self.wait_state(server, camera, "recording")["transport"], "udp")
        self.wait_recorded(server, camera, 6)
        self.assertEqual(server.stream(camera)["lost_packets"], 0)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

        # What was found is asked for first after a start.
        server = self.server()
        self.assertEqual(self.wait_state(server, camera, "recording")["transport"], "udp")
        self.assertEqual(server.stop(), 0, server.output())

    def test_reordering_is_mended_and_loss_is_counted(self):
        farm = self.simulator(2, "--transport", "any", "--udp-swap-every", "7")
        lossy = self.simulator(1, "--transport", "udp", "--udp-lose-every", "500")
        server = self.server()
        swapped = server.add_camera("Swapped", farm.url(), transport="udp")
        lost = server.add_camera("Lost", lossy.url())
        plain = server.add_camera("Plain", farm.url(2))
        self.wait_recorded(server, swapped, 6)
        vedette.wait_for("loss to be counted", lambda: server.stream(lost)["lost_packets"] > 0)
        stream = server.stream(swapped)
        self.assertEqual((stream["transport"], stream["lost_packets"]), ("udp", 0))
        self.assertGreater(stream["reordered_packets"], 0)
        self.wait_state(server, plain, "recording")
        self.assertEqual(server.stream(plain)["transport"], "tcp")
        changed = server.ok("PATCH", f"/api/v1/cameras/{plain}", {"transport": "udp"})
        self.assertEqual(changed["transport"], "udp")
        vedette.wait_for("UDP", lambda: server.stream(plain)["transport"] == "udp")
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def test_ipv6(self):
        farm = self.simulator(1, "--transport", "udp", "--bind", "::1")
        server = self.server()
        camera = server.add_camera("Six", f"rtsp://[::1]:{farm.port}/cam1")
        self.assertEqual(self.wait_state(server, camera, "recording")["transport"], "udp")
        self.wait_recorded(server, camera, 2)
        self.assertEqual(server.stop(), 0, server.output())

    def test_through_http_where_nothing_else_is_offered(self):
        farm = self.simulator(1, "--transport", "http")
        server = self.server()
        told = server.ok("POST", "/api/v1/cameras/test", {"main_url": farm.url(), "transport": "http"})["streams"][0]
        print(f"  {told['message']}")
        self.assertIn("Over HTTP; not encrypted.", told["message"])
        camera = server.add_camera("Tunnel", farm.url(), transport="http")
        self.assertEqual(self.wait_state(server, camera, "recording")["transport"], "http")
        self.wait_recorded(server, camera, 5)
        self.assertEqual(server.stream(camera)["lost_packets"], 0)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def test_a_post_that_the_camera_closes_is_opened_anew(self):
        """The session lives by its keep-alives, each of which finds its POST closed."""
        farm = self.simulator(1, "--transport", "http", "--http-post-limit", "200", "--session-timeout", "4")
        server = self.server()
        camera = server.add_camera("Counting", farm.url(), transport="http")
        self.wait_recorded(server, camera, 14)
        recorded = server.recordings(camera)
        self.assertEqual((len(recorded["ranges"]), recorded["gaps"]), (1, []))
        self.assertEqual(server.stop(), 0, server.output())

    def test_through_https_with_sign_in(self):
        """GET and POST are signed for each by itself, and both show the key that is pinned."""
        password = ("--user", "viewer", "--password-file", self.password_file(), "--http-sign-in")
        farm = self.simulator(1, "--transport", "http", "--tls-dir", self.dir / "tls", *password)
        server = self.server()
        url = farm.url().replace("rtsp://", "rtsps://")
        camera = server.add_camera("Tunnel", url, transport="https", username="viewer", password="s3cret")
        stream = self.wait_state(server, camera, "recording")
        self.assertEqual(stream["transport"], "https")
        self.assertFalse(stream["certificate"]["authorised"])
        self.wait_recorded(server, camera, 3)
        wrong = server.add_camera("Wrong", url, transport="https", username="viewer", password="wrong")
        self.assertIn("password", self.wait_state(server, wrong, "unauthorised")["reason"])
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def secure_farm(self, name, *arguments):
        farm = self.simulator(1, "--tls-dir", self.dir / name, *arguments)
        return farm.url().replace("rtsp://", "rtsps://")

    def test_srtp_inside_tls_and_over_udp(self):
        """Every keying over every transport; automatic choice finds what the camera offers."""
        inside = self.secure_farm("a", "--srtp", "sdes")
        udp = self.secure_farm("b", "--srtp", "mikey", "--transport", "udp", "--udp-swap-every", "9")
        marked = self.secure_farm("c", "--srtp", "mikey", "--srtp-suite", "AEAD_AES_256_GCM", "--srtp-mki")
        server = self.server()
        told = server.ok("POST", "/api/v1/cameras/test", {"main_url": udp})["streams"][0]
        print(f"  {told['message']}")
        self.assertIn("SRTP over UDP", told["message"])
        cameras = {
            server.add_camera("SDES", inside): "tls",
            server.add_camera("MIKEY over UDP", udp): "srtp",
            server.add_camera("MIKEY with MKI", marked): "tls",
        }
        for camera, transport in cameras.items():
            self.assertEqual(self.wait_state(server, camera, "recording")["transport"], transport)
        for camera in cameras:
            self.wait_recorded(server, camera, 4)
            self.assertEqual(server.stream(camera)["lost_packets"], 0)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def test_srtp_keys_that_travel_readably_are_refused(self):
        farm = self.simulator(1, "--srtp", "sdes")
        server = self.server()
        told = server.ok("POST", "/api/v1/cameras/test", {"main_url": farm.url()})["streams"][0]
        print(f"  {told['message']}")
        self.assertFalse(told["ok"])
        self.assertIn("would tell the key where anybody", told["message"])

    def test_a_setting_is_the_only_way(self):
        farm = self.simulator()
        server = self.server()
        told = server.ok("POST", "/api/v1/cameras/test", {"main_url": farm.url(), "transport": "udp"})["streams"][0]
        self.assertFalse(told["ok"])
        self.assertIn("does not send over UDP", told["message"])
        status = server.request("POST", "/api/v1/cameras/test", {"main_url": farm.url(), "transport": "sctp"})[0]
        self.assertEqual(status, 400)


if __name__ == "__main__":
    case.main()
