"""Debian's onvif-tools, a client that we did not write, against `vedette simulate --onvif`. It finds cameras by multicast, so both have
a network of their own."""

import os
import subprocess

import case
import network
import vedette

ONVIF_UTIL = os.environ.get("ONVIF_UTIL", "onvif-util")
OWN, CAMERA = "10.77.1.1", "10.77.1.20"


class OnvifToolsTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        host = network.Host("cameras", OWN)
        self.addCleanup(host.close)
        host.take(CAMERA)
        self.camera = vedette.Process(host.command(
            case.BINARY, "simulate", "--bind", CAMERA, "--port", 554, "--cameras", 1, "--onvif", 80, "--onvif-clock", -86_400,
            "--user", "viewer", "--password-file", self.password_file()))
        self.start(self.camera)
        self.camera.wait_line("ONVIF: http")
        network.ip("route", "add", "default", "via", CAMERA)  # the tool sends by the default route

    def util(self, *args, commands=()):
        done = subprocess.run(
            [ONVIF_UTIL, *args], input="".join(c + "\n" for c in commands), capture_output=True, text=True, timeout=90, check=False,
            env={**os.environ, "HOME": str(self.dir)},
        )
        print("  " + "\n  ".join(line for line in done.stdout.splitlines() if line.strip()))
        return done.stdout

    def test_finds_the_camera(self):
        self.assertIn(CAMERA, self.util("-a"))

    def test_a_session(self):
        told = self.util("-u", "viewer", "-p", "s3cret", CAMERA, commands=(
            "get rtsp", "get time", "sync_time", "get time", "get imaging", "set brightness 77", "get imaging", "quit"))
        self.assertIn("SIM-00001", told)
        self.assertIn(f"rtsp://{CAMERA}", told)
        self.assertIn("Time Offset: -86400", told)
        self.assertIn("Brightness: 77", told)


if __name__ == "__main__":
    network.enter()
    case.main()
