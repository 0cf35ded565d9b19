"""Cameras are other machines: unless that was allowed, nothing knocks at what listens on this one, whatever address is named."""

import socket

import case
import vedette


def own_address():
    """Of this machine towards others; sends nothing. None: it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return s.getsockname()[0]


class OwnMachineTest(case.SystemTest):
    def test_this_machine_is_no_camera(self):
        server = self.server(local_cameras=False)
        with socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener:
            listener.settimeout(0.5)
            port = listener.getsockname()[1]
            hosts = ["127.0.0.1", "127.1.2.3", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
            if own := own_address():
                hosts.append(own)
            for host in hosts:
                with self.subTest(host=host):
                    said = server.ok("POST", "/api/v1/cameras/test", {"main_url": f"rtsp://{host}:{port}/x"})
                    self.assertIn("is this machine, and cameras are others: nothing was sent", str(said))
            camera = server.add_camera("Trick", f"rtsp://127.0.0.1:{port}/x")
            reason = vedette.wait_for("the reason", lambda: server.stream(camera).get("reason"))
            self.assertIn("--allow-local-cameras", reason)
            status, said = server.request("POST", "/api/v1/discovery/inspect", {"address": "127.0.0.1", "port": port})
            self.assertIn("is this machine", str(said), status)
            with self.assertRaises(TimeoutError):
                listener.accept()

    def test_it_is_where_that_was_allowed(self):
        farm = self.simulator()
        server = self.server()
        camera = server.add_camera("Gate", farm.url())
        self.wait_recorded(server, camera, 2)


if __name__ == "__main__":
    case.main()
