"""The process that reads what cameras send: what it may do, and what happens when it ends."""

import os
import pathlib
import re
import signal
import threading
import time

import case
import speech
import vedette
from websocket import WebSocket


def status_of(pid):
    return dict(
        line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line
    )


def alive(pid):
    try:
        return status_of(pid)["State"][0] not in "ZX"
    except FileNotFoundError:
        return False


class CameraProcessTest(case.SystemTest):
    def camera_process(self, server):
        children = pathlib.Path(f"/proc/{server.pid}/task").glob("*/children")
        pids = [int(pid) for file in children for pid in file.read_text().split()]
        named = [pid for pid in pids if status_of(pid)["Name"] == "vedette-cameras"]
        self.assertEqual(len(named), 1, f"children of {server.pid}: {pids}")
        return named[0]

    def wait_another(self, server, than):
        """The process that came after `than`."""

        def there():
            try:
                pid = self.camera_process(server)
            except (AssertionError, FileNotFoundError):
                return None
            return pid if pid != than else None

        return vedette.wait_for("the camera process to be started again", there)

    def test_what_it_may_do(self):
        farm = self.simulator(1)
        server = self.server()
        camera = server.add_camera("Camera", farm.url())
        self.wait_state(server, camera, "recording")
        pid = self.camera_process(server)
        status = status_of(pid)
        self.assertEqual(status["Seccomp"].strip(), "2", "a filter")
        self.assertEqual(status["NoNewPrivs"].strip(), "1")
        self.assertEqual(status["CapEff"].strip().strip("0"), "")
        self.assertEqual(status["CapPrm"].strip().strip("0"), "")
        self.assertEqual(status["Threads"].strip(), "1")
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        self.assertRegex(limits, r"Max data size +\d+ +\d+ +bytes", "one camera can't use up the machine's memory")
        line = next(line for line in server.lines if "cameras are read in process" in line)
        print(f"  {line}")
        self.assertIn(f"process {pid}: seccomp", line)
        if os.geteuid() != 0:
            return  # the rest can be seen by root alone
        if "empty network namespace" in line:
            self.assertNotEqual(os.readlink(f"/proc/{pid}/ns/net"), os.readlink(f"/proc/{server.pid}/ns/net"))
            interfaces = pathlib.Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]
            self.assertEqual([i.split(":")[0].strip() for i in interfaces], ["lo"])
        targets = [os.readlink(fd) for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
        files = [t for t in targets if t.startswith("/") and not t.startswith(("/dev/null", "/memfd:"))]
        self.assertEqual(files, [], "no file of the data directory, no log")
        environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        names = {e.split(b"=")[0].decode() for e in environment if e}
        self.assertLessEqual(names, {"SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"})
        self.assertEqual(pathlib.Path(f"/proc/{pid}/cmdline").read_bytes(), b"vedette\0camera-process\0")

    def test_it_is_started_again(self):
        farm = self.simulator(3)
        server = self.server()
        cameras = [server.add_camera(f"Camera {i}", farm.url(i)) for i in range(1, 4)]
        for camera in cameras:
            self.wait_recorded(server, camera, 12)  # long enough to count as proven
        pid = self.camera_process(server)
        killed = vedette.now_90k()
        started = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        self.wait_another(server, pid)
        self.assertEqual(server.ok("GET", "/api/v1/setup")["claimed"], True)
        for camera in cameras:
            vedette.wait_for(
                "recording again", lambda: server.stream(camera)["state"] == "recording", 10, every=0.05
            )
        print(f"  recording again after {time.monotonic() - started:.1f} s")
        for camera in cameras:
            vedette.wait_for("a range after the end", lambda: any(r["start_90k"] > killed for r in server.recordings(camera)["ranges"]))
            recordings = server.recordings(camera)
            gap = [g for g in recordings["gaps"] if g["end_90k"] > killed]
            self.assertEqual(len(gap), 1, recordings)
            self.assertIn("the process that reads cameras was ended by signal 9", gap[0]["reason"])
            # The last group of pictures before it was kept; how soon there are pictures again after it is up to how busy the machine is.
            self.assertLess(gap[0]["end_90k"] - killed, 30 * vedette.TICKS_PER_SECOND, gap)
            self.assertLess(killed - gap[0]["start_90k"], 1 * vedette.TICKS_PER_SECOND, gap)
        self.assertIn("the process that reads cameras was ended by signal 9; it is started again", server.output())
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def test_one_that_ends_again_and_again(self):
        farm = self.simulator(1)
        server = self.server()
        camera = server.add_camera("Camera", farm.url())
        self.wait_state(server, camera, "recording")
        pid = self.camera_process(server)
        for _ in range(4):
            os.kill(pid, signal.SIGKILL)
            pid = self.wait_another(server, pid)
        stream = server.stream(camera)
        self.assertIn(stream["state"], ("waiting", "connecting", "recording"))
        self.wait_state(server, camera, "recording")
        # A test works as soon as it is there again.
        self.assertTrue(server.ok("POST", "/api/v1/cameras/test", {"main_url": farm.url()})["streams"][0]["ok"])
        self.assertEqual(server.stop(), 0, server.output())

    def test_one_that_hangs_is_ended(self):
        farm = self.simulator(1)
        server = self.server()
        camera = server.add_camera("Camera", farm.url())
        self.wait_state(server, camera, "recording")
        pid = self.camera_process(server)
        os.kill(pid, signal.SIGSTOP)
        self.wait_another(server, pid)
        self.assertIn("did not answer any more", server.output())
        self.wait_state(server, camera, "recording")
        self.assertEqual(server.stop(), 0, server.output())

    def test_more_commands_than_the_channel_holds(self):
        heard = self.dir / "heard.ulaw"
        farm = self.simulator(1, "--back-channel-file", heard)
        server = self.server()
        camera = server.add_camera("Gate", farm.url())
        self.wait_state(server, camera, "recording")
        connection = WebSocket(server)
        self.addCleanup(connection.close)
        self.assertEqual(speech.start(connection, camera)["type"], "talk.ready")
        pid = self.camera_process(server)
        os.kill(pid, signal.SIGSTOP)
        try:
            silence = speech.message(1, [0] * speech.PIECE)
            for _ in range(1000):  # three times what a socket holds
                connection.send_binary(silence)
            # Answered by what had read all of it.
            self.assertTrue(server.ok("GET", "/api/v1/setup")["claimed"])
            time.sleep(1)
        finally:
            os.kill(pid, signal.SIGCONT)
        vedette.wait_for("the newest sound", lambda: heard.exists() and heard.stat().st_size >= 1600, 10)
        another = server.add_camera("Hall", farm.url())
        self.wait_state(server, another, "recording", 10)
        self.assertEqual(self.camera_process(server), pid)
        self.assertEqual(server.stop(), 0, server.output())

    def test_it_ends_while_it_reads_a_device_s_answer(self):
        onvif = vedette.free_port()
        farm = self.simulator(1, "--onvif", onvif)
        server = self.server()
        camera = server.add_camera("Camera", farm.url(), device={"onvif_url": f"http://127.0.0.1:{onvif}/cam1/onvif/device_service"})
        self.wait_state(server, camera, "recording")
        device = f"/api/v1/cameras/{camera}/device"
        self.assertEqual(server.ok("GET", device)["services"], ["media", "media2", "events", "ptz", "imaging"])
        pid = self.camera_process(server)
        os.kill(pid, signal.SIGSTOP)
        told = []
        asking = threading.Thread(target=lambda: told.append(server.request("GET", device)))
        asking.start()
        asking.join(1.5)
        self.assertTrue(asking.is_alive(), f"nobody else reads what the camera says: {told}")
        os.kill(pid, signal.SIGKILL)
        asking.join(10)
        self.assertEqual(len(told), 1, "an answer")
        status, problem = told[0]
        print(f"  {status}: {problem['detail']}")
        self.assertIn(status, (502, 503), problem)
        self.assertIn("was ended by signal 9 before it had read the camera's answer", problem["detail"])
        # The main process goes on, and so does everything with the next camera process.
        self.wait_another(server, pid)
        self.assertEqual(server.ok("GET", device)["services"], ["media", "media2", "events", "ptz", "imaging"])
        self.wait_state(server, camera, "recording")
        self.assertEqual(server.stop(), 0, server.output())

    def test_it_ends_with_its_parent(self):
        server = self.server()
        pid = self.camera_process(server)
        server.stop(signal.SIGKILL)
        vedette.wait_for("its end", lambda: not alive(pid), 5, every=0.02)
        # Even when it looks at nothing any more.
        server = self.server()
        pid = self.camera_process(server)
        os.kill(pid, signal.SIGSTOP)
        server.stop(signal.SIGKILL)
        vedette.wait_for("its end", lambda: not alive(pid), 5, every=0.02)
        # In good order it goes last, whomever a service manager tells first.
        server = self.server()
        pid = self.camera_process(server)
        os.kill(pid, signal.SIGTERM)
        self.assertEqual(server.stop(), 0, server.output())
        self.assertFalse(alive(pid))
        self.assertNotIn("started again", server.output())

    def test_it_is_nothing_for_people(self):
        self.assertIn("not started by hand", self.refused_raw("camera-process"))

    def refused_raw(self, *args):
        code, output = vedette.run(case.BINARY, *args)
        self.assertEqual(code, 1, output)
        return re.sub(r"\s+", " ", output)


if __name__ == "__main__":
    case.main()
