"""What tells of people lies sealed: an installation with names that are known is searched, file by file, for them, while it runs and after it
has stopped; so are its backup, and installations from before, once a program of now has opened them."""

import os
import subprocess

import case
import thumbnails_test
import upgrade_fixtures as fixtures
import vedette

USER = "Wilhelmina Zorn-Albrecht"
ENVELOPE = "Envelope of Barnabas Quill"
TOKEN = "Quagga importer of Ottokar"
BROWSER = "Quokka/9 of Wilhelmina"
PLATE = "Plate B-QX 4711"
REASON = "Thirty crates of quince, seen by Philippa"
PASSPHRASE = "seven lamps, all of them lit"
FOREVER = "start_90k=0&end_90k=4000000000000000"


def hidden(word):
    """As it may stand in a file: as it is, or as names are looked up."""
    return {word.encode(), word.lower().encode(), word.encode("utf-16-le")}


class PersonalDataTest(case.SystemTest):
    thumbnail = thumbnails_test.ThumbnailsTest.thumbnail

    def finds(self, folder, words):
        """Which of them stand in which files, also in those beside a database."""
        found = []
        files = [f for f in sorted(folder.rglob("*")) if f.is_file()]
        self.assertGreater(len(files), 20)
        for file in files:
            content = file.read_bytes().replace(b"safeguards", b"")  # a table, and no guard
            found += [(str(file.relative_to(folder)), word) for word in words if any(form in content for form in hidden(word))]
        return found

    def test_no_file_shows_who_is_there(self):
        onvif = vedette.free_port()
        farm = self.simulator(1, "--onvif", onvif, "--onvif-motion", 4, "--onvif-motion-source", PLATE)
        server = self.server()
        camera = server.add_camera("Gate", farm.url(), device={"onvif_url": f"http://127.0.0.1:{onvif}/cam1/onvif/device_service"})
        invited = server.ok("POST", "/api/v1/users", {"name": USER})
        server.ok("POST", "/api/v1/break-glass", {"name": ENVELOPE})
        server.ok("POST", "/api/v1/account/tokens", {"name": TOKEN, "rights": ["see_live"], "password": vedette.PASSWORD})
        administrator = server.cookie
        server.cookie = None
        status, _ = server.request(
            "POST", "/api/v1/session/invitation", {"username": USER, "code": invited["invitation"]["code"], "password": "four herons on a pier"},
            headers={"User-Agent": BROWSER})
        self.assertEqual(status, 201)
        server.cookie = administrator
        self.wait_recorded(server, camera, 4)
        end = max(r["end_90k"] for r in server.recordings(camera)["ranges"])
        server.ok("POST", f"/api/v1/cameras/{camera}/holds", {"start_90k": end - 90_000, "reason": REASON})
        status, jpeg, _ = self.thumbnail(server, camera, end - 180_000)
        self.assertEqual(status, 200)
        vedette.wait_for("an event", lambda: [e for e in server.ok("GET", f"/api/v1/cameras/{camera}/events?{FOREVER}")["events"]
                                              if e["source"] == PLATE])
        words = [USER, ENVELOPE, TOKEN, BROWSER, PLATE, REASON]
        # The right files are searched: what is of the site stands in them.
        self.assertTrue(self.finds(self.data, ["Gate"]))
        self.assertEqual(self.finds(self.data, words), [])
        for file in self.data.rglob("*"):
            if file.is_file():
                self.assertNotIn(jpeg[len(jpeg) // 2:][:48], file.read_bytes(), file)

        backup = self.dir / "backup" / "vedette.backup"
        backup.parent.mkdir()
        credentials = self.dir / "credentials"
        credentials.mkdir()
        (credentials / "vedette.backup-passphrase").write_text(PASSPHRASE + "\n")
        env = {**os.environ, "CREDENTIALS_DIRECTORY": str(credentials)}
        subprocess.run([case.BINARY, "backup", "--data", self.data, "--to", backup], env=env, check=True, capture_output=True, start_new_session=True)
        for word in words:
            self.assertFalse(any(form in backup.read_bytes() for form in hidden(word)), word)

        # It is all there for who may see it.
        self.assertIn(USER, [u["name"] for u in server.ok("GET", "/api/v1/users")["users"]])
        self.assertEqual([t["name"] for t in server.ok("GET", "/api/v1/account/tokens")["tokens"]], [TOKEN])
        self.assertEqual(server.stop(), 0)
        self.assertEqual(self.finds(self.data, words), [])
        for word in words:
            self.assertNotIn(word, server.output())

        restored = self.dir / "restored" / "data"
        subprocess.run([case.BINARY, "restore", backup, "--data", restored], env=env, check=True, capture_output=True, start_new_session=True)
        self.assertEqual(self.finds(restored, words), [])
        again = self.server(restored)
        self.assertIn(USER, [u["name"] for u in again.ok("GET", "/api/v1/users")["users"]])
        [hold] = again.ok("GET", f"/api/v1/cameras/{camera}/holds")["holds"]
        self.assertEqual((hold["reason"], hold["placed_by"]), (REASON, "admin"))
        again.cookie = None
        status, _ = again.request("POST", "/api/v1/session", {"username": USER.upper(), "password": "four herons on a pier"})
        self.assertEqual(status, 201)
        self.assertEqual(again.stop(), 0)

    def test_what_lay_open_is_sealed_and_the_old_pages_keep_nothing(self):
        newest = max(int(f.stem.split("-")[1]) for f in fixtures.FOLDER.glob("format-*.json") if f.stem != "format-5")
        data = fixtures.unpack(newest, self.dir / "old")
        words = ["guard", "theft"]
        open_before = {file.split("-")[0] for file, _ in self.finds(data, words)}
        self.assertEqual(open_before, {"hub/identity.sqlite", "retention.db"})
        server = self.server(data)
        self.assertIn("guard", [u["name"] for u in server.ok("GET", "/api/v1/users")["users"]])
        self.assertEqual(self.finds(data, words), [])
        self.assertEqual(server.stop(), 0)
        self.assertEqual(self.finds(data, words), [])


if __name__ == "__main__":
    case.main()
