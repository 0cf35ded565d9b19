"""Two figures beside the ingest benchmark, of one recorder: many small streams, and what flapping cameras cost their neighbours.

(a) N sub streams of 400 kbit/s: CPU, memory, and that nothing is lost.
(b) The same steady cameras twice in one run, alone and beside cameras whose connections are cut every second or so: the distances between the
    pictures of a steady camera as its live viewers get them, and what is missing in its recording.

Prints and writes bench/RESULTS_MANY.md.

usage: bench_many.py [--streams 1000] [--steady 40] [--flapping 20] [--seconds 20] [--binary build/release/vedette]
"""

import argparse
import asyncio
import os
import pathlib
import shutil
import socket
import ssl
import struct
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from bench import ROOT, cpu_seconds, machine, memory_bytes, processes_of  # noqa: E402
from vedette import Server, Simulator, now_90k, wait_for  # noqa: E402

TICKS = 90_000
TITLE = "# Many streams, and flapping neighbours"


def gaps_and_seconds(server, camera, since_90k, until_90k):
    told = server.recordings(camera, since_90k, until_90k)
    missing = sum(min(g["end_90k"], until_90k) - max(g["start_90k"], since_90k) for g in told["gaps"]) / TICKS
    return missing, sum(min(r["end_90k"], until_90k) - max(r["start_90k"], since_90k) for r in told["ranges"]) / TICKS


def many(options, folder):
    clip = options.clips / "cam1-sub.h264"
    with Simulator(options.binary, options.streams, "--clip", clip) as farm:
        server = Server(options.binary, folder / "data", command="serve")
        try:
            server.sign_in()
            ids = [server.add_camera(f"Camera {n}", farm.url(n)) for n in range(1, options.streams + 1)]
            wait_for("all streams", lambda: all(
                c["streams"][0]["state"] == "recording" for c in server.ok("GET", "/api/v1/cameras")["cameras"]), 120, 1)
            time.sleep(5)
            pids = processes_of(server)
            begin, since, cpu, farm_cpu = time.monotonic(), now_90k(), cpu_seconds(pids), cpu_seconds([farm.pid])
            peak = 0
            while time.monotonic() - begin < options.seconds:
                time.sleep(1)
                peak = max(peak, memory_bytes(pids)[0])
            seconds = time.monotonic() - begin
            cpu, farm_cpu, until = cpu_seconds(pids) - cpu, cpu_seconds([farm.pid]) - farm_cpu, now_90k()
            cameras = server.ok("GET", "/api/v1/cameras")["cameras"]
            streams = [c["streams"][0] for c in cameras]
            time.sleep(6)  # the last fragments are closed
            told = [gaps_and_seconds(server, i, since, until) for i in ids]
            missing, recorded = sum(t[0] for t in told), sum(t[1] for t in told)
        finally:
            server.stop()
        farm.stop()
    return {
        "streams": options.streams, "cpu_percent": 100 * cpu / seconds, "farm_percent": 100 * farm_cpu / seconds,
        "mib": peak / options.streams / 2**20, "lost": sum(s["lost_packets"] for s in streams),
        "damaged": sum(s["health"]["damaged_pictures"] for s in streams),
        "reconnects": sum(s["health"]["reconnects"] for s in streams),
        "mbit": sum(s["bits_per_second"] for s in streams) / 1e6, "missing": missing,
        "covered": 100 * recorded / (options.streams * (until - since) / TICKS),
    }


class Proxy:
    """Ways to a farm that are cut again and again."""

    def __init__(self, port, period):
        self.port_of_farm, self.period, self.pairs, self.over = port, period, [], False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True)
        self.thread.start()

    async def serve(self):
        async def one(reader, writer):
            try:
                other, back = await asyncio.open_connection("127.0.0.1", self.port_of_farm)
            except OSError:
                return writer.close()

            async def copy(source, sink):
                try:
                    while data := await source.read(65536):
                        sink.write(data)
                        await sink.drain()
                except OSError:
                    pass

            tasks = [asyncio.create_task(copy(reader, back)), asyncio.create_task(copy(other, writer))]
            await asyncio.wait(tasks, timeout=self.period, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            for end in (writer, back):
                end.transport.abort()

        await asyncio.start_server(one, sock=self.listener)
        while not self.over:
            await asyncio.sleep(0.2)

    def close(self):
        self.over = True
        self.thread.join(5)


def websocket(server):
    """A signed-in WebSocket: a TLS socket behind its handshake (RFC 6455)."""
    context = ssl.create_default_context(cafile=server.data_dir / "hub" / "ca.pem")
    raw = context.wrap_socket(socket.create_connection(("127.0.0.1", server.port)), server_hostname="127.0.0.1")
    raw.sendall((
        f"GET /api/v1/ws HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: https://127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nCookie: {server.cookie}\r\n\r\n"
    ).encode())
    head = b""
    while b"\r\n\r\n" not in head:
        head += raw.recv(1)
    assert b" 101 " in head.split(b"\r\n")[0], head
    return raw


def send_text(raw, text):
    data = text.encode()
    mask = os.urandom(4)
    head = bytes([0x81, 0x80 | len(data)]) if len(data) < 126 else struct.pack("!BBH", 0x81, 0x80 | 126, len(data))
    raw.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))


def picture_distances(server, cameras, seconds):
    """Milliseconds between the arrivals of the pictures of each camera at one live viewer."""
    raw = websocket(server)
    for channel, camera in enumerate(cameras, 1):
        send_text(raw, f'{{"type":"live.start","channel":{channel},"camera_id":"{camera}","stream":"main"}}')
    buffer, last, distances, owed = b"", {}, [], {}
    begin = None
    raw.settimeout(5)
    while begin is None or time.monotonic() - begin < seconds:
        buffer += raw.recv(1 << 18)
        now = time.monotonic()
        while len(buffer) >= 10:
            size, at = buffer[1] & 127, 2
            if size == 126:
                size, at = struct.unpack("!H", buffer[2:4])[0], 4
            elif size == 127:
                size, at = struct.unpack("!Q", buffer[2:10])[0], 10
            if len(buffer) < at + size:
                break
            opcode, payload = buffer[0] & 15, buffer[at : at + size]
            buffer = buffer[at + size :]
            if opcode != 2 or payload[4] != 1:
                continue
            channel = struct.unpack("!I", payload[:4])[0]
            if begin is None:
                begin = now + 3  # the first pictures come in a lot
            if channel in last and now > begin:
                distances.append(1000 * (now - last[channel]))
            last[channel] = now
            owed[channel] = owed.get(channel, 0) + size - 24
            if owed[channel] > 1 << 18:
                send_text(raw, f'{{"type":"credit","channel":{channel},"bytes":{owed.pop(channel)}}}')
    raw.close()
    return sorted(distances)


def neighbours(options, folder):
    clip = options.clips / "cam1-sub.h264"
    result = {"steady": options.steady, "flapping": options.flapping}
    with Simulator(options.binary, options.steady + options.flapping, "--clip", clip) as farm:
        proxy = Proxy(farm.port, 1.2)
        server = Server(options.binary, folder / "data2", command="serve")
        try:
            server.sign_in()
            steady = [server.add_camera(f"Steady {n}", farm.url(n)) for n in range(1, options.steady + 1)]
            wait_for("steady cameras", lambda: all(server.stream(c)["state"] == "recording" for c in steady), 60)
            for name in ("alone", "beside"):
                since = now_90k()
                distances = picture_distances(server, steady, options.seconds)
                until = now_90k()
                time.sleep(6)
                result[name] = {
                    "p50": distances[len(distances) // 2], "p99": distances[len(distances) * 99 // 100], "most": distances[-1],
                    "pictures": len(distances), "missing": sum(gaps_and_seconds(server, c, since, until)[0] for c in steady),
                }
                if name == "alone":
                    flapping = [
                        server.add_camera(f"Flapping {n}", f"rtsp://127.0.0.1:{proxy.port}/cam{n}")
                        for n in range(options.steady + 1, options.steady + options.flapping + 1)
                    ]
                    time.sleep(5)
            result["cuts"] = sum(len(server.recordings(c)["gaps"]) for c in flapping)
        finally:
            server.stop()
            proxy.close()
        farm.stop()
    return result


def write(options, a, b):
    held_a = a["lost"] == 0 and a["missing"] == 0 and a["reconnects"] == 0
    ratio = b["beside"]["p99"] / b["alone"]["p99"]
    lines = [
        TITLE, "", f"Made by `./run bench many` on {time.strftime('%Y-%m-%d', time.gmtime())}; machine: {machine()}. {options.seconds} s each.", "",
        "| streams of 400 kbit/s | % of a core | MiB per stream (PSS) | Mbit/s in all | packets lost | reconnects | seconds missing | held: nothing lost |",
        "|--:|--:|--:|--:|--:|--:|--:|---|",
        f"| {a['streams']} | {a['cpu_percent']:.1f} | {a['mib']:.2f} | {a['mbit']:.0f} | {a['lost']} | {a['reconnects']} | {a['missing']:.1f} | {'yes' if held_a else 'NO'} |",
        "",
        f"{b['steady']} steady cameras, alone and beside {b['flapping']} whose connections are cut after 1.2 s ({b['cuts']} gaps of theirs); distances of a steady"
        " camera's pictures at its viewer:", "",
        "| neighbours | p50, ms | p99, ms | most, ms | pictures | seconds missing |", "|---|--:|--:|--:|--:|--:|",
    ]
    for name, word in (("alone", "none"), ("beside", "flapping")):
        r = b[name]
        lines.append(f"| {word} | {r['p50']:.1f} | {r['p99']:.1f} | {r['most']:.0f} | {r['pictures']} | {r['missing']:.1f} |")
    lines += ["", f"p99 with flapping neighbours is {ratio:.2f} times the p99 without."]
    print("\n".join(lines))
    (ROOT / "bench" / "RESULTS_MANY.md").write_text("\n".join(lines) + "\n")
    return held_a and b["beside"]["missing"] == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--streams", default=1000, type=int)
    parser.add_argument("--steady", default=40, type=int)
    parser.add_argument("--flapping", default=20, type=int)
    parser.add_argument("--seconds", default=20, type=int)
    parser.add_argument("--binary", default=ROOT / "build/release/vedette", type=pathlib.Path)
    options = parser.parse_args()
    options.clips = next(p for p in (options.binary.parent / "clips", ROOT / "build/clips") if (p / "cam1-sub.h264").exists())
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vedette-bench-", dir=ROOT / "build"))
    try:
        return 0 if write(options, many(options, folder), neighbours(options, folder)) else 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
