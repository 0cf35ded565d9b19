"""`vedette witness`, and requests to it as a log makes them."""

import hashlib
import http.client
import pathlib
import ssl

import vedette


class Witness(vedette.Process):
    def __init__(self, binary, folder, port=None):
        self.binary = binary
        self.folder = pathlib.Path(folder)
        self.port = port or vedette.free_port()
        super().__init__([binary, "witness", "serve", "--data", folder, "--port", self.port, "--bind", "127.0.0.1"])
        self.vkey = self.wait_line(r"^Its public key: (\S+)$")[1]

    def option(self):
        return f"https://127.0.0.1:{self.port}={self.vkey}"

    def trust(self, vkey):
        code, output = vedette.run(self.binary, "witness", "trust", "--data", self.folder, "--vkey", vkey.strip())
        assert code == 0, output

    def request(self, method, path, body=None):
        """(status, text, content type)"""
        context = ssl.create_default_context(cafile=self.folder / "tls" / "ca.pem")
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=30)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, response.read().decode(), response.getheader("Content-Type")
        finally:
            connection.close()

    def add(self, body):
        return self.request("POST", "/add-checkpoint", body.encode())

    def checkpoint(self, origin):
        """The last one that it cosigned, or None."""
        status, note, _ = self.request("GET", f"/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint")
        return note if status == 200 else None
