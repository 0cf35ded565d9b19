"""The include checker must find what it is there to find."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from check_includes import check, read_table  # noqa: E402

TABLE = "```modules\nbase ->\nnet -> base\nhub -> base net\nhub/policy -> base\napp -> *\n```\n"

FILES = {
    "base/a.hpp": '#include "net/b.hpp"\n',  # upwards
    "net/b.hpp": '#include "base/a.hpp"\n#include <boost/beast.hpp>\n',  # both allowed
    "hub/policy/p.cpp": '#include "hub/api.hpp"\n#include <sqlite3.h>\n',  # inside out; a restricted header
    "app/main.cpp": '#include "hub/api.hpp"\n',  # app may all
    "stray/x.cpp": "",  # no module
}
EXPECTED = [
    "src/base/a.hpp:1: base may not include net",
    "src/hub/policy/p.cpp:1: hub/policy may not include hub",
    "src/hub/policy/p.cpp:2: <sqlite3.h> belongs in store",
    "src/stray/x.cpp: in no module of docs/design/architecture.md",
]

with tempfile.TemporaryDirectory() as folder:
    src = pathlib.Path(folder)
    for name, text in FILES.items():
        (src / name).parent.mkdir(parents=True, exist_ok=True)
        (src / name).write_text(text)
    found = check(src, read_table(TABLE))
assert found == EXPECTED, found
print("4 faults found as expected")
