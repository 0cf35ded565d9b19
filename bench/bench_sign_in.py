"""What a flood of sign-ins costs those who watch: the distances between live pictures, and the memory of the recorder, without and with a hundred
attempts in a second.

Each attempt is a connection of its own, as guessers make them; half of them guess a user who exists. Prints and writes bench/RESULTS_SIGN_IN.md.

usage: bench_sign_in.py [--cameras 8] [--rate 100] [--seconds 20] [--binary build/release/vedette]
"""

import argparse
import collections
import http.client
import json
import pathlib
import shutil
import ssl
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from bench import ROOT, machine, memory_bytes, processes_of  # noqa: E402
from bench_many import picture_distances  # noqa: E402
from vedette import Server, Simulator, wait_for  # noqa: E402

MIB = 2**20
# docs/design/trust.md: two passwords are hashed at once, with 64 MiB each; connections and their TLS come on top.
CAP_MIB = 2 * 64 + 32
THREADS = 24


class Flood:
    """`rate` attempts in a second, from as many threads as it takes."""

    def __init__(self, server, rate):
        self.server, self.rate, self.over = server, rate, threading.Event()
        self.context = ssl.create_default_context(cafile=server.data_dir / "hub" / "ca.pem")
        self.answers, self.lock = collections.Counter(), threading.Lock()
        self.begin = time.monotonic()
        self.threads = [threading.Thread(target=self.run, args=(i,), daemon=True) for i in range(THREADS)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        turn = number
        while not self.over.is_set():
            wait = self.begin + turn / self.rate - time.monotonic()
            if wait > 0 and self.over.wait(wait):
                return
            answer = self.attempt(turn)
            with self.lock:
                self.answers[answer] += 1
            turn += THREADS

    def attempt(self, turn):
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, context=self.context, timeout=30)
        try:
            user = "admin" if turn % 2 else f"guess{turn}"
            body = json.dumps({"username": user, "password": f"a wrong password, number {turn}"})
            headers = {"Content-Type": "application/json", "Origin": f"https://127.0.0.1:{self.server.port}"}
            connection.request("POST", "/api/v1/session", body, headers)
            return connection.getresponse().status
        except OSError as error:
            return type(error).__name__
        finally:
            connection.close()

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join(35)
        return time.monotonic() - self.begin


def watch(server, cameras, seconds):
    """(distances of pictures in ms, peak memory in MiB) while somebody watches."""
    peak, over = [0], threading.Event()

    def look():
        while not over.wait(0.1):
            peak[0] = max(peak[0], memory_bytes(processes_of(server))[0])

    looking = threading.Thread(target=look)
    looking.start()
    try:
        distances = picture_distances(server, cameras, seconds)
    finally:
        over.set()
        looking.join()
    at = lambda part: distances[min(len(distances) - 1, int(part * len(distances)))]  # noqa: E731
    return {"p50": at(0.5), "p99": at(0.99), "most": distances[-1], "pictures": len(distances), "mib": peak[0] / MIB}


def measure(options, folder):
    clips = next(p for p in (options.binary.parent / "clips", ROOT / "build/clips") if (p / "cam1-sub.h264").exists())
    with Simulator(options.binary, options.cameras, "--clip", clips / "cam1-sub.h264") as farm:
        server = Server(options.binary, folder / "data")
        try:
            server.sign_in()
            cameras = [server.add_camera(f"Camera {n}", farm.url(n)) for n in range(1, options.cameras + 1)]
            wait_for("all cameras", lambda: all(server.stream(c)["state"] == "recording" for c in cameras), 60)
            time.sleep(5)
            before = watch(server, cameras, options.seconds)
            flood = Flood(server, options.rate)
            time.sleep(2)
            during = watch(server, cameras, options.seconds)
            seconds = flood.stop()
            during["rate"] = sum(flood.answers.values()) / seconds
            during["answers"] = flood.answers
            return before, during
        finally:
            server.stop()


def write(options, before, during):
    ratio, more = during["p99"] / before["p99"], during["mib"] - before["mib"]
    held_p99, held_memory = ratio <= 1.1, more <= CAP_MIB
    answers = ", ".join(f"{count} times {answer}" for answer, count in during["answers"].most_common())
    lines = [
        "# A flood of sign-ins", "",
        f"Made by `./run bench sign-in` on {time.strftime('%Y-%m-%d', time.gmtime())}; machine: {machine()}. {options.seconds} s each; one viewer of {options.cameras} cameras.", "",
        "| attempts in a second | p50, ms | p99, ms | most, ms | pictures | memory, MiB (PSS, peak) |", "|--:|--:|--:|--:|--:|--:|",
    ]
    for rate, r in ((0, before), (during["rate"], during)):
        lines.append(f"| {rate:.0f} | {r['p50']:.1f} | {r['p99']:.1f} | {r['most']:.0f} | {r['pictures']} | {r['mib']:.0f} |")
    lines += [
        "", "Distances of the pictures of a camera at its viewer. Answers: " + answers + ".", "", "| bar | figure | held |", "|---|--:|---|",
        f"| p99 of the distances within 1.1 times of that without | {ratio:.2f} | {'yes' if held_p99 else 'NO'} |",
        f"| at most {CAP_MIB} MiB more memory | {more:.0f} | {'yes' if held_memory else 'NO'} |",
    ]
    print("\n".join(lines))
    (ROOT / "bench" / "RESULTS_SIGN_IN.md").write_text("\n".join(lines) + "\n")
    return held_p99 and held_memory


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cameras", default=8, type=int)
    parser.add_argument("--rate", default=100, type=int)
    parser.add_argument("--seconds", default=20, type=int)
    parser.add_argument("--binary", default=ROOT / "build/release/vedette", type=pathlib.Path)
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vedette-bench-", dir=ROOT / "build"))
    try:
        return 0 if write(options, *measure(options, folder)) else 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
