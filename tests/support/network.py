"""Networks of one's own for tests: network namespaces joined by veth pairs. The test program runs itself again in a namespace, with
the rights of root in it, so that nothing of the machine's network is touched and nobody needs to be root."""

import os
import subprocess
import sys

MARK = "VEDETTE_TEST_NAMESPACE"
SKIPPED = 77  # CTest's SKIP_RETURN_CODE of these tests


def enter():
    """Goes on in a namespace of the process's own; call it first in a test's main."""
    if os.environ.get(MARK):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    os.environ[MARK] = "1"
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    tried = subprocess.run(["unshare", "--net", *user, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        print(f"skipped: network namespaces can't be made here: {tried.stderr.strip()}")
        sys.exit(SKIPPED)
    os.execvp("unshare", ["unshare", "--net", *user, sys.executable, *sys.argv])


def ip(*args, inside=()):
    subprocess.run([*inside, "ip", *map(str, args)], check=True)


class Host:
    """Another machine: a namespace with one interface, joined to an interface of ours."""

    def __init__(self, name, own_address, prefix=24):
        """`own_address`: ours, on the interface that leads to it."""
        self.name = name
        self.prefix = prefix
        # The namespace lives as long as this process, which says when it is there.
        self.keeper = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo there; exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.keeper.stdout.readline() == "there\n"
        self.inside = ["nsenter", f"--net=/proc/{self.keeper.pid}/ns/net"]
        ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", self.keeper.pid)
        # Without "nodad" an address of IPv6 may be used only when nobody has claimed it for a second.
        ip("addr", "add", f"{own_address}/{prefix}", "dev", name, *(["nodad"] if ":" in own_address else []))
        ip("link", "set", name, "up")
        self.ip("link", "set", "lo", "up")
        self.ip("link", "set", "eth0", "up")
        self.address = None

    def ip(self, *args):
        ip(*args, inside=self.inside)

    def take(self, address):
        """Has this address from now on, and no other."""
        if self.address:
            self.ip("addr", "del", f"{self.address}/{self.prefix}", "dev", "eth0")
        self.ip("addr", "add", f"{address}/{self.prefix}", "dev", "eth0", *(["nodad"] if ":" in address else []))
        self.address = address

    def command(self, *args):
        """The words that run a program there."""
        return [*self.inside, *args]

    def close(self):
        # The kernel takes a namespace down some time after its last process has ended; its name is free for the next host now.
        ip("link", "del", self.name)
        self.keeper.stdin.close()
        self.keeper.wait()
        self.keeper.stdout.close()
