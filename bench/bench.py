"""The ingest benchmark: the same simulated cameras recorded in turn by Vedette (sealed and signed), by one `ffmpeg -c copy -f segment` per camera
(plaintext), and by a bare loop that only receives, seals, hashes and writes. Prints CPU-seconds per recorded gigabyte, memory per camera and the
ratios between the contenders of this run, and writes them to bench/RESULTS.md.

With --tls the cameras speak RTSPS, the bare loop too, ffmpeg is left out, and the figures go to bench/RESULTS_TLS.md.

usage: bench.py [--cameras 50,200,400] [--seconds 30] [--warm-up 10] [--binary build/release/vedette] [--tls]
"""

import argparse
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
from vedette import Process, Server, Simulator, wait_for  # noqa: E402

GB = 1e9
FFMPEG_MAX_CAMERAS = 200  # beyond, the machine measures the processes' fight for it


def cpu_seconds(pids):
    """CPU time of all threads, from schedstat: tick-based figures miss short bursts."""
    total = 0
    for pid in pids:
        for stat in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(stat.read_text().split()[0])
            except (FileNotFoundError, ProcessLookupError):
                pass
    return total / 1e9


def memory_bytes(pids):
    """(proportional set size, resident set size)"""
    pss = rss = 0
    for pid in pids:
        try:
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    pss += int(line.split()[1]) * 1024
                elif line.startswith("Rss:"):
                    rss += int(line.split()[1]) * 1024
        except (FileNotFoundError, ProcessLookupError):
            pass
    return pss, rss


def bytes_below(folder):
    """Bytes really written: a file that was preallocated counts what its blocks hold."""
    total = 0
    for path, _, files in os.walk(folder):
        for name in files:
            try:
                stat = os.stat(os.path.join(path, name))
                total += min(stat.st_size, stat.st_blocks * 512)
            except FileNotFoundError:
                pass
    return total


def processes_of(server):
    """The main process, and the one that reads what cameras send."""
    children = pathlib.Path(f"/proc/{server.pid}/task").glob("*/children")
    return [server.pid, *(int(pid) for file in children for pid in file.read_text().split())]


class Contender:
    """What is started for N cameras, the processes that count, and the folder that it fills."""

    name = ""

    def __init__(self, options, simulator, cameras, folder):
        self.options, self.simulator, self.cameras, self.folder = options, simulator, cameras, pathlib.Path(folder)

    def measure(self):
        self.start()
        try:
            time.sleep(self.options.warm_up)
            begin, cpu, size, farm = time.monotonic(), cpu_seconds(self.pids()), bytes_below(self.media()), cpu_seconds([self.simulator.pid])
            peak_pss = peak_rss = 0
            while time.monotonic() - begin < self.options.seconds:
                time.sleep(1)
                pss, rss = memory_bytes(self.pids())
                peak_pss, peak_rss = max(peak_pss, pss), max(peak_rss, rss)
            seconds = time.monotonic() - begin
            cpu, size = cpu_seconds(self.pids()) - cpu, bytes_below(self.media()) - size
            farm = cpu_seconds([self.simulator.pid]) - farm
        finally:
            self.stop()
        if size <= 0:
            raise SystemExit(f"{self.name}: nothing was recorded")
        result = {
            "cameras": self.cameras, "name": self.name, "gigabytes": size / GB, "cpu_per_gb": cpu / (size / GB),
            "cpu_percent": 100 * cpu / seconds, "pss_mib": peak_pss / self.cameras / 2**20, "rss_mib": peak_rss / self.cameras / 2**20,
            "mbit_per_camera": size * 8 / seconds / self.cameras / 1e6, "farm_percent": 100 * farm / seconds,
        }
        print(
            f"{self.cameras:4} cameras  {self.name:34} {result['cpu_per_gb']:6.2f} CPU-s/GB  {result['pss_mib']:6.2f} MiB/camera (PSS)"
            f"  {result['mbit_per_camera']:5.2f} Mbit/s each, farm {result['farm_percent']:.1f} % of a core",
            flush=True,
        )
        return result

    def media(self):
        return self.folder


class Vedette(Contender):
    name = "Vedette, sealed and signed"

    def start(self):
        self.server = Server(self.options.binary, self.folder / "data")
        self.server.sign_in()
        for number in range(1, self.cameras + 1):
            url = self.simulator.url(number)
            if self.options.tls:
                url = url.replace("rtsp://", "rtsps://")
            self.camera = self.server.add_camera(f"Camera {number}", url)
        wait_for("the last camera", lambda: self.server.stream(self.camera)["state"] == "recording", 60)

    def pids(self):
        return processes_of(self.server)

    def media(self):
        return self.folder / "data" / "media"

    def stop(self):
        self.server.stop()


class Ffmpeg(Contender):
    name = "ffmpeg -c copy -f segment, plain"

    def start(self):
        self.processes = [
            subprocess.Popen(
                ["ffmpeg", "-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", self.simulator.url(number), "-c", "copy",
                 "-f", "segment", "-segment_time", "60", "-segment_format", "mp4", str(self.folder / f"{number}-%03d.mp4")],
                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for number in range(1, self.cameras + 1)
        ]
        time.sleep(5)

    def pids(self):
        return [p.pid for p in self.processes]

    def stop(self):
        for process in self.processes:
            process.send_signal(signal.SIGINT)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


class BareLoop(Contender):
    name = "bare loop"
    extra = ("1", "buffered")

    def start(self):
        extra = (*self.extra, "tls") if self.options.tls else self.extra
        self.process = Process([ROOT / "build/release/bin/bare_loop", self.simulator.port, self.cameras, self.folder, *extra])

    def pids(self):
        return [self.process.pid]

    def stop(self):
        self.process.stop()


class TunedBareLoop(BareLoop):
    name = "bare loop, low-water mark, O_DIRECT"
    extra = ("131072", "direct")


def machine():
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.machine())
    memory = int(next(l.split()[1] for l in open("/proc/meminfo") if l.startswith("MemTotal"))) / 2**20
    ffmpeg = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True).stdout.split()[2]
    return f"{os.cpu_count()} x {cpu}, {memory:.0f} GiB, Linux {platform.release()}, ffmpeg {ffmpeg}"


def crypto_speed():
    """What the processor gives one core: with SHA extensions SHA-256 is several times faster, and every ratio to a recorder that hashes nothing with it."""
    def speed(cipher):
        done = subprocess.run(["openssl", "speed", "-seconds", "1", "-bytes", "16384", "-evp", cipher], capture_output=True, text=True, check=True)
        return float(done.stdout.split()[-1].rstrip("k")) / 1e6  # thousands of bytes a second
    sha, gcm = speed("sha256"), speed("aes-256-gcm")
    return f"SHA-256 {sha:.2f} GB/s, AES-256-GCM {gcm:.2f} GB/s per core: together at least {1 / sha + 1 / gcm:.2f} CPU-s per GB"


def write_results(options, results):
    by = {(r["cameras"], r["name"]): r for r in results}
    lines = [
        "# Results of the ingest benchmark", "",
        "Made by `./run bench`; figures hold between contenders of one run, not between machines.", "",
        f"- Machine: {machine()}",
        f"- Cryptography: {crypto_speed()}",
        f"- Cameras: H.264 1080p25 with AAC over {'RTSPS' if options.tls else 'RTSP'} (interleaved TCP) from `vedette simulate`; {options.warm_up} s warm-up, {options.seconds} s measured",
        f"- Date: {time.strftime('%Y-%m-%d', time.gmtime())}", "",
        "| cameras | recorder | CPU-s per GB | % of a core | MiB per camera, peak PSS | peak RSS | Mbit/s per camera |",
        "|--:|---|--:|--:|--:|--:|--:|",
    ]
    for r in results:
        lines.append(
            f"| {r['cameras']} | {r['name']} | {r['cpu_per_gb']:.2f} | {r['cpu_percent']:.1f} | {r['pss_mib']:.2f} | {r['rss_mib']:.2f} | {r['mbit_per_camera']:.2f} |"
        )
    lines += ["", "| cameras | bar | figure | held |", "|--:|---|--:|---|"]
    verdicts = []
    for cameras in options.cameras:
        ours = by[(cameras, Vedette.name)]
        peer, bare = by.get((cameras, Ffmpeg.name)), by[(cameras, BareLoop.name)]
        tuned = by[(cameras, TunedBareLoop.name)]
        if peer:
            verdicts.append((cameras, "at least 3.5 times cheaper than ffmpeg", peer["cpu_per_gb"] / ours["cpu_per_gb"], lambda x: x >= 3.5))
        bar = 1.5 if options.tls else 1.4
        verdicts.append(
            (cameras, f"within {bar} times the bare loop", ours["cpu_per_gb"] / bare["cpu_per_gb"], lambda x, bar=bar: x <= bar)
        )
        verdicts.append((cameras, "(no bar) times the tuned bare loop", ours["cpu_per_gb"] / tuned["cpu_per_gb"], None))
        verdicts.append((cameras, "at most 3 MiB per camera", ours["pss_mib"], lambda x: x <= 3))
    held = True
    for cameras, bar, figure, check in verdicts:
        word = "" if check is None else ("yes" if check(figure) else "NO")
        held = held and word != "NO"
        lines.append(f"| {cameras} | {bar} | {figure:.2f} | {word} |")
        print(f"{cameras:4} cameras  {bar:45} {figure:6.2f}  {word}")
    (ROOT / "bench" / ("RESULTS_TLS.md" if options.tls else "RESULTS.md")).write_text("\n".join(lines) + "\n")
    return held


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cameras", default="50,200,400", type=lambda text: [int(n) for n in text.split(",")])
    parser.add_argument("--seconds", default=30, type=int)
    parser.add_argument("--warm-up", default=10, type=int, dest="warm_up")
    parser.add_argument("--binary", default=ROOT / "build/release/vedette", type=pathlib.Path)
    parser.add_argument("--only", default="", help="a part of the contenders' names")
    parser.add_argument("--tls", action="store_true")
    options = parser.parse_args()

    results = []
    for cameras in options.cameras:
        for contender in (Vedette, Ffmpeg, BareLoop, TunedBareLoop):
            if contender is Ffmpeg and (cameras > FFMPEG_MAX_CAMERAS or options.tls) or options.only not in contender.name:
                continue
            folder = tempfile.mkdtemp(prefix="vedette-bench-", dir=ROOT / "build")
            try:
                tls = ("--tls-dir", pathlib.Path(folder) / "tls") if options.tls else ()
                with Simulator(options.binary, cameras, *tls) as simulator:
                    results.append(contender(options, simulator, cameras, folder).measure())
                    simulator.stop()
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    if options.only:
        return 0
    return 0 if write_results(options, results) else 1


if __name__ == "__main__":
    sys.exit(main())
