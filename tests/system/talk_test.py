"""Speaking through a camera: from the WebSocket to the simulated camera's loudspeaker."""

import math
import struct
import time

import case
import vedette
import websocket

RATE = 8000
PIECE = 320


def tone(start, count=PIECE, frequency=440):
    return [round(8000 * math.sin(2 * math.pi * frequency * (start + i) / RATE)) for i in range(count)]


def sound(channel, samples):
    return struct.pack(">IB3x", channel, 2) + struct.pack(f"<{len(samples)}h", *samples)


def decode_mu_law(code):
    bits = ~code & 0xFF
    magnitude = ((((bits & 0x0F) << 3) + 132) << (bits >> 4 & 7)) - 132
    return -magnitude if bits & 0x80 else magnitude


class TalkTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        self.heard = self.dir / "heard.ulaw"

    def connect(self, server):
        connection = websocket.WebSocket(server)
        self.addCleanup(connection.close)
        return connection

    def start_talk(self, connection, camera, channel=1):
        connection.send({"type": "talk.start", "channel": channel, "camera_id": camera})
        return connection.wait("an answer on the channel", lambda m: m.get("channel") == channel)

    def test_what_is_said_is_heard(self):
        simulator = self.simulator(1, "--back-channel-file", self.heard)
        server = self.server()
        camera = server.add_camera("Gate", simulator.url())
        self.wait_recorded(server, camera, 1)
        connection = self.connect(server)
        self.assertEqual(self.start_talk(connection, camera)["type"], "talk.ready")
        connection.wait("the word that somebody speaks",
                        lambda m: m["type"] == "camera.changed" and m["camera"]["talking"])

        with self.subTest("one at a time, and the other is told"):
            other = self.connect(server)
            ended = self.start_talk(other, camera)
            self.assertEqual(ended["type"], "channel.ended")
            self.assertIn("somebody else is speaking", ended["problem"]["detail"].lower())

        begun = time.monotonic()
        for piece in range(25):  # a second
            connection.send_binary(sound(1, tone(piece * PIECE)))
            time.sleep(max(0, begun + (piece + 1) * PIECE / RATE - time.monotonic()))
        vedette.wait_for("most of a second at the loudspeaker",
                         lambda: self.heard.exists() and self.heard.stat().st_size > 0.8 * RATE, 10)
        heard = [decode_mu_law(b) for b in self.heard.read_bytes()]
        crossings = sum(1 for a, b in zip(heard, heard[1:]) if a < 0 <= b)
        seconds = len(heard) / RATE
        print(f"  {len(heard)} samples, {crossings / seconds:.0f} Hz, peak {max(heard)}")
        self.assertAlmostEqual(crossings / seconds, 440, delta=15)
        self.assertAlmostEqual(max(heard), 8000, delta=300)

        connection.send({"type": "stop", "channel": 1})
        connection.wait("the word that nobody speaks",
                        lambda m: m["type"] == "camera.changed" and not m["camera"]["talking"])
        self.assertEqual(self.start_talk(connection, camera, 2)["type"], "talk.ready", "free again")
        self.assertEqual(server.stream(camera)["state"], "recording")

    def test_a_camera_without_loudspeaker_says_so(self):
        simulator = self.simulator(1)
        server = self.server()
        camera = server.add_camera("Hall", simulator.url())
        self.wait_recorded(server, camera, 1)
        ended = self.start_talk(self.connect(server), camera)
        self.assertEqual(ended["type"], "channel.ended")
        self.assertIn("does not know what was asked for", ended["problem"]["detail"])


if __name__ == "__main__":
    case.main()
