"""Cameras of IPv6, each a machine of its own in a network namespace: found, set up, recorded, followed."""

import case
import network
import vedette

LINK_OWN, LINK_CAMERA, LINK_LATER = "fe80::1", "fe80::20", "fe80::33"
OWN, CAMERA = "2001:db8:77::1", "2001:db8:77::20"
RTSP, HTTP = 8554, 8080
ACCOUNT = {"username": "viewer", "password": "s3cret"}
DISCOVERY = "/api/v1/discovery"


class Ipv6Test(case.SystemTest):
    def setUp(self):
        super().setUp()
        self.password_file()

    def network(self, name, own, prefix=64):
        host = network.Host(name, own, prefix)
        self.addCleanup(host.close)
        return host

    def camera(self, host, address, *args):
        """A camera at `address`; the one before is switched off."""
        host.take(address)
        bind = f"{address}%eth0" if address.startswith("fe80") else address
        process = vedette.Process(host.command(
            case.BINARY, "simulate", "--bind", bind, "--port", RTSP, "--cameras", 1, "--onvif", HTTP,
            "--user", ACCOUNT["username"], "--password-file", self.dir / "password", *args))
        self.start(process)
        process.wait_line("ONVIF: http")
        return process

    def find(self, site, **where):
        found = site.ok("POST", DISCOVERY, where)
        self.assertEqual(found["notes"], [])
        return found["cameras"]

    def add(self, site, found, **settings):
        keys = ("address", "port", "path", "secure", "endpoint")
        report = site.ok("POST", f"{DISCOVERY}/inspect", {**{k: found[k] for k in keys}, **ACCOUNT})
        self.assertTrue(report["ok"], report)
        self.assertEqual(report["warnings"], [])
        channel = report["channels"][0]
        urls = {"main_url": channel["main"]["url"], "sub_url": channel["sub"]["url"]}
        told = site.ok("POST", "/api/v1/cameras/test", {**urls, **ACCOUNT, **settings})
        self.assertEqual([s["ok"] for s in told["streams"]], [True, True], told)
        camera = site.ok("POST", "/api/v1/cameras", {
            "name": "Gate", **urls, "device": report["device"], **ACCOUNT, **settings})["id"]
        self.wait_recorded(site, camera, 3)
        return camera

    def test_found_on_the_link_added_and_recorded(self):
        host = self.network("cams6", LINK_OWN)
        own, address = f"{LINK_OWN}%cams6", f"{LINK_CAMERA}%cams6"
        old = self.camera(host, LINK_CAMERA, "--transport", "any")
        site = self.server()
        interfaces = site.ok("GET", f"{DISCOVERY}/interfaces")["interfaces"]
        # One for each network: this one, or the one that the kernel has made.
        ours = [i for i in interfaces if i["name"] == "cams6"]
        self.assertEqual(len(ours), 1, interfaces)
        self.assertRegex(ours[0]["address"], "^fe80::.*%cams6$")
        self.assertNotIn("::1", [i["address"] for i in interfaces])

        found = self.find(site, interfaces=[own])
        self.assertEqual([(c["address"], c["port"], c["name"]) for c in found], [(address, HTTP, "Camera 1")], found)
        self.assertEqual(self.find(site, ranges=[address]), found)
        self.assertEqual(self.find(site, ranges=[f"{LINK_CAMERA}%cams6/123"]), found)

        camera = self.add(site, found[0], transport="udp")
        told = site.ok("GET", f"/api/v1/cameras/{camera}")
        self.assertEqual(told["main_url"], f"rtsp://[{LINK_CAMERA}%25cams6]:{RTSP}/cam1")
        self.assertEqual(told["device"]["onvif_url"], f"http://[{LINK_CAMERA}%25cams6]:{HTTP}/cam1/onvif/device_service")
        self.assertEqual(site.stream(camera)["transport"], "udp")
        vedette.wait_for("an event", lambda: site.ok("GET", f"/api/v1/cameras/{camera}/events?start_90k=0&end_90k=4000000000000000")["events"], 60)

        again = self.find(site, interfaces=[own])[0]
        self.assertEqual((again["known_camera_id"], again["moved"]), (camera, False))

        with self.subTest("it is followed to another address of its link"):
            self.assertEqual(old.stop(), 0, old.output())
            self.wait_state(site, camera, "waiting")
            before = site.recorded_seconds(camera)
            self.camera(host, LINK_LATER, "--transport", "any")
            site.wait_line(f"Gate: it has moved from {LINK_CAMERA}%cams6 to {LINK_LATER}%cams6", 120)
            self.wait_recorded(site, camera, before + 2)
        self.assertEqual(site.stop(), 0, site.output())
        self.verify()

    def test_an_address_that_is_valid_everywhere(self):
        host = self.network("cams6", OWN)
        self.camera(host, CAMERA, "--tls-dir", self.dir / "own", "--onvif-tls")
        site = self.server()
        found = self.find(site, interfaces=[OWN])
        self.assertEqual([(c["address"], c["secure"]) for c in found], [(CAMERA, True)], found)
        self.assertEqual(self.find(site, ranges=[f"{CAMERA}/124"]), found)
        camera = self.add(site, found[0])
        self.assertEqual(site.ok("GET", f"/api/v1/cameras/{camera}")["main_url"], f"rtsps://[{CAMERA}]:{RTSP}/cam1")
        self.assertEqual(site.stop(), 0, site.output())
        self.verify()

    def test_found_by_ssdp_alone(self):
        host = self.network("cams6", LINK_OWN)
        self.camera(host, LINK_CAMERA, "--ssdp-only")
        found = self.find(self.server(), interfaces=[f"{LINK_OWN}%cams6"])
        self.assertEqual([(c["address"], c["port"]) for c in found], [(f"{LINK_CAMERA}%cams6", 80)], found)

    def test_with_both_families_it_is_listed_once(self):
        six, four = self.network("cams6", LINK_OWN), self.network("cams4", "10.77.4.1", 24)
        self.camera(six, LINK_CAMERA)
        site = self.server()
        both = [f"{LINK_OWN}%cams6", "10.77.4.1"]
        self.assertEqual([c["address"] for c in self.find(site, interfaces=both)], [f"{LINK_CAMERA}%cams6"])
        self.camera(four, "10.77.4.20")  # the same device, by its endpoint
        self.assertEqual([c["address"] for c in self.find(site, interfaces=both)], ["10.77.4.20"])

    def test_words_about_what_is_wrong(self):
        self.network("cams6", LINK_OWN)
        site = self.server()
        for ranges, words in ((["2001:db8::/64"], "can't be searched one by one"), (["fe80::1"], "name the interface"),
                              (["ff02::c"], "can't have addresses")):
            status, problem = site.request("POST", DISCOVERY, {"ranges": ranges})
            self.assertEqual((status, problem["field"]), (400, "ranges"), problem)
            self.assertIn(words, problem["detail"])
        for url, words in ((f"rtsp://[{LINK_CAMERA}]/x", "name the interface of this machine"),
                           (f"rtsp://[{LINK_CAMERA}%25nowhere]/x", "name the interface of this machine")):
            told = site.ok("POST", "/api/v1/cameras/test", {"main_url": url})["streams"][0]
            print(f"  {told['message']}")
            self.assertIn(words, told["message"])


if __name__ == "__main__":
    network.enter()
    case.main()
