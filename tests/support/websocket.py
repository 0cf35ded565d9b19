"""A small WebSocket client (RFC 6455) for tests: text and binary messages of one signed-in user."""

import base64
import json
import os
import socket
import ssl
import struct


class WebSocket:
    def __init__(self, server):
        context = ssl.create_default_context(cafile=server.data_dir / "hub" / "ca.pem")
        raw = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        self.socket = context.wrap_socket(raw, server_hostname="127.0.0.1")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((
            f"GET /api/v1/ws HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: https://127.0.0.1:{server.port}\r\n"
            f"Cookie: {server.cookie}\r\n\r\n").encode())
        self.waiting = b""
        while b"\r\n\r\n" not in self.waiting:
            self.waiting += self._receive()
        head, self.waiting = self.waiting.split(b"\r\n\r\n", 1)
        assert b" 101 " in head.split(b"\r\n")[0], head

    def _receive(self):
        data = self.socket.recv(65536)
        assert data, "the server closed the connection"
        return data

    def _take(self, count):
        while len(self.waiting) < count:
            self.waiting += self._receive()
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return taken

    def _send(self, opcode, payload):
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else struct.pack(">BH", 0x80 | 126, len(payload))
        mask = os.urandom(4)
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + size + mask + masked)

    def send(self, message):
        self._send(1, json.dumps(message).encode())

    def send_binary(self, payload):
        self._send(2, payload)

    def next(self):
        """(opcode, payload) of the next message; the server does not cut its messages."""
        first, second = self._take(2)
        size = second & 0x7F
        if size == 126:
            size = struct.unpack(">H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self._take(8))[0]
        return first & 0x0F, self._take(size)

    def wait(self, wanted):
        """The next JSON message that `wanted` is true for."""
        while True:
            opcode, payload = self.next()
            if opcode == 1 and wanted(message := json.loads(payload)):
                return message
            assert opcode != 8, f"the server closed: {payload}"

    def close(self):
        self.socket.close()
