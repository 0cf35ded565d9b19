"""A gateway between two networks, as network namespaces: a camera reaches nothing but the gateway's answers.

    cameras 10.77.1.2 --- 10.77.1.1 gateway 10.77.2.1 --- 10.77.2.2 clients
"""

import contextlib
import ctypes
import errno
import os
import socket
import ssl
import subprocess
import unittest

import case
import vedette

GATEWAY_TO_CAMERAS, CAMERA = "10.77.1.1", "10.77.1.2"
GATEWAY_TO_CLIENTS, CLIENT = "10.77.2.1", "10.77.2.2"
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def enter(fd):
    if libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Network:
    """A network namespace that lives as long as the process in it."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE)
        own = os.readlink("/proc/self/ns/net")
        vedette.wait_for("a namespace", lambda: os.readlink(f"/proc/{self.holder.pid}/ns/net") != own, 10, 0.02)
        self.prefix = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]
        self.ip("link", "set", "lo", "up")

    def ip(self, *args):
        self.run("ip", *args)

    def run(self, *args):
        subprocess.run([*self.prefix, *args], check=True, capture_output=True)

    @contextlib.contextmanager
    def inside(self):
        """What this thread does happens in the namespace."""
        with open("/proc/thread-self/ns/net") as own, open(f"/proc/{self.holder.pid}/ns/net") as other:
            enter(other.fileno())
            try:
                yield
            finally:
                enter(own.fileno())

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()


def join(a, a_name, a_address, b, b_name, b_address):
    a.ip("link", "add", a_name, "type", "veth", "peer", "name", b_name, "netns", str(b.holder.pid))
    for network, name, address in ((a, a_name, a_address), (b, b_name, b_address)):
        network.ip("address", "add", f"{address}/24", "dev", name)
        network.ip("link", "set", name, "up")


def connects(network, address, port, seconds=2):
    """0, or the errno of a TCP connection from that network."""
    with network.inside(), socket.socket() as s:
        s.settimeout(seconds)
        try:
            return s.connect_ex((address, port))
        except TimeoutError:
            return errno.ETIMEDOUT


@unittest.skipIf(os.geteuid() != 0, "network namespaces are made by root")
class SeparationTest(case.SystemTest):
    def setUp(self):
        super().setUp()
        self.cameras, self.gateway, self.clients = Network(), Network(), Network()
        for network in (self.cameras, self.gateway, self.clients):
            self.addCleanup(network.close)
        join(self.gateway, "cams", GATEWAY_TO_CAMERAS, self.cameras, "eth0", CAMERA)
        join(self.gateway, "lan", GATEWAY_TO_CLIENTS, self.clients, "eth0", CLIENT)
        self.gateway.run("sysctl", "-qw", "net.ipv4.ip_forward=0")
        # A camera that was taken over will try this.
        self.cameras.ip("route", "add", "default", "via", GATEWAY_TO_CAMERAS)
        self.clients.ip("route", "add", "default", "via", GATEWAY_TO_CLIENTS)

    def simulator_at_the_cameras(self, *args):
        with self.cameras.inside():  # its wait for a free port happens there
            return self.start(vedette.Simulator(case.BINARY, 1, "--bind", CAMERA, *args))

    def separated_server(self, *extra, bind=GATEWAY_TO_CLIENTS):
        with self.gateway.inside():
            server = self.start(
                vedette.Server(case.BINARY, self.data, host=bind, extra=("--bind", bind, *extra))
            )
        with self.clients.inside():
            server.sign_in()
        return server

    def record(self, server, url):
        with self.clients.inside():
            camera = server.add_camera("Camera", url)
            self.wait_recorded(server, camera, 4)
        return camera

    def listening_in(self, network):
        """(address, port) of every listening TCP socket of the namespace, and of every bound UDP socket."""
        out = subprocess.run([*network.prefix, "ss", "-Hltnu"], check=True, capture_output=True, text=True).stdout
        return [line.split()[4] for line in out.splitlines()]

    def test_a_camera_reaches_nothing_but_answers(self):
        farm = self.simulator_at_the_cameras("--transport", "any")
        server = self.separated_server("--camera-interface", "cams")
        camera = self.record(server, f"rtsp://{CAMERA}:{farm.port}/cam1")

        # Clients reach the hub; a camera doesn't, by either of the gateway's addresses.
        self.assertEqual(connects(self.clients, GATEWAY_TO_CLIENTS, server.port), 0)
        self.assertEqual(connects(self.cameras, GATEWAY_TO_CAMERAS, server.port), errno.ECONNREFUSED)
        # The kernel answers on all interfaces for all of its addresses; the hub does not speak with who comes so.
        with self.cameras.inside(), socket.socket() as s:
            s.settimeout(5)
            s.connect((GATEWAY_TO_CLIENTS, server.port))
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                ssl._create_unverified_context().wrap_socket(s).close()
        with self.clients.inside(), socket.socket() as s:
            s.settimeout(5)
            s.connect((GATEWAY_TO_CLIENTS, server.port))
            ssl._create_unverified_context().wrap_socket(s).close()

        # Not a packet from the cameras' network arrives at the clients', over TCP or UDP.
        with self.clients.inside():
            listener = socket.create_server((CLIENT, 7000))
            datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            datagrams.bind((CLIENT, 7001))
        self.addCleanup(listener.close)
        self.addCleanup(datagrams.close)
        self.assertNotEqual(connects(self.cameras, CLIENT, 7000), 0)
        with self.cameras.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            with contextlib.suppress(OSError):
                s.sendto(b"hello", (CLIENT, 7001))
        datagrams.settimeout(1)
        self.assertRaises(TimeoutError, datagrams.recv, 100)

        # Nothing of the gateway listens for cameras.
        ports = self.listening_in(self.gateway)
        self.assertEqual([p for p in ports if not p.startswith((GATEWAY_TO_CLIENTS, "127."))], [], ports)
        with self.clients.inside():
            self.wait_state(server, camera, "recording")
        self.assertEqual(server.stop(), 0, server.output())
        self.verify()

    def test_other_networks_are_refused_as_camera_addresses(self):
        with self.clients.inside():
            beside = self.start(vedette.Simulator(case.BINARY, 1, "--bind", CLIENT))
        server = self.separated_server("--camera-interface", "cams")
        with self.clients.inside():
            told = server.ok("POST", "/api/v1/cameras/test", {"main_url": f"rtsp://{CLIENT}:{beside.port}/cam1"})
            message = told["streams"][0]["message"]
            print(f"  {message}")
            self.assertFalse(told["streams"][0]["ok"])
            self.assertIn("would be reached through lan, and cameras may be reached through cams only", message)
            # Nor does the hub's own machine count as a camera.
            told = server.ok("POST", "/api/v1/cameras/test", {"main_url": f"rtsp://127.0.0.1:{server.port}/"})
            self.assertIn("would be reached through lo", told["streams"][0]["message"])
            status, _ = server.request("GET", "/api/v1/discovery/interfaces")
            self.assertIn(status, (200, 404))
        self.assertEqual(server.stop(), 0, server.output())

    def test_datagrams_stay_in_their_network(self):
        farm = self.simulator_at_the_cameras("--transport", "udp")
        server = self.separated_server("--camera-interface", "cams")
        self.record(server, f"rtsp://{CAMERA}:{farm.port}/cam1")
        # The ports for media are of the gateway's address in the cameras' network alone.
        bound = [p for p in self.listening_in(self.gateway) if not p.endswith(f":{server.port}")]
        self.assertGreaterEqual(len(bound), 4)
        self.assertEqual([p for p in bound if not p.startswith(GATEWAY_TO_CAMERAS + ":")], [], bound)
        self.assertEqual(server.stop(), 0, server.output())

    def test_an_interface_that_is_not_there(self):
        sentence = self.refused("serve", "--data", self.data, "--camera-interface", "eth77")
        self.assertIn("there is no network interface eth77 here", sentence)


if __name__ == "__main__":
    case.main()
