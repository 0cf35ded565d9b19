"""The audit log of a real server: what it says, what is done without it, and what `vedette audit verify` says of one that somebody has
changed."""

import json
import pathlib
import re
import shutil
import signal
import sqlite3

import case
import vedette
import websocket


class AuditTest(case.SystemTest):
    def verify_audit(self, *options, exit_code=0, data=None):
        code, output = vedette.run(case.BINARY, "audit", "verify", "--data", data or self.data, *options)
        self.assertEqual(code, exit_code, output)
        self.assertIsNone(case.SANITIZER.search(output), output)
        return output

    def entries(self, server, query="limit=500"):
        return server.ok("GET", f"/api/v1/audit?{query}")["entries"]

    def newest(self, server, action):
        return next(e for e in self.entries(server) if e["action"] == action)

    def make_log(self, server):
        """A few entries of several kinds."""
        server.request("POST", "/api/v1/session", {"username": "eve", "password": "guess"})
        camera = server.add_camera("Gate", "rtsp://root:topsecret@127.0.0.1:9/x")
        server.ok("PATCH", f"/api/v1/cameras/{camera}", {"name": "Yard"})
        server.request("DELETE", "/api/v1/cameras/00000000-0000-4000-8000-000000000001")
        for _ in range(4):
            self.entries(server, "limit=1")
        return camera

    def test_tells_what_was_done_and_no_secret(self):
        server = self.server()
        camera = self.make_log(server)
        change = self.newest(server, "change_camera")
        self.assertEqual(change["who"]["name"], "admin")
        self.assertEqual(change["address"], "127.0.0.1")
        self.assertEqual(change["details"], {"asked": {"name": "Yard"}, "before": {"name": "Gate"}})
        failed = next(e for e in self.entries(server, "allowed=false") if e["action"] == "sign_in")
        self.assertEqual((failed["who"]["name"], failed["status"]), ("eve", 401))
        gone = self.newest(server, "remove_camera")
        self.assertEqual(gone["result"]["status"], 404)
        status, lines = server.request("GET", "/api/v1/audit/export?format=jsonl", raw=True)
        self.assertEqual(status, 200)
        self.assertEqual([json.loads(line)["sequence"] for line in lines.splitlines()], list(range(len(lines.splitlines()))))
        _, cef = server.request("GET", f"/api/v1/audit/export?format=cef&camera_id={camera}", raw=True)
        self.assertRegex(cef.decode(), r"(?m)^CEF:0\|Vedette\|Vedette\|[^|]+\|change_camera\|.*suser=admin")
        self.assertNotIn(b"topsecret", lines + cef)
        self.assertEqual(server.stop(), 0, server.output())
        self.assertIn("OK: every entry", self.verify_audit())
        for path in (self.data / "hub" / "audit").rglob("*"):
            if path.is_file():
                for word in (b"admin", b"Yard", b"eve", b"127.0.0.1", b"topsecret"):
                    self.assertNotIn(word, path.read_bytes(), path)
        for key in ("audit.key", "data.key"):
            self.assertEqual((self.data / "hub" / key).stat().st_mode & 0o777, 0o600)

    def test_watching_has_a_start_and_an_end(self):
        farm = self.simulator()
        server = self.server()
        camera = server.add_camera("Gate", farm.url())
        self.wait_state(server, camera, "recording")
        socket = websocket.WebSocket(server)
        socket.send({"type": "live.start", "channel": 1, "camera_id": camera, "stream": "main"})
        socket.wait("the channel", lambda m: m["type"] == "channel.started")
        self.assertNotIn("result", self.newest(server, "watch_live"))
        socket.close()
        vedette.wait_for("the end of watching", lambda: "result" in self.newest(server, "watch_live"))
        entry = self.newest(server, "watch_live")
        self.assertEqual(entry["object"]["camera_name"], "Gate")
        self.assertLess(entry["result"]["details"]["seconds"], 60)

    def test_what_can_not_be_recorded_does_not_happen(self):
        server = self.server()
        camera = self.make_log(server)
        tree = self.data / "hub" / "audit" / "tlog" / "tile"
        tree.rename(tree.with_name("elsewhere"))
        tree.write_text("in the way")
        status, problem = server.request("PATCH", f"/api/v1/cameras/{camera}", {"name": "Cellar"})
        self.assertEqual((status, problem["type"]), (503, "urn:vedette:problem:not_recorded"))
        self.assertEqual(server.ok("GET", f"/api/v1/cameras/{camera}")["name"], "Yard")
        tree.unlink()
        tree.with_name("elsewhere").rename(tree)
        server.ok("PATCH", f"/api/v1/cameras/{camera}", {"name": "Cellar"})
        self.assertEqual(server.stop(), 0, server.output())
        self.verify_audit()

    def test_verify_beside_a_server_and_after_a_kill(self):
        server = self.server()
        for _ in range(5):
            self.make_log(server)
            self.verify_audit()
        server.stop(signal.SIGKILL)
        self.verify_audit()
        server = self.server()
        self.make_log(server)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify_audit()

    # ---- somebody was at it

    def original(self):
        server = self.server()
        self.make_log(server)
        self.assertEqual(server.stop(), 0, server.output())
        self.verify_audit()

    def sql(self, data, *statements):
        database = sqlite3.connect(data / "hub" / "audit" / "audit.db")
        for statement in statements:
            database.execute(statement)
        database.commit()
        database.close()

    def test_names_the_place(self):
        self.original()
        audit = pathlib.Path("hub") / "audit"
        tile = next((self.data / audit / "tlog" / "tile" / "0").rglob("*.p/*")).relative_to(self.data)

        def flip(path, at):
            content = bytearray(path.read_bytes())
            content[at] ^= 1
            path.write_bytes(content)

        cases = {
            "changed": (["UPDATE entry SET leaf = (SELECT leaf FROM entry WHERE sequence = 1) WHERE sequence = 5"], 5),
            "column": (["UPDATE entry SET action = 'talk' WHERE sequence = 5"], 5),
            "removed": (["DELETE FROM entry WHERE sequence = 4"], 4),
            "reordered": (["UPDATE entry SET sequence = -1 WHERE sequence = 3", "UPDATE entry SET sequence = 3 WHERE sequence = 4", "UPDATE entry SET sequence = 4 WHERE sequence = -1"], 3),
            "truncated": (["DELETE FROM entry WHERE sequence >= 6"], 6),
            "names": (["UPDATE entry SET personal_sealed = zeroblob(100) WHERE sequence = 2"], 2),
            "erased": (["UPDATE entry SET personal_sealed = NULL WHERE sequence = 2"], 2),
            "tile": ([], 3),
        }
        for name, (statements, sequence) in cases.items():
            with self.subTest(name):
                copy = self.copy_data(name)
                if name == "tile":
                    flip(copy / tile, 32 * 3 + 1)
                else:
                    self.sql(copy, *statements)
                output = self.verify_audit(exit_code=1, data=copy)
                fault = re.search(rf"^FAULT  entry {sequence} of (\d{{4}}-\d\d-\d\dT[\d:.]+Z): ", output, re.M)
                self.assertIsNotNone(fault, output)
                self.assertIn("NOT OK", output)
        with self.subTest("checkpoint"):
            copy = self.copy_data("checkpoint-changed")
            flip(copy / audit / "tlog" / "checkpoint", 45)
            self.assertIn("FAULT  the signed checkpoint", self.verify_audit(exit_code=1, data=copy))

    def test_a_checkpoint_that_was_kept(self):
        """The whole log, keys and all, was put back to an older state: nothing in it can tell."""
        server = self.server()
        self.make_log(server)
        self.assertEqual(server.stop(), 0)
        old = self.copy_data("old")
        server = self.server()
        self.make_log(server)
        self.assertEqual(server.stop(), 0)
        kept = self.dir / "kept"
        shutil.copy(self.data / "hub" / "audit" / "tlog" / "checkpoint", kept)
        self.verify_audit("--checkpoint", kept)
        self.verify_audit(data=old)
        self.assertIn("its end was cut off", self.verify_audit("--checkpoint", kept, data=old, exit_code=1))

    def test_says_what_it_needs(self):
        self.assertIn("is missing", self.refused("audit", "verify", "--data", self.dir))
        self.original()
        self.assertIn("none of this log", self.refused("audit", "verify", "--data", self.data, "--checkpoint", self.data / "hub" / "audit.vkey"))


if __name__ == "__main__":
    case.main()
