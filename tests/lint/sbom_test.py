#!/usr/bin/env python3
"""The list of foreign code of the built program (cmake/sbom.py) names what is known to be in it, and nothing of the tests."""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ["VEDETTE_BINARY"])


class SbomTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = subprocess.run([sys.executable, ROOT / "cmake/sbom.py", BINARY.parent, BINARY], capture_output=True, text=True, check=True)
        cls.document = json.loads(made.stdout)
        cls.again = subprocess.run([sys.executable, ROOT / "cmake/sbom.py", BINARY.parent, BINARY], capture_output=True, text=True, check=True)
        cls.first = made.stdout
        cls.names = {component["name"]: component for component in cls.document["components"]}

    def test_each_library_that_the_build_asks_for_is_in_it(self):
        asked = re.search(r"build_packages=\((.*?)\)", (ROOT / "run").read_text(), re.S)[1].split()
        libraries = [name for name in asked if re.fullmatch(r"lib.*-dev", name) and not name.startswith("libclang-rt")]
        self.assertGreater(len(libraries), 10)
        headers_alone = {"libboost-json1.81-dev": "libboost-json1.81.0", "libboost-url1.81-dev": "libboost-url1.81.0"}  # theirs lie in libboost1.81-dev
        self.assertEqual([name for name in libraries if headers_alone.get(name, name) not in self.names], [])

    def test_what_is_opened_and_what_is_in_the_web_client(self):
        self.assertEqual({"libavcodec59", "libavutil57", "libswscale6", "react", "@mantine/core"} - set(self.names), set())
        self.assertTrue(self.names["react"]["purl"].startswith("pkg:npm/react@"))
        self.assertRegex(self.names["libssl3"]["purl"], r"^pkg:deb/debian/libssl3@3\.\S+\?arch=\w+&distro=debian-\d+$")

    def test_nothing_of_tests_and_tools(self):
        foreign = {"libgtest-dev", "libgmock-dev", "libyaml-cpp-dev", "libgstreamer1.0-dev", "vite", "eslint", "typescript"}
        self.assertEqual(foreign & set(self.names), set())

    def test_each_says_what_and_which(self):
        for component in self.document["components"]:
            self.assertTrue(component["version"] and component["purl"].startswith("pkg:"), component)
            self.assertTrue("licenses" in component or "properties" in component, component)

    def test_the_same_build_gives_the_same(self):
        self.assertEqual(self.first, self.again.stdout)


if __name__ == "__main__":
    unittest.main()
