"""Old installations, as the programs of their time left them (upgrade_fixtures.py), with the program of now: everything is proven, plays as it
did, and recording goes on. What a newer program wrote is refused with one sentence, and nothing is changed."""

import hashlib
import json
import pathlib
import re
import sqlite3
import struct

import case
import upgrade_fixtures as fixtures
import vedette

FORMATS = sorted(int(f.stem.split("-")[1]) for f in fixtures.FOLDER.glob("format-*.json"))


def content(data):
    """Each file below the data directory and a hash of it; without what SQLite keeps beside a database, and the lock."""
    return {
        str(f.relative_to(data)): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in data.rglob("*")
        if f.is_file() and not f.name.endswith(("-shm", "-wal")) and f.name != "lock"
    }


class UpgradeTest(case.SystemTest):
    def unpack(self, store_format, name="old"):
        data = fixtures.unpack(store_format, self.dir / name)
        return data, json.loads((fixtures.FOLDER / f"format-{store_format}.json").read_text())

    def records_on(self, data, told, seconds=4):
        """A server on old data whose camera is somewhere else now; gone once it recorded."""
        camera = told["camera"]
        farm = self.simulator(1)
        server = self.server(data)
        self.assertEqual([c["name"] for c in server.ok("GET", "/api/v1/cameras")["cameras"]], ["Gate"])
        now = fixtures.played(server, camera, self.dir, told["end_90k"])
        self.assertEqual({k: now[k] for k in now}, {k: told[k] for k in now}, "it plays something else than it did")
        before = server.recorded_seconds(camera)
        server.ok("PATCH", f"/api/v1/cameras/{camera}", {"main_url": farm.url()})
        self.wait_recorded(server, camera, before + seconds)
        return farm, server

    def test_each_format(self):
        self.assertEqual(FORMATS[:5], [1, 2, 3, 4, 5])
        for store_format in FORMATS:
            with self.subTest(format=store_format):
                data, told = self.unpack(store_format, f"format-{store_format}")
                self.assertEqual((data / "format").read_text(), f"{store_format}\n")
                before = case.counts(self.verify(data))
                code, said = vedette.run(case.BINARY, "audit", "verify", "--data", data)
                self.assertEqual(code, 0, said)

                farm, server = self.records_on(data, told)
                self.assertIn("guard", [u["name"] for u in server.ok("GET", "/api/v1/users")["users"]])
                held = server.ok("GET", f"/api/v1/cameras/{told['camera']}/holds")["holds"]
                self.assertEqual([h["reason"] for h in held], ["theft"] if store_format >= 3 else [])
                self.assertEqual(server.stop(), 0, server.output())
                farm.stop()

                self.assertGreaterEqual(int((data / "format").read_text()), store_format)
                after = case.counts(self.verify(data))
                self.assertGreater(after["fragments"], before["fragments"])
                code, said = vedette.run(case.BINARY, "audit", "verify", "--data", data)
                self.assertEqual(code, 0, said)
                again = self.server(data)
                now = fixtures.played(again, told["camera"], self.dir, told["end_90k"])
                self.assertEqual(now["sha256"], told["sha256"])
                self.assertEqual(again.stop(), 0)
                # Without the index of its time as well.
                (data / "index.db").unlink()
                code, said = vedette.run(case.BINARY, "vault", "rebuild", "--data", data)
                self.assertEqual(code, 0, said)
                self.assertEqual(case.counts(self.verify(data)), case.counts(self.verify(data)))

    def test_each_schema(self):
        dumps = sorted(fixtures.FOLDER.glob("*.sql"))
        self.assertGreaterEqual(len(dumps), 15)
        for dump in dumps:
            with self.subTest(schema=dump.stem):
                data, told = self.unpack(1, dump.stem)
                stem = dump.stem.split("-")[0]
                path = next(data / name for name in fixtures.DATABASES if pathlib.Path(name).stem == stem)
                newest = sqlite3.connect(path)
                version = newest.execute("PRAGMA user_version").fetchone()[0]
                newest.close()
                for file in path.parent.glob(path.name + "*"):
                    file.unlink()
                old = sqlite3.connect(path)
                old.executescript(dump.read_text())
                old.close()
                server = self.server(data)
                self.assertEqual([c["name"] for c in server.ok("GET", "/api/v1/cameras")["cameras"]], ["Gate"])
                self.assertEqual(fixtures.played(server, told["camera"], self.dir, told["end_90k"])["sha256"], told["sha256"])
                self.assertEqual(server.stop(), 0, server.output())
                self.verify(data)
                code, said = vedette.run(case.BINARY, "audit", "verify", "--data", data)
                # The dump of audit-1 has no names; that is all that may be missing.
                without_names = len(re.findall(r"(?m)^FAULT .* Its name, address and details were removed", said))
                self.assertEqual(without_names > 0, dump.stem == "audit-1", said)
                self.assertEqual(said.count("FAULT"), without_names, said)
                database = sqlite3.connect(path)
                self.assertGreaterEqual(database.execute("PRAGMA user_version").fetchone()[0], version)
                self.assertEqual(database.execute("PRAGMA integrity_check").fetchone()[0], "ok")
                database.close()

    def test_who_saw_still_hears(self):
        """From before hearing was a right of its own: nobody hears less, and nobody more is denied."""
        data, told = self.unpack(1)
        path = data / "hub" / "identity.sqlite"
        for file in path.parent.glob(path.name + "*"):
            file.unlink()
        old = sqlite3.connect(path)
        old.executescript((fixtures.FOLDER / "identity-6.sql").read_text())
        organisation = old.execute("SELECT id FROM organisations").fetchone()[0]
        user = old.execute("SELECT user_id FROM assignments").fetchone()[0]
        camera = bytes.fromhex(told["camera"].replace("-", ""))
        roles = {
            "Guard": "see_live", "Archive": "play_back place_holds", "Taker": "export_recordings", "Teller": "see_events talk",
            "All three": "see_live play_back export_recordings",
        }  # fmt: skip
        ids = {name: bytes([0x10 + at] * 16) for at, name in enumerate(roles)}
        for name, rights in roles.items():
            old.execute("INSERT INTO roles (id, organisation_id, name, rights, max_age_days) VALUES (?, ?, ?, ?, 7)",
                        (ids[name], organisation, name, rights))  # fmt: skip
        viewer = bytes.fromhex("00000000000040008000000000000002")
        for place, role in enumerate([ids["Guard"], ids["Teller"], ids["All three"], viewer], 1):
            old.execute("INSERT INTO assignments VALUES (?, ?, ?, 'camera', ?, 1)", (user, place, role, camera))
        for name, rights in (("reader", "play_back"), ("teller", "see_events")):
            old.execute("INSERT INTO api_tokens VALUES (?, ?, ?, ?, ?, NULL, 0, ?, NULL, NULL)",
                        (name.ljust(16).encode(), name.ljust(32).encode(), user, name, rights, 3 * 10**15))  # fmt: skip
        old.commit()
        old.close()
        server = self.server(data)
        now = {role["name"]: role for role in server.ok("GET", "/api/v1/roles")["roles"]}
        hears = {name: "hear" in now[name]["rights"] for name in (*roles, "Viewer", "Operator", "Investigator", "Auditor")}
        self.assertEqual(hears, {"Guard": True, "Archive": True, "Taker": True, "Teller": False, "All three": True, "Viewer": True,
                                 "Operator": True, "Investigator": True, "Auditor": False})  # fmt: skip
        self.assertTrue(all(now[name]["max_age_days"] == 7 and now[name]["client_kinds"] is None for name in roles))
        # What was denied is denied, and sound is not because of it.
        denied = [a["role_id"] for u in server.ok("GET", "/api/v1/users")["users"] for a in u["assignments"] if a["denies"]]
        by_id = {role["id"]: role for role in now.values()}
        self.assertEqual([by_id[role]["rights"] for role in denied],
                         [["see_live"], ["see_events", "talk"], ["see_live", "play_back", "hear", "export_recordings"], ["see_live"]])
        self.assertRegex(by_id[denied[0]]["name"], r"^Guard, without hear [0-9a-f]{8}$")
        self.assertRegex(by_id[denied[3]]["name"], r"^Viewer, without hear [0-9a-f]{8}$")
        someone = next(u for u in server.ok("GET", "/api/v1/users")["users"] if any(a["denies"] for a in u["assignments"]))
        tokens = {t["name"]: t for t in server.ok("GET", f"/api/v1/users/{someone['id']}/tokens")["tokens"]}
        self.assertEqual(tokens["reader"]["rights"], ["play_back", "hear"])
        self.assertEqual(tokens["teller"]["rights"], ["see_events"])
        self.assertEqual([(t["client_kind"], t["certificate"], t["device"]) for t in tokens.values()], [("api", None, False)] * 2)
        self.assertEqual(server.stop(), 0)

    def test_a_newer_program_was_here(self):
        """Whichever file tells: one sentence, and nothing is changed."""

        def database(path):
            connection = sqlite3.connect(path)
            connection.execute("PRAGMA user_version = 99")
            connection.commit()
            connection.close()

        def byte(offset, value):
            def change(path):
                content = bytearray(path.read_bytes())
                content[offset] = value
                path.write_bytes(content)

            return change

        def text(old, new):
            return lambda path: path.write_text(path.read_text().replace(old, new))

        data, _ = self.unpack(4)
        # TLS keys are made by each start that comes so far; here they are there already.
        self.assertEqual(self.server(data).stop(), 0)
        kept = {}
        for name, change in {
            "format": text("\n", "9\n"),
            "keys/slots": byte(4, 9),
            "keys/root.key": text("root key 1", "root key 2"),
            **{
                name: database
                for name in (
                    "index.db", "retention.db", "keys/keys.db", "gateway.db", "devices.db",
                    "hub/identity.sqlite", "hub/audit/audit.db", "hub/syslog.db",
                )
            },
        }.items():
            with self.subTest(file=name):
                path = data / name
                kept[name] = path.read_bytes()
                change(path)
                before = content(data)
                try:
                    said = self.refused("serve", "--data", data, "--port", vedette.free_port(), start_new_session=True)
                    self.assertRegex(said, "newer vedette")
                    self.assertIn(path.name if name not in ("format", "keys/slots") else "", said)
                    self.assertEqual({k for k, v in content(data).items() if before.get(k) != v} - {"reserve"}, set())
                finally:
                    path.write_bytes(kept[name])
        # What the cameras' states were is no recording: it works without, says so, and leaves the file alone.
        database(data / "states.db")
        server = self.server(data)
        self.assertEqual(server.stop(), 0)
        self.assertRegex(server.output(), "states is not kept: .*newer vedette")
        connection = sqlite3.connect(data / "states.db")
        self.assertEqual(connection.execute("PRAGMA user_version").fetchone()[0], 99)
        connection.close()

    def test_newer_backups(self):
        data, _ = self.unpack(4)
        text = (data / "keys.backup").read_text()
        newer = self.dir / "newer.backup"
        newer.write_text(text.replace("key backup 1", "key backup 2"))
        for name in ("slots", "root.key"):
            (data / "keys" / name).rename(self.dir / name)
        before = content(data)
        self.assertIn("newer", self.refused("keys", "restore", "--from", newer, "--data", data, start_new_session=True))
        self.assertEqual(content(data), before)
        whole = self.dir / "whole.backup"
        whole.write_bytes(b"vedette backup 2\n" + struct.pack(">q", 0) + bytes(200))
        self.assertIn("newer", self.refused("restore", whole, "--data", self.dir / "none", start_new_session=True))
        self.assertFalse((self.dir / "none").exists())


if __name__ == "__main__":
    case.main()
