"""A witness takes the checkpoints of the signed logs, and what was rewritten with stolen keys is found by what it has seen."""

import base64
import random
import re
import shutil
import signal
import socket
import threading
import time

import case
import tlog
import vedette
from witness import Witness


class WitnessTest(case.SystemTest):
    def witness(self, name="witness", **options):
        return self.start(Witness(case.BINARY, self.dir / name, **options))

    def vkey(self, log="recordings"):
        path = "tlog/vkey" if log == "recordings" else "hub/audit.vkey"
        return (self.data / path).read_text().strip()

    def note(self, data=None, log="recordings"):
        path = "tlog/checkpoint" if log == "recordings" else "hub/audit/tlog/checkpoint"
        return ((data or self.data) / path).read_text()

    def size(self, data=None, log="recordings"):
        return tlog.checkpoint(self.note(data, log)).size

    def cosigned(self, witness, log="recordings"):
        name = f"{log}.{tlog.key(witness.vkey).key_id.hex()}"
        return self.data / "cosigned" / name

    def of_witness(self, server, log="recordings"):
        witnesses = server.ok("GET", "/api/v1/audit/witnesses")["witnesses"]
        return next(w for w in witnesses if w["log"] == log)

    def wait_cosigned(self, server, log, entries):
        def there():
            status = self.of_witness(server, log)
            return status if status["cosigned_entries"] >= entries else None

        return vedette.wait_for(f"{entries} entries of {log} that are cosigned", there, 120)

    def run_vedette(self, *args, exit_code=0):
        code, output = vedette.run(case.BINARY, *args)
        self.assertEqual(code, exit_code, output)
        return output

    def recorder(self, data, farm, *options):
        """Records the first camera of the farm; adds it when there is none."""
        server = self.start(vedette.Server(case.BINARY, data, extra=options)).sign_in()
        if not server.ok("GET", "/api/v1/cameras")["cameras"]:
            server.add_camera("Gate", farm.url())
        return server

    def wait_size(self, data, entries):
        vedette.wait_for(f"{entries} entries in the log", lambda: self.size(data) >= entries, 120)

    # ---- a history that is signed anew

    def test_what_was_rewritten_with_stolen_keys_is_found(self):
        witness = self.witness()
        farm = self.simulator()
        server = self.recorder(self.data, farm, "--witness", witness.option())
        vedette.wait_for("a refusal of what is not known", lambda: "vedette witness trust" in self.of_witness(server)["problem"])
        for log in ("recordings", "audit"):
            witness.trust(self.vkey(log))
        for log in ("recordings", "audit"):
            status = self.wait_cosigned(server, log, 1)
            self.assertEqual((status["state"], status["overdue"], status["problem"]), ("cosigned", False, ""))
        self.assertEqual(server.stop(), 0, server.output())
        old = self.copy_data("old")
        old_note = self.note()

        # The hour that will be rewritten.
        server = self.recorder(self.data, farm, "--witness", witness.option())
        for log in ("recordings", "audit"):
            self.wait_cosigned(server, log, self.size(old, log) + 1)
        _, metrics = server.request("GET", "/metrics", raw=True)
        self.assertRegex(metrics.decode(), r'(?m)^vedette_witness_up\{log="recordings",witness="[^"]+"\} 1$')
        self.assertRegex(metrics.decode(), r'(?m)^vedette_witness_overdue\{log="audit",witness="[^"]+"\} 0$')
        self.assertEqual(server.stop(), 0, server.output())
        self.check_by_other_means(witness, old_note)
        seen = {log: tlog.checkpoint(self.cosigned(witness, log).read_text()).size for log in ("recordings", "audit")}
        for option in (witness.vkey, witness.option()):
            self.assertRegex(self.verify_with("vault", option), rf"witness +\S+ saw {seen['recordings']} entries at 20")
            self.assertRegex(self.verify_with("audit", option), rf"witness +\S+ saw {seen['audit']} entries at 20")

        # Older copies, keys and all.
        for command in ("vault", "audit"):
            self.assertIn("OK", self.run_vedette(command, "verify", "--data", old))
            self.assertIn("an older copy of it was put back", self.verify_with(command, witness.option(), data=old, exit_code=1))

        # A thief of the keys records something else from there on.
        fork = self.dir / "fork"
        shutil.copytree(old, fork)
        server = self.recorder(fork, farm)
        self.wait_size(fork, seen["recordings"] + 1)
        while self.size(fork, "audit") <= seen["audit"]:
            server.ok("GET", "/api/v1/audit?limit=1")
        self.assertEqual(server.stop(), 0, server.output())
        for command, log in (("vault", "recordings"), ("audit", "audit")):
            self.assertIn("OK", self.run_vedette(command, "verify", "--data", fork), "nothing in it can tell")
            self.assertNotIn("FAULT", self.verify_with(command, witness.vkey, data=fork), "its own copy is older")
            told = self.verify_with(command, witness.option(), data=fork, exit_code=1)
            self.assertRegex(" ".join(told.split()), rf"FAULT the log:? The witness \S+ saw {seen[log]} entries at 20\S+Z, and these are not the first "
                             rf"{seen[log]} of now: what was there then was rewritten, and signed anew with the key that signs\.")
            self.assertEqual(len(re.findall("FAULT", told)), 1, told)
            # With the cosigned checkpoint at hand, nobody has to be asked.
            shutil.copy(self.cosigned(witness, log), fork / "cosigned" / self.cosigned(witness, log).name)
            self.assertIn("rewritten", " ".join(self.verify_with(command, witness.vkey, data=fork, exit_code=1).split()))

        # And when it goes on under the eyes of the witness.
        server = self.recorder(fork, farm, "--witness", witness.option())
        for log in ("recordings", "audit"):
            status = vedette.wait_for("a refusal", lambda: (s := self.of_witness(server, log))["state"] == "refused" and s, 120)
            self.assertTrue(status["overdue"])
            self.assertIn("does not go on from what was cosigned", status["problem"])
        recorded = self.size(fork)
        self.wait_size(fork, recorded + 2)  # it records all the same
        _, metrics = server.request("GET", "/metrics", raw=True)
        self.assertRegex(metrics.decode(), r'(?m)^vedette_witness_overdue\{log="recordings",witness="[^"]+"\} 1$')
        self.assertEqual(server.stop(), 0, server.output())
        self.assertEqual(tlog.checkpoint(witness.checkpoint(tlog.key(self.vkey()).name)).size, seen["recordings"])
        self.assertTrue(list(witness.folder.glob("logs/*/refused")))

    def verify_with(self, command, witness, data=None, exit_code=0):
        return self.run_vedette(command, "verify", "--data", data or self.data, "--witness", witness, exit_code=exit_code)

    def check_by_other_means(self, witness, old_note):
        """Cosignature and proof of growth, by the specifications alone."""
        cosigned = self.cosigned(witness).read_text()
        self.assertTrue(tlog.is_signed(cosigned, self.vkey()))
        self.assertLess(abs(tlog.cosigned_at(cosigned, witness.vkey) - time.time()), 600)
        self.assertEqual(witness.checkpoint(tlog.key(self.vkey()).name), cosigned)
        old = tlog.checkpoint(old_note)
        body = self.run_vedette("vault", "prove-growth", "--data", self.data, "--from", old.size)
        size, proof, note = tlog.split_growth(body)
        new = tlog.checkpoint(note)
        self.assertEqual((size, note), (old.size, self.note()))
        self.assertTrue(tlog.is_consistent(old.size, old.root, new.size, new.root, proof))
        self.assertFalse(tlog.is_consistent(old.size, new.root, new.size, new.root, proof))
        # It is what a witness takes.
        status, text, _ = witness.add(body)
        self.assertIn((status, text), [(409, f"{tlog.checkpoint(cosigned).size}\n")])
        self.assertIn("entries, and not", self.refused("vault", "prove-growth", "--data", self.data, "--from", new.size + 1))
        audit = self.run_vedette("audit", "prove-growth", "--data", self.data, "--from", 1)
        size, proof, note = tlog.split_growth(audit)
        first = (self.data / "hub/audit/tlog/tile/0").rglob("*")
        hash_of_first = next(p for p in sorted(first) if p.is_file()).read_bytes()[:32]
        new = tlog.checkpoint(note)
        self.assertTrue(tlog.is_consistent(1, hash_of_first, new.size, new.root, proof))

    def test_the_other_means_are_right(self):
        """From 6 to 8 leaves, as transparency-dev/merkle publishes it, and every small tree against its definition."""
        old, new, *proof = (
            base64.b64decode(text)
            for text in (
                "duZ9rbzfHhDht03cYIq9L5jfsW+851J3tSMqEn8gh+8=",
                "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
                "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
                "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
                "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
            )
        )
        self.assertTrue(tlog.is_consistent(6, old, 8, new, proof))
        self.assertFalse(tlog.is_consistent(6, new, 8, old, proof))
        leaves = [tlog.leaf_hash(b"%d" % i) for i in range(20)]
        for n in range(2, 20):
            for m in range(1, n):
                sides = tlog.root_of(leaves[:m]), n, tlog.root_of(leaves[:n])
                self.assertTrue(tlog.is_consistent(m, *sides, tlog.consistency_proof(m, leaves[:n])))

    # ---- the witness itself

    def log(self, entries=0, name="example.com/log", seed=bytes(32)):
        log = tlog.Log(name, seed)
        for i in range(entries):
            log.add(b"%d" % i)
        return log

    def test_each_refusal_says_why(self):
        witness = self.witness()
        log = self.log(20)
        fork = self.log(5)
        for i in range(15):
            fork.add(b"other %d" % i)
        self.assertEqual(witness.add(log.growth(0, 7))[0], 404)
        witness.trust(log.vkey())
        status, lines, _ = witness.add(log.growth(0, 7))
        self.assertEqual(status, 200)
        self.assertLess(abs(tlog.cosigned_at(log.note(7) + lines, witness.vkey) - time.time()), 60)
        stranger = self.log(20, seed=bytes([1] * 32))
        self.assertEqual(witness.add(log.growth(3, 9)), (409, "7\n", "text/x.tlog.size"))
        sentences = set()
        for expected, body in {
            400: "old x\n\n" + log.note(),
            403: stranger.growth(7, 9),
            422: fork.growth(7, 9),
            413: "x" * 80_000,
        }.items():
            status, sentence, kind = witness.add(body)
            self.assertEqual(status, expected, sentence)
            self.assertGreater(len(sentence), 20)
            self.assertTrue(kind.startswith("text/plain"), kind)
            sentences.add(sentence)
        self.assertEqual(len(sentences), 4)
        self.assertEqual(witness.request("GET", "/add-checkpoint")[0], 405)
        self.assertEqual(witness.request("POST", "/x/checkpoint", b"")[0], 405)
        self.assertEqual(witness.request("GET", "/" + "0" * 64 + "/checkpoint")[0], 404)
        self.assertEqual(witness.request("GET", "/witness.key")[0], 404)
        self.assertEqual(witness.add(log.growth(7, 20))[0], 200)
        self.assertIn("another witness runs", self.refused("witness", "serve", "--data", witness.folder, "--port", vedette.free_port()))
        self.assertIn("by another key", self.refused("witness", "trust", "--data", witness.folder, "--vkey", stranger.vkey()))
        listed = self.run_vedette("witness", "list", "--data", witness.folder)
        self.assertIn(log.vkey(), listed)
        self.assertIn("20 entries, cosigned 20", listed)
        # After a restored backup, by the word of who looks after the witness.
        self.assertEqual(witness.add(fork.growth(0, 6))[0], 409)
        self.run_vedette("witness", "begin-anew", "--data", witness.folder, "--log", log.name)
        self.assertEqual(witness.add(fork.growth(0, 6))[0], 200)
        self.assertEqual(witness.stop(), 0, witness.output())

    def test_kills_never_let_it_sign_a_fork(self):
        chance = random.Random(self.id())
        log, fork = self.log(60), self.log(1)
        for i in range(59):
            fork.add(b"other %d" % i)
        bodies = [log.growth(size, size + 1) for size in range(60)]
        port = vedette.free_port()
        witness = self.witness(port=port)
        witness.trust(log.vkey())
        acknowledged = 0
        for _ in range(6):
            threading.Timer(chance.uniform(0.05, 0.5), witness.popen.kill).start()
            try:
                while acknowledged < 60:
                    status, text, _ = witness.add(bodies[acknowledged])
                    if status == 409:  # it was kept, and the answer lost
                        self.assertEqual(int(text), acknowledged + 1)
                    else:
                        self.assertEqual(status, 200, text)
                    acknowledged += 1
            except OSError:
                pass
            witness.popen.wait()
            witness.stop()
            witness = self.witness(port=port)
            kept = tlog.checkpoint(witness.checkpoint(log.name)).size if acknowledged > 0 else 0
            self.assertIn(kept, (acknowledged, acknowledged + 1))
            if kept < 2:
                continue
            for old in {0, 1, acknowledged, kept}:
                size = max(old, 2)
                self.assertIn(witness.add(fork.growth(old, min(60, size + chance.randrange(8))))[0], (409, 422))
        self.assertGreater(acknowledged, 0)

    def test_a_witness_that_never_answers_holds_nothing_up(self):
        farm = self.simulator()
        witness = self.witness()
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            server = self.recorder(self.data, farm, "--witness", f"https://127.0.0.1:{silent.getsockname()[1]}={witness.vkey}")
            before = vedette.wait_for("a first checkpoint", lambda: self.size())
            status = vedette.wait_for("the failure", lambda: (s := self.of_witness(server))["state"] == "failing" and s)
            self.assertRegex(status["problem"], "did not answer|took longer|no answer|within")
            self.assertGreater(status["waiting_entries"], 0)
            self.assertGreater(self.size(), before)
            started = time.monotonic()
            self.assertEqual(server.stop(signal.SIGTERM), 0, server.output())
            self.assertLess(time.monotonic() - started, 20)
        told = self.verify_with("vault", witness.vkey, exit_code=1)
        self.assertIn("there is no checkpoint of this log that", " ".join(told.split()))
        self.assertIn("no checkpoint of this log that", " ".join(self.verify_with("vault", witness.option(), exit_code=1).split()))
        self.assertIn("https://127.0.0.1:9", self.refused("vault", "verify", "--data", self.data, "--witness", f"https://127.0.0.1:9={witness.vkey}"))
        self.assertIn("is written", self.refused("vault", "verify", "--data", self.data, "--witness", "https://127.0.0.1"))
        self.assertIn("needs an address", self.refused("serve", "--data", self.data, "--witness", witness.vkey))


if __name__ == "__main__":
    case.main()
