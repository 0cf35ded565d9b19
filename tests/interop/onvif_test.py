"""The npm package `onvif`, a client that we did not write, against `vedette simulate --onvif`."""

import datetime
import json
import pathlib
import subprocess
import os

import case
import vedette

HERE = pathlib.Path(__file__).parent
NODE = os.environ.get("NODE", "node")


class OnvifClientTest(case.SystemTest):
    def ask(self, port, camera=1, *credentials, script="onvif_client.mjs"):
        done = subprocess.run(
            [NODE, HERE / script, "127.0.0.1", str(port), f"/cam{camera}/onvif/device_service", *credentials],
            capture_output=True, text=True, timeout=120, check=False,
        )
        self.assertTrue(done.stdout.strip(), done.stderr)
        return json.loads(done.stdout)

    def test_lists_profiles_and_streams(self):
        port = vedette.free_port()
        farm = self.simulator(2, "--onvif", port)
        for number in (1, 2):
            found = self.ask(port, number)
            print(f"  camera {number}: {found}")
            self.assertEqual(found["information"]["serialNumber"], f"SIM-{number:05}")
            self.assertEqual(found["media2"], number == 1)
            self.assertEqual(
                [(s["token"], s["uri"]) for s in found["streams"]],
                [("main", farm.url(number)), ("sub", farm.url(number, "/sub"))],
            )

    def test_signs_in_whatever_the_cameras_clock_says(self):
        for clock in (0, -200 * 86_400, 7_200):
            with self.subTest(clock=clock):
                port = vedette.free_port()
                farm = self.simulator(
                    1, "--onvif", port, "--onvif-clock", clock, "--user", "viewer", "--password-file", self.password_file()
                )
                found = self.ask(port, 1, "viewer", "s3cret")
                self.assertEqual(len(found.get("streams", [])), 2, found)
                self.assertIn("error", self.ask(port, 1, "viewer", "wrong"))
                farm.stop()

    def test_looks_after_a_camera(self):
        port = vedette.free_port()
        self.simulator(1, "--onvif", port, "--onvif-clock", 30, "--user", "viewer", "--password-file", self.password_file())
        done = subprocess.run(
            [NODE, HERE / "onvif_care.mjs", "127.0.0.1", str(port), "/cam1/onvif/device_service", "viewer", "s3cret", "n3w-password"],
            capture_output=True, text=True, timeout=120, check=False,
        )
        told = json.loads(done.stdout)
        print(f"  {told}")
        self.assertNotIn("error", told)
        moment = datetime.datetime.fromisoformat
        self.assertAlmostEqual((moment(told["before"]) - moment(told["after"])).total_seconds(), 30, delta=5)
        self.assertEqual(told["ntp"]["NTPManual"]["DNSname"], "time.example")
        self.assertEqual((told["imaging"]["brightness"], told["imaging"]["irCutFilter"]), (61, "OFF"))
        self.assertTrue(told["snapshot"]["uri"].endswith("/cam1/snapshot.jpg"))
        self.assertEqual(told["users"][0]["username"], "viewer")
        self.assertEqual(told["reboot"], "Rebooting")

    def test_moves_switches_and_listens(self):
        port = vedette.free_port()
        self.simulator(1, "--onvif", port, "--onvif-motion", 0, "--user", "viewer", "--password-file", self.password_file())
        seen = self.ask(port, 1, "viewer", "s3cret", script="onvif_control.mjs")
        print(f"  {seen}")
        self.assertNotIn("error", seen)
        pan = {name: seen[name]["x"] for name in ("start", "moved", "stopped", "placed", "recalled")}
        self.assertEqual(pan["start"], 0)
        self.assertGreater(pan["moved"], 0.1)
        self.assertEqual(pan["moved"], pan["stopped"])
        self.assertEqual((pan["placed"], pan["recalled"]), (-0.375, pan["moved"]))
        self.assertEqual(seen["moving"]["panTilt"], "MOVING")
        self.assertEqual((list(seen["presets"]), list(seen["left"])), (["Gate"], []))
        self.assertEqual(seen["relays"], ["relay1", "relay2"])
        self.assertEqual(seen["initial"]["tns1:Device/Trigger/DigitalInput"], False)
        self.assertEqual(seen["followed"], {"tns1:Device/Trigger/Relay": True, "tns1:Device/Trigger/DigitalInput": True})


if __name__ == "__main__":
    case.main()
