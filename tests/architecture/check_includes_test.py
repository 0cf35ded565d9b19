"""The include checker must find what it is there to find."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from check_includes import check, read_table  # noqa: E402

TABLE = "```modules\nbase ->\nnet -> base\nhub -> base net\nhub/policy -> base\nonvif -> base\napp -> *\n```\n"

FILES = {
    "base/a.hpp": '#include "net/b.hpp"\n',  # upwards
    "net/b.hpp": '#include "base/a.hpp"\n#include <boost/beast.hpp>\n',  # both allowed
    "hub/policy/p.cpp": '#include "hub/api.hpp"\n#include <sqlite3.h>\n',  # inside out; a restricted header
    "app/main.cpp": '#include "hub/api.hpp"\n',  # app may all
    "stray/x.cpp": "",  # no module
    "onvif/media.cpp": '#include "onvif/answers.hpp"\n',  # a reader
    "onvif/control_session.cpp": '#include "onvif/answers.hpp"\n',  # in the main process
    "onvif/media.hpp": '#include "onvif/xml.hpp"\n',  # seen by everybody
    "app/cmd.cpp": '#include "onvif/envelope.hpp"\n',  # not even app
    "app/cmd_test.cpp": '#include "onvif/envelope.hpp"\n',
}
READ_THERE = "is for the camera process: what devices send is read there"
EXPECTED = [
    f"src/app/cmd.cpp:1: onvif/envelope.hpp {READ_THERE}",
    "src/base/a.hpp:1: base may not include net",
    "src/hub/policy/p.cpp:1: hub/policy may not include hub",
    "src/hub/policy/p.cpp:2: <sqlite3.h> belongs in store",
    f"src/onvif/control_session.cpp:1: onvif/answers.hpp {READ_THERE}",
    f"src/onvif/media.hpp:1: onvif/xml.hpp {READ_THERE}",
    "src/stray/x.cpp: in no module of docs/design/architecture.md",
]

with tempfile.TemporaryDirectory() as folder:
    src = pathlib.Path(folder)
    for name, text in FILES.items():
        (src / name).parent.mkdir(parents=True, exist_ok=True)
        (src / name).write_text(text)
    found = check(src, read_table(TABLE))
assert found == EXPECTED, found
print(f"{len(EXPECTED)} faults found as expected")
