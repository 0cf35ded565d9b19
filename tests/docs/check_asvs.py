"""Holds docs/ref/asvs.md to the code: each requirement has its row, each row its state, and what it names is there.

Called by check_docs.py. Links and headings are checked there.
"""

import re

ASVS = "docs/ref/asvs.md"
STATES = ("met", "partly", "not met", "does not apply")
# Requirements of levels 1 and 2 in each chapter of ASVS 5.0.0.
LEVELS = {
    1: (8, 19), 2: (4, 7), 3: (8, 11), 4: (2, 8), 5: (4, 5), 6: (13, 22), 7: (6, 12), 8: (4, 3), 9: (4, 3),
    10: (5, 24), 11: (3, 11), 12: (3, 6), 13: (1, 12), 14: (2, 7), 15: (3, 10), 16: (0, 16), 17: (0, 7),
}  # fmt: skip
NONE = "—"
SOURCES = r"`([\w./-]+/[\w.-]+\.(?:cpp|hpp|py|ts|tsx|mjs|js|json|yaml|txt|cmake|md))`"


def place(root, path):
    """The file of that name, below src/ or the root; None when there is none."""
    return next((file for file in (root / path, root / "src" / path) if file.is_file()), None)


def read_rows(text):
    """(rows as lists of cells, faults)"""
    rows, faults = [], []
    for line in re.findall(r"^\| V\d+\.\d.*$", text, re.M):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6 and re.fullmatch(r"V\d+\.\d+\.\d+", cells[0]) and cells[1] in ("1", "2"):
            rows.append(cells)
        else:
            faults.append(f"{cells[0]}: this is no row of number, level, what it asks for, state, where and test")
    return rows, faults


def key(number):
    return tuple(map(int, number[1:].split(".")))


def check_numbers(rows, levels):
    numbers = [cells[0] for cells in rows]
    faults = [f"{b}: it is not behind {a}" for a, b in zip(numbers, numbers[1:]) if key(a) >= key(b)]
    for chapter, expected in levels.items():
        found = tuple(sum(1 for cells in rows if key(cells[0])[0] == chapter and cells[1] == level) for level in ("1", "2"))
        if found != expected:
            faults.append(f"V{chapter}: {found[0]} and {found[1]} requirements of levels 1 and 2, not {expected[0]} and {expected[1]}")
    return faults


def check_reference(root, reference, cases):
    if reference == "compiler":
        return ""
    if match := re.fullmatch(r"`(\w+\.\w+)`", reference):
        return "" if match[1] in cases else f"there is no test {match[1]}"
    if match := re.fullmatch(r"`([\w./-]+)`(?:: ([\w-]+))?", reference):
        file = place(root, match[1])
        if file is None:
            return f"there is no {match[1]}"
        known = match[2] is None or re.search(rf"(?<![\w-]){re.escape(match[2])}(?![\w-])", file.read_text())
        return "" if known else f"{match[1]} has no {match[2]}"
    return f"{reference} names no test"


def check_row(root, cells, cases):
    _, _, asks, state, where, tests = cells
    faults = [] if state in STATES else [f"{state} is no state"]
    faults += [f"there is no {path}" for path in re.findall(SOURCES, where) if place(root, path) is None]
    if not asks or not where:
        faults.append("what it asks for, and where or why, have to be said")
    if tests != NONE:
        faults += [fault for one in tests.split("; ") if (fault := check_reference(root, one, cases))]
    if state == "met" and (tests == NONE or ("`" not in where and "](" not in where)):
        faults.append("met takes a place and a test")
    if state in ("does not apply", "not met") and tests != NONE:
        faults.append(f"what is {state} has no test")
    return faults


def check_summary(text, rows):
    """The figures of the summary, and the list of what is open."""
    faults = []
    chapters = {f"V{chapter}": chapter for chapter in sorted({key(cells[0])[0] for cells in rows})}
    stated = {name: figures for name, figures in re.findall(r"^\| (V\d+|all)(?: [^|]*)?((?:\| \d+ )+)\|$", text, re.M)}
    for name in [*chapters, "all"]:
        counted = [
            sum(1 for cells in rows if cells[3] == state and (name == "all" or key(cells[0])[0] == chapters[name])) for state in STATES
        ]
        if list(map(int, re.findall(r"\d+", stated.get(name, "")))) != counted:
            faults.append(f"summary: {name} has {', '.join(map(str, counted))}")
    section = re.search(r"^## Not met[^\n]*\n(.*?)(?=^## |\Z)", text, re.S | re.M)
    listed = set(re.findall(r"V\d+\.\d+\.\d+", section[1] if section else ""))
    still_open = {cells[0] for cells in rows if cells[3] in ("partly", "not met")}
    faults += [f"{number}: it is open, and not in the list of what to close" for number in sorted(still_open - listed, key=key)]
    faults += [f"{number}: it is in the list of what to close, and not open" for number in sorted(listed - still_open, key=key)]
    return faults


def check_asvs(root, cases, levels=None):
    """All faults of the page. `cases`: names of the tests as Suite.Case."""
    text = (root / ASVS).read_text()
    rows, faults = read_rows(text)
    faults += check_numbers(rows, levels or LEVELS)
    for cells in rows:
        faults += [f"{cells[0]}: {fault}" for fault in check_row(root, cells, cases)]
    return [f"{ASVS}: {fault}" for fault in faults + check_summary(text, rows)]
