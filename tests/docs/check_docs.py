"""Holds the documents to the code: links, commands, options, sentences, the OpenAPI file.

usage: check_docs.py SOURCE_DIR [VEDETTE]. With the program's path, its options and subcommands are compared with the documents, too.
Prints each fault and exits 1 when there is one.
"""

import pathlib
import re
import subprocess
import sys

from check_asvs import check_asvs
from check_cryptography import check_cryptography

SKIPPED = {"node_modules", "build", ".git"}
CONFIGURATION = "docs/ref/configuration.md"
TROUBLESHOOTING = "docs/guide/troubleshooting.md"
OPENAPI = "docs/ref/openapi.yaml"
CAMERAS = "docs/ref/cameras.md"
CAMERA_BEHAVIOURS = 76
SESSION_QUIRKS = "src/rtsp/camera_quirks_test.cpp"
STORE_FORMAT = "docs/ref/store-format.md"  # its code spans are bytes on the disk, not commands
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def markdown_files(root):
    for path in sorted(root.rglob("*.md")):
        if not SKIPPED & set(path.relative_to(root).parts):
            yield path


def without_code(text):
    """Blocks and spans blanked: what looks like a link in there is none."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    return re.sub(r"`[^`\n]*`", "", text)


def anchor(heading):
    """A heading's anchor, as forges make it."""
    plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return plain.replace(" ", "-")


def check_links(root):
    faults = []
    for path in markdown_files(root):
        name = path.relative_to(root).as_posix()
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code(path.read_text())):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, fragment = target.partition("#")
            other = (path.parent / file).resolve() if file else path
            if not other.exists():
                faults.append(f"{name}: the link {target} leads nowhere")
            elif fragment and anchor(fragment) not in {anchor(h) for h in re.findall(r"^#+ (.+)$", other.read_text(), re.M)}:
                faults.append(f"{name}: {target} names no heading")
    return faults


def run_commands(root):
    """What `run` takes: the patterns of its case."""
    body = (root / "run").read_text().split('case "${1:-}" in', 1)[1]
    return set(re.findall(r"^  ([a-z]+)\)$", body, re.M))


def check_run_commands(root):
    known = run_commands(root)
    faults = []
    for path in markdown_files(root):
        for command in re.findall(r"(?:^|[\s`])\./run ([a-z]+)", path.read_text(), re.M):
            if command not in known:
                faults.append(f"{path.relative_to(root).as_posix()}: there is no ./run {command}")
    return faults


class Program:
    """What the program says of itself with --help."""

    def __init__(self, binary):
        self.binary = str(binary)
        self.options = {}  # "vault verify": {"--data", ...}
        self._read(())

    def _read(self, words):
        text = subprocess.run([self.binary, *words, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout
        head, _, tail = text.partition("\nSubcommands:\n")
        self.options[" ".join(words)] = set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", head, re.M)) - {"--help"}
        for name in re.findall(r"^  ([a-z-]+) ", tail, re.M):
            self._read((*words, name))


def check_subcommands(root, program):
    """`vedette X` and its options, wherever documents write them as code."""
    faults = []
    for path in markdown_files(root):
        name = path.relative_to(root).as_posix()
        if name == STORE_FORMAT:
            continue
        text = path.read_text()
        code = re.findall(r"`([^`\n]+)`", text) + [
            line for block in re.findall(r"^```sh\n(.*?)^```", text, re.S | re.M) for line in block.splitlines()
        ]
        for line in code:
            found = re.match(r"(?:\S*/)?vedette((?: +\S+)*)", line.split("#")[0].strip())
            if found is None:
                continue
            words = found.group(1).split()
            command = []
            while words and (words[0] == "--verbose" or " ".join([*command, words[0]]) in program.options):
                word = words.pop(0)
                if word != "--verbose":
                    command.append(word)
            key = " ".join(command)
            if words and re.fullmatch(r"[a-z][a-z-]*", words[0]) and (not command or key == "vault"):
                faults.append(f"{name}: there is no `vedette {key} {words[0]}`")
            for option in re.findall(r"--[a-z-]+", " ".join(words)):
                if option not in program.options[key] | program.options[""] | {"--help"}:
                    faults.append(f"{name}: `vedette {key}` has no {option}")
    return faults


def documented_options(markdown):
    """Tables below headings of the form: ## `vedette vault verify`"""
    options = {}
    for heading, body in re.findall(r"^## `vedette ?([a-z -]*)`[^\n]*\n(.*?)(?=^## |\Z)", markdown, re.S | re.M):
        options[heading] = set(re.findall(r"^\| `(--[a-z-]+)", body, re.M))
    return options


def compare_options(documented, actual):
    faults = []
    for command in sorted(documented.keys() | actual.keys()):
        title = f"vedette {command}".strip()
        if command not in actual:
            faults.append(f"{CONFIGURATION}: there is no {title}")
        elif command not in documented:
            faults.append(f"{CONFIGURATION}: {title} is missing")
        else:
            for option in sorted(actual[command] - documented[command]):
                faults.append(f"{CONFIGURATION}: {title}: {option} is missing")
            for option in sorted(documented[command] - actual[command]):
                faults.append(f"{CONFIGURATION}: {title} has no {option}")
    return faults


def source_text(root):
    """The sources with neighbouring string literals joined, so that a sentence is found however it is broken."""
    text = "\n".join(p.read_text() for p in sorted((root / "src").rglob("*.cpp")))
    text = re.sub(r'"\s*\n\s*"', "", text)
    return text.replace('\\"', '"')


def check_sentences(root):
    source = source_text(root)
    faults = []
    for sentence in re.findall(r"^\| `([^`]+)` \|", (root / TROUBLESHOOTING).read_text(), re.M):
        pieces = [piece.strip() for piece in sentence.split("...") if len(piece.strip()) >= 3]
        for piece in pieces:
            if piece not in source:
                faults.append(f"{TROUBLESHOOTING}: nothing says `{piece}` any more")
    return faults


def tests_of(root):
    """(names of all GoogleTests as Suite.Case, numbers of the rows of the session quirks, {name: number} of the simulator's quirks)"""
    cases = set()
    for path in (root / "src").rglob("*_test.cpp"):
        cases |= {f"{suite}.{case}" for suite, case in re.findall(r"^TEST(?:_F|_P)?\((\w+), (\w+)\)", path.read_text(), re.M)}
    table = root / SESSION_QUIRKS
    rows = set(map(int, re.findall(r"^ {8}\{(\d+),", table.read_text(), re.M))) if table.exists() else set()
    simulated = {}
    for path in sorted((root / "src/simulate").glob("quirks_*.cpp")):
        for name, number in re.findall(r'\.name = "([^"]+)",\s*\.number = (\d+)', path.read_text()):
            simulated[name] = int(number)
    return cases, rows, simulated


def check_test(root, number, reference, known):
    """What is wrong with one entry of the column of tests; empty when nothing is."""
    cases, rows, simulated = known
    if reference.startswith("not yet"):
        return ""
    if reference == "quirks":
        return "" if number in rows else f"{SESSION_QUIRKS} has no row of that number"
    if match := re.fullmatch(r"`--quirk ([a-z0-9-]+)`", reference):
        return "" if simulated.get(match[1]) == number else f"the simulator has no {match[1]} of that number"
    if match := re.fullmatch(r"`(\w+\.\w+)`", reference):
        return "" if match[1] in cases else f"there is no test {match[1]}"
    if match := re.fullmatch(r"`([\w/.]+\.\w+)`(?:: ([\w-]+))?", reference):
        file = root / match[1] if match[1].startswith("tests/") else root / "src" / match[1]
        if not file.exists():
            return f"there is no {match[1]}"
        return "" if match[2] is None or re.search(rf"(?<![\w-]){re.escape(match[2])}(?![\w-])", file.read_text()) else f"{match[1]} has no {match[2]}"
    return f"{reference or 'nothing'} names no test"


def check_cameras(root):
    """Every behaviour of the list is there, and every test that it names."""
    text = (root / CAMERAS).read_text()
    found = re.findall(r"^\| (\d+) \| .* \| ([^|]*?) ?\|$", text, re.M)
    known = tests_of(root)
    faults = [f"{CAMERAS}: {n} is missing" for n in range(1, CAMERA_BEHAVIOURS + 1) if str(n) not in dict(found)]
    for number, tests in found:
        for reference in tests.strip().split("; "):
            if fault := check_test(root, int(number), reference, known):
                faults.append(f"{CAMERAS}: {number}: {fault}")
    for name, number in known[2].items():
        if f"`--quirk {name}`" not in text:
            faults.append(f"{CAMERAS}: {number}: `--quirk {name}` is missing")
    return faults


def check_openapi(text):
    """Enough of YAML for this file, with nothing to install: paths and methods by their indentation. The API's own tests read it in full."""
    faults = []
    seen = {}
    path = method = None
    documented = set()
    for number, line in enumerate(text.splitlines(), 1):
        if "\t" in line:
            faults.append(f"{OPENAPI}:{number}: a tab")
        if match := re.match(r"  (/\S*):$", line):
            path, method = match.group(1), None
        elif match := re.match(rf"    ({'|'.join(METHODS)}):$", line):
            method = match.group(1)
            documented.add((path, method))
        elif match := re.match(r"      operationId: (\w+)$", line):
            if match.group(1) in seen:
                faults.append(f"{OPENAPI}:{number}: operationId {match.group(1)} is also in line {seen[match.group(1)]}")
            seen[match.group(1)] = number
            documented.discard((path, method))
    for path, method in sorted(documented):
        faults.append(f"{OPENAPI}: {method} {path} has no operationId")
    if not seen:
        faults.append(f"{OPENAPI}: has no operation")
    for reference in sorted(set(re.findall(r"\$ref: '#/components/(\w+/\w+)'", text))):
        kind, name = reference.split("/")
        section = re.search(rf"^  {kind}:\n(.*?)(?=^  \w|\Z)", text, re.S | re.M)
        if section is None or re.search(rf"^    {name}:", section.group(1), re.M) is None:
            faults.append(f"{OPENAPI}: {reference} is referred to and missing")
    return faults


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    faults = check_links(root) + check_run_commands(root) + check_sentences(root) + check_cameras(root)
    faults += check_asvs(root, tests_of(root)[0]) + check_cryptography(root)
    faults += check_openapi((root / OPENAPI).read_text())
    if len(sys.argv) > 2:
        program = Program(sys.argv[2])
        faults += check_subcommands(root, program)
        faults += compare_options(documented_options((root / CONFIGURATION).read_text()), program.options)
    print("\n".join(faults) or f"{len(list(markdown_files(root)))} documents, no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
