"""Holds the table of docs/design/architecture.md: which module may include which.

usage: check_includes.py SOURCE_DIR. Also that what devices send is read in the camera process alone. Prints each forbidden include and exits 1 when there is one.
"""

import pathlib
import re
import sys

# Third-party headers that only one module may see (compile time and blast radius).
RESTRICTED = {
    r"boost/beast": {"net"},
    r"sqlite3\.h": {"store"},
    r"openssl/ssl": {"net"},
    r"openssl/": {"crypto", "net"},
    r"argon2": {"crypto"},
    r"pugixml": {"gateway/archive", "onvif"},
    r"seccomp\.h": {"sandbox"},
    r"libav|libsw": {"gateway/decoder"},
    r"p11-kit/|tss2/": {"keystore"},
}

# The readers of what devices send, and who may see them: the readers themselves, the part of the camera process
# that calls them, simulated devices (which are asked by us), tests.
READERS = {"onvif/answers.hpp", "onvif/envelope.hpp", "onvif/xml.hpp"}
MAY_READ = [
    r"onvif/(answers|envelope|xml)\.hpp",
    r"onvif/(?!.*_session\.cpp|sign_in\.cpp|question\.cpp)[a-z0-9_]+\.cpp",
    r"gateway/camera_process/answer_reader\.cpp",
    r"simulate/[a-z0-9_]+\.[ch]pp",
    r".*(_test|_fuzz)\.cpp",
]


def read_table(markdown):
    """{module: set of modules it may include, or None for all}"""
    block = re.search(r"```modules\n(.*?)```", markdown, re.S)
    if block is None:
        raise SystemExit("architecture.md has no ```modules block")
    table = {}
    for line in block.group(1).splitlines():
        if not line.strip():
            continue
        module, allowed = line.split("->")
        names = set(allowed.split())
        table[module.strip()] = None if names == {"*"} else names
    for module, allowed in table.items():
        for name in allowed or ():
            if name not in table:
                raise SystemExit(f"architecture.md: {module} may include {name}, which is no module")
    return table


def module_of(path, table):
    """The deepest module that holds the path below src/, or None."""
    parts = path.split("/")[:-1]
    while parts:
        if "/".join(parts) in table:
            return "/".join(parts)
        parts.pop()
    return None


def check(src, table):
    faults = []
    for file in sorted(src.rglob("*")):
        if file.suffix not in (".hpp", ".cpp", ".h"):
            continue
        relative = file.relative_to(src).as_posix()
        module = module_of(relative, table)
        if module is None:
            faults.append(f"src/{relative}: in no module of docs/design/architecture.md")
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            include = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
            if include is None:
                continue
            where = f"src/{relative}:{number}"
            target = include.group(2)
            if include.group(1) == '"':
                other = module_of(target, table)
                if other is None:
                    faults.append(f"{where}: {target} is in no module; write the path from src/")
                elif other != module and table[module] is not None and other not in table[module]:
                    faults.append(f"{where}: {module} may not include {other}")
                if target in READERS and not any(re.fullmatch(allowed, relative) for allowed in MAY_READ):
                    faults.append(f"{where}: {target} is for the camera process: what devices send is read there")
            else:
                for pattern, modules in RESTRICTED.items():
                    if re.match(pattern, target):
                        if module not in modules:
                            faults.append(f"{where}: <{target}> belongs in {', '.join(sorted(modules))}")
                        break
    return faults


def main():
    root = pathlib.Path(sys.argv[1])
    table = read_table((root / "docs/design/architecture.md").read_text())
    faults = check(root / "src", table)
    print("\n".join(faults) or f"{len(table)} modules, no forbidden include")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
