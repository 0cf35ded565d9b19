"""The base of tests that run the real programs. VEDETTE_BINARY names the program to test."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import vedette

BINARY = os.environ.get("VEDETTE_BINARY", "build/dev/vedette")
SANITIZER = re.compile(r"ERROR: \w+Sanitizer|runtime error:|LeakSanitizer|a task ended with an exception|terminate called|Assertion .* failed")


def may_mount():
    if os.geteuid() != 0:
        return False
    with vedette.folder() as place:
        if subprocess.run(["mount", "-t", "tmpfs", "none", place], capture_output=True, check=False).returncode:
            return False
        subprocess.run(["umount", place], check=True)
    return True


class SystemTest(unittest.TestCase):
    """Every process that a test starts through it is ended with the test, and must not have complained."""

    def setUp(self):
        self.dir = pathlib.Path(self.enterContext(vedette.folder()))
        self.data = self.dir / "data"

    def start(self, process):
        self.addCleanup(self._end, process)
        return process

    def _end(self, process):
        if process.popen.poll() is None:
            process.stop()
        self.assertIsNone(SANITIZER.search(process.output()), process.output())

    def simulator(self, cameras=1, *args, **options):
        return self.start(vedette.Simulator(BINARY, cameras, *args, **options))

    def server(self, data=None, **options):
        return self.start(vedette.Server(BINARY, data or self.data, **options)).sign_in()

    def password_file(self, password="s3cret"):
        path = self.dir / "password"
        path.write_text(password + "\n")
        return path

    def verify(self, data=None, exit_code=0):
        """The output of `vedette vault verify`, which must end with `exit_code`."""
        code, output = vedette.run(BINARY, "vault", "verify", "--data", data or self.data)
        self.assertEqual(code, exit_code, output)
        self.assertIsNone(SANITIZER.search(output), output)
        return output

    def refused(self, *args, exit_code=1, seconds=60, binary=BINARY, **options):
        """Runs the program, which must give up with one sentence on standard error, and returns that."""
        done = subprocess.run(
            [str(a) for a in (binary, *args)], capture_output=True, text=True, timeout=seconds, check=False, **options
        )
        self.assertEqual(done.returncode, exit_code, done.stderr)
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertIsNone(SANITIZER.search(done.stderr), done.stderr)
        return re.sub(r"^\S+ error ", "", lines[0])

    def wait_state(self, server, camera, state, seconds=60, kind="main"):
        def reached():
            stream = server.stream(camera, kind)
            return stream if stream["state"] == state else None

        return vedette.wait_for(f"the state {state}", reached, seconds)

    def wait_recorded(self, server, camera, seconds, within=60):
        vedette.wait_for(
            f"{seconds} s of recording", lambda: server.recorded_seconds(camera) >= seconds, within
        )

    def copy_data(self, name):
        return pathlib.Path(shutil.copytree(self.data, self.dir / name))


def counts(output):
    """The figures that `vault verify` prints, by name; bytes in full, as they stand in brackets."""
    lines = re.findall(r"^(fragments|bytes|gaps) +(.*)$", output, re.M)
    return {name: int((re.search(r"\((\d+) bytes\)", text) or re.match(r"(\d+)", text))[1]) for name, text in lines}


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)
