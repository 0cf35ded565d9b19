"""Finding and setting up cameras over the REST API: the real program against simulated ONVIF cameras. Each farm has its own address
of 127.0.0.0/8, as cameras have on a network, so that tests do not find one another's."""

import os

import case
import vedette

DISCOVERY = "/api/v1/discovery"
INSPECT = "/api/v1/discovery/inspect"


def own_network():
    """127.A.B of this process."""
    return f"127.{1 + os.getpid() % 250}.{os.getpid() // 250 % 250}"


class DiscoveryTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        self.network = own_network()
        self.http = vedette.free_port()
        self.rtsp = vedette.free_port()

    def farm(self, host, cameras=1, *args):
        process = vedette.Process(
            [case.BINARY, "simulate", "--bind", f"{self.network}.{host}", "--port", self.rtsp, "--cameras", cameras,
             "--onvif", self.http, *args])
        self.start(process)
        process.wait_line("ONVIF: http")
        return process

    def protected(self, host, *args):
        return self.farm(host, 1, "--user", "viewer", "--password-file", self.password_file(), *args)

    def find(self, site, ranges):
        return site.ok("POST", DISCOVERY, {"ranges": ranges})

    def inspect(self, site, found, **fields):
        keys = ("address", "port", "path", "endpoint")
        return site.request("POST", INSPECT, {**{k: found[k] for k in keys}, **fields})

    def test_found_inspected_and_added(self):
        self.farm(10, 2)
        site = self.server()
        found = self.find(site, [f"{self.network}.8-{self.network}.12"])
        cameras = found["cameras"]
        self.assertEqual([c["name"] for c in cameras], ["Camera 1", "Camera 2"], found)
        self.assertTrue(all(c["address"] == f"{self.network}.10" and c["port"] == self.http for c in cameras))
        self.assertNotIn("known_camera_id", cameras[0])

        status, report = self.inspect(site, cameras[0])
        self.assertEqual(status, 200, report)
        channel = report["channels"][0]
        self.assertEqual((channel["main"]["width"], channel["main"]["height"]), (1920, 1080))
        self.assertEqual((channel["sub"]["width"], channel["sub"]["height"]), (640, 360))
        self.assertEqual(report["device"]["serial"], "SIM-00001")
        self.assertEqual(report["device"]["macs"], ["025645440001"])
        self.assertEqual(report["device"]["endpoint"], cameras[0]["endpoint"])
        self.assertEqual(report["warnings"], [])

        added = site.ok("POST", "/api/v1/cameras", {
            "name": channel["name"], "main_url": channel["main"]["url"], "sub_url": channel["sub"]["url"],
            "device": report["device"]})
        vedette.wait_for("the camera to record", lambda: site.stream(added["id"])["state"] == "recording", 60)
        again = self.find(site, [f"{self.network}.10"])["cameras"]
        self.assertEqual(again[0]["known_camera_id"], added["id"])
        self.assertFalse(again[0]["moved"])
        self.assertNotIn("known_camera_id", again[1])

        with self.subTest("the identity outlives a restart"):
            site.stop()
            site = self.server()
            camera = site.ok("GET", f"/api/v1/cameras/{added['id']}")
            self.assertEqual(camera["device"], report["device"])

    def test_asked_on_an_interface(self):
        self.farm(20)
        site = self.server()
        interfaces = site.ok("GET", "/api/v1/discovery/interfaces")["interfaces"]
        self.assertIn("127.0.0.1", [i["address"] for i in interfaces])
        status, problem = site.request("POST", DISCOVERY, {"interfaces": ["198.51.100.1"]})
        self.assertEqual((status, problem["field"]), (400, "interfaces"), problem)

    def test_words_about_what_is_wrong(self):
        self.protected(30)
        site = self.server()
        found = self.find(site, [f"{self.network}.30"])["cameras"][0]
        for fields, words in (
            ({}, "asks for a user name and password"),
            ({"username": "viewer", "password": "wrong"}, "refuses the user name or the password"),
            ({"port": vedette.free_port()}, "refused the connection"),
            ({"port": self.rtsp}, "closed the connection"),
            ({"path": "/elsewhere"}, "no ONVIF service"),
        ):
            status, report = self.inspect(site, found, **fields)
            print(f"  {report.get('message')}")
            self.assertEqual((status, report["ok"], report["channels"]), (200, False, []), report)
            self.assertIn(words, report["message"])
        status, report = self.inspect(site, found, username="viewer", password="s3cret")
        self.assertTrue(report["ok"], report)

    def test_the_cameras_clock_may_be_wrong(self):
        self.protected(40, "--onvif-clock", -200 * 86_400)
        site = self.server()
        found = self.find(site, [f"{self.network}.40"])["cameras"][0]
        status, report = self.inspect(site, found, username="viewer", password="s3cret")
        self.assertEqual(status, 200, report)
        self.assertTrue(any("200 days behind" in w for w in report["warnings"]), report)

    def test_bad_searches(self):
        site = self.server()
        for body, field in (({}, "interfaces"), ({"ranges": ["10.0.0.0/8"]}, "ranges"), ({"ranges": ["x"]}, "ranges"),
                            ({"ranges": [""]}, "ranges"), ({"interfaces": "eth0"}, "interfaces")):
            status, problem = site.request("POST", DISCOVERY, body)
            self.assertEqual((status, problem.get("field")), (400, field), problem)


if __name__ == "__main__":
    case.main()
