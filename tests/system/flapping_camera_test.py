"""A camera that comes and goes, and a network that cuts: every second is recorded or in a gap, and recording is back soon."""

import random
import socket
import threading
import time

import case
import vedette

T = vedette.TICKS_PER_SECOND
RESUMES_WITHIN = 5


class Proxy:
    """A TCP way to the camera that can be cut and made slow."""

    def __init__(self, port):
        self.target = port
        self.delay = 0.0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pairs = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
                camera = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            self.pairs.append((client, camera))
            for a, b in ((client, camera), (camera, client)):
                threading.Thread(target=self._copy, args=(a, b), daemon=True).start()

    def _copy(self, source, sink):
        try:
            while data := source.recv(65536):
                time.sleep(self.delay)
                sink.sendall(data)
        except OSError:
            pass

    def hang_up(self):
        for pair in self.pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                end.close()
        self.pairs.clear()

    def close(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.hang_up()


class FlappingCameraTest(case.SystemTest):
    def check_coverage(self, server, camera, since_90k):
        told = server.recordings(camera)
        known = sorted((i["start_90k"], i["end_90k"]) for i in told["ranges"] + told["gaps"])
        covered = known[0][0]
        self.assertLessEqual(covered, since_90k)
        for start, end in known:
            self.assertLessEqual(start - covered, 0.1 * T, f"a hole of {(start - covered) / T} s: {told}")
            covered = max(covered, end)
        self.assertGreaterEqual(covered, vedette.now_90k() - 10 * T)
        return told

    def resumed(self, server, camera, back):
        """Seconds from the camera's return to the first picture that was recorded after it."""
        def after():
            ranges = [r for r in server.recordings(camera)["ranges"] if r["start_90k"] > back]
            return min((r["start_90k"] for r in ranges), default=None)

        return (vedette.wait_for("recording after the return", after, 40) - back) / T

    def test_camera_that_is_switched_off_and_on(self):
        port = vedette.free_port()
        farm = vedette.Simulator(case.BINARY, 1, port=port)
        server = self.server()
        camera = server.add_camera("Flapping", f"rtsp://127.0.0.1:{port}/cam1")
        self.wait_recorded(server, camera, 3)
        since = vedette.now_90k()
        for away in (0.3, 2, 8):
            farm.stop()
            time.sleep(away)
            farm = self.start(vedette.Simulator(case.BINARY, 1, port=port))
            back = vedette.now_90k()
            seconds = self.resumed(server, camera, back)
            print(f"  away for {away} s, recorded again {seconds:.1f} s after the return")
            self.assertLessEqual(seconds, RESUMES_WITHIN)
            time.sleep(1)
        told = self.check_coverage(server, camera, since)
        self.assertGreaterEqual(len(told["gaps"]), 3)
        stream = server.stream(camera)
        self.assertEqual(stream["health"]["reconnects"], 3, stream)
        history = server.ok("GET", f"/api/v1/cameras/{camera}/states")["changes"]
        self.assertGreaterEqual([c["state"] for c in history].count("recording"), 4, history)
        self.assertIn("waiting", [c["state"] for c in history])
        self.assertTrue(all(c["reason"] for c in history if c["state"] == "waiting"), history)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()
        # The history outlives the process.
        server = self.server()
        again = server.ok("GET", f"/api/v1/cameras/{camera}/states")["changes"]
        self.assertIn(history[-1], again)
        self.assertEqual(server.stop(), 0, server.output())

    def test_network_that_cuts_and_delays(self):
        farm = self.simulator(2)
        proxy = Proxy(farm.port)
        self.addCleanup(proxy.close)
        server = self.server()
        camera = server.add_camera("Behind a bad switch", f"rtsp://127.0.0.1:{proxy.port}/cam1")
        steady = server.add_camera("Neighbour", farm.url(2))
        self.wait_recorded(server, camera, 3)
        since = vedette.now_90k()
        chance = random.Random(1)
        for _ in range(6):
            proxy.delay = chance.choice((0, 0.005, 0.02))
            time.sleep(chance.uniform(0.2, 2.5))
            proxy.hang_up()
        proxy.delay = 0
        back = vedette.now_90k()
        self.assertLessEqual(self.resumed(server, camera, back), RESUMES_WITHIN)
        time.sleep(3)
        self.check_coverage(server, camera, since)
        self.assertEqual(server.recordings(steady)["gaps"], [])
        self.assertEqual(server.stream(steady)["health"]["reconnects"], 0)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()


if __name__ == "__main__":
    case.main()
