"""The archive in a bucket of a real S3 server: the tests S3Store and S3Archive of gateway_archive_test, and the program with it."""

import os
import re
import subprocess
import tempfile
import unittest

import case
import ceph
import vedette

TEST_PROGRAM = os.environ.get("GATEWAY_ARCHIVE_TEST", "build/dev/bin/gateway_archive_test")


class S3Test(case.SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="vedette-s3-"))
        cls.s3 = ceph.S3Server(cls.folder)
        cls.addClassCleanup(cls.s3.stop)

    def address(self):
        return f"s3://localhost:{self.s3.port}/recordings"

    def check_the_store(self):
        environment = os.environ | {
            "VEDETTE_S3": self.address(),
            "VEDETTE_S3_AUTHORITIES": str(self.s3.authorities),
            "VEDETTE_S3_ACCESS_KEY": ceph.ACCESS_KEY,
            "VEDETTE_S3_SECRET_KEY": ceph.SECRET_KEY,
        }
        done = subprocess.run(
            [TEST_PROGRAM, "--gtest_filter=S3Store*:S3Archive*"], env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertGreaterEqual(int(re.search(r"\[  PASSED  \] (\d+) tests", done.stdout)[1]), 7)
        self.assertNotIn("SKIPPED", done.stdout)
        self.assertNotIn(ceph.SECRET_KEY, done.stdout + done.stderr)

    def key_file(self, mode=0o600):
        self.data.mkdir(mode=0o700, exist_ok=True)
        path = self.data / "archive.key"
        path.write_text(
            f"access_key = {ceph.ACCESS_KEY}\nsecret_key = {ceph.SECRET_KEY}\nauthorities = {self.s3.authorities}\n"
        )
        path.chmod(mode)
        return path

    def check_the_program(self):
        option = ["--archive", f"old={self.address()}/of-the-program"]
        self.key_file(0o644)
        refusal = self.refused("serve", "--data", self.data, "--port", vedette.free_port(), *option)
        self.assertIn("chmod 600", refusal)
        self.key_file()
        server = self.server(extra=option)
        place = server.ok("GET", "/api/v1/cameras")["storage"]["places"][-1]
        self.assertEqual((place["name"], place["state"], place["records"]), ("old", "good", False))
        server.stop()
        self.assertNotIn(ceph.SECRET_KEY, server.output())
        self.verify()

    def test_the_store_and_the_program(self):
        self.check_the_store()
        self.check_the_program()


if __name__ == "__main__":
    unittest.main()
