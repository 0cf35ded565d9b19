"""Light encryption from the camera's settings to the disk and back: it is named as partial wherever it shows, what is recorded
plays and verifies as ever, and a camera whose pictures do not allow it is encrypted whole."""

import re
import subprocess

import case
import vedette


def make_clip(path, *options):
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=4", "-vf", "noise=alls=10:allf=t",
         "-c:v", "libx264", "-preset", "ultrafast", *options, "-bf", "0", "-g", "25", "-keyint_min", "25", "-sc_threshold", "0",
         "-f", "h264", str(path)],
        check=True, timeout=120,
    )
    return path


class LightEncryptionTest(case.SystemTest):
    def encryptions(self, server, camera):
        return [r["encryption"] for r in server.recordings(camera)["ranges"]]

    def test_from_the_settings_to_the_disk_and_back(self):
        cabac = make_clip(self.dir / "cabac.h264", "-coder", "1")
        cavlc = make_clip(self.dir / "cavlc.h264", "-coder", "0")
        good, whole = self.simulator(1, "--clip", cabac), self.simulator(1, "--clip", cavlc)
        server = self.server()
        camera = server.add_camera("Yard", good.url())
        other = server.add_camera("Lane", whole.url(), encryption="light")
        self.assertEqual(server.ok("GET", f"/api/v1/cameras/{camera}")["encryption"], "full")
        self.wait_recorded(server, camera, 3)
        self.assertEqual(set(self.encryptions(server, camera)), {"full"})

        changed = server.ok("PATCH", f"/api/v1/cameras/{camera}", {"encryption": "light"})
        self.assertEqual(changed["encryption"], "light")
        status, _ = server.request("PATCH", f"/api/v1/cameras/{camera}", {"encryption": "none"})
        self.assertEqual(status, 400)
        vedette.wait_for("light recordings", lambda: "light" in self.encryptions(server, camera))
        lightly = next(r for r in server.recordings(camera)["ranges"] if r["encryption"] == "light")
        vedette.wait_for("3 s of it", lambda: any(
            r["encryption"] == "light" and r["end_90k"] - lightly["start_90k"] >= 3 * vedette.TICKS_PER_SECOND
            for r in server.recordings(camera)["ranges"]))
        self.assertEqual((self.data / "format").read_text(), "6\n")
        self.wait_recorded(server, other, 3)
        self.assertEqual(set(self.encryptions(server, other)), {"full"}, "CAVLC is encrypted whole")

        # The change is in the audit log, with what was before.
        entries = server.ok("GET", "/api/v1/audit?limit=100")["entries"]
        told = [e["details"] for e in entries if e["action"] == "change_camera"]
        self.assertIn({"asked": {"encryption": "light"}, "before": {"encryption": "full"}}, told)

        # What was recorded comes back whole, across the border of the two.
        ranges = server.recordings(camera)["ranges"]
        path = server.download(camera, ranges[0]["start_90k"], ranges[-1]["end_90k"], self.dir / "both.mp4")
        decoded = subprocess.run(["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-f", "null", "-"],
                                 capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual((decoded.returncode, decoded.stderr), (0, ""))
        self.assertEqual(server.stop(), 0, server.output())

        output = self.verify()
        light = int(re.search(r"^light +(\d+) of them partially encrypted", output, re.M)[1])
        self.assertGreaterEqual(light, 3)
        self.assertGreater(case.counts(output)["fragments"], light)
        code, stats = vedette.run(case.BINARY, "vault", "stats", "--data", self.data)
        self.assertEqual(code, 0, stats)
        self.assertEqual(re.findall(r"(\d+) fragments? partially encrypted \(light\)", stats), [str(light)])

        # It is remembered over a start.
        again = self.server()
        self.assertEqual(again.ok("GET", f"/api/v1/cameras/{camera}")["encryption"], "light")
        start = vedette.now_90k()
        vedette.wait_for("more of it", lambda: any(
            r["encryption"] == "light" and r["end_90k"] > start for r in again.recordings(camera)["ranges"]))
        self.assertEqual(again.stop(), 0, again.output())
        self.verify()


if __name__ == "__main__":
    case.main()
