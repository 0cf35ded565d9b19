"""Holds docs/ref/cryptography.md to the code: each algorithm that is asked of a library stands there, and nothing else does."""

import re

DOCUMENT = "docs/ref/cryptography.md"
ASKED_BY_FUNCTION = re.compile(r"\b(EVP_(?:aes|sha|md|chacha|sm|camellia|aria|des|bf|rc)\w*|EVP_PKEY_(?:ED|X)\d+|argon2\w*_hash_\w+)\b")
ASKED_BY_NAME = re.compile(r'"(HKDF|HMAC|RSA|EC|P-\d+|SHA\d+|[A-Z0-9]+(?:-[A-Z0-9]+)*KDF|X25519|ML-[A-Z]+-\d+)"')
SUITE = re.compile(r"\b(?:ECDHE|DHE)-[A-Z0-9-]+\b")
TLS_SUITES = "src/net/tls_context.hpp"
NAME_OF_A_HASH = {"SHA1"}  # of a maker's list, beside the function that makes it


def asked_for(root):
    """Algorithm -> a file that asks for it."""
    found = {}
    for path in sorted(root.glob("src/**/*.[ch]pp")):
        if path.name.endswith(("_test.cpp", "_fuzz.cpp")) or path.name.startswith("test_") or "simulate" in path.parts:
            continue
        text = path.read_text()
        for name in ASKED_BY_FUNCTION.findall(text) + ASKED_BY_NAME.findall(text):
            if name not in NAME_OF_A_HASH:
                found.setdefault(name, path.relative_to(root).as_posix())
    return found


def check_cryptography(root):
    document = (root / DOCUMENT).read_text()
    spans = set(re.findall(r"`([^`\n]+)`", document))
    asked = asked_for(root)
    faults = [f"{DOCUMENT}: `{name}` is missing, which {place} asks for" for name, place in sorted(asked.items()) if name not in spans]
    claimed = {span for span in spans if ASKED_BY_FUNCTION.fullmatch(span)}
    faults += [f"{DOCUMENT}: nothing asks for `{name}` any more" for name in sorted(claimed - set(asked))]
    suites = SUITE.findall((root / TLS_SUITES).read_text())
    if not suites or [span for span in re.findall(r"`([^`\n]+)`", document) if SUITE.fullmatch(span)] != suites:
        faults.append(f"{DOCUMENT}: the suites are not those of {TLS_SUITES}: {', '.join(suites)}")
    return faults
