"""What opens the store: key slots by the real program, with credentials as systemd hands them over, and at a terminal."""

import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import time

import case
import vedette

PASSPHRASE = "nine slow barges, upstream"


class KeysTest(case.SystemTest):
    def credentials(self, **secrets):
        """The environment of a unit that has these credentials; _ stands for - and __ for a dot."""
        folder = self.dir / "credentials"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, secret in secrets.items():
            (folder / ("vedette." + name.replace("__", ".").replace("_", "-"))).write_text(secret + "\n")
        return {**os.environ, "CREDENTIALS_DIRECTORY": str(folder)}

    def vedette(self, *args, exit_code=0, env=None):
        """Output of the program, which has no terminal."""
        done = subprocess.run(
            [str(a) for a in (case.BINARY, *args, "--data", self.data)], capture_output=True, text=True, timeout=120,
            check=False, env=env, start_new_session=True,
        )
        self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
        self.assertIsNone(case.SANITIZER.search(done.stderr), done.stderr)
        if exit_code == 1 and args[0] == "keys":
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        return done.stdout + done.stderr

    def serve_refused(self, env=None):
        return self.refused(
            "serve", "--data", self.data, "--port", vedette.free_port(), env=env, start_new_session=True, seconds=60
        )

    def recorded(self):
        """A data directory with some seconds of a camera, and the camera."""
        farm = self.simulator()
        server = self.server()
        camera = server.add_camera("Gate", farm.url())
        self.wait_recorded(server, camera, 3)
        return farm, server, camera

    def test_a_passphrase_instead_of_the_key_file(self):
        farm, server, camera = self.recorded()
        self.assertRegex(self.vedette("keys", "list"), r"^1 +key file\n$")
        # Beside the running recorder, which goes on.
        env = self.credentials(new_passphrase=PASSPHRASE)
        self.assertIn("slot 2", self.vedette("keys", "add", "passphrase", "--label", "the safe", env=env))
        self.assertRegex(self.vedette("keys", "list"), r'(?m)^2 +passphrase, Argon2id, 256 MiB, 3 passes, "the safe", since 20')
        before = server.recorded_seconds(camera)
        self.wait_recorded(server, camera, before + 3)

        # Who can't open it by another slot removes none.
        said = self.vedette("keys", "remove", "--slot", "1", exit_code=1)
        self.assertIn("no terminal", said)
        wrong = self.credentials(passphrase="nine slow barges, downstream")
        self.assertIn("the passphrase is wrong", self.vedette("keys", "remove", "--slot", "1", exit_code=1, env=wrong))
        self.assertTrue((self.data / "keys/root.key").exists())
        right = self.credentials(passphrase=PASSPHRASE)
        self.vedette("keys", "remove", "--slot", "1", env=right)
        self.assertFalse((self.data / "keys/root.key").exists())
        self.assertIn("only one", self.vedette("keys", "remove", "--slot", "2", exit_code=1, env=right))
        self.assertEqual(server.stop(), 0)

        said = self.serve_refused()
        self.assertIn("no terminal", said)
        self.assertIn("vedette.passphrase", said)
        self.assertIn("the passphrase is wrong", self.serve_refused(self.credentials(passphrase="something else")))
        again = self.server(env=self.credentials(passphrase=PASSPHRASE), start_new_session=True)
        before = again.recorded_seconds(camera)
        self.wait_recorded(again, camera, before + 3)
        self.assertEqual(again.stop(), 0)
        farm.stop()
        self.assertRegex(self.vedette("vault", "verify", env=right), r"(?m)^keys +open what is recorded$")
        self.assertRegex(self.vedette("vault", "verify"), r"(?m)^keys +not checked: no key slot opens the store")
        self.vedette("vault", "rebuild")
        self.assertNotIn(PASSPHRASE, "".join(again.lines))

    def test_rotation_backup_and_restore(self):
        _, server, camera = self.recorded()
        seconds = server.recorded_seconds(camera)
        self.vedette("keys", "add", "passphrase", env=self.credentials(new_passphrase=PASSPHRASE))
        backup = self.dir / "backup.txt"
        said = self.vedette("keys", "backup", "--to", backup, env=self.credentials(backup_passphrase="paper in the safe"))
        self.assertIn("away from the recordings", said)
        self.assertEqual(backup.stat().st_mode & 0o777, 0o600)
        old_key = (self.data / "keys/root.key").read_text()
        said = self.vedette("keys", "rotate", exit_code=1)
        self.assertIn("slot 2 can't be renewed", said)
        self.assertEqual((self.data / "keys/root.key").read_text(), old_key)
        self.vedette("keys", "rotate", env=self.credentials(passphrase__2=PASSPHRASE))
        self.assertNotEqual((self.data / "keys/root.key").read_text(), old_key)
        self.assertEqual(server.stop(), 0)
        self.verify()
        server = self.server()
        self.assertGreaterEqual(server.recorded_seconds(camera), seconds)
        said = self.vedette("keys", "restore", "--from", backup, exit_code=1)
        self.assertIn("stop the recorder", said)
        self.assertEqual(server.stop(), 0)

        for name in ("root.key", "slots"):
            (self.data / "keys" / name).unlink()
        self.assertIn("root.key is missing", self.serve_refused())
        wrong = self.credentials(backup_passphrase="paper in the sea")
        self.assertIn("wrong", self.vedette("keys", "restore", "--from", backup, exit_code=1, env=wrong))
        right = self.credentials(backup_passphrase="paper in the safe", passphrase="paper in the safe")
        self.vedette("keys", "restore", "--from", backup, env=right)
        server = self.server(env=right, start_new_session=True)
        self.assertGreaterEqual(server.recorded_seconds(camera), seconds)
        self.assertEqual(server.stop(), 0)
        self.assertRegex(self.vedette("vault", "verify", env=right), r"(?m)^keys +open what is recorded$")
        self.vedette("keys", "add", "file", env=right)
        self.verify()

    def test_a_new_organisation_key(self):
        farm = self.simulator(1, "--user", "joe", "--password-file", self.password_file())
        server = self.server()
        camera = server.add_camera("Gate", farm.url(), username="joe", password="s3cret")
        self.wait_recorded(server, camera, 3)
        seconds = server.recorded_seconds(camera)
        end = max(r["end_90k"] for r in server.recordings(camera)["ranges"])
        server.ok("POST", f"/api/v1/cameras/{camera}/holds", {"start_90k": end - 90_000, "reason": "theft"})
        self.assertIn("stop the recorder", self.vedette("keys", "rotate", "--organisation-key", exit_code=1))
        backup = self.dir / "backup.txt"
        env = self.credentials(backup_passphrase="paper in the safe")
        self.vedette("keys", "backup", "--to", backup, env=env)
        self.assertEqual(server.stop(), 0)
        vkey = (self.data / "tlog/vkey").read_text()
        for _ in range(2):
            self.assertIn("new organisation key", self.vedette("keys", "rotate", "--organisation-key"))
            self.verify()
        # What is recorded plays, the camera's password is known, the words of holds are, and its recording goes on.
        server = self.server()
        [hold] = server.ok("GET", f"/api/v1/cameras/{camera}/holds")["holds"]
        self.assertEqual((hold["reason"], hold["placed_by"]), ("theft", "admin"))
        self.assertGreaterEqual(server.recorded_seconds(camera) + 0.1, seconds)
        self.wait_recorded(server, camera, seconds + 3)
        ranges = server.recordings(camera)["ranges"]
        vedette.ffprobe(server.download(camera, ranges[0]["start_90k"], ranges[-1]["end_90k"], self.dir / "all.mp4"))
        self.assertEqual(server.stop(), 0)
        self.verify()
        self.assertEqual((self.data / "tlog/vkey").read_text(), vkey)
        for name in ("slots", "root.key"):
            (self.data / "keys" / name).unlink()
        self.assertIn("was changed at", self.vedette("keys", "restore", "--from", backup, exit_code=1, env=env))

    def opened_by(self, slot, env):
        """The one slot that is left opens the store, and the key file is gone."""
        self.vedette("keys", "remove", "--slot", "1", env=env)
        self.assertFalse((self.data / "keys/root.key").exists())
        with vedette.Server(case.BINARY, self.data, env=env, start_new_session=True) as server:
            self.assertEqual(server.sign_in().stop(), 0)
        self.assertRegex(self.vedette("vault", "verify", env=env), r"(?m)^keys +open what is recorded$")
        self.assertRegex(self.vedette("keys", "list", env=env), rf"^{slot} [^\n]*\n$")

    def test_pkcs11_token(self):
        _, server, _ = self.recorded()
        tokens = self.dir / "tokens"
        tokens.mkdir()
        (self.dir / "softhsm2.conf").write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
        env = {**self.credentials(pin="4711"), "SOFTHSM2_CONF": str(self.dir / "softhsm2.conf")}
        for command in (
            ["softhsm2-util", "--init-token", "--free", "--label", "site", "--so-pin", "12345678", "--pin", "4711"],
            ["pkcs11-tool", "--module", "/usr/lib/softhsm/libsofthsm2.so", "--token-label", "site", "--login", "--pin",
             "4711", "--keypairgen", "--key-type", "rsa:2048", "--label", "store", "--id", "01"],
        ):
            subprocess.run(command, env=env, check=True, capture_output=True, timeout=60)
        add = ("keys", "add", "pkcs11", "--pkcs11-uri")
        self.assertIn("RSA key that pkcs11:token=site;object=nothing names", self.vedette(*add, "pkcs11:token=site;object=nothing", exit_code=1, env=env))
        self.assertIn("slot 2", self.vedette(*add, "pkcs11:token=site;object=store", env=env))
        self.assertEqual(server.stop(), 0)
        self.opened_by(2, env)
        (self.dir / "credentials/vedette.pin").write_text("0815")
        self.assertIn("the PIN is wrong", self.serve_refused(env))
        self.assertIn("there is no PKCS#11 token", self.serve_refused({**env, "SOFTHSM2_CONF": "/nonexistent"}))

    def test_tpm(self):
        _, server, _ = self.recorded()
        where = self.dir / "tpm"
        where.mkdir()
        tpm = self.start(
            vedette.Process(
                ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={where}", "--server", f"type=unixio,path={where}/tpm",
                 "--ctrl", f"type=unixio,path={where}/tpm.ctrl", "--flags", "not-need-init,startup-clear"]
            )
        )
        vedette.wait_for("the TPM", (where / "tpm.ctrl").exists)
        env = {**self.credentials(), "VEDETTE_TPM2": f"swtpm:path={where}/tpm"}
        self.assertIn("names no PCRs", self.vedette("keys", "add", "tpm2", "--pcrs", "99", exit_code=1, env=env))
        self.assertIn("no TPM 2.0", self.vedette("keys", "add", "tpm2", exit_code=1, env={**env, "VEDETTE_TPM2": "device:/nonexistent"}))
        self.assertIn("slot 2", self.vedette("keys", "add", "tpm2", "--pcrs", "7+8", env=env))
        self.assertIn("PCRs 7+8", self.vedette("keys", "list"))
        self.vedette("keys", "rotate", env=env)
        self.assertEqual(server.stop(), 0)
        self.opened_by(2, env)
        subprocess.run(
            ["tpm2_pcrextend", "-T", f"swtpm:path={where}/tpm", "8:sha256=" + "a" * 64], check=True, capture_output=True, timeout=60
        )
        self.assertIn("its PCRs are not as the policy says", self.serve_refused(env))
        tpm.stop()
        self.assertIn("there is no TPM 2.0", self.serve_refused(env))

    def test_damaged_slots(self):
        with vedette.Server(case.BINARY, self.data) as server:
            server.stop()
        self.vedette("keys", "add", "passphrase", env=self.credentials(new_passphrase=PASSPHRASE))
        # 4 for the slots; a recorder that was stopped before it had begun states no start, which takes 6.
        before = (self.data / "format").read_text()
        self.assertIn(before, ("4\n", "6\n"))
        slots = self.data / "keys/slots"
        content = slots.read_bytes()
        slots.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        for said in (self.serve_refused(), self.vedette("keys", "list", exit_code=1)):
            self.assertIn("keys/slots is damaged", said)
        slots.write_bytes(content[:4] + b"\x03" + content[5:])
        self.assertIn("newer vedette", self.serve_refused())
        slots.write_bytes(content)
        self.vedette("keys", "list")
        self.assertEqual((self.data / "format").read_text(), before)
        (self.data / "keys/root.key").unlink()
        self.assertIn("root.key is missing", self.serve_refused())

    def at_terminal(self, *args, answers):
        """Runs the program at a terminal of its own and types; (exit code, all that the terminal showed)."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(case.BINARY, [str(a) for a in (case.BINARY, *args, "--data", self.data)])
        shown = ""
        waiting = list(answers)
        deadline = time.monotonic() + 120
        try:
            while time.monotonic() < deadline:
                if not select.select([terminal], [], [], 1)[0]:
                    continue
                try:
                    chunk = os.read(terminal, 4096).decode()
                except OSError:
                    break
                if not chunk:
                    break
                shown += chunk
                if waiting and re.search(waiting[0][0], shown[shown.rfind("\n") + 1 :]):
                    os.write(terminal, waiting.pop(0)[1].encode())
            else:
                os.kill(pid, signal.SIGKILL)
        finally:
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            os.close(terminal)
        self.assertEqual(waiting, [], shown)
        return code, shown

    def test_at_a_terminal(self):
        with vedette.Server(case.BINARY, self.data) as server:
            server.stop()
        code, shown = self.at_terminal(
            "keys", "add", "passphrase", answers=[("New passphrase: ", PASSPHRASE + "\r"), ("Once more: ", "another\r")]
        )
        self.assertEqual(code, 1, shown)
        self.assertIn("not the same", shown)
        code, shown = self.at_terminal(
            "keys", "add", "passphrase",
            # a mistake, taken back
            answers=[("New passphrase: ", PASSPHRASE + "\u00e9x\x7f\x7f\r"), ("Once more: ", PASSPHRASE + "\r")],
        )
        self.assertEqual(code, 0, shown)
        self.assertNotIn("barges", shown, "nothing is echoed")
        code, shown = self.at_terminal(
            "keys", "remove", "--slot", "1", answers=[("Passphrase of the store", "wrong\r"), ("Passphrase of the store", PASSPHRASE + "\r")]
        )
        self.assertEqual(code, 0, shown)
        code, shown = self.at_terminal("keys", "rotate", answers=[("Passphrase of the store", "\x03")])
        self.assertEqual(code, 1, shown)
        self.assertIn("nothing was entered", shown)


if __name__ == "__main__":
    case.main()
