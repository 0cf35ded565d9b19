"""What somebody gets who starts the program where it can't work: one sentence that says what to do, and an exit code."""

import os
import pathlib
import random
import shutil
import socket
import sqlite3
import subprocess
import unittest

import case
import vedette

NOBODY = 65534


class BadStartTest(case.SystemTest):
    @classmethod
    def setUpClass(cls):
        """A data directory with an administrator and a camera, for tests to damage copies of."""
        folder = vedette.folder()
        cls.addClassCleanup(folder.cleanup)
        cls.original = pathlib.Path(folder.name) / "data"
        with vedette.Server(case.BINARY, cls.original) as server:
            server.sign_in().add_camera("Gate", f"rtsp://127.0.0.1:{vedette.free_port()}/live", password="s3cret")
            assert server.stop() == 0, server.output()

    def serve_refused(self, data=None, **options):
        return self.refused("serve", "--data", data or self.data, "--port", vedette.free_port(), **options)

    def used(self):
        shutil.copytree(self.original, self.data)
        return self.data

    def test_port_in_use(self):
        with socket.socket() as other:
            other.bind(("0.0.0.0", 0))
            other.listen()
            port = other.getsockname()[1]
            said = self.refused("serve", "--data", self.data, "--port", port)
        self.assertIn(str(port), said)
        self.assertIn("in use", said)

    def test_camera_port_of_the_demo_in_use(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            said = self.refused("demo", "--data", self.data, "--port", vedette.free_port(), "--camera-port", port)
        self.assertIn(str(port), said)
        self.assertIn("in use", said)

    def test_name_that_is_none(self):
        for name in ("192.0.2.1", "https://cameras.example.com", "cameras.example.com:0", "a b"):
            with self.subTest(name):
                said = self.refused("serve", "--data", self.data, "--port", vedette.free_port(), "--name", name)
                self.assertIn(f"{name} is no host name; write --name cameras.example.com", said)

    def test_data_is_a_file(self):
        self.data.write_text("not a folder")
        said = self.serve_refused()
        self.assertIn(str(self.data), said)
        self.assertIn("--data", said)

    @unittest.skipIf(os.geteuid() != 0, "needs root to become nobody")
    def test_data_not_writable(self):
        self.data.mkdir(mode=0o755)
        self.dir.chmod(0o755)
        program = shutil.copy(case.BINARY, self.dir / "vedette")
        said = self.serve_refused(binary=program, user=NOBODY, group=NOBODY, extra_groups=[])
        self.assertIn(str(self.data), said)
        self.assertIn("--data", said)

    def test_data_used_by_another(self):
        self.server()
        said = self.serve_refused()
        self.assertIn(str(self.data), said)
        self.assertIn("another vedette", said)

    def test_newer_format(self):
        (self.used() / "format").write_text("99\n")
        said = self.serve_refused()
        self.assertIn("99", said)
        self.assertIn("newer", said)

    def test_newer_format_for_vault_commands(self):
        (self.used() / "format").write_text("99\n")
        for command in ("verify", "stats", "rebuild"):
            with self.subTest(command):
                said = self.refused("vault", command, "--data", self.data)
                self.assertIn("99", said)
                self.assertIn("newer", said)

    def test_damaged_format(self):
        (self.used() / "format").write_text("one\n")
        self.assertIn("format", self.serve_refused())
        for command in ("stats", "rebuild"):
            self.assertIn("format", self.refused("vault", command, "--data", self.data))
        self.assertIn("FAULT  the format", self.verify(exit_code=1))

    def test_verify_without_the_root_key(self):
        key = self.used() / "keys" / "root.key"
        key.chmod(0o640)
        self.assertRegex(self.verify(), r"(?m)^keys +not checked: .*chmod 600")
        key.unlink()
        self.assertRegex(self.verify(), r"(?m)^keys +not checked: .*root.key is missing")

    def test_newer_databases(self):
        for name in ("gateway.db", "hub/identity.sqlite", "keys/keys.db"):
            with self.subTest(name):
                shutil.rmtree(self.data, ignore_errors=True)
                database = sqlite3.connect(self.used() / name)
                database.execute("PRAGMA user_version = 99")
                database.close()
                said = self.serve_refused()
                self.assertIn("newer", said)
                self.assertIn(name, said)

    def test_damaged_databases(self):
        for name in ("gateway.db", "hub/identity.sqlite", "keys/keys.db"):
            with self.subTest(name):
                shutil.rmtree(self.data, ignore_errors=True)
                path = self.used() / name
                path.write_bytes(random.Random(name).randbytes(path.stat().st_size))
                said = self.serve_refused()
                self.assertIn("damaged", said)
                self.assertIn(str(path), said)

    def test_root_key(self):
        key = self.used() / "keys" / "root.key"
        content = key.read_text()

        key.chmod(0o644)
        said = self.serve_refused()
        self.assertIn("root.key", said)
        self.assertIn("chmod 600", said)

        key.chmod(0o600)
        for damaged in ("", content[:-10], content.replace("vedette", "VEDETTE"), "\0" * 4096):
            with self.subTest(damaged[:20]):
                key.write_text(damaged)
                self.assertIn("root.key", self.serve_refused())

        with self.subTest("the key of another installation"):
            digits = content.split()[-1]
            key.write_text(content.replace(digits, digits[::-1]))
            said = self.serve_refused()
            self.assertIn("root.key", said)

        with self.subTest("no key, but recordings"):
            key.unlink()
            said = self.serve_refused()
            self.assertIn("root.key", said)

    def test_damaged_certificate_authority(self):
        for name in ("ca.pem", "ca.key"):
            with self.subTest(name):
                shutil.rmtree(self.data, ignore_errors=True)
                (self.used() / "hub" / name).write_text("-----BEGIN NONSENSE-----\n")
                self.assertIn("ca.pem", self.serve_refused())

    def test_vault_of_nothing(self):
        for command in ("verify", "stats", "rebuild"):
            with self.subTest(command):
                said = self.refused("vault", command, "--data", self.dir / "nowhere")
                self.assertIn("nowhere", said)
                empty = self.dir / "empty"
                empty.mkdir(exist_ok=True)
                self.assertIn("empty", self.refused("vault", command, "--data", empty))
                self.assertEqual(list(empty.iterdir()), [], "looking must not leave anything behind")

    def test_wrong_usage(self):
        for args in (
            (),
            ("serv",),
            ("serve", "--prot", "8443"),
            ("serve", "--port", "http"),
            ("serve", "--port", "70000"),
            ("serve", "--data"),
            ("demo", "--cameras", "0"),
            ("vault",),
            ("vault", "verify"),
            ("vault", "verfy", "--data", "x"),
            ("simulate", "--cameras", "0"),
            ("simulate", "--cameras", "many"),
            ("simulate", "--user", "viewer"),
            ("simulate", "--session-timeout", "0"),
        ):
            with self.subTest(args):
                done = subprocess.run([case.BINARY, *args], capture_output=True, text=True, timeout=30, check=False)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertIn("--help", done.stderr)
                self.assertLessEqual(len(done.stderr.strip().splitlines()), 2, done.stderr)

    def test_wrong_address_to_listen_on(self):
        said = self.refused("serve", "--data", self.data, "--bind", "not.an.address", "--port", vedette.free_port())
        self.assertIn("not.an.address", said)
        said = self.refused("serve", "--data", self.data, "--bind", "192.0.2.1", "--port", vedette.free_port())
        self.assertIn("192.0.2.1", said)

    def test_simulate(self):
        port = vedette.free_port()
        garbage = self.dir / "garbage.h264"
        garbage.write_bytes(random.Random(1).randbytes(100_000))
        empty = self.dir / "empty.h264"
        empty.write_bytes(b"")
        for option, value, word in (
            ("--clip", garbage, "garbage.h264"),
            ("--clip", empty, "empty.h264"),
            ("--clip", self.dir / "nowhere.h264", "nowhere.h264"),
            ("--fault", "nonsense", "nonsense"),
            ("--fault", "drop=soon", "drop"),
            ("--bind", "not.an.address", "not.an.address"),
        ):
            with self.subTest(f"{option} {value}"):
                self.assertIn(word, self.refused("simulate", "--port", port, option, value))
        with self.subTest("no password"):
            said = self.refused(
                "simulate", "--port", port, "--user", "viewer", "--password-file", self.dir / "nowhere"
            )
            self.assertIn("nowhere", said)
        with self.subTest("port in use"):
            farm = self.simulator()
            said = self.refused("simulate", "--port", farm.port)
            self.assertIn(str(farm.port), said)
            self.assertIn("in use", said)


if __name__ == "__main__":
    case.main()
