"""A real S3 server: Ceph's radosgw above one monitor and one store in memory, on the loopback interface."""

import pathlib
import subprocess
import time
import urllib.error
import urllib.request
import ssl
import uuid

import vedette

ACCESS_KEY = "AKIDVEDETTETEST"
SECRET_KEY = "a-secret-that-no-log-may-show"

CONFIGURATION = """
[global]
fsid = {fsid}
mon host = v1:127.0.0.1:{mon_port}/0
ms bind msgr2 = false
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
run dir = {folder}
log file = {folder}/$name.log
admin socket = {folder}/$name.asok
pid file =
mon data = {folder}/mon
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 1073741824
keyring = {folder}/keyring
[client.rgw]
rgw frontends = beast ssl_endpoint=127.0.0.1:{port} ssl_certificate={folder}/both.pem
rgw data = {folder}/rgw
"""


class S3Server:
    """Its certificate is for `localhost`, and `authorities` vouches for it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = vedette.free_port()
        self.processes = []
        for name in ("mon", "osd", "rgw"):
            (self.folder / name).mkdir()
        self.authorities = self._make_certificate()
        fsid, mon_port = uuid.uuid4(), vedette.free_port()
        self.configuration = self.folder / "ceph.conf"
        self.configuration.write_text(
            CONFIGURATION.format(fsid=fsid, mon_port=mon_port, folder=self.folder, port=self.port)
        )
        try:
            monmap = self.folder / "monmap"
            self._run("monmaptool", "--create", "--clobber", "--fsid", fsid, "--addv", "a", f"[v1:127.0.0.1:{mon_port}]", monmap)
            self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap, "-c", self.configuration)
            self._start("ceph-mon", "-f", "-i", "a", "-c", self.configuration)
            self._run("ceph", "-c", self.configuration, "osd", "create")
            self._run("ceph-osd", "--mkfs", "-i", "0", "-c", self.configuration)
            self._start_store()
            self._run(
                "radosgw-admin", "-c", self.configuration, "user", "create", "--uid=vedette", "--display-name=vedette",
                f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}",
            )
            self._start("radosgw", "-f", "-n", "client.rgw", "-c", self.configuration)
            vedette.wait_for("the S3 server", self._answers, 60)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        # The gateway first: it waits for the store.
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []

    def _make_certificate(self):
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        self._run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        )
        (self.folder / "both.pem").write_text(certificate.read_text() + key.read_text())
        return certificate

    def _run(self, *command):
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")

    def _start(self, *command):
        output = open(self.folder / f"{command[0]}.out", "wb")
        process = subprocess.Popen([str(c) for c in command], stdout=output, stderr=output)
        output.close()
        self.processes.append(process)
        return process

    def _start_store(self):
        # It may ask the monitor before it knows who that is, and gives up then ("wrong fsid").
        for _ in range(10):
            process = self._start("ceph-osd", "-f", "-i", "0", "-c", self.configuration)
            try:
                process.wait(1)
            except subprocess.TimeoutExpired:
                return
            self.processes.remove(process)
        raise RuntimeError((self.folder / "ceph-osd.out").read_text())

    def _answers(self):
        try:
            context = ssl.create_default_context(cafile=self.authorities)
            urllib.request.urlopen(f"https://localhost:{self.port}/", timeout=5, context=context)
            return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.1)
            return False
