"""A certificate of the house's own: shown to browsers, renewed without a restart, and refused in one sentence where it can't be used."""

import http.client
import socket
import ssl
import subprocess

import case
import vedette

NAME = "cameras.example.com"


def openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, timeout=60)


class OwnCertificateTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        self.authority = self.dir / "authority.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=House authority", "-days", 30,
                "-keyout", self.dir / "authority.key", "-out", self.authority)  # fmt: skip
        self.chain = self.dir / "chain.pem"
        self.key = self.dir / "private.pem"

    def issue(self, name="server", host=NAME, days=30):
        """(chain, key) beside those that are in use."""
        key, request, leaf, names = (self.dir / f"{name}.{kind}" for kind in ("key", "csr", "crt", "ext"))
        names.write_text(f"subjectAltName=DNS:{host}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", self.dir / "authority.key", "-CAcreateserial",
                "-days", days, "-extfile", names, "-out", leaf)  # fmt: skip
        return leaf.read_text() + self.authority.read_text(), key.read_text()

    def use(self, chain, key):
        self.chain.write_text(chain)
        self.key.write_text(key)

    def serve(self, *extra, both=True):
        options = ("--certificate", self.chain, *(("--certificate-key", self.key) if both else ()), "--name", NAME, *extra)
        return self.start(vedette.Server(case.BINARY, self.data, extra=options))

    def look(self, server):
        """(the certificate that is shown, the answer's headers), as a browser that knows the house's authority sees them."""
        context = ssl.create_default_context(cafile=self.authority)
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=60)
        connection.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", server.port), 60), server_hostname=NAME)
        try:
            shown = connection.sock.getpeercert(binary_form=True)
            connection.request("GET", "/api/v1/setup", headers={"Host": f"{NAME}:{server.port}"})
            response = connection.getresponse()
            response.read()
            return shown, response.headers
        finally:
            connection.close()

    def refused_with(self, *options):
        return self.refused("serve", "--data", self.data, "--port", vedette.free_port(), *options)

    def test_is_shown_and_browsers_are_told_to_insist(self):
        self.use(*self.issue())
        server = self.serve()
        _, headers = self.look(server)
        self.assertEqual(headers["Strict-Transport-Security"], "max-age=31536000")
        self.assertIn(f"https://{NAME}:{server.port}/", server.output())
        self.assertIn(f"Its certificate is that of {self.chain}", server.output())
        self.assertNotIn("will warn", server.output())
        self.assertNotIn("private.pem", server.output())

    def test_both_in_one_file_and_a_name_that_it_is_not_for(self):
        chain, key = self.issue(host="other.example.com")
        self.chain.write_text(key + chain)
        server = self.serve(both=False)
        self.assertIn(f"is not for {NAME}: browsers that come by such a name will warn", server.output())
        self.assertNotIn("localhost,", server.output())

    def test_without_one_nobody_is_told_to_insist(self):
        server = self.start(vedette.Server(case.BINARY, self.data))
        context = ssl.create_default_context(cafile=self.data / "hub" / "ca.pem")
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context, timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", "/api/v1/setup")
        self.assertIsNone(connection.getresponse().headers["Strict-Transport-Security"])

    def test_a_renewed_one_is_used_without_a_restart(self):
        self.use(*self.issue())
        server = self.serve()
        first, _ = self.look(server)
        chain, key = self.issue("renewed")
        # The certificate alone, as in the middle of a renewal: the old pair goes on.
        self.chain.write_text(chain)
        server.wait_line(r"the certificate that is in use goes on: .*private\.pem.*the key does not belong to the certificate")
        self.assertEqual(self.look(server)[0], first)
        self.key.write_text(key)
        server.wait_line(r"chain\.pem is used from now on")
        self.assertNotEqual(self.look(server)[0], first)
        self.chain.unlink()
        server.wait_line(r"the certificate that is in use goes on: .*chain\.pem can't be read")
        self.look(server)

    def test_one_that_ends_soon_is_told(self):
        self.use(*self.issue(days=5))
        self.assertRegex(self.serve().output(), r"ends at \S+; renew it, or browsers will refuse")

    def test_what_cant_be_used_is_refused_in_one_sentence(self):
        chain, key = self.issue()
        self.use(chain, self.issue("other")[1])
        said = self.refused_with("--certificate", self.chain, "--certificate-key", self.key)
        self.assertIn("the key does not belong to the certificate", said)
        self.assertIn(str(self.key), said)
        self.use("no certificate", key)
        self.assertIn("holds no certificate that can be read; it must be PEM",
                      self.refused_with("--certificate", self.chain, "--certificate-key", self.key))  # fmt: skip
        self.use(chain, key)
        self.assertIn("the key is damaged", self.refused_with("--certificate", self.chain))
        self.assertIn("can't be read", self.refused_with("--certificate", self.dir / "nothing.pem"))
        openssl("rsa", "-aes256", "-passout", "pass:secret", "-in", self.dir / "server.key", "-out", self.key)
        self.assertIn("without a passphrase",
                      self.refused_with("--certificate", self.chain, "--certificate-key", self.key))  # fmt: skip
        self.use(*self.issue("old", days=0))
        self.assertIn("was valid until",
                      self.refused_with("--certificate", self.chain, "--certificate-key", self.key))  # fmt: skip
        code, said = vedette.run(case.BINARY, "serve", "--data", self.data, "--certificate-key", self.key)
        self.assertEqual(code, 2)
        self.assertIn("--certificate-key requires --certificate", said)


if __name__ == "__main__":
    case.main()
