"""Looking after cameras over ONVIF: clock, password, restart, firmware, picture. The real program against simulated devices, which
do what they are told."""

import hashlib
import json
import os
import ssl
import http.client

import case
import vedette

FIRST = "s3cret-one"
NEXT = "s3cret-two-longer"


class DeviceCareTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        self.network = f"127.{1 + os.getpid() % 250}.{os.getpid() // 250 % 250}"
        self.http = vedette.free_port()
        self.rtsp = vedette.free_port()

    def device(self, host, *args):
        """A simulated camera, found, set up and recorded: (site, camera's id, found, process)."""
        self.address = f"{self.network}.{host}"
        process = vedette.Process(
            [case.BINARY, "simulate", "--bind", self.address, "--port", self.rtsp, "--cameras", 1, "--onvif", self.http,
             "--user", "viewer", "--password-file", self.password_file(FIRST), *args])
        self.start(process)
        process.wait_line("ONVIF: http")
        site = self.server()
        found = site.ok("POST", "/api/v1/discovery", {"ranges": [self.address]})["cameras"][0]
        report = site.ok("POST", "/api/v1/discovery/inspect", self.asked(found))
        self.assertTrue(report["ok"], report)
        channel = report["channels"][0]
        camera = site.ok("POST", "/api/v1/cameras", {
            "name": "Gate", "main_url": channel["main"]["url"], "sub_url": channel["sub"]["url"], "username": "viewer",
            "password": FIRST, "device": report["device"]})["id"]
        self.wait_recorded(site, camera, 1)
        return site, camera, found, process

    @staticmethod
    def asked(found, password=FIRST):
        keys = ("address", "port", "path", "secure", "endpoint")
        return {**{k: found[k] for k in keys}, "username": "viewer", "password": password}

    def care(self, site, camera, method="GET", what="", body=None):
        return site.request(method, f"/api/v1/cameras/{camera}/device{what}", body)

    def test_clock_and_time_servers(self):
        site, camera, _, _ = self.device(10, "--onvif-clock", -200 * 86_400)
        status, told = self.care(site, camera)
        self.assertEqual(status, 200, told)
        self.assertAlmostEqual(told["clock"]["offset_seconds"], -200 * 86_400, delta=5)
        self.assertEqual((told["firmware"], told["services"]), ("1.0.1", ["media", "media2", "events", "ptz", "imaging"]))
        status, done = self.care(site, camera, "PUT", "/clock", {})
        self.assertEqual(status, 200, done)
        print(f"  {done['message']}")
        told = self.care(site, camera)[1]
        self.assertLess(abs(told["clock"]["offset_seconds"]), 2)
        self.assertFalse(told["clock"]["by_ntp"])
        status, done = self.care(site, camera, "PUT", "/clock", {"ntp_servers": ["time.example", "192.0.2.1"]})
        self.assertEqual(status, 200, done)
        told = self.care(site, camera)[1]
        self.assertTrue(told["clock"]["by_ntp"])
        self.assertEqual(told["clock"]["ntp_servers"], ["time.example", "192.0.2.1"])
        status, problem = self.care(site, camera, "PUT", "/clock", {"ntp_servers": ["a b"]})
        self.assertEqual((status, problem["field"]), (400, "ntp_servers"), problem)

    def test_the_password_is_changed_on_both_sides_or_on_none(self):
        site, camera, found, _ = self.device(20)
        status, problem = self.care(site, camera, "PUT", "/password", {"password": NEXT})
        print(f"  {problem['detail']}")
        self.assertEqual((status, problem["field"]), (400, "allow_in_clear"), problem)
        before = site.recorded_seconds(camera)
        status, done = self.care(site, camera, "PUT", "/password", {"password": NEXT, "allow_in_clear": True})
        self.assertEqual(status, 200, done)
        self.wait_state(site, camera, "recording")
        self.wait_recorded(site, camera, before + 2)
        self.assertFalse(site.ok("POST", "/api/v1/discovery/inspect", self.asked(found))["ok"])
        self.assertTrue(site.ok("POST", "/api/v1/discovery/inspect", self.asked(found, NEXT))["ok"])
        self.assertEqual(self.care(site, camera)[0], 200)
        # What the camera refuses changes nothing. (The API wants 8 characters, the camera counts them after trimming.)
        status, problem = self.care(site, camera, "PUT", "/password", {"password": "      x  ", "allow_in_clear": True})
        print(f"  {problem['detail']}")
        self.assertEqual(status, 503, problem)
        self.assertIn("old one still counts", problem["detail"])
        self.assertEqual(self.care(site, camera)[0], 200)
        self.assertNotIn(NEXT, site.output())

    def test_a_restart_is_the_reason_of_its_gap(self):
        site, camera, _, _ = self.device(30)
        before = site.recorded_seconds(camera)
        status, done = self.care(site, camera, "POST", "/reboot")
        self.assertEqual(status, 200, done)
        stream = self.wait_state(site, camera, "waiting")
        print(f"  {stream['reason']}")
        self.assertIn("restarted by an administrator", stream["reason"])
        self.wait_state(site, camera, "recording")
        self.wait_recorded(site, camera, before + 3)
        gaps = site.recordings(camera)["gaps"]
        self.assertTrue(any("restarted by an administrator" in gap["reason"] for gap in gaps), gaps)

    def upload(self, site, camera, content, piece=400_000, **begin):
        status, answer = self.care(site, camera, "POST", "/firmware", {"bytes": len(content), **begin})
        if status != 200:
            return status, answer
        context = ssl.create_default_context(cafile=site.data_dir / "hub" / "ca.pem")
        for offset in range(0, len(content), piece):
            connection = http.client.HTTPSConnection("127.0.0.1", site.port, context=context, timeout=60)
            connection.request(
                "PUT", f"/api/v1/cameras/{camera}/device/firmware?offset={offset}", content[offset:offset + piece],
                {"Origin": f"https://127.0.0.1:{site.port}", "Cookie": site.cookie, "Content-Type": "application/octet-stream"})
            response = connection.getresponse()
            status, answer = response.status, json.loads(response.read())
            connection.close()
            if status != 200:
                break
        return status, answer

    def test_firmware_goes_through_and_is_noticed(self):
        site, camera, _, _ = self.device(40)
        noise = hashlib.sha256(b"x").digest() * 40_000
        status, problem = self.upload(site, camera, b"no firmware" + noise, allow_in_clear=True)
        print(f"  {problem['detail']}")
        self.assertEqual(status, 501, problem)
        self.assertIn("no firmware for this model", problem["detail"])
        status, problem = self.upload(site, camera, b"VEDETTE FIRMWARE 2.0\n" + noise)
        self.assertEqual((status, problem["field"]), (400, "allow_in_clear"), problem)
        status, done = self.upload(site, camera, b"VEDETTE FIRMWARE 2.0\n" + noise, allow_in_clear=True)
        self.assertEqual(status, 200, done)
        print(f"  {done['message']}")
        self.wait_state(site, camera, "waiting")
        # It is asked what it is when it is back.
        vedette.wait_for("the new version", lambda: site.ok("GET", f"/api/v1/cameras/{camera}")["device"]["firmware"] == "2.0", 60)
        self.assertTrue(any("firmware 2.0, before 1.0.1" in line for line in site.lines), site.output())
        left = [p for p in self.data.rglob("*") if p.is_file() and b"VEDETTE FIRMWARE" in p.read_bytes()]
        self.assertEqual(left, [])

    def test_firmware_goes_to_no_other_host(self):
        site, camera, _, _ = self.device(50, "--onvif-upload-host", "127.0.0.99")
        status, problem = self.upload(site, camera, b"VEDETTE FIRMWARE 2.0\n", allow_in_clear=True)
        print(f"  {problem['detail']}")
        self.assertEqual(status, 409, problem)
        self.assertIn("127.0.0.99, which is not its own address", problem["detail"])

    def test_the_picture_is_set(self):
        site, camera, found, _ = self.device(60)
        told = self.care(site, camera)[1]["imaging"]
        self.assertEqual([v["name"] for v in told["values"]], ["brightness", "saturation", "contrast", "sharpness"])
        status, told = self.care(site, camera, "PUT", "/imaging", {"brightness": 73, "ir_cut": "off", "focus": "manual"})
        self.assertEqual(status, 200, told)
        self.assertEqual(told["imaging"]["values"][0]["value"], 73)
        self.assertEqual((told["imaging"]["ir_cut"], told["imaging"]["focus"]), ("off", "manual"))
        status, problem = self.care(site, camera, "PUT", "/imaging", {"brightness": 101})
        print(f"  {problem['detail']}")
        self.assertEqual(status, 400, problem)

        status, picture = site.request("POST", "/api/v1/discovery/preview", self.asked(found), raw=True)
        self.assertEqual(status, 200, picture)
        self.assertEqual(picture[:3], b"\xff\xd8\xff")
        (self.dir / "still.jpg").write_bytes(picture)
        still = vedette.ffprobe(self.dir / "still.jpg")["streams"][0]
        self.assertEqual((still["codec_name"], still["width"], still["height"]), ("mjpeg", 640, 360))
        status, problem = site.request("POST", "/api/v1/discovery/preview", self.asked(found, "wrong"))
        self.assertEqual(status, 409, problem)

    def test_over_https_the_key_is_pinned(self):
        tls = ("--tls-dir", self.dir / "own", "--onvif-tls")
        site, camera, found, device = self.device(70, *tls)
        self.assertTrue(found["secure"], found)
        told = self.care(site, camera)[1]
        self.assertTrue(told["encrypted"], told)
        status, done = self.care(site, camera, "PUT", "/password", {"password": NEXT})
        self.assertEqual(status, 200, done)
        self.wait_state(site, camera, "recording")
        self.assertEqual(device.stop(), 0, device.output())
        other = vedette.Process(
            [case.BINARY, "simulate", "--bind", self.address, "--port", vedette.free_port(), "--cameras", 1, "--onvif", self.http,
             "--user", "viewer", "--password-file", self.password_file(NEXT), "--tls-dir", self.dir / "other", "--onvif-tls"])
        self.start(other)
        other.wait_line("ONVIF: https")
        status, problem = self.care(site, camera)
        print(f"  {problem['detail']}")
        self.assertEqual(status, 409, problem)
        self.assertIn("ertificate changed", problem["detail"])

    def test_a_camera_without_onvif(self):
        farm = self.simulator()
        site = self.server()
        camera = site.add_camera("Plain", farm.url())
        status, problem = self.care(site, camera)
        print(f"  {problem['detail']}")
        self.assertEqual(status, 501, problem)


if __name__ == "__main__":
    case.main()
