"""Cameras that get a new address: followed within their network when they prove who they are, and only then. Each camera is a
machine of its own, in a network namespace."""

import case
import network
import vedette

OWN = "10.77.1.1"
FIRST, SECOND = "10.77.1.20", "10.77.1.33"
RTSP, HTTP = 554, 80
ACCOUNT = {"username": "viewer", "password": "s3cret"}


class MovedCameraTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        self.host = network.Host("cameras", OWN)
        self.addCleanup(self.host.close)
        self.password_file()

    def camera(self, address, *args):
        """A camera at `address`; the one before is switched off."""
        self.host.take(address)
        process = vedette.Process(self.host.command(
            case.BINARY, "simulate", "--bind", address, "--port", RTSP, "--cameras", 1, "--onvif", HTTP,
            "--user", ACCOUNT["username"], "--password-file", self.dir / "password", *args))
        self.start(process)
        process.wait_line("ONVIF: http")
        return process

    def add(self, site):
        found = site.ok("POST", "/api/v1/discovery", {"interfaces": [OWN]})["cameras"]
        self.assertEqual([c["address"] for c in found], [FIRST], found)
        keys = ("address", "port", "path", "endpoint")
        report = site.ok("POST", "/api/v1/discovery/inspect", {**{k: found[0][k] for k in keys}, **ACCOUNT})
        self.assertTrue(report["ok"], report)
        channel = report["channels"][0]
        camera = site.ok("POST", "/api/v1/cameras", {
            "name": "Gate", "main_url": channel["main"]["url"], "sub_url": channel["sub"]["url"],
            "device": report["device"], **ACCOUNT})["id"]
        self.wait_recorded(site, camera, 2)
        return camera

    def test_is_followed_to_its_new_address(self):
        old = self.camera(FIRST)
        site = self.server()
        camera = self.add(site)
        self.assertEqual(old.stop(), 0, old.output())
        self.wait_state(site, camera, "waiting")
        before = site.recorded_seconds(camera)
        new = self.camera(SECOND)
        site.wait_line(f"Gate: it has moved from {FIRST} to {SECOND}", 120)
        self.wait_state(site, camera, "recording")
        self.wait_recorded(site, camera, before + 2)
        told = site.ok("GET", f"/api/v1/cameras/{camera}")
        self.assertEqual(told["main_url"], f"rtsp://{SECOND}/cam1")
        self.assertEqual(told["sub_url"], f"rtsp://{SECOND}/cam1/sub")
        self.assertEqual(told["device"]["onvif_url"], f"http://{SECOND}:80/cam1/onvif/device_service")
        self.assertEqual(told["device"]["serial"], "SIM-00001")
        found = site.ok("POST", "/api/v1/discovery", {"interfaces": [OWN]})["cameras"][0]
        self.assertEqual((found["known_camera_id"], found["moved"]), (camera, False))
        self.assertEqual(site.stop(), 0, site.output())
        self.assertEqual(new.stop(), 0, new.output())
        self.verify()

    def test_found_on_the_chosen_networks_only(self):  # quirk 73
        other = network.Host("others", "10.78.1.1")
        self.addCleanup(other.close)
        other.take("10.78.1.20")
        self.camera(FIRST)
        process = vedette.Process(other.command(
            case.BINARY, "simulate", "--bind", other.address, "--cameras", 1, "--onvif", HTTP))
        self.start(process)
        process.wait_line("ONVIF: http")
        site = self.server()
        names = {i["name"] for i in site.ok("GET", "/api/v1/discovery/interfaces")["interfaces"]}
        self.assertLessEqual({"cameras", "others"}, names)
        for interfaces, expected in (([OWN], [FIRST]), (["10.78.1.1"], ["10.78.1.20"]), ([OWN, "10.78.1.1"], [FIRST, "10.78.1.20"])):
            found = site.ok("POST", "/api/v1/discovery", {"interfaces": interfaces})
            self.assertEqual([c["address"] for c in found["cameras"]], expected, found)
            self.assertEqual(found["notes"], [])

    def test_found_by_ssdp_alone(self):
        self.camera(FIRST, "--ssdp-only")
        found = self.server().ok("POST", "/api/v1/discovery", {"interfaces": [OWN]})["cameras"]
        self.assertEqual([(c["address"], c["port"], c["path"]) for c in found], [(FIRST, 80, "/onvif/device_service")], found)
        self.assertRegex(found[0]["endpoint"], "^[0-9a-f-]{36}$")

    def test_another_device_with_its_name_is_not_followed(self):
        old = self.camera(FIRST)
        site = self.server()
        camera = self.add(site)
        self.assertEqual(old.stop(), 0, old.output())
        self.camera(SECOND, "--onvif-serial", "SIM-99999")
        line = site.wait_line(f"Gate: {SECOND} says that it is this camera, but: (.*)", 120).group(1)
        print(f"  {line}")
        self.assertIn("it is another device: Vedette Simulated camera, serial number SIM-99999", line)
        self.assertEqual(site.ok("GET", f"/api/v1/cameras/{camera}")["main_url"], f"rtsp://{FIRST}/cam1")
        found = site.ok("POST", "/api/v1/discovery", {"interfaces": [OWN]})["cameras"][0]
        self.assertEqual((found["known_camera_id"], found["moved"]), (camera, True))

    def test_an_encrypted_camera_has_to_show_its_key(self):
        tls = ("--tls-dir", self.dir / "own")
        old = self.camera(FIRST, *tls)
        site = self.server()
        camera = self.add(site)
        key = site.stream(camera)["certificate"]["fingerprint"]
        self.assertEqual(old.stop(), 0, old.output())
        impostor = self.camera(SECOND, "--tls-dir", self.dir / "other")
        line = site.wait_line(f"Gate: {SECOND} says that it is this camera, but: (.*)", 120).group(1)
        print(f"  {line}")
        self.assertIn("certificate changed", line)
        self.assertEqual(impostor.stop(), 0, impostor.output())
        self.camera(SECOND, *tls)
        site.wait_line(f"Gate: it has moved from {FIRST} to {SECOND}", 120)
        self.wait_state(site, camera, "recording")
        self.assertEqual(site.stream(camera)["certificate"]["fingerprint"], key)


if __name__ == "__main__":
    network.enter()
    case.main()
