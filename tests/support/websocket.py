"""As much of a WebSocket client (RFC 6455) as tests need: texts both ways, and binary messages to the server."""

import base64
import json
import os
import queue
import socket
import ssl
import struct
import threading
import time


class WebSocket:
    """Signed in as `server` is; text messages of the server are decoded from JSON."""

    def __init__(self, server, path="/api/v1/ws"):
        context = ssl.create_default_context(cafile=server.data_dir / "hub" / "ca.pem")
        raw = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        self._socket = context.wrap_socket(raw, server_hostname="127.0.0.1")
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall((
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: https://127.0.0.1:{server.port}\r\n"
            f"Cookie: {server.cookie}\r\n\r\n").encode())
        self._buffer = b""
        head = self._until(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        self._socket.settimeout(None)  # wait() has a limit
        self._sending = threading.Lock()
        self._closing = False
        self.messages = queue.Queue()
        self.media_bytes = 0  # of binary messages
        self.media = []  # (when it came, the message), while keep_media
        self.keep_media = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _until(self, end):
        while end not in self._buffer:
            self._more()
        head, _, self._buffer = self._buffer.partition(end)
        return head

    def _more(self):
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("closed")
        self._buffer += data

    def _take(self, size):
        while len(self._buffer) < size:
            self._more()
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _read(self):
        try:
            while True:
                first, second = self._take(2)
                size = second & 0x7F
                if size == 126:
                    (size,) = struct.unpack(">H", self._take(2))
                elif size == 127:
                    (size,) = struct.unpack(">Q", self._take(8))
                payload = self._take(size)
                if first & 0x0F == 1:
                    self.messages.put(json.loads(payload))
                elif first & 0x0F == 2:
                    self.media_bytes += size
                    if self.keep_media:
                        self.media.append((time.monotonic(), payload))
                elif first & 0x0F == 9:  # without an answer the server would end the connection
                    self._send(10, payload)
        except (OSError, ConnectionError):
            self.messages.put(None)
        except ValueError:  # what is read behind TLS while it is shut down is no message
            if not self._closing:
                raise
            self.messages.put(None)

    def _send(self, opcode, payload):
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else struct.pack(">BH", 0x80 | 126, len(payload))
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        with self._sending:
            self._socket.sendall(bytes([0x80 | opcode]) + size + mask + masked)

    def send(self, message):
        self._send(1, json.dumps(message).encode())

    def send_binary(self, payload):
        self._send(2, payload)

    def wait(self, what, condition, seconds=60):
        """The first message that `condition` takes."""
        while True:
            try:
                message = self.messages.get(timeout=seconds)
            except queue.Empty:
                raise AssertionError(f"waited {seconds} s for {what}") from None
            assert message is not None, f"the connection ended before {what}"
            if condition(message):
                return message

    def close(self):
        """Waits for the reader: it would go on reading from whatever connection gets the same descriptor next."""
        self._closing = True
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the server was faster
        self._reader.join()
        self._socket.close()
