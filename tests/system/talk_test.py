"""Speaking through a camera: from the WebSocket to the simulated camera's loudspeaker."""

import case
import speech
import vedette
from websocket import WebSocket


def decode_mu_law(code):
    bits = ~code & 0xFF
    magnitude = ((((bits & 0x0F) << 3) + 132) << (bits >> 4 & 7)) - 132
    return -magnitude if bits & 0x80 else magnitude


class TalkTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        self.heard = self.dir / "heard.ulaw"

    def connect(self, server):
        connection = WebSocket(server)
        self.addCleanup(connection.close)
        return connection

    def test_what_is_said_is_heard(self):
        simulator = self.simulator(1, "--back-channel-file", self.heard)
        server = self.server()
        camera = server.add_camera("Gate", simulator.url())
        self.wait_recorded(server, camera, 1)
        connection = self.connect(server)
        self.assertEqual(speech.start(connection, camera)["type"], "talk.ready")
        connection.wait("the word that somebody speaks",
                        lambda m: m["type"] == "camera.changed" and m["camera"]["talking"])

        with self.subTest("one at a time, and the other is told"):
            other = self.connect(server)
            ended = speech.start(other, camera)
            self.assertEqual(ended["type"], "channel.ended")
            self.assertIn("somebody else is speaking", ended["problem"]["detail"].lower())

        speech.say(connection, 1)
        vedette.wait_for("most of a second at the loudspeaker",
                         lambda: self.heard.exists() and self.heard.stat().st_size > 0.8 * speech.RATE, 10)
        heard = [decode_mu_law(b) for b in self.heard.read_bytes()]
        print(f"  {len(heard)} samples, {speech.pitch(heard):.0f} Hz, peak {max(heard)}")
        self.assertAlmostEqual(speech.pitch(heard), 440, delta=15)
        self.assertAlmostEqual(max(heard), 8000, delta=300)

        connection.send({"type": "stop", "channel": 1})
        connection.wait("the word that nobody speaks",
                        lambda m: m["type"] == "camera.changed" and not m["camera"]["talking"])
        self.assertEqual(speech.start(connection, camera, 2)["type"], "talk.ready", "free again")
        self.assertEqual(server.stream(camera)["state"], "recording")

    def test_the_ways_of_live_media(self):
        """Sound goes inside the connection, encrypted where live media is."""
        certificates = ("--tls-dir", self.dir / "tls")
        for transport, options in (
            ("https", ("--transport", "http", *certificates)),
            ("tls", certificates),
            ("udp", ("--transport", "udp")),
        ):
            with self.subTest(transport):
                self.heard.unlink(missing_ok=True)
                simulator = self.simulator(1, "--back-channel-file", self.heard, *options)
                server = self.server(data=self.dir / transport)
                url = simulator.url() if transport == "udp" else simulator.url().replace("rtsp://", "rtsps://")
                camera = server.add_camera("Gate", url, transport=transport)
                self.wait_state(server, camera, "recording")
                connection = self.connect(server)
                self.assertEqual(speech.start(connection, camera)["type"], "talk.ready")
                speech.say(connection, 0.5)
                vedette.wait_for("the sound at the loudspeaker",
                                 lambda: self.heard.exists() and self.heard.stat().st_size > 0.3 * speech.RATE, 10)
                heard = [decode_mu_law(b) for b in self.heard.read_bytes()]
                self.assertAlmostEqual(speech.pitch(heard), 440, delta=25)
                connection.close()
                self.assertEqual(server.stop(), 0, server.output())

    def test_a_camera_that_is_removed_ends_the_talk(self):
        simulator = self.simulator(1, "--back-channel-file", self.heard)
        server = self.server()
        camera = server.add_camera("Gate", simulator.url())
        self.wait_state(server, camera, "recording")
        connection = self.connect(server)
        self.assertEqual(speech.start(connection, camera)["type"], "talk.ready")
        server.ok("DELETE", f"/api/v1/cameras/{camera}")
        ended = connection.wait("the end", lambda m: m["type"] == "channel.ended" and m["channel"] == 1)
        self.assertIn("no such camera", ended["problem"]["detail"].lower())

    def test_a_camera_without_loudspeaker_says_so(self):
        simulator = self.simulator(1)
        server = self.server()
        camera = server.add_camera("Hall", simulator.url())
        self.wait_recorded(server, camera, 1)
        ended = speech.start(self.connect(server), camera)
        self.assertEqual(ended["type"], "channel.ended")
        self.assertIn("has no loudspeaker", ended["problem"]["detail"])


if __name__ == "__main__":
    case.main()
