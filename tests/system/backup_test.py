"""A backup of everything but recordings, by the real program: made beside recording, refused when anything of it was changed, and
restored on an empty directory, with recordings and without."""

import os
import re
import shutil
import subprocess
import threading

import case
import vedette

PASSPHRASE = "seven lamps, all of them lit"
CAMERAS = 3


class BackupTest(case.SystemTest):
    def credentials(self, passphrase):
        folder = self.dir / "credentials"
        folder.mkdir(exist_ok=True)
        (folder / "vedette.backup-passphrase").write_text(passphrase + "\n")
        return {**os.environ, "CREDENTIALS_DIRECTORY": str(folder)}

    def vedette(self, *args, passphrase=PASSPHRASE):
        done = subprocess.run(
            [str(a) for a in (case.BINARY, *args)], capture_output=True, text=True, timeout=120, check=False,
            env=self.credentials(passphrase), start_new_session=True,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIsNone(case.SANITIZER.search(done.stderr), done.stderr)
        self.assertNotIn(passphrase, done.stdout + done.stderr)
        return done.stdout

    def no(self, *args, passphrase=PASSPHRASE):
        """The sentence with which the program refuses."""
        return self.refused(*args, env=self.credentials(passphrase), start_new_session=True, seconds=60)

    def recorded(self):
        farm = self.simulator(CAMERAS)
        server = self.server()
        cameras = [server.add_camera(f"Camera {i}", farm.url(i)) for i in range(1, CAMERAS + 1)]
        for camera in cameras:
            self.wait_recorded(server, camera, 4)
        return farm, server, cameras

    def records_on(self, data, cameras):
        """A server on restored data: the user can sign in, and every camera is recorded again."""
        now = vedette.now_90k()
        server = self.server(data)
        for camera in cameras:
            vedette.wait_for(
                f"recording of {camera}",
                lambda: any(r["end_90k"] > now + 2 * vedette.TICKS_PER_SECOND for r in server.recordings(camera)["ranges"]),
                60,
            )
        return server

    def test_beside_recording_and_back(self):
        _, server, cameras = self.recorded()
        backup = self.dir / "vedette.backup"
        before = {camera: server.recorded_seconds(camera) for camera in cameras}
        said = self.vedette("backup", "--data", self.data, "--to", backup)
        self.assertRegex(said, r"hash to their signed checkpoint")
        self.assertIn("also when they are deleted here later", said.replace("\n", " "))
        self.assertEqual(backup.stat().st_mode & 0o777, 0o600)
        for camera in cameras:  # nothing was held up
            self.wait_recorded(server, camera, before[camera] + 3)
            self.assertEqual(server.recordings(camera)["gaps"], [])
        self.assertRegex(self.vedette("backup", "verify", backup), r"OK: every byte is as it was written")

        # What the files have of secrets is not in it as it stands there.
        content = backup.read_bytes()
        for secret in ("keys/root.key", "hub/metrics.token", "hub/server.key"):
            self.assertNotIn((self.data / secret).read_bytes()[-40:-8], content, secret)
        self.assertNotIn(b"Camera 1", content)

        copied = self.dir / "again" / "data"
        media = copied / "media"
        kept = {camera: server.recorded_seconds(camera) for camera in cameras}
        self.assertEqual(server.stop(), 0)
        media.parent.mkdir(parents=True)
        shutil.copytree(self.data / "media", media)
        # Also what was recorded on the old machine after the backup, which the log in it does not speak of.
        self.vedette("restore", backup, "--data", copied)
        server = self.records_on(copied, cameras)
        for camera in cameras:
            self.assertGreaterEqual(server.recorded_seconds(camera) + 1, kept[camera])
        self.assertEqual(server.stop(), 0)

    def test_without_recordings(self):
        _, server, cameras = self.recorded()
        self.assertEqual(server.stop(), 0)
        counted = case.counts(self.verify())
        backup = self.dir / "vedette.backup"
        self.vedette("backup", "--data", self.data, "--to", backup)
        new = self.dir / "new"
        said = self.vedette("restore", backup, "--data", new)
        self.assertIn("no recordings in it", said)
        self.assertEqual(new.stat().st_mode & 0o777, 0o700)
        self.assertEqual((new / "keys").stat().st_mode & 0o777, 0o700)
        self.assertEqual((new / "keys/root.key").stat().st_mode & 0o777, 0o600)
        self.assertEqual((new / "hub/ca.key").stat().st_mode & 0o777, 0o600)
        for attempt in range(2):
            server = self.records_on(new, cameras)
            self.assertEqual(server.stop(), 0)
        said = self.verify(new, exit_code=1)
        missing = sum(int(n) for n in re.findall(r"^ +(\d+) fragments? \(record", said, re.M))
        self.assertEqual(missing, counted["fragments"], said)
        self.assertIn("keys", said)
        self.assertNotIn("more than once", said)
        self.assertNotIn("can't be opened", said)
        # The same media, brought back later: everything is there.
        for camera in (self.data / "media").iterdir():
            if camera.name != "open":
                shutil.copytree(camera, new / "media" / camera.name, dirs_exist_ok=True)
        self.vedette("vault", "rebuild", "--data", new)
        self.verify(new)

    def test_an_audit_log_that_is_written_meanwhile(self):
        """Its rows and its signed tree are of two moments; a server on the restored data finds nothing wrong with it."""
        server = self.server()
        stop = threading.Event()

        def act():
            while not stop.is_set():
                server.ok("GET", "/api/v1/audit?limit=1")

        busy = [threading.Thread(target=act) for _ in range(3)]
        for thread in busy:
            thread.start()
        try:
            for number in range(4):
                self.vedette("backup", "--data", self.data, "--to", self.dir / f"{number}.backup")
        finally:
            stop.set()
            for thread in busy:
                thread.join()
        self.assertEqual(server.stop(), 0)
        for number in range(4):
            data = self.dir / f"data-{number}"
            self.vedette("restore", self.dir / f"{number}.backup", "--data", data)
            self.assertIn("OK: every entry", self.vedette("audit", "verify", "--data", data))
            server = self.server(data)
            entries = server.ok("GET", "/api/v1/audit?limit=500")["entries"]
            self.assertNotIn("alarm", {entry["kind"] for entry in entries})
            self.assertNotIn("not as they were signed", server.output())
            self.assertEqual(server.stop(), 0)
            self.assertIn("OK: every entry", self.vedette("audit", "verify", "--data", data))

    def test_refused(self):
        with vedette.Server(case.BINARY, self.data) as server:
            server.sign_in().stop()
        backup = self.dir / "vedette.backup"
        self.vedette("backup", "--data", self.data, "--to", backup)
        self.assertIn("exists already", self.no("backup", "--data", self.data, "--to", backup))
        self.assertIn("belongs elsewhere", self.no("backup", "--data", self.data, "--to", self.data / "here"))
        self.assertIn("too short", self.no("backup", "--data", self.data, "--to", self.dir / "b", passphrase="short"))
        self.assertIn("no directory", self.no("backup", "--data", self.dir / "nothing", "--to", self.dir / "b"))
        new = self.dir / "new"
        for command in (("restore", backup, "--data", new), ("backup", "verify", backup)):
            self.assertIn("the passphrase is wrong", self.no(*command, passphrase="another long one"))
            whole = backup.read_bytes()
            for changed, sentence in (
                (whole[:-1] + bytes([whole[-1] ^ 1]), "changed, damaged or cut off"),
                (whole[: len(whole) // 2] + b"\0" + whole[len(whole) // 2 + 1 :], "changed, damaged or cut off"),
                (whole[:-1000], "changed, damaged or cut off"),
                (whole[:50], "ends too early"),
                (whole + b"x", "changed, damaged or cut off"),
                (b"x" + whole[1:], "it is no backup of vedette"),
                (whole[:15] + b"2" + whole[16:], "newer vedette"),
            ):
                backup.write_bytes(changed)
                self.assertIn(sentence, self.no(*command))
            backup.write_bytes(whole)
            self.assertFalse(new.exists())
        self.assertIn("is not empty", self.no("restore", backup, "--data", self.data))
        (new / "restoring").mkdir(parents=True)
        self.assertIn("run vedette restore again", self.no("serve", "--data", new, "--port", vedette.free_port()))
        self.vedette("restore", backup, "--data", new)
        with vedette.Server(case.BINARY, new) as server:
            server.sign_in().stop()
        code, said = vedette.run(case.BINARY, "backup", "--data", self.data)
        self.assertEqual(code, 2, said)
        self.assertIn("--to", said)


if __name__ == "__main__":
    case.main()
