"""Signed logs by their specifications, written apart from the program: RFC 6962 and 9162, C2SP signed-note, tlog-checkpoint,
tlog-cosignature. Ed25519 is done by the program openssl."""

import base64
import collections
import hashlib
import pathlib
import subprocess
import tempfile

Signature = collections.namedtuple("Signature", "name key_id bytes")
Checkpoint = collections.namedtuple("Checkpoint", "origin size root")
Key = collections.namedtuple("Key", "name key_id type public")

SPKI = bytes.fromhex("302a300506032b6570032100")
PKCS8 = bytes.fromhex("302e020100300506032b657004220420")


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(leaves):
    """MTH of RFC 6962 section 2.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(root_of(leaves[:k]), root_of(leaves[k:]))


def consistency_proof(m, leaves, whole=True):
    """PROOF(m, D[n]) of RFC 6962 section 2.1.2."""
    n = len(leaves)
    if m == n:
        return [] if whole else [root_of(leaves)]
    k = 1 << (n - 1).bit_length() - 1
    if m <= k:
        return consistency_proof(m, leaves[:k], whole) + [root_of(leaves[k:])]
    return consistency_proof(m - k, leaves[k:], False) + [root_of(leaves[:k])]


def is_consistent(first, first_root, second, second_root, proof):
    """RFC 9162 section 2.1.4.2, step by step."""
    if first == second:
        return not proof and first_root == second_root
    if not 0 < first < second or not proof:
        return False
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn != 0:
                fn >>= 1
                sn >>= 1
        else:
            sr = node_hash(sr, c)
        fn >>= 1
        sn >>= 1
    return fr == first_root and sr == second_root and sn == 0


def split_note(note):
    """(text, signatures)"""
    text, _, lines = note.rpartition("\n\n")
    signatures = []
    for line in lines.splitlines():
        dash, name, encoded = line.split(" ")
        assert dash == "\u2014", line
        content = base64.b64decode(encoded, validate=True)
        signatures.append(Signature(name, content[:4], content[4:]))
    return text + "\n", signatures


def checkpoint(text):
    origin, size, root = text.splitlines()[:3]
    return Checkpoint(origin, int(size), base64.b64decode(root, validate=True))


def key(vkey):
    name, key_id, encoded = vkey.strip().split("+", 2)
    content = base64.b64decode(encoded, validate=True)
    assert hashlib.sha256(name.encode() + b"\n" + content).digest()[:4].hex() == key_id
    return Key(name, bytes.fromhex(key_id), content[0], content[1:])


def _openssl(arguments, **files):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (pathlib.Path(folder) / name).write_bytes(content)
        done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, timeout=60, check=False)
        return done.returncode, done.stdout


def verifies(public, message, signature):
    arguments = "pkeyutl -verify -rawin -pubin -keyform DER -inkey key -in message -sigfile signature"
    code, _ = _openssl(arguments.split(), key=SPKI + public, message=message, signature=signature)
    return code == 0


def is_signed(note, vkey):
    text, signatures = split_note(note)
    by = key(vkey)
    assert by.type == 1
    return any(s[:2] == by[:2] and verifies(by.public, text.encode(), s.bytes) for s in signatures)


def cosigned_at(note, vkey):
    """Unix seconds, or None."""
    text, signatures = split_note(note)
    by = key(vkey)
    assert by.type == 4
    for signature in signatures:
        if signature[:2] != by[:2]:
            continue
        time = int.from_bytes(signature.bytes[:8], "big")
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        if verifies(by.public, message, signature.bytes[8:]):
            return time
    return None


class Log:
    """A log in memory, with its own key."""

    def __init__(self, name, seed):
        self.name = name
        self.seed = seed
        self.leaves = []
        _, public = _openssl("pkey -inform DER -in key -pubout -outform DER".split(), key=PKCS8 + seed)
        self.public = public[-32:]
        self.key_id = hashlib.sha256(name.encode() + b"\n\1" + self.public).digest()[:4]

    def vkey(self):
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([1]) + self.public).decode()}"

    def add(self, entry):
        self.leaves.append(leaf_hash(entry))

    def note(self, size=None):
        leaves = self.leaves[: len(self.leaves) if size is None else size]
        text = f"{self.name}\n{len(leaves)}\n{base64.b64encode(root_of(leaves)).decode()}\n"
        _, signature = _openssl("pkeyutl -sign -rawin -keyform DER -inkey key -in message".split(), key=PKCS8 + self.seed, message=text.encode())
        return f"{text}\n\u2014 {self.name} {base64.b64encode(self.key_id + signature).decode()}\n"

    def growth(self, old, size=None):
        """The body of add-checkpoint."""
        leaves = self.leaves[: len(self.leaves) if size is None else size]
        proof = consistency_proof(old, leaves) if 0 < old < len(leaves) else []
        lines = "".join(base64.b64encode(h).decode() + "\n" for h in proof)
        return f"old {old}\n{lines}\n{self.note(size)}"


def split_growth(body):
    """(old size, proof, note)"""
    head, _, note = body.partition("\n\n")
    old, *lines = head.splitlines()
    assert old.startswith("old ")
    return int(old[4:]), [base64.b64decode(line, validate=True) for line in lines], note
