"""The store against its bars: sealing and signing, reading, the first picture at a random time, the start, deletion by rules.

Prints and writes bench/RESULTS_STORE.md.

usage: bench_store.py [--cameras 64] [--days 30] [--fragments 1000000] [--folder DIR] [--program build/release/bin/store_bench]
"""

import argparse
import datetime
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from bench import ROOT, machine  # noqa: E402


def part(options, *words):
    """The figures that one part of store_bench tells, by name."""
    print("...", *words, file=sys.stderr, flush=True)
    command = [str(options.program), *(str(word) for word in words)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines() if not line.startswith("["))}


def bar(value, limit, at_least=False):
    return "yes" if (value >= limit if at_least else value <= limit) else "**NO**"


def report(f, options):
    size = f"{f['index_segments'] / 1e6:.2f} million files, {f['index_fragments'] / 1e6:.0f} million fragments, {f['index_mb']:.0f} MB of index"
    rows = [
        ("sealing and signing, against AES-256-GCM and SHA-256 alone; fragments of 1 MiB",
         f"{f['seal_ours_gb']:.2f} against {f['seal_plain_gb']:.2f} GB/s, {f['seal_ratio']:.2f} times the time", "1.3", bar(f["seal_ratio"], 1.3)),
        ("the same, fragments of 100 kB",
         f"{f['seal_small_ours_gb']:.2f} against {f['seal_small_plain_gb']:.2f} GB/s, {f['seal_small_ratio']:.2f} times the time", "1.3", bar(f["seal_small_ratio"], 1.3)),
        ("sealing with light encryption, which is partial; fragments of 1 MiB of 50 slices, and of 100 kB",
         f"{f['seal_light_gb']:.2f} GB/s, {f['seal_light_ratio']:.2f} times the time of full; {f['seal_small_light_gb']:.2f} GB/s, {f['seal_small_light_ratio']:.2f} times the time",
         "none", ""),
        (f"writing {options.mebibytes} MiB of 16 cameras, against dd (bs=1M conv=fdatasync), a sync each second for both; best of {options.rounds} rounds each",
         f"{f['write_full_best_mb']:.0f} against {f['write_dd_best_mb']:.0f} MB/s, {f['write_full_to_dd_best']:.2f} times the time (medians: {f['write_full_to_dd']:.2f})",
         "1.1", bar(f["write_full_to_dd_best"], 1.1)),
        ("the same against dd oflag=direct",
         f"{f['write_dd_direct_best_mb']:.0f} MB/s, {f['write_full_to_dd_direct_best']:.2f} times the time (medians: {f['write_full_to_dd_direct']:.2f})", "1.1",
         bar(f["write_full_to_dd_direct_best"], 1.1)),
        ("the same against a bare loop that writes to one file past the page cache",
         f"{f['write_bare_best_mb']:.0f} MB/s, {f['write_full_to_bare_best']:.2f} times the time (medians: {f['write_full_to_bare']:.2f})", "1.1", bar(f["write_full_to_bare_best"], 1.1)),
        ("the same against a bare loop that encrypts and hashes each block before it writes it, in one thread",
         f"{f['write_sealed_best_mb']:.0f} MB/s, {f['write_full_to_sealed_best']:.2f} times the time (medians: {f['write_full_to_sealed']:.2f})", "1.1", bar(f["write_full_to_sealed_best"], 1.1)),
        ("the store itself with one thread that seals and one that writes, and with one for both",
         f"{f['write_two_best_mb']:.0f} and {f['write_serial_best_mb']:.0f} MB/s", "none", ""),
        ("CPU seconds for each GB written: the store, dd, dd oflag=direct, the bare loop, and the one that encrypts and hashes",
         ", ".join(f"{f[f'write_{name}_cpu_per_gb']:.2f}" for name in ("full", "dd", "dd_direct", "bare", "sealed")), "none", ""),
        ("the store with light encryption, against dd", f"{f['write_light_best_mb']:.0f} MB/s, {f['write_light_to_dd_best']:.2f} times the time", "1.1", bar(f["write_light_to_dd_best"], 1.1)),
        ("reading one stream with decryption, from the cache",
         f"{f['read_gb_per_cpu_second']:.2f} GB per CPU second, {f['read_gb_per_second']:.2f} GB/s", "1 GB/s", bar(f["read_gb_per_cpu_second"], 1, True)),
        ("the same of light encryption", f"{f['read_light_gb_per_cpu_second']:.2f} GB per CPU second, {f['read_light_gb_per_second']:.2f} GB/s", "1 GB/s",
         bar(f["read_light_gb_per_cpu_second"], 1, True)),
        (f"first picture at a random time, {options.days} days of {options.cameras} cameras, cache emptied before",
         f"p50 {f['first_picture_p50_ms']:.1f}, p99 {f['first_picture_p99_ms']:.1f}, most {f['first_picture_most_ms']:.1f} ms", "p99 100 ms", bar(f["first_picture_p99_ms"], 100)),
        ("opening that store, index not in the cache",
         f"{f['start_seconds']:.2f}, most {f['start_most_seconds']:.2f} s", "2 s", bar(f["start_most_seconds"], 2)),
        (f"deleting {f['retention_fragments'] / 1e6:.2f} million fragments by a rule", f"{f['retention_seconds']:.1f} s", "10 s", bar(f["retention_seconds"], 10)),
        ("a fragment's way to the disk meanwhile",
         f"p50 {f['delay_beside_p50_ms']:.1f}, p99 {f['delay_beside_p99_ms']:.1f}, most {f['delay_beside_most_ms']:.0f} ms (without deletion: p50 {f['delay_alone_p50_ms']:.1f}, p99 {f['delay_alone_p99_ms']:.1f})",
         "p99 50 ms", bar(f["delay_beside_p99_ms"], 50)),
    ]
    today = datetime.date.today().isoformat()
    load = os.getloadavg()[0]
    lines = [
        "# The store", "",
        f"Made by `./run bench store` on {today}; machine: {machine()}; load {load:.1f} at the end.", "",
        "| what | measured | bar | held |", "|---|---|---|---|", *("| " + " | ".join(row) + " |" for row in rows), "",
        f"The index is made by a generator: {size}. Its media are sparse files, with a real init and fragment where a picture is looked for. The first look at how much is stored took {f['usage_seconds'] * 1000:.0f} ms.",
        "dd reads bytes that are no zeros from memory, in pieces of what it writes in a second, each synced. The bare loops do nothing else, which no store that seals with one core reaches on a disk that is faster than its cipher.",
        "Times of sealing and reading are CPU seconds of one thread, medians of rounds in turn. A fragment's way is from append() to its write, with a sync each second in it.",
    ]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cameras", default=64, type=int)
    parser.add_argument("--days", default=30, type=int)
    parser.add_argument("--mebibytes", default=1024, type=int, help="that are written in each round of writing")
    parser.add_argument("--rounds", default=7, type=int, help="of writing")
    parser.add_argument("--fragments", default=1_000_000, type=int)
    parser.add_argument("--folder", type=pathlib.Path, help="where the stores are made; 3 GB")
    parser.add_argument("--program", default=ROOT / "build/release/bin/store_bench", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vedette-bench-", dir=options.folder) as folder:
        folder = pathlib.Path(folder)
        figures = part(options, "seal") | part(options, "read", folder / "read") | part(options, "write", folder / "write", options.mebibytes, options.rounds)
        place = (folder / "index", options.cameras, options.days)
        figures |= part(options, "generate", *place) | part(options, "first_picture", *place) | part(options, "start", place[0])
        figures |= part(options, "retention", folder / "retention", options.fragments)
    text = report(figures, options)
    print(text)
    (ROOT / "bench" / "RESULTS_STORE.md").write_text(text)


if __name__ == "__main__":
    main()
