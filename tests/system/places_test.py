"""Several disks, one of which goes away while cameras are recorded, and comes back."""

import subprocess
import time
import unittest

import case
import vedette


def segments(folder):
    return sum(1 for _ in folder.rglob("*.seg"))


class PlacesTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        self.a, self.b = self.dir / "a", self.dir / "b"
        self.a.mkdir()
        self.b.mkdir()

    def options(self):
        return ["--media", f"a={self.a}", "--media", f"b={self.b}"]

    def place(self, server, name):
        places = server.ok("GET", "/api/v1/cameras")["storage"]["places"]
        return next(place for place in places if place["name"] == name)

    def test_a_disk_is_chosen_for_a_camera(self):
        farm = self.simulator(1)
        server = self.server(extra=self.options())
        camera = server.add_camera("Gate", farm.url(1))
        path = f"/api/v1/cameras/{camera}"
        self.assertEqual(server.ok("PATCH", path, {"place": "b"})["place"], "b")
        status, problem = server.request("PATCH", path, {"place": "c"})
        self.assertEqual(status, 400, problem)
        self.assertIn("there is no disk", problem["detail"])
        vedette.wait_for("a recording on the chosen disk", lambda: segments(self.b) > 0)
        self.assertEqual(segments(self.data / "media"), 0)
        server.stop()
        self.verify()
        server = self.server(extra=self.options())
        self.assertEqual(server.ok("GET", "/api/v1/cameras")["cameras"][0]["place"], "b")

    def test_what_can_not_be_used_is_said(self):
        port = vedette.free_port()
        for option, words in (
            ("a", "needs a name and a directory"),
            (f"a={self.dir / 'nothing'}", "there is no directory"),
            (f"data={self.a}", "is no name for a disk"),
        ):
            refusal = self.refused("serve", "--data", self.data, "--port", port, "--media", option)
            self.assertIn(words, refusal)

    @unittest.skipUnless(case.may_mount(), "needs the right to mount a file system")
    def test_a_disk_goes_away_and_comes_back(self):
        kept = self.dir / "kept"
        kept.mkdir()
        subprocess.run(["mount", "--bind", kept, self.a], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.a], check=False, capture_output=True)
        farm = self.simulator(1)
        server = self.server(extra=self.options())
        camera = server.add_camera("Gate", farm.url(1))
        server.ok("PATCH", f"/api/v1/cameras/{camera}", {"place": "a"})
        vedette.wait_for("a recording there", lambda: segments(self.a) > 0)

        subprocess.run(["umount", "-l", self.a], check=True)
        away = vedette.wait_for("the loss to be noticed", lambda: (p := self.place(server, "a"))["state"] == "away" and p, 10)
        self.assertIn("nothing is mounted", away["message"])
        self.assertEqual(server.ok("GET", "/api/v1/health")["status"], "degraded")
        vedette.wait_for("recording to go on elsewhere", lambda: segments(self.b) > 0, 10)
        self.assertTrue(server.ok("GET", "/api/v1/cameras")["storage"]["recording_possible"])
        self.assertEqual(list(self.a.iterdir()), [])
        self.assertIn("NOT ALL CHECKED", self.verify(exit_code=1))

        subprocess.run(["mount", "--bind", kept, self.a], check=True)
        vedette.wait_for("its return to be noticed", lambda: self.place(server, "a")["state"] == "good", 10)
        self.assertEqual(server.ok("GET", "/api/v1/health")["status"], "ok")
        vedette.wait_for("its recordings to be there", lambda: "OK:" in vedette.run(case.BINARY, "vault", "verify", "--data", self.data)[1], 30)
        server.stop()
        self.verify()

    @unittest.skipUnless(case.may_mount(), "needs the right to mount a file system")
    def test_a_disk_that_hangs_holds_nothing_up(self):
        image = self.dir / "a.img"
        subprocess.run(["truncate", "-s", "400M", image], check=True)
        subprocess.run(["mkfs.ext4", "-q", image], check=True)
        subprocess.run(["mount", "-o", "loop", image, self.a], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.a], check=False, capture_output=True)
        farm = self.simulator(2)
        server = self.server(extra=self.options())
        hit = server.add_camera("Gate", farm.url(1))
        server.ok("PATCH", f"/api/v1/cameras/{hit}", {"place": "a"})
        spared = server.add_camera("Yard", farm.url(2))
        server.ok("PATCH", f"/api/v1/cameras/{spared}", {"place": "b"})
        # From the next segment on, where the first had begun already.
        vedette.wait_for("recordings on both", lambda: segments(self.a) > 0 and segments(self.b) > 0, 120)
        self.wait_recorded(server, hit, 4)
        self.wait_recorded(server, spared, 4)

        # From here on whoever writes there waits in the kernel.
        subprocess.run(["fsfreeze", "-f", self.a], check=True)
        self.addCleanup(subprocess.run, ["fsfreeze", "-u", self.a], check=False, capture_output=True)
        began = time.monotonic()
        hanging = vedette.wait_for("it to be noticed", lambda: (p := self.place(server, "a"))["state"] == "hanging" and p, 20)
        print(f"noticed after {time.monotonic() - began:.1f} s", flush=True)
        self.assertIn("does not answer", hanging["message"])
        frozen = vedette.now_90k()
        vedette.wait_for("both to be recorded elsewhere", lambda: all(server.recordings(c)["extent"]["end_90k"] > frozen + 4 * vedette.TICKS_PER_SECOND for c in (hit, spared)))
        slowest = 0
        for _ in range(20):
            asked = time.monotonic()
            server.ok("GET", "/api/v1/cameras")
            server.ok("GET", "/api/v1/health")
            slowest = max(slowest, time.monotonic() - asked)
        self.assertLess(slowest, 2)
        # The other camera has lost nothing, this one what had not been synced.
        self.assertEqual(server.recordings(spared)["gaps"], [])
        lost = sum(g["end_90k"] - g["start_90k"] for g in server.recordings(hit)["gaps"])
        print(f"lost {lost / vedette.TICKS_PER_SECOND:.2f} s", flush=True)
        self.assertLess(lost, 5 * vedette.TICKS_PER_SECOND)

        subprocess.run(["fsfreeze", "-u", self.a], check=True)
        vedette.wait_for("its return to be noticed", lambda: self.place(server, "a")["state"] == "good", 30)
        vedette.wait_for("its recordings to be there", lambda: "OK:" in vedette.run(case.BINARY, "vault", "verify", "--data", self.data)[1], 30)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()


if __name__ == "__main__":
    unittest.main()
