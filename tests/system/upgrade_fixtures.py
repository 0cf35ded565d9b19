"""Makes the old installations that upgrade_test.py opens: tests/system/testdata/upgrade/. Run by hand, by the program that is the last of its
format, and never again for a format that has its fixture:

    PYTHONPATH=tests/support VEDETTE_BINARY=build/dev/vedette python3 tests/system/upgrade_fixtures.py FORMAT...
    PYTHONPATH=tests/support python3 tests/system/upgrade_fixtures.py schemas

A format is a data directory that the real program wrote, with a simulated camera, packed; beside it, as JSON, what it played then. The TLS
keys of the hub are left out: they end one day, and a start makes others.

`schemas` goes through the numbered migrations of each database, from the sources, and writes one dump for each version before the newest:
the rows of format 1, as far as that version has their tables and columns.
"""

import hashlib
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time

import case
import vedette

FOLDER = pathlib.Path(__file__).parent / "testdata" / "upgrade"
PASSPHRASE = "nine slow barges, upstream"
BACKUP_PASSPHRASE = "paper in the safe"
LEFT_OUT = {"lock", "reserve", "ca.key", "ca.pem", "server.key", "server.pem"}
GUARD = {"name": "guard"}
DISK = "disk"  # of format 5, in the data directory, so that it is packed with it


def packets(path):
    """(track, time, hash of the payload) of each packet."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_packets", "-show_data_hash", "md5", "-of", "json", str(path)],
        capture_output=True, text=True, timeout=120, check=True)
    return [[p["codec_type"], p["dts_time"], p["data_hash"]] for p in json.loads(done.stdout)["packets"]]


def played(server, camera, folder, end_90k=None):
    """What a camera's recordings until then are, and a hash of all that they play."""
    recordings = server.recordings(camera, 0, end_90k)
    ranges = sorted(recordings["ranges"], key=lambda r: r["start_90k"])
    path = server.download(camera, ranges[0]["start_90k"], ranges[-1]["end_90k"], pathlib.Path(folder) / "played.mp4")
    everything = packets(path)
    return {
        "start_90k": ranges[0]["start_90k"],
        "end_90k": ranges[-1]["end_90k"],
        "sources": [r["source"] for r in ranges],
        "packets": len(everything),
        "sha256": hashlib.sha256(json.dumps(everything).encode()).hexdigest(),
        "deleted": len(recordings["deleted"]),
    }


class Maker(case.SystemTest):
    """Not a test: it borrows what tests have for starting and ending programs."""

    def runTest(self):
        pass

    def small_clip(self):
        """Two seconds of a small picture, a key frame each second."""
        path = self.dir / "small.h264"
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=96x64:rate=10:duration=2", "-c:v", "libx264", "-g", "10",
             "-bf", "0", "-pix_fmt", "yuv420p", "-bsf:v", "h264_mp4toannexb", "-f", "h264", str(path)], check=True)
        return path

    def textured_clip(self):
        """Few pictures, which take more bytes than light encryption seals."""
        path = self.dir / "textured.h264"
        subprocess.run(
            ["ffmpeg", "-y", "-v", "error", "-f", "lavfi", "-i", "color=gray:size=96x64:rate=2:duration=2,noise=alls=60:allf=t", "-c:v", "libx264",
             "-preset", "ultrafast", "-coder", "1",
             "-x264-params", "bframes=0:keyint=2:min-keyint=2:scenecut=0:qp=18", "-pix_fmt", "yuv420p", "-bsf:v", "h264_mp4toannexb",
             "-f", "h264", str(path)], check=True)
        return path

    def credentials(self, **secrets):
        folder = self.dir / "credentials"
        folder.mkdir(exist_ok=True)
        for name, secret in secrets.items():
            (folder / ("vedette." + name.replace("_", "-"))).write_text(secret + "\n")
        return {**os.environ, "CREDENTIALS_DIRECTORY": str(folder)}

    def more_recorded(self, server, camera, seconds):
        before = server.recorded_seconds(camera)
        self.wait_recorded(server, camera, before + seconds)

    def make(self, store_format):
        cut = self.dir / "cut"
        http = vedette.free_port()
        args = ["--onvif", http, "--edge-storage", "--outage-file", cut] if store_format >= 2 else []
        if store_format >= 5:
            args += ["--sign", "onvif"]
        farm = self.simulator(1, "--clip", self.small_clip(), *args)
        if args:
            farm.wait_line("ONVIF: http")
        server = self.server()
        device = {"device": {"onvif_url": f"http://127.0.0.1:{http}/cam1/onvif/device_service"}} if args else {}
        camera = server.add_camera("Gate", farm.url(), **device)
        server.ok("POST", "/api/v1/users", GUARD)
        self.wait_recorded(server, camera, 4)
        if store_format >= 2:
            cut.touch()
            self.wait_state(server, camera, "waiting")
            time.sleep(6)
            cut.unlink()
            self.wait_state(server, camera, "recording")
            vedette.wait_for("the gap to be filled", lambda: "camera_storage" in {r["source"] for r in server.recordings(camera)["ranges"]}, 120)
            time.sleep(3)
        self.assertEqual(server.stop(), 0)
        if store_format >= 3:
            server = self.server()
            self.more_recorded(server, camera, 4)
            self.assertEqual(server.stop(), 0)
            server = self.server()
            self.more_recorded(server, camera, 4)
            end = max(r["end_90k"] for r in server.recordings(camera)["ranges"])
            server.ok("POST", f"/api/v1/cameras/{camera}/holds", {"start_90k": end - 90_000, "reason": "theft"})
            newest = sum(f.stat().st_size for f in self.data.glob(f"media/{camera}/main/*/*.seg"))
            server.ok("PATCH", f"/api/v1/cameras/{camera}", {"keep_days": 30, "keep_bytes": newest * 2 // 3})
            vedette.wait_for("a rule to delete", lambda: server.recordings(camera)["deleted"], 60)
            server.ok("PATCH", f"/api/v1/cameras/{camera}", {"keep_days": None, "keep_bytes": None})
            self.assertEqual(server.stop(), 0)
        if store_format >= 4:
            env = self.credentials(new_passphrase=PASSPHRASE, backup_passphrase=BACKUP_PASSPHRASE)
            for command in (["add", "passphrase", "--label", "the safe"], ["backup", "--to", self.dir / "keys.backup"]):
                subprocess.run([case.BINARY, "keys", *command, "--data", self.data], env=env, check=True, stdin=subprocess.DEVNULL)
            (self.dir / "keys.backup").rename(self.data / "keys.backup")
        if store_format >= 5:
            self.sign_and_move(camera)
        self.assertEqual((self.data / "format").read_text(), f"{store_format}\n")
        server = self.server()
        farm.stop()
        time.sleep(1)
        told = {"format": store_format, "camera": camera, **played(server, camera, self.dir)}
        self.assertEqual(server.stop(), 0)
        self.verify()
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tarfile.open(FOLDER / f"format-{store_format}.tar.xz", "w:xz", preset=9) as archive:
            archive.add(self.data, "data", filter=lambda info: None if pathlib.Path(info.name).name in LEFT_OUT else self.nobodys(info))
        (FOLDER / f"format-{store_format}.json").write_text(json.dumps(told, indent=2) + "\n")

    def sign_and_move(self, camera):
        """Light encryption, on another disk, signed by a token for a while."""
        env = {**self.credentials(pin="4711"), "SOFTHSM2_CONF": str(self.dir / "softhsm2.conf")}
        env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":detect_leaks=0"  # SoftHSM 2.6 loses some bytes for each key that it reads
        (self.dir / "tokens").mkdir()
        (self.dir / "softhsm2.conf").write_text(f"directories.tokendir = {self.dir / 'tokens'}\nlog.level = ERROR\n")
        module = "/usr/lib/softhsm/libsofthsm2.so"
        for command in (
            ["softhsm2-util", "--init-token", "--free", "--label", "site", "--so-pin", "12345678", "--pin", "4711"],
            ["pkcs11-tool", "--module", module, "--token-label", "site", "--login", "--pin", "4711", "--keypairgen", "--key-type",
             "EC:prime256v1", "--label", "signer", "--id", "01"],
            [case.BINARY, "keys", "sign-with", "pkcs11", "--pkcs11-uri", "pkcs11:token=site;object=signer", "--data", self.data],
        ):
            subprocess.run(command, env=env, check=True, stdin=subprocess.DEVNULL, start_new_session=True)
        unsigned = self.simulator(1, "--clip", self.textured_clip())
        disk = self.data / DISK
        disk.mkdir()
        server = self.server(env=env, start_new_session=True, extra=["--media", f"{DISK}={disk}"])
        server.ok("PATCH", f"/api/v1/cameras/{camera}", {"main_url": unsigned.url(), "encryption": "light", "place": DISK})
        vedette.wait_for("light recordings", lambda: any(r["encryption"] == "light" for r in server.recordings(camera)["ranges"]), 30)
        self.more_recorded(server, camera, 2)
        server.ok("PATCH", f"/api/v1/cameras/{camera}", {"encryption": "full", "place": ""})
        self.assertEqual(server.stop(), 0)
        subprocess.run([case.BINARY, "keys", "sign-with", "file", "--data", self.data], env=env, check=True, start_new_session=True)
        said = self.verify()
        for what in ("partially encrypted", "PKCS#11 token", "authentic"):
            self.assertRegex(said, what)

    @staticmethod
    def nobodys(info):
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        return info


SOURCES = pathlib.Path(__file__).parents[2] / "src"
DATABASES = {  # in the data directory: where its migrations stand
    "gateway.db": "gateway/cameras/camera_store.cpp",
    "index.db": "gateway/vault/index.cpp",
    "hub/identity.sqlite": "hub/identity/directory.cpp",
    "hub/audit/audit.db": "hub/audit/book.cpp",
}


def unpack(store_format, folder):
    with tarfile.open(FOLDER / f"format-{store_format}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    data = pathlib.Path(folder) / "data"
    if (data / "places").exists():  # its disk is mounted somewhere else now
        text = (data / "places").read_text()
        (data / "places").write_text(re.sub(rf" {DISK} /.*", f" {DISK} {data.resolve() / DISK}", text))
    return data


def migrations(source):
    text = (SOURCES / source).read_text()
    return re.findall(r'R"(?:sql)?\((.*?)\)(?:sql)?"', text[text.index("store::Migration,"):], re.S)


def columns(database, table):
    return [row[1] for row in database.execute(f"PRAGMA table_info({table})")]


def write_schemas():
    with tempfile.TemporaryDirectory() as folder:
        data = unpack(1, folder)
        for name, source in DATABASES.items():
            newest = sqlite3.connect(data / name)
            steps = migrations(source)
            # What is newer than the fixture has no rows yet; the version that it has itself is in format-1.
            for version in range(1, newest.execute("PRAGMA user_version").fetchone()[0]):
                old = sqlite3.connect(":memory:")
                for step in steps[:version]:
                    old.executescript(step)
                for (table,) in old.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                    there = [c for c in columns(old, table) if c in columns(newest, table)]
                    if not there or table == "claim_code":
                        continue
                    rows = newest.execute(f"SELECT {', '.join(there)} FROM {table}").fetchall()
                    if name == "hub/audit/audit.db":  # version 1 sealed names in another way: as if they were erased
                        rows = [[None if c == "personal_sealed" else value for c, value in zip(there, row)] for row in rows]
                    if "role" in columns(old, table):  # only administrators were possible
                        there.append("role")
                        rows = [(*row, "administrator") for row in rows if "admin" in row]
                    places = ", ".join("?" * len(there))
                    old.executemany(f"INSERT OR REPLACE INTO {table} ({', '.join(there)}) VALUES ({places})", rows)
                dump = [*old.iterdump(), f"PRAGMA user_version = {version};", ""]
                (FOLDER / f"{pathlib.Path(name).stem}-{version}.sql").write_text("\n".join(dump))


if __name__ == "__main__":
    if sys.argv[1:] == ["schemas"]:
        write_schemas()
        sys.exit()
    for number in sys.argv[1:]:
        maker = Maker()
        maker.setUp()
        try:
            maker.make(int(number))
        finally:
            maker.doCleanups()
        print(number, (FOLDER / f"format-{number}.tar.xz").stat().st_size, "bytes")
