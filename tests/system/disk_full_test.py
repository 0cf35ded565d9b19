"""A disk that becomes full while cameras are recorded, and has room again."""

import subprocess
import time
import unittest

import case
import vedette

SIZE = 48 << 20
FILL = "fill"


@unittest.skipUnless(case.may_mount(), "needs the right to mount a file system")
class DiskFullTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        self.disk = self.dir / "disk"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", self.disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)
        self.data = self.disk / "data"

    def storage(self, server):
        return server.ok("GET", "/api/v1/cameras")["storage"]

    def fill(self):
        # What is free now, and then what the recorder gives back while it is trying.
        with open(self.disk / FILL, "ab") as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
                    file.flush()
            except OSError:
                pass

    def test_full_and_free_again(self):
        farm = self.simulator(2)
        server = self.server(extra=["--keep-free", "0"])
        camera = server.add_camera("Gate", farm.url(1))
        self.wait_recorded(server, camera, 4)
        self.assertTrue(self.storage(server)["recording_possible"])

        self.fill()
        storage = vedette.wait_for(
            "the disk to be found full",
            lambda: (s := self.storage(server)) and not s["recording_possible"] and s,
            60,
        )
        self.assertIn("full", storage["reason"])
        # Settings can't be saved now, and the sentence says why; looking is possible.
        status, answer = server.request(
            "POST", "/api/v1/cameras", {"name": "x" * 100, "main_url": farm.url(2) + "/" + "x" * 900}
        )
        if status != 201:
            self.assertIn("full", answer["detail"])
        # The one stream may find the disk full while the other has nothing to write: a group of pictures has 2 s.
        time.sleep(5)
        before = server.recordings(camera)["extent"]["end_90k"]

        (self.disk / FILL).unlink()
        vedette.wait_for("recording to go on", lambda: self.storage(server)["recording_possible"], 60)
        vedette.wait_for(
            "a new recording",
            lambda: server.recordings(camera)["extent"]["end_90k"] > before + 2 * vedette.TICKS_PER_SECOND,
        )
        gaps = server.recordings(camera)["gaps"]
        self.assertTrue(any("disk" in gap["reason"] for gap in gaps), gaps)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def test_the_oldest_recordings_make_room(self):
        farm = self.simulator(1)
        camera = None
        for seconds in (6, 12):  # each life of the server closes a file
            server = self.server()
            camera = camera or server.add_camera("Gate", farm.url(1))
            self.wait_recorded(server, camera, seconds)
            self.assertEqual(server.stop(), 0, server.output())
        server = self.server()
        oldest = min(self.data.glob("media/*/main/*/*.seg"))
        self.wait_recorded(server, camera, 14)
        vedette.wait_for("the reserve", (self.data / "reserve").exists)
        self.fill()
        vedette.wait_for("the oldest recording to go", lambda: not oldest.exists(), 90)
        vedette.wait_for("recording to go on", lambda: self.storage(server)["recording_possible"], 60)
        deleted = server.recordings(camera)["deleted"]
        self.assertEqual({(d["rule"], d["value"]) for d in deleted}, {("keep_free_percent", 5)})
        self.assertEqual(server.stop(), 0, server.output())
        self.assertIn("5 % of the disk stay free", self.verify())

    def test_full_from_the_start(self):
        self.fill()
        said = self.refused("serve", "--data", self.data, "--port", vedette.free_port())
        self.assertRegex(said, "[Nn]o space|full")


if __name__ == "__main__":
    case.main()
