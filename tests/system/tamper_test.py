"""What `vedette vault verify` says about real recordings that somebody has changed, and what mends an index."""

import base64
import collections
import datetime
import hashlib
import random
import re
import shutil
import subprocess

import case
import vedette

Record = collections.namedtuple("Record", "type start end")
FRAGMENT = 3


def records(content):
    """The records of a segment file, by docs/ref/store-format.md."""
    at = 0
    while at < len(content):
        assert content[at : at + 4] == b"VEDR"
        payload = int.from_bytes(content[at + 96 : at + 100], "big")
        end = at + -(-(192 + payload) // 4096) * 4096
        yield Record(content[at + 5], at, end)
        at = end


class TamperTest(case.SystemTest):
    @classmethod
    def setUpClass(cls):
        """One set of recordings for all tests: three cameras, closed in order."""
        folder = vedette.folder()
        cls.addClassCleanup(folder.cleanup)
        cls.original = case.pathlib.Path(folder.name) / "data"
        with vedette.Simulator(case.BINARY, 3) as farm, vedette.Server(case.BINARY, cls.original) as server:
            server.sign_in()
            cls.cameras = {server.add_camera(f"Gate {i}", farm.url(i)): f"Gate {i}" for i in range(1, 4)}
            for camera in cls.cameras:
                vedette.wait_for("a recording", lambda: server.recorded_seconds(camera) >= 8, 60)
            # A second connection gives each stream a gap and more than one run.
            farm.stop()
            vedette.wait_for(
                "the loss of a camera", lambda: server.stream(next(iter(cls.cameras)))["state"] != "recording"
            )
            before = {camera: server.recorded_seconds(camera) for camera in cls.cameras}
            with vedette.Simulator(case.BINARY, 3, port=farm.port):
                for camera in cls.cameras:
                    enough = before[camera] + 3
                    vedette.wait_for("the camera's return", lambda: server.recorded_seconds(camera) >= enough, 60)
                assert server.stop() == 0, server.output()

    def setUp(self):
        super().setUp()
        shutil.copytree(self.original, self.data)
        self.whole = case.counts(self.verify())
        self.chance = random.Random(self.id())

    def segments(self):
        return sorted(self.data.glob("media/*/*/*/*.seg"))

    def camera_of(self, segment):
        return next(name for id, name in self.cameras.items() if id in str(segment))

    def assert_told(self, output, segment):
        """The output names the camera, a time and a reason, and only this camera."""
        faults = re.findall(r"^FAULT.*?(?=\n\n)", output, re.M | re.S)
        self.assertTrue(faults, output)
        for fault in faults:
            self.assertIn(self.camera_of(segment), fault)
            self.assertRegex(fault, r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
            self.assertGreater(len(fault), 60, "a reason in words")
        self.assertIn("NOT OK", output)
        self.assertIn("untouched", output)

    def test_untouched(self):
        output = self.verify()
        figures = case.counts(output)
        self.assertGreater(figures["fragments"], 12)
        self.assertGreater(figures["bytes"], 1_000_000)
        self.assertGreaterEqual(figures["gaps"], 3)
        self.assertRegex(output, r"checkpoint +\d+ entries")

    def test_one_byte(self):
        for _ in range(8):
            segment = self.chance.choice(self.segments())
            content = segment.read_bytes()
            at = self.chance.randrange(len(content))
            changed = bytearray(content)
            changed[at] ^= 1 << self.chance.randrange(8)
            segment.write_bytes(changed)
            with self.subTest(file=segment.name, offset=at, size=len(content)):
                output = self.verify(exit_code=1)
                self.assert_told(output, segment)
                self.assertGreaterEqual(case.counts(output)["fragments"], self.whole["fragments"] - 1)
            segment.write_bytes(content)
        self.assertEqual(case.counts(self.verify()), self.whole)

    def test_a_part(self):
        """One camera, one time, or all without the pictures."""
        segment = self.chance.choice(self.segments())
        content = bytearray(segment.read_bytes())
        fragment = next(r for r in records(content) if r.type == FRAGMENT)
        content[fragment.start + 192 + 30] ^= 1  # the sealed picture
        segment.write_bytes(content)
        name = self.camera_of(segment)
        other = next(n for n in self.cameras.values() if n != name)
        verify = lambda *options, exit_code=0: self.verify_with(*options, exit_code=exit_code)
        self.assert_told(verify("--camera", name, exit_code=1), segment)
        output = verify("--camera", other)
        self.assertRegex(output, r"left out +\d+ fragments that you did not ask for")
        self.assertIn("OK: what was checked of all that was signed is there and untouched.", output)
        self.assertIn("the bytes of picture and sound were not read", verify("--fast"))
        verify("--from", "2000-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00+01:00", exit_code=1)
        for options, words in [
            (("--camera", "Cellar"), 'no camera named "Cellar"'),
            (("--from", "yesterday"), '"yesterday" is no time'),
            (("--from", "2026-01-02T00:00:00Z", "--to", "2026-01-01T00:00:00Z"), "--to must be later than --from"),
            (("--to", "2001-01-01T00:00:00Z"), "no recording of any camera"),
        ]:
            self.assertIn(words, self.refused("vault", "verify", "--data", self.data, *options))

    def verify_with(self, *options, exit_code):
        code, output = vedette.run(case.BINARY, "vault", "verify", "--data", self.data, *options)
        self.assertEqual(code, exit_code, output)
        return output

    def test_a_proof_for_a_stranger(self):
        """The entry's hash, led up the tree by the proof's hashes, gives the root of the checkpoint (RFC 9162, 2.1.3.2)."""
        segment = next(s for s in self.segments() if s.parent.parent.name == "main")
        content = segment.read_bytes()
        fragment = next(r for r in records(content) if r.type == FRAGMENT)
        entry = content[fragment.start : fragment.start + 160]
        start = int.from_bytes(entry[56:64], "big") / vedette.TICKS_PER_SECOND + 0.001
        at = datetime.datetime.fromtimestamp(start, datetime.timezone.utc).isoformat()
        prove = ("vault", "prove", "--data", self.data, "--camera", self.camera_of(segment))
        done = subprocess.run(
            [str(a) for a in (case.BINARY, *prove, "--at", at)], capture_output=True, text=True, timeout=60, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("key file (Ed25519)", done.stderr)  # beside the proof, which goes to a file
        proof = done.stdout
        head, note = proof.split("\n\n", 1)
        form, extra, index, *hashes = head.split("\n")
        self.assertEqual(form, "c2sp.org/tlog-proof@v1")
        self.assertEqual(base64.b64decode(extra.removeprefix("extra ")), entry)
        _, size, root = note.split("\n")[:3]
        place, last = int(index.removeprefix("index ")), int(size) - 1
        node = lambda left, right: hashlib.sha256(b"\1" + left + right).digest()
        digest = hashlib.sha256(b"\0" + entry).digest()
        for sibling in map(base64.b64decode, hashes):
            if place % 2 or place == last:
                digest = node(sibling, digest)
                while place % 2 == 0 and place:
                    place, last = place // 2, last // 2
            else:
                digest = node(digest, sibling)
            place, last = place // 2, last // 2
        self.assertEqual((last, digest), (0, base64.b64decode(root)))
        self.assertIn("nothing was recorded", self.refused(*prove, "--at", "2001-01-01T00:00:00Z"))

    def test_what_a_check_found_is_told(self):
        """What the check in the background found is kept over a restart."""
        sentence = 'camera "Gate 1": It was altered.'
        (self.data / "checked").write_text(f"2026-11-21T02:35:06.000Z\n{sentence}\n")
        storage = self.server().ok("GET", "/api/v1/cameras")["storage"]
        self.assertEqual(storage["damage"], [sentence])
        self.assertEqual(storage["checked_90k"], 1795228506 * vedette.TICKS_PER_SECOND)

    def test_missing_file(self):
        segment = self.chance.choice(self.segments())
        segment.unlink()
        output = self.verify(exit_code=1)
        self.assert_told(output, segment)
        others = self.whole["fragments"] - case.counts(output)["fragments"]
        self.assertGreater(others, 0)
        self.assertLess(others, self.whole["fragments"] / 2)

    def test_record_cut_out(self):
        segment = max(self.segments(), key=lambda path: path.stat().st_size)
        content = segment.read_bytes()
        fragments = [record for record in records(content) if record.type == FRAGMENT]
        self.assertGreater(len(fragments), 2)
        middle = fragments[len(fragments) // 2]
        segment.write_bytes(content[: middle.start] + content[middle.end :])
        output = self.verify(exit_code=1)
        self.assert_told(output, segment)
        # What followed in this file is no longer where the log says; all other files are as they were.
        behind = sum(record.start >= middle.start for record in fragments)
        self.assertGreaterEqual(case.counts(output)["fragments"], self.whole["fragments"] - behind)

    def test_records_swapped(self):
        segment = max(self.segments(), key=lambda path: path.stat().st_size)
        content = segment.read_bytes()
        a, b = [record for record in records(content) if record.type == FRAGMENT][:2]
        swapped = content[: a.start] + content[b.start : b.end] + content[a.end : b.start] + content[a.start : a.end]
        segment.write_bytes(swapped + content[b.end :])
        output = self.verify(exit_code=1)
        self.assert_told(output, segment)
        self.assertIn("swapped", output)

    def test_rebuild_after_loss(self):
        for path in self.data.glob("index.db*"):
            path.unlink()
        code, output = vedette.run(case.BINARY, "vault", "rebuild", "--data", self.data)
        self.assertEqual(code, 0, output)
        self.assertEqual(int(re.search(r"(\d+) fragments", output)[1]), self.whole["fragments"])
        self.assertEqual(case.counts(self.verify()), self.whole)

    def test_damaged_index(self):
        for path in self.data.glob("index.db-*"):
            path.unlink()
        (self.data / "index.db").write_bytes(self.chance.randbytes(24_576))
        server = self.server()
        for camera in self.cameras:
            self.assertGreaterEqual(server.recorded_seconds(camera), 12)
        told = [line for line in server.lines if re.search("warning.*index", line)]
        self.assertEqual(len(told), 1, server.output())
        notices = server.ok("GET", "/api/v1/cameras")["storage"]["notices"]
        self.assertEqual(len(notices), 1, notices)
        self.assertIn("index", notices[0])
        self.assertEqual(server.stop(), 0)
        self.verify()

    def test_verify_while_recording(self):
        farm = self.simulator(3)
        server = self.server()
        for camera, name in self.cameras.items():
            server.ok("PATCH", f"/api/v1/cameras/{camera}", {"main_url": farm.url(int(name[-1]))})
        for _ in range(12):
            self.assertIn("untouched", self.verify())
        self.assertEqual(server.stop(), 0, server.output())


if __name__ == "__main__":
    case.main()
