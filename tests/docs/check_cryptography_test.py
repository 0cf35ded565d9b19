"""The checker of the list of algorithms must find what it is there to find: each fault is put into a list that has none."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_cryptography  # noqa: E402

PAGE = "| AES | `EVP_aes_256_gcm` |\n| curve | `P-256` |\n| TLS | `ECDHE-ECDSA-AES256-GCM-SHA384`, `ECDHE-RSA-AES256-GCM-SHA384` |\n"
FILES = {
    "src/a.cpp": 'seal(EVP_aes_256_gcm()); group("P-256");',
    "src/a_test.cpp": "EVP_md5();",
    check_cryptography.TLS_SUITES: '"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"',
}
# what is exchanged in which file, for what, and the fault that it has to be
MUTATIONS = (
    (check_cryptography.DOCUMENT, "`EVP_aes_256_gcm`", "nothing", "`EVP_aes_256_gcm` is missing, which src/a.cpp asks for"),
    (check_cryptography.DOCUMENT, "`P-256`", "`P-384`", "`P-256` is missing, which src/a.cpp asks for"),
    ("src/a.cpp", "EVP_aes_256_gcm", "EVP_aes_128_gcm", "`EVP_aes_128_gcm` is missing, which src/a.cpp asks for"),
    ("src/a.cpp", "EVP_aes_256_gcm", "nothing", "nothing asks for `EVP_aes_256_gcm` any more"),
    (check_cryptography.TLS_SUITES, "ECDHE-RSA-AES256", "ECDHE-RSA-AES128", "the suites are not those of"),
    (check_cryptography.TLS_SUITES, "ECDHE", "nothing", "the suites are not those of"),
)


def faults_of(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return check_cryptography.check_cryptography(root)


with tempfile.TemporaryDirectory() as folder:
    whole = {**FILES, check_cryptography.DOCUMENT: PAGE}
    assert faults_of(pathlib.Path(folder), whole) == []
    for file, before, after, fault in MUTATIONS:
        assert before in whole[file], before
        found = faults_of(pathlib.Path(folder), {**whole, file: whole[file].replace(before, after)})
        assert any(one.startswith(f"{check_cryptography.DOCUMENT}: {fault}") for one in found), (file, before, after, found)
print(f"all {len(MUTATIONS)} faults found as expected")
