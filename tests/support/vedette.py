"""Runs the real programs for tests and benchmarks: starts them on free ports, talks to the REST API as a client would, and ends them
by their process ids."""

import http.client
import json
import pathlib
import queue
import random
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

PASSWORD = "quiet harbour, seven lanterns"
TICKS_PER_SECOND = 90_000


_ports_given = set()


def free_port():
    """A port that nothing listens on, below those that outgoing connections take: none of them has it by the time a server wants it. Never twice the same."""
    while True:
        port = random.randrange(10_000, 32_000)
        if port in _ports_given:
            continue
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                _ports_given.add(port)
                return port
            except OSError:
                pass


def now_90k():
    return int(time.time() * TICKS_PER_SECOND)


def wait_for(what, condition, seconds=60, every=0.2):
    """Calls `condition` until it gives something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(every)


class Process:
    """A program whose output lines can be waited for."""

    def __init__(self, args, **options):
        self.args = [str(a) for a in args]
        self.lines = []
        self._queue = queue.Queue()
        self.popen = subprocess.Popen(
            self.args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.popen.stdout:
            self.lines.append(line.rstrip("\n"))
            self._queue.put(line)
        self._queue.put(None)

    @property
    def pid(self):
        return self.popen.pid

    def output(self):
        return "\n".join(self.lines)

    def wait_line(self, pattern, seconds=60):
        """The match of the first line, from now on, that `pattern` is found in."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._queue.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"waited {seconds} s for {pattern!r} from {self.args}:\n{self.output()}") from None
            if line is None:
                raise AssertionError(f"{self.args} ended before {pattern!r}:\n{self.output()}")
            match = re.search(pattern, line)
            if match:
                return match

    def stop(self, how=signal.SIGTERM, seconds=30):
        """Ends the program and returns its exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(how)
        try:
            code = self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise AssertionError(f"{self.args} did not stop within {seconds} s:\n{self.output()}") from None
        self._close()
        return code

    def _close(self):
        self._reader.join()
        self.popen.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()
        self._close()


class Simulator(Process):
    def __init__(self, binary, cameras, *args, port=None):
        self.port = port or free_port()
        super().__init__([binary, "simulate", "--port", self.port, "--cameras", cameras, *args])
        self.wait_line("rtsps?://")

    def url(self, number=1, stream=""):
        return f"rtsp://127.0.0.1:{self.port}/cam{number}{stream}"


class Server(Process):
    """`vedette serve`, claimed by an administrator."""

    def __init__(self, binary, data_dir, port=None, command="serve", extra=(), host="127.0.0.1", local_cameras=True, **options):
        if command == "serve" and local_cameras:
            extra = ("--allow-local-cameras", *extra)  # where simulated ones are
        self.binary = binary
        self.host = host
        self.data_dir = pathlib.Path(data_dir)
        self.port = port or free_port()
        super().__init__([binary, command, "--data", data_dir, "--port", self.port, *extra], **options)
        self.wait_line(r"https://")
        self.cookie = None

    def request(self, method, path, body=None, headers=None, raw=False):
        """(status, decoded JSON or bytes)"""
        context = ssl.create_default_context(cafile=self.data_dir / "hub" / "ca.pem")
        connection = http.client.HTTPSConnection(self.host, self.port, context=context, timeout=60)
        all_headers = {"Origin": f"https://{self.host}:{self.port}", **(headers or {})}
        if self.cookie:
            all_headers["Cookie"] = self.cookie
        data = None
        if body is not None:
            data = json.dumps(body)
            all_headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, data, all_headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        set_cookie = response.getheader("Set-Cookie")
        if set_cookie:
            self.cookie = set_cookie.split(";")[0]
        if raw or not content:
            return response.status, content
        return response.status, json.loads(content)

    def ok(self, method, path, body=None):
        status, answer = self.request(method, path, body)
        assert 200 <= status < 300, f"{method} {path}: {status} {answer}"
        return answer

    def claim_code(self):
        for line in self.lines:
            match = re.search(r"[Cc]laim code: +(\S+)", line)
            if match:
                return match.group(1)
        return self.wait_line(r"[Cc]laim code: +(\S+)").group(1)

    def sign_in(self):
        """Claims on the first call, signs in afterwards."""
        if self.ok("GET", "/api/v1/setup")["claimed"]:
            self.ok("POST", "/api/v1/session", {"username": "admin", "password": PASSWORD})
        else:
            self.ok("POST", "/api/v1/setup/claim", {"code": self.claim_code(), "username": "admin", "password": PASSWORD})
        return self

    def add_camera(self, name, main_url, **fields):
        return self.ok("POST", "/api/v1/cameras", {"name": name, "main_url": main_url, **fields})["id"]

    def stream(self, camera_id, kind="main"):
        camera = self.ok("GET", f"/api/v1/cameras/{camera_id}")
        return next(s for s in camera["streams"] if s["kind"] == kind)

    def recordings(self, camera_id, start_90k=0, end_90k=None, stream="main"):
        end = end_90k or now_90k() + 60 * TICKS_PER_SECOND
        return self.ok(
            "GET", f"/api/v1/cameras/{camera_id}/recordings?start_90k={start_90k}&end_90k={end}&stream={stream}"
        )

    def recorded_seconds(self, camera_id):
        ranges = self.recordings(camera_id)["ranges"]
        return sum(r["end_90k"] - r["start_90k"] for r in ranges) / TICKS_PER_SECOND

    def download(self, camera_id, start_90k, end_90k, path):
        status, content = self.request(
            "GET", f"/api/v1/cameras/{camera_id}/recordings/media?start_90k={start_90k}&end_90k={end_90k}", raw=True
        )
        assert status == 200, content
        pathlib.Path(path).write_bytes(content)
        return path


def run(*args, seconds=120):
    """(exit code, combined output) of a program that ends by itself."""
    done = subprocess.run(
        [str(a) for a in args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds, check=False
    )
    return done.returncode, done.stdout


def ffprobe(path):
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-count_frames", "-of", "json", str(path)],
        capture_output=True, text=True, timeout=120, check=False,
    )
    assert done.returncode == 0 and not done.stderr.strip(), f"ffprobe: {done.stderr}"
    return json.loads(done.stdout)


def folder():
    return tempfile.TemporaryDirectory(prefix="vedette-test-")
