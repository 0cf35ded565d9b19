"""Rules delete old recordings, holds keep them, and `vedette vault verify` tells both from what is missing."""

import re

import case
import vedette

SECONDS = 4  # of each file


class RetentionTest(case.SystemTest):
    def segments(self, camera):
        """The closed files of the main stream, the oldest first."""
        return sorted(self.data.glob(f"media/{camera}/main/*/*.seg"))

    def record_files(self, farm, count):
        """Each life of the server closes one file; a camera's name is its number here."""
        camera = None
        for _ in range(count):
            server = self.server()
            if camera is None:
                camera = server.add_camera("Gate", farm.url(1))
            before = server.recorded_seconds(camera)
            self.wait_recorded(server, camera, before + SECONDS)
            self.assertEqual(server.stop(), 0, server.output())
        return camera

    def wait_gone(self, files):
        vedette.wait_for("old recordings to go", lambda: not any(f.exists() for f in files), 60)

    def test_rules_holds_and_what_verify_says(self):
        farm = self.simulator(1)
        camera = self.record_files(farm, 4)
        files = self.segments(camera)
        self.assertGreaterEqual(len(files), 4)
        path = f"/api/v1/cameras/{camera}"

        server = self.server()
        ranges = server.recordings(camera)["ranges"]
        first = ranges[0]
        status, hold = server.request(
            "POST",
            f"{path}/holds",
            {"start_90k": first["start_90k"], "end_90k": first["start_90k"] + 90_000, "reason": "theft"},
        )
        self.assertEqual(status, 201, hold)
        self.assertEqual(hold["placed_by"], "admin")

        # No more than the newest file fits, and what is held does not count.
        newest = files[-1].stat().st_size
        # The days are the camera's own, and the bytes those of its group, which beat the site's.
        server.ok("PATCH", path, {"keep_days": 30})
        group = server.ok("POST", "/api/v1/camera-groups", {"name": "Gates", "camera_ids": [camera]})["id"]
        rules = {"site": {"keep_bytes": 1 << 50}, "groups": [{"group_id": group, "keep_bytes": newest}]}
        server.ok("PUT", "/api/v1/retention", rules)
        shown = server.ok("GET", path)
        self.assertEqual((shown["keep_bytes"], shown["inherited_keep"]), (None, {"keep_days": None, "keep_bytes": newest}))
        self.wait_gone(files[1:3])
        self.assertTrue(files[0].exists(), "a rule deleted what is held")
        answer = server.recordings(camera)
        self.assertTrue(answer["deleted"])
        self.assertEqual({(d["rule"], d["value"]) for d in answer["deleted"]}, {("keep_bytes", newest)})
        self.assertEqual(answer["extent"]["start_90k"], first["start_90k"])

        status, problem = server.request("DELETE", path)
        self.assertEqual(status, 409, problem)
        self.assertIn("theft", problem["detail"])
        self.assertEqual([h["id"] for h in server.ok("GET", f"{path}/holds")["holds"]], [hold["id"]])
        output = self.verify()
        self.assertIn("1 hold in force", output)
        self.assertRegex(output, r'by the rule "at most [\d.]+ MB": camera \S+ main "Gate"')

        # Lifting it is enough: nobody has to wait for the next look at the rules.
        self.assertEqual(server.request("DELETE", f"{path}/holds/{hold['id']}")[0], 204)
        self.assertEqual(server.request("DELETE", f"{path}/holds/{hold['id']}")[0], 404)
        vedette.wait_for("what was held to go", lambda: not files[0].exists(), 20)
        self.assertEqual(server.request("DELETE", f"/api/v1/camera-groups/{group}")[0], 204)
        self.assertEqual(server.ok("GET", path)["inherited_keep"]["keep_bytes"], 1 << 50)
        self.wait_recorded(server, camera, SECONDS)
        self.assertEqual(server.stop(), 0, server.output())
        output = self.verify()
        self.assertRegex(output, r"deleted +\d+ records, by signed statement")
        self.assertNotIn("in force", output)

        # A file that goes by hand is missing, whatever the rules are.
        left = self.segments(camera)
        self.assertTrue(left)
        left[0].unlink()
        faults = re.findall(r"^FAULT.*?(?=\n\n)", self.verify(exit_code=1), re.M | re.S)
        self.assertTrue(faults)
        self.assertTrue(all("Gate" in fault for fault in faults), faults)
        self.assertTrue(any("missing" in fault for fault in faults), faults)


if __name__ == "__main__":
    case.main()
