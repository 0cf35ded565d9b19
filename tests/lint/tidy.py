#!/usr/bin/env python3
"""clang-tidy over the files of src/ that are given, or over all but the tests.

Most of clang-tidy's time goes into the headers, which it walks through again for each file. So the files of a module are
written one behind the other into one (they may stand together, as the unity build shows), and what is said about it is told
of the file that the line came from. An included file would not do: the analyzer follows paths in the main file alone.
Before that each file is read alone, so that one that forgets an #include is found.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

TOGETHER = 8  # as in the unity build
# A name that the file before has given already is not the one that is used.
NOT_TOGETHER = "-checks=-misc-unused-alias-decls"
PLACE = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+):(?=\d+: )", re.MULTILINE)


class Joined:
    """Some files of one module as one source."""

    def __init__(self, folder, sources, command):
        self.sources = sources
        self.path = folder / "joined.cpp"
        self.first_lines = []  # in the joined source, one for each of `sources`
        lines, included = [], set()
        for source in sources:
            self.first_lines.append(len(lines) + 1)
            own = source.read_text().splitlines()
            lines += ["" if line in included else line for line in own]  # else each would be a duplicate include
            included.update(line for line in own if line.startswith("#include"))
        folder.mkdir(parents=True, exist_ok=True)
        self.path.write_text("\n".join(lines) + "\n")
        entry = {"file": str(self.path), "directory": command["directory"]}
        entry["command"] = command["command"].replace(command["file"], str(self.path))
        (folder / "compile_commands.json").write_text(json.dumps([entry]))

    def findings(self):
        done = subprocess.run(["clang-tidy-19", "-quiet", NOT_TOGETHER, "-p", str(self.path.parent), str(self.path)],
                              capture_output=True, text=True, check=False)
        said = PLACE.sub(self.place, done.stdout)
        if done.returncode != 0 and not said:  # it did not run
            said = done.stderr
        return said.strip()

    def place(self, match):
        if pathlib.Path(match["file"]) != self.path:
            return match[0]
        line = int(match["line"])
        index = max(i for i, first in enumerate(self.first_lines) if first <= line)
        return f"{self.sources[index]}:{line - self.first_lines[index] + 1}:"


def by_itself(source, command):
    """What the compiler says of the file by itself."""
    arguments = shlex.split(command["command"])
    at = arguments.index("-o")
    del arguments[at : at + 2]
    done = subprocess.run([*arguments, "-fsyntax-only"], cwd=command["directory"], capture_output=True, text=True,
                          check=False)
    return done.stderr.strip()


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: tidy.py BUILD_FOLDER [SOURCE...]")
    build = pathlib.Path(sys.argv[1]).resolve()
    listed = sys.argv[2:] or subprocess.run(["git", "ls-files", "src/*.cpp"], capture_output=True, text=True,
                                            check=True).stdout.split()
    wanted = {pathlib.Path(name).resolve() for name in listed if sys.argv[2:] or not name.endswith("_test.cpp")}
    commands = {pathlib.Path(c["file"]).resolve(): c for c in json.loads((build / "compile_commands.json").read_text())}
    modules = {}
    for source in sorted(wanted):
        if source in commands:
            # A fuzz target has the same entry point as its neighbours and stands alone; so does what is not compiled with others.
            alone = source.name if source.name.endswith("_fuzz.cpp") or source.name == "main.cpp" else ""
            modules.setdefault((source.parent, alone), []).append(source)
        elif not source.name.endswith("_fuzz.cpp"):  # those are in the fuzz preset's list
            sys.exit(f"{source} is in no target, so nothing can be said of it.")
    batches = []
    for (folder, alone), sources in modules.items():
        for first in range(0, len(sources), TOGETHER):
            name = "_".join(folder.relative_to(pathlib.Path.cwd()).parts) + (f"_{alone}" if alone else f"_{first}")
            batches.append(Joined(build / "tidy" / name, sources[first:first + TOGETHER], commands[sources[first]]))

    found = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        ordered = [source for sources in modules.values() for source in sources]
        print(f"{len(ordered)} files, each alone", file=sys.stderr, flush=True)
        for said in pool.map(lambda source: by_itself(source, commands[source]), ordered):
            if said:
                found += 1
                print(said, flush=True)
        for number, said in enumerate(pool.map(Joined.findings, batches), 1):
            print(f"[{number}/{len(batches)}] {batches[number - 1].path.parent.name}", file=sys.stderr, flush=True)
            if said:
                found += 1
                print(said, flush=True)
    sys.exit(1 if found else 0)


main()
