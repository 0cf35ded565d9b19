"""The checker of the ASVS page must find what it is there to find: each fault is put into a page that has none."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_asvs  # noqa: E402

LEVELS = {1: (1, 1), 2: (1, 1)}
CASES = {"A.B"}
PAGE = """| V1 One | 1 | 0 | 0 | 1 |
| V2 Two | 0 | 1 | 1 | 0 |
| all | 1 | 1 | 1 | 1 |

## Not met, in some order
1. **V2.1.1, V2.10.1**: because

## V1
| number | level | asks for | state | where, or why | test |
|---|---|---|---|---|---|
| V1.1.1 | 1 | this | met | `a/a.cpp` | `A.B`; `tests/t.py`: test_one; compiler |
| V1.1.2 | 2 | that | does not apply | none | — |
## V2
| V2.1.1 | 1 | more | partly | [a](a.md), not all | `a/a_test.cpp` |
| V2.10.1 | 2 | most | not met | nothing | — |
"""
# what is exchanged, for what, and the fault that it has to be
MUTATIONS = (
    ("`a/a.cpp`", "`a/b.cpp`", "V1.1.1: there is no a/b.cpp"),
    ("`A.B`", "`A.C`", "V1.1.1: there is no test A.C"),
    ("test_one", "test_on", "V1.1.1: tests/t.py has no test_on"),
    ("`tests/t.py`", "`tests/u.py`", "V1.1.1: there is no tests/u.py"),
    ("compiler", "somebody", "V1.1.1: somebody names no test"),
    ("| `A.B`; `tests/t.py`: test_one; compiler |", "| — |", "V1.1.1: met takes a place and a test"),
    ("| met | `a/a.cpp`", "| met | somewhere", "V1.1.1: met takes a place and a test"),
    ("| met | `a", "| done | `a", "V1.1.1: done is no state"),
    ("| none | —", "| none | `A.B`", "V1.1.2: what is does not apply has no test"),
    ("| not met | nothing | — |", "| not met | | — |", "V2.10.1: what it asks for, and where or why, have to be said"),
    ("| V1.1.2 | 2 |", "| V1.1.2 |", "V1.1.2: this is no row of number, level, what it asks for, state, where and test"),
    ("| V1.1.2 | 2 |", "| V1.1.1 | 2 |", "V1.1.1: it is not behind V1.1.1"),
    ("| V1.1.2 | 2 |", "| V1.1.2 | 1 |", "V1: 2 and 0 requirements of levels 1 and 2, not 1 and 1"),
    ("| V2 Two | 0 | 1 |", "| V2 Two | 1 | 1 |", "summary: V2 has 0, 1, 1, 0"),
    ("| all | 1 |", "| all | 2 |", "summary: all has 1, 1, 1, 1"),
    ("| V1 One | 1 | 0 | 0 | 1 |\n", "", "summary: V1 has 1, 0, 0, 1"),
    ("**V2.1.1, ", "**", "V2.1.1: it is open, and not in the list of what to close"),
    ("**V2.1.1, ", "**V1.1.2, V2.1.1, ", "V1.1.2: it is in the list of what to close, and not open"),
)


def faults_of(root, page):
    (root / check_asvs.ASVS).write_text(page)
    return check_asvs.check_asvs(root, CASES, LEVELS)


with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    for name, text in {"src/a/a.cpp": "", "src/a/a_test.cpp": "", "tests/t.py": "def test_one():\n", check_asvs.ASVS: ""}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    assert faults_of(root, PAGE) == [], faults_of(root, PAGE)
    for before, after, fault in MUTATIONS:
        assert PAGE.count(before) >= 1, before
        found = faults_of(root, PAGE.replace(before, after, 1))
        assert f"{check_asvs.ASVS}: {fault}" in found, (before, after, found)

assert sum(map(sum, check_asvs.LEVELS.values())) == 253
print(f"all {len(MUTATIONS)} faults found as expected")
