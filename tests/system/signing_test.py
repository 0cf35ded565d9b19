"""A key that never leaves a token or TPM signs the recordings beside the key file: the real program with SoftHSM and swtpm, and what it signed
held against the key by tools that are not ours."""

import base64
import datetime
import hashlib
import os
import re
import shutil
import subprocess

import case
import vedette

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "4711"
SPKI_ED25519 = bytes.fromhex("302a300506032b6570032100")


class SigningTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        # SoftHSM 2.6 loses some bytes for each Ed25519 key that it reads.
        leaks = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        self.env = {**os.environ, "CREDENTIALS_DIRECTORY": str(self.dir / "credentials"), "ASAN_OPTIONS": leaks}
        (self.dir / "credentials").mkdir()
        (self.dir / "credentials/vedette.pin").write_text(PIN + "\n")

    def run_tool(self, *args):
        return subprocess.run([str(a) for a in args], env=self.env, check=True, capture_output=True, timeout=60).stdout

    def token(self, kind="EC:edwards25519", label="signer"):
        """A token with a key pair; the URI of the pair, and its public key as a file (DER)."""
        tokens = self.dir / "tokens"
        if not tokens.exists():
            tokens.mkdir()
            (self.dir / "softhsm2.conf").write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
            self.env["SOFTHSM2_CONF"] = str(self.dir / "softhsm2.conf")
            self.run_tool("softhsm2-util", "--init-token", "--free", "--label", "site", "--so-pin", "12345678", "--pin", PIN)
        tool = ("pkcs11-tool", "--module", MODULE, "--token-label", "site", "--login", "--pin", PIN)
        self.run_tool(*tool, "--keypairgen", "--key-type", kind, "--label", label, "--id", "02" if "ed" in kind else "03")
        public = self.dir / f"{label}.der"
        listed = self.run_tool(*tool, "--list-objects", "--type", "pubkey", "--label", label).decode()
        point = bytes.fromhex(re.search(r"EC_POINT: +([0-9a-f]+)", listed)[1])[2:]
        prefix = SPKI_ED25519 if "ed" in kind else bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
        public.write_bytes(prefix + point)
        return f"pkcs11:token=site;object={label}", public

    def tpm(self):
        where = self.dir / "tpm"
        where.mkdir()
        self.start(
            vedette.Process(
                ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={where}", "--server", f"type=unixio,path={where}/tpm",
                 "--ctrl", f"type=unixio,path={where}/tpm.ctrl", "--flags", "not-need-init,startup-clear"]
            )
        )
        vedette.wait_for("the TPM", (where / "tpm.ctrl").exists)
        self.env["VEDETTE_TPM2"] = f"swtpm:path={where}/tpm"

    def vedette(self, *args, exit_code=0, data=None):
        done = subprocess.run(
            [str(a) for a in (case.BINARY, *args, "--data", data or self.data)], capture_output=True, text=True, timeout=120,
            check=False, env=self.env, start_new_session=True,
        )
        self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
        self.assertIsNone(case.SANITIZER.search(done.stderr), done.stderr)
        if exit_code == 1 and args[0] == "keys":
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        return done.stdout + done.stderr

    def sign_with(self, *args, exit_code=0):
        """The public key, or the sentence of a refusal."""
        said = self.vedette("keys", "sign-with", *args, exit_code=exit_code)
        found = re.search(r"^vedette\.invalid/gateway/\S+$", said, re.M)
        return found[0] if found else said

    def record(self, farm, camera=None, seconds=3, data=None):
        server = self.server(data, env=self.env, start_new_session=True)
        if camera is None:
            camera = server.add_camera("Gate", farm.url())
        before = server.recorded_seconds(camera)
        self.wait_recorded(server, camera, before + seconds)
        self.assertEqual(server.stop(), 0, server.output())
        return camera

    def signed_by(self, *args, data=None, exit_code=0):
        """(output, stretches) of `vault verify`."""
        said = self.vedette("vault", "verify", *args, exit_code=exit_code, data=data)
        block = re.search(r"^signed by +(.*?)^(?=\S)", said, re.M | re.S)[1]
        return said, re.findall(r"^ *(entries .*?|key file.*)$", block, re.M)

    def check_by_openssl(self, public):
        """That signing/checkpoint is signed by that key; its size."""
        text, lines = (self.data / "signing/checkpoint").read_text().split("\n\n")
        text += "\n"
        is_ed25519 = public.read_bytes().startswith(SPKI_ED25519)
        spki = public.read_bytes()
        name = text.splitlines()[0]
        key_id = hashlib.sha256(name.encode() + b"\n\1" + spki[12:] if is_ed25519 else spki).digest()[:4]
        signatures = [base64.b64decode(line.split(" ")[2]) for line in lines.splitlines()]
        self.assertEqual(len(signatures), 2, lines)
        signature = next(s[4:] for s in signatures if s[:4] == key_id)
        (self.dir / "text").write_text(text)
        (self.dir / "signature").write_bytes(signature)
        if is_ed25519:
            self.run_tool("openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", public, "-rawin", "-in",
                          self.dir / "text", "-sigfile", self.dir / "signature")
        else:
            self.run_tool("openssl", "dgst", "-sha256", "-verify", public, "-keyform", "DER", "-signature", self.dir / "signature",
                          self.dir / "text")
        return int(text.splitlines()[1])

    def test_a_token(self):
        farm = self.simulator()
        camera = self.record(farm)
        uri, public = self.token()
        before = self.copy_data("before")
        _, stretches = self.signed_by()
        self.assertEqual(stretches, ["key file"])
        self.assertIn("no public key", self.sign_with("pkcs11", "--pkcs11-uri", "pkcs11:token=site;object=other", exit_code=1))
        server = self.server(env=self.env, start_new_session=True)
        self.assertIn("stop the recorder", self.sign_with("pkcs11", "--pkcs11-uri", uri, exit_code=1))
        self.assertEqual(server.stop(), 0)

        vkey = self.sign_with("pkcs11", "--pkcs11-uri", uri)
        self.assertIn("so already", self.sign_with("pkcs11", "--pkcs11-uri", uri, exit_code=1))
        self.assertEqual((self.data / "format").read_text(), "6\n")
        listed = self.vedette("keys", "list")
        self.assertIn("signed by the key file and the PKCS#11 token", listed)
        self.assertIn(vkey, listed)
        after = self.copy_data("after")
        self.record(farm, camera)
        said, stretches = self.signed_by()
        self.assertEqual(len(stretches), 2, said)
        self.assertRegex(stretches[0], r"^entries 0 to \d+: key file$")
        self.assertRegex(stretches[1], r"^entries \d+ to \d+, since 20\S+: PKCS#11 token \(Ed25519\), and the key file$")
        size = self.check_by_openssl(public)
        self.assertIn(f"checkpoint  {size} entries", said, "all of it was signed at the stop")
        self.signed_by("--vkey", vkey)

        # A proof has both signatures, and says so.
        first = re.search(r"time +(\S+) (\S+) to", said)
        at = datetime.datetime.fromisoformat(f"{first[1]}T{first[2]}") + datetime.timedelta(seconds=0.5)
        proof = self.vedette("vault", "prove", "--camera", "Gate", "--at", at.isoformat() + "Z")
        self.assertEqual(len(re.findall("(?m)^\u2014 ", proof)), 2, proof)
        self.assertRegex(proof, r"(?m)^signed by   PKCS#11 token \(Ed25519\) vedette")

        # Who has the disk and its keys, but not the token: a history of his own is found by who trusts the token's key.
        env, self.env = self.env, {**self.env, "SOFTHSM2_CONF": "/nonexistent"}
        self.record(farm, camera, data=before)
        self.vedette("vault", "verify", data=before)
        said = self.vedette("vault", "verify", "--vkey", vkey, data=before, exit_code=1)
        self.assertIn("does not count", said)
        shutil.copytree(self.data / "signing", before / "signing")
        self.assertIn("No entry says that the key which you trust", self.vedette("vault", "verify", "--vkey", vkey, data=before, exit_code=1))
        # And one that begins behind the change is found by the checkpoint that the token has signed.
        self.record(farm, camera, data=after)
        self.env = env
        shutil.copy(self.data / "signing/checkpoint", after / "signing/checkpoint")
        said = self.vedette("vault", "verify", "--vkey", vkey, data=after, exit_code=1)
        self.assertRegex(said, "signed (anew with the key file|it has)|cut off|not those that it has signed")

    def test_a_token_that_is_away(self):
        farm = self.simulator()
        camera = self.record(farm)
        uri, _ = self.token("EC:prime256v1")
        vkey = self.sign_with("pkcs11", "--pkcs11-uri", uri)
        tokens = self.dir / "tokens"
        tokens.rename(self.dir / "drawer")
        tokens.mkdir()
        server = self.server(env=self.env, start_new_session=True)
        self.wait_recorded(server, camera, server.recorded_seconds(camera) + 3)
        self.assertRegex(server.output(), "PKCS#11 token that signs recordings does not")
        warning = vedette.wait_for("a warning", lambda: server.ok("GET", "/api/v1/cameras")["storage"]["warning"], 90)
        self.assertIn("recording goes on, signed by the key file alone", warning)
        vedette.wait_for("the log to say so", lambda: (self.data / "signing/state").read_text() == "4\n", 60)
        tokens.rmdir()
        (self.dir / "drawer").rename(tokens)
        vedette.wait_for("the token to sign again", lambda: (self.data / "signing/state").read_text() == "2\n", 90)
        vedette.wait_for("the warning to go", lambda: not server.ok("GET", "/api/v1/cameras")["storage"]["warning"], 90)
        self.assertEqual(server.stop(), 0)
        said, stretches = self.signed_by("--vkey", vkey)
        self.assertEqual([re.sub(r"^entries [^:]*(:\d\d[^:]*)*: ", "", s) for s in stretches], [
            "key file", "PKCS#11 token (ECDSA P-256), and the key file", "key file alone: token or TPM did not answer",
            "PKCS#11 token (ECDSA P-256), and the key file"], said)

        # A wrong PIN is tried once, and recording goes on.
        (self.dir / "credentials/vedette.pin").write_text("0815\n")
        server = self.server(env=self.env, start_new_session=True)
        self.wait_recorded(server, camera, server.recorded_seconds(camera) + 3)
        self.assertRegex(server.output(), "the PIN is wrong.*until the recorder is started anew")
        self.assertEqual(server.stop(), 0)

    def test_from_token_to_tpm_and_back(self):
        farm = self.simulator()
        camera = self.record(farm)
        uri, _ = self.token()
        token = self.sign_with("pkcs11", "--pkcs11-uri", uri)
        self.record(farm, camera)
        self.assertIn("no TPM 2.0", self.sign_with("tpm2", exit_code=1))
        self.tpm()
        tpm = self.sign_with("tpm2")
        self.record(farm, camera)
        spki = self.dir / "tpm.der"
        spki.write_bytes(base64.b64decode(tpm.split("+", 2)[2])[1:])
        self.check_by_openssl(spki)
        for trusted in ([], ["--vkey", token], ["--vkey", tpm]):
            said, stretches = self.signed_by(*trusted)
            self.assertEqual(len(stretches), 3, said)
            self.assertIn("TPM 2.0 (ECDSA P-256), and the key file", stretches[2])
        change = sorted(self.data.glob("signing/*.change"), key=lambda f: int(f.stem))[-1]
        kept = change.read_text()
        lines = kept.splitlines(keepends=True)
        # Without what the token signed, nobody can tell who made the change.
        change.write_text("".join(line for line in lines if line != lines[-2]))
        self.assertIn("has not vouched for it", self.vedette("vault", "verify", exit_code=1))
        change.write_text(kept)
        self.verify()

        (self.dir / "tokens").rename(self.dir / "lost")
        self.sign_with("file")
        self.record(farm, camera)
        said, stretches = self.signed_by("--vkey", token)
        self.assertEqual(len(stretches), 4, said)
        self.assertTrue(stretches[3].endswith(": key file"), said)

        tpm_again = self.sign_with("tpm2")
        self.assertNotEqual(tpm_again, tpm)
        (self.dir / "tpm/tpm").unlink()
        said = self.sign_with("file", exit_code=1)
        self.assertIn("--old-key-is-lost", said)
        self.sign_with("file", "--old-key-is-lost")
        self.record(farm, camera)
        self.assertIn("has not vouched for it", self.vedette("vault", "verify", exit_code=1))


if __name__ == "__main__":
    case.main()
