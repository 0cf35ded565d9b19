"""Cameras that sign their own video: is it recorded untouched, is the signature checked, and is what was changed named?"""

import hashlib
import pathlib
import re
import struct
import subprocess

import case
import vedette

UUIDS = {"onvif": bytes.fromhex("005bc93f2d715e95ada4796f90877a6f"), "axis": b"Signed Video...0"}
SECONDS = 9


def clip(folder, codec):
    """6 s with a key frame each second."""
    path = folder / f"signed.{codec}"
    encoder = (["libx264", "-x264-params", "bframes=0:keyint=10:min-keyint=10:scenecut=0"] if codec == "h264" else
               ["libx265", "-x265-params", "bframes=0:keyint=10:min-keyint=10:scenecut=0:log-level=none"])
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=6", "-preset", "ultrafast",
         "-c:v", *encoder, "-f", "hevc" if codec == "h265" else "h264", str(path)],
        check=True, timeout=120,
    )
    return path


def signatures(mp4, scheme):
    """(what is signed, PEM, signature) of each signing SEI in a file, by a reader of its own."""
    content = pathlib.Path(mp4).read_bytes()
    tags = {"onvif": (6, 3), "axis": (2, 5)}[scheme]  # the key's, the signature's
    found = []
    for at in [m.start() for m in re.finditer(re.escape(UUIDS[scheme]), content)]:
        sizes = at
        while content[sizes - 1] == 0xFF or content[sizes - 2] == 0xFF:  # payload sizes before the UUID
            sizes -= 1
            if content[sizes - 1] == 5 and content[sizes] == 0xFF:
                break
        begin = content.rfind(b"\x05", 0, sizes + 1)
        begin -= 1 if content[begin - 1] == 0x06 else 2
        fields, pem, signature = at + 17, None, None
        while signature is None:
            tag = content[fields]
            short = scheme == "axis" and tag in (1, 7)
            size, head = (content[fields + 1], 2) if short else (struct.unpack(">H", content[fields + 1:fields + 3])[0], 3)
            value = content[fields + head:fields + head + size]
            if tag == tags[0]:
                pem = value[2:] if scheme == "onvif" else value[1:]
            if tag == tags[1]:
                info = 1 if scheme == "onvif" else 2
                signature = value[info + 2:info + 2 + struct.unpack(">H", value[info:info + 2])[0]]
                found.append((content[begin:fields], pem, signature))
            fields += head + size
    return found


class MediaSigningTest(case.SystemTest):
    def check_with_openssl(self, mp4, scheme):
        found = signatures(mp4, scheme)
        self.assertGreater(len(found), 3)
        key = self.dir / "key.pem"
        for signed, pem, signature in found:
            (self.dir / "pem").write_bytes(pem)
            command = ["openssl", "x509", "-pubkey", "-noout"] if scheme == "onvif" else ["openssl", "pkey", "-pubin"]
            key.write_bytes(subprocess.run([*command, "-in", self.dir / "pem"], capture_output=True, check=True).stdout)
            (self.dir / "digest").write_bytes(hashlib.sha256(signed).digest())
            (self.dir / "signature").write_bytes(signature)
            subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-sigfile", self.dir / "signature", "-in",
                 self.dir / "digest"],
                check=True, capture_output=True,
            )

    def test_signatures_are_checked_and_kept_untouched(self):
        clips = {codec: clip(self.dir, codec) for codec in ("h264", "h265")}
        kinds = [("onvif", "h264"), ("onvif", "h265"), ("axis", "h264"), ("axis", "h265")]
        simulators = [self.simulator(1, "--clip", clips[codec], "--sign", scheme) for scheme, codec in kinds]
        unsigned = self.simulator(1, "--clip", clips["h264"])
        server = self.server()
        cameras = [server.add_camera(f"{scheme} {codec}", simulator.url(), sub_url=unsigned.url())
                   for (scheme, codec), simulator in zip(kinds, simulators)]
        cameras.append(server.add_camera("Unsigned", unsigned.url()))
        for camera in cameras:
            self.wait_recorded(server, camera, SECONDS)
        signed = [server.stream(camera)["signature"] for camera in cameras]
        self.assertIsNone(signed[-1], "the camera that does not sign")
        self.assertIsNone(server.stream(cameras[0], "sub")["signature"], "a stream that is not signed")
        for signature in signed[:-1]:
            self.assertEqual((signature["last"], signature["key"]), ("authentic", signature["trusted"]))
            self.assertGreater(signature["fragments"]["authentic"], 3)
            self.assertIsNone(signature["not_authentic_at_90k"])
        for (scheme, _), camera in zip(kinds, cameras):
            ranges = server.recordings(camera)["ranges"]
            path = server.download(camera, ranges[0]["start_90k"], ranges[-1]["end_90k"], self.dir / "signed.mp4")
            self.check_with_openssl(path, scheme)
        self.assertEqual(server.stop(), 0, server.output())
        output = self.verify()
        authentic = int(re.search(r"(\d+) fragments? by the camera itself: authentic$", output, re.M)[1])
        self.assertGreaterEqual(authentic, 4 * (SECONDS - 3), output)
        self.assertNotIn("NOT AUTHENTIC", output)
        self.assertNotIn("missing", output)
        # Of the camera that does not sign nothing is said, and the store's own proof holds.
        by_signature = sum(int(n) for n in re.findall(r"(\d+) fragments? by the camera itself", output))
        self.assertLess(by_signature, case.counts(output)["fragments"])
        self.assertEqual((self.data / "format").read_text(), "6\n")

    def test_another_key_is_told_and_can_be_accepted_and_missing_signatures_are_told(self):
        video = clip(self.dir, "h264")
        port = vedette.free_port()
        simulator = self.simulator(1, "--clip", video, "--sign", "onvif", port=port)
        server = self.server()
        camera = server.add_camera("Gate", simulator.url())

        def signature(wanted):
            def reached():
                found = server.stream(camera)["signature"]
                return found if found and wanted(found) else None
            return vedette.wait_for("a signature", reached)

        first = signature(lambda s: s["last"] == "authentic" and s["trusted"])["key"]
        self.assertEqual(simulator.stop(), 0)
        simulator = self.simulator(1, "--clip", video, "--sign", "onvif", port=port)  # with a new key
        changed = signature(lambda s: s["last"] == "authentic" and s["key"] != first)
        self.assertEqual(changed["trusted"], first)
        status, answer = server.request("PATCH", f"/api/v1/cameras/{camera}", {"accept_signing_key": first})
        self.assertEqual(status, 409, answer)
        server.ok("PATCH", f"/api/v1/cameras/{camera}", {"accept_signing_key": changed["key"]})
        signature(lambda s: s["trusted"] == s["key"] == changed["key"])
        _, metrics = server.request("GET", "/metrics", raw=True)
        self.assertRegex(metrics.decode(), r'vedette_stream_signature_fragments_total\{[^}]*verdict="authentic"\} [1-9]')
        self.assertRegex(metrics.decode(), r"vedette_stream_signing_key_changed\{[^}]*\} 0")

        self.assertEqual(simulator.stop(), 0)
        simulator = self.simulator(1, "--clip", video, port=port)
        signature(lambda s: s["last"] == "not_signed")
        self.assertEqual(server.stop(), 0, server.output())
        server = self.server()  # remembers the key
        self.assertEqual(server.stream(camera)["signature"]["trusted"], changed["key"])
        self.assertEqual(server.stop(), 0, server.output())
        self.assertRegex(self.verify(), r"[1-9]\d* fragments? by the camera itself: not signed")

    def test_what_was_changed_after_signing_is_named(self):
        faults = [("changed", "onvif", "h265"), ("dropped", "axis", "h264"), ("wrong-key", "onvif", "h264")]
        clips = {codec: clip(self.dir, codec) for codec in ("h264", "h265")}
        simulators = [self.simulator(1, "--clip", clips[codec], "--sign", scheme, "--sign-fault", fault)
                      for fault, scheme, codec in faults]
        server = self.server()
        cameras = [server.add_camera(fault, simulator.url()) for (fault, *_), simulator in zip(faults, simulators)]
        for camera in cameras:
            self.wait_recorded(server, camera, SECONDS + 6)
        self.assertEqual(server.stop(), 0, server.output())
        output = self.verify()  # what is stored is as it was recorded: no fault of the store
        self.assertRegex(output, r'NOT AUTHENTIC: camera \S+ main "changed", 2\d{3}-.*: 1 fragment, key [0-9a-f]{16}')
        self.assertRegex(output, r'NOT AUTHENTIC: camera \S+ main "wrong-key"')
        self.assertNotRegex(output, r'NOT AUTHENTIC: camera \S+ main "dropped"')
        self.assertRegex(output, r"[1-9]\d* fragments? by the camera itself: authentic, pictures missing")


if __name__ == "__main__":
    case.main()
