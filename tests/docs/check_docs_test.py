"""The checker of the documents must find what it is there to find."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_docs  # noqa: E402

RUN = """case "${1:-}" in
  build)
    ;;
esac
"""
README = """# A title
[good](docs/a.md#b-c), [gone](docs/b.md), [no heading](docs/a.md#d), `[no link](in/code)`
`./run build` and `./run bild`
"""
TROUBLE = "| `the disk ... is full` | x |\n| `the disk is empty` | x |\n"
SOURCE = 'fail("the disk {} "\n     "is full");\n'
OPENAPI = """paths:
  /a:
    get:
      operationId: one
    post:
      operationId: one
    patch:
      summary: none
      x: { $ref: '#/components/schemas/Gone' }
components:
  schemas:
    Here: {}
"""


CAMERAS = """| 1 | a | b | quirks; `A.B`; `rtsp/a_test.cpp`: B; `--quirk one` |
| 2 | a | b | quirks; `A.C`; `rtsp/a_test.cpp`: D; `rtsp/b_test.cpp`: B; `--quirk one` |
| 3 | a | b | not yet |
| 4 | a | b | |
"""


class FakeProgram:
    options = {"": {"--verbose"}, "vault": set(), "vault verify": {"--data"}}


with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    for name, text in {
        "run": RUN,
        "README.md": README,
        "docs/a.md": "## B c\n`vedette vault verify --data x`, `vedette vault mend`, `vedette --verbose vault verify --deta x`\n",
        check_docs.TROUBLESHOOTING: TROUBLE,
        "src/a.cpp": SOURCE,
        check_docs.CAMERAS: CAMERAS,
        check_docs.SESSION_QUIRKS: "        {1,\n",
        "src/rtsp/a_test.cpp": "TEST(A, B) {\n",
        "src/simulate/quirks_a.cpp": '{.name = "one",\n .number = 1}, {.name = "two", .number = 4}',
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    assert check_docs.check_links(root) == [
        "README.md: the link docs/b.md leads nowhere",
        "README.md: docs/a.md#d names no heading",
    ], check_docs.check_links(root)
    assert check_docs.check_run_commands(root) == ["README.md: there is no ./run bild"]
    assert check_docs.check_sentences(root) == [f"{check_docs.TROUBLESHOOTING}: nothing says `the disk is empty` any more"]
    cameras = check_docs.check_cameras(root)
    assert cameras[: check_docs.CAMERA_BEHAVIOURS - 4] == [
        f"{check_docs.CAMERAS}: {number} is missing" for number in range(5, check_docs.CAMERA_BEHAVIOURS + 1)
    ], cameras
    assert cameras[check_docs.CAMERA_BEHAVIOURS - 4 :] == [
        f"{check_docs.CAMERAS}: 2: {check_docs.SESSION_QUIRKS} has no row of that number",
        f"{check_docs.CAMERAS}: 2: there is no test A.C",
        f"{check_docs.CAMERAS}: 2: rtsp/a_test.cpp has no D",
        f"{check_docs.CAMERAS}: 2: there is no rtsp/b_test.cpp",
        f"{check_docs.CAMERAS}: 2: the simulator has no one of that number",
        f"{check_docs.CAMERAS}: 4: nothing names no test",
        f"{check_docs.CAMERAS}: 4: `--quirk two` is missing",
    ], cameras
    assert check_docs.check_subcommands(root, FakeProgram) == [
        "docs/a.md: there is no `vedette vault mend`",
        "docs/a.md: `vedette vault verify` has no --deta",
    ], check_docs.check_subcommands(root, FakeProgram)

documented = check_docs.documented_options("## `vedette vault verify`\n| `--data DIR` |\n| `--old` |\n## `vedette gone`\n")
assert check_docs.compare_options(documented, {"vault verify": {"--data", "--new"}, "vault stats": set()}) == [
    f"{check_docs.CONFIGURATION}: there is no vedette gone",
    f"{check_docs.CONFIGURATION}: vedette vault stats is missing",
    f"{check_docs.CONFIGURATION}: vedette vault verify: --new is missing",
    f"{check_docs.CONFIGURATION}: vedette vault verify has no --old",
]
assert check_docs.check_openapi(OPENAPI) == [
    f"{check_docs.OPENAPI}:6: operationId one is also in line 4",
    f"{check_docs.OPENAPI}: patch /a has no operationId",
    f"{check_docs.OPENAPI}: schemas/Gone is referred to and missing",
], check_docs.check_openapi(OPENAPI)
print("all faults found as expected")
