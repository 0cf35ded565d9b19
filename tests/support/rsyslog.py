"""rsyslog as a server that takes audit entries: its configuration, certificates for it, and what arrived."""

import json
import pathlib
import signal
import subprocess

import vedette

PROGRAM = "/usr/sbin/rsyslogd"

TEMPLATE = """
global(workDirectory="{dir}" maxMessageSize="16k")
{tls}
module(load="imtcp" {driver})
template(name="lines" type="list" option.jsonf="on") {{
  property(outname="facility" name="syslogfacility" format="jsonf")
  property(outname="severity" name="syslogseverity" format="jsonf")
  property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="app" name="app-name" format="jsonf")
  property(outname="msgid" name="msgid" format="jsonf")
  property(outname="data" name="structured-data" format="jsonf")
  property(outname="msg" name="msg" format="jsonf")
}}
input(type="imtcp" port="{port}" address="127.0.0.1" ruleset="all")
ruleset(name="all") {{ action(type="omfile" file="{dir}/arrived" template="lines") }}
"""
TLS = """
global(defaultNetstreamDriver="{name}" defaultNetstreamDriverCAFile="{ca}" defaultNetstreamDriverCertFile="{cert}"
       defaultNetstreamDriverKeyFile="{key}")
"""


class Authority:
    """A certificate authority of its own, made with the openssl program."""

    def __init__(self, folder, name="ca"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.certificate = self.folder / f"{name}.pem"
        self.key = self.folder / f"{name}.key"
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN=Test {name}", "-keyout", self.key,
                      "-out", self.certificate)

    def issue(self, name, alternative):
        """(certificate, key) for a subjectAltName such as IP:127.0.0.1."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternative}\n")
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days", "30",
                      "-extfile", extensions, "-out", certificate)
        return certificate, key

    def pem(self):
        return self.certificate.read_text()

    @staticmethod
    def _openssl(*args):
        subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True)


class Rsyslog:
    """Keeps its port and its file over restarts."""

    def __init__(self, folder, authority=None, driver="ossl", certificate=None, asks_for_certificate=False):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.port = vedette.free_port()
        tls, module = "", ""
        if authority:
            certificate, key = certificate or authority.issue("server", "IP:127.0.0.1")
            tls = TLS.format(name=driver, ca=authority.certificate, cert=certificate, key=key)
            mode = "x509/certvalid" if asks_for_certificate else "anon"
            module = f'streamDriver.name="{driver}" streamDriver.mode="1" streamDriver.authMode="{mode}"'
        self.configuration = self.folder / "rsyslog.conf"
        self.configuration.write_text(TEMPLATE.format(dir=self.folder, port=self.port, tls=tls, driver=module))
        self.process = None

    def start(self):
        self.process = vedette.Process([PROGRAM, "-n", "-f", self.configuration, "-i", self.folder / "pid"])
        vedette.wait_for("rsyslog", self._listens, 20, 0.05)
        return self

    def _listens(self):
        return f":{self.port:04X} 00000000:0000 0A" in pathlib.Path("/proc/net/tcp").read_text()

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.popen.poll() is None:
            self.process.stop(how)

    def arrived(self):
        """The messages, in the order in which they came."""
        try:
            lines = (self.folder / "arrived").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines if line.endswith("}")]
