"""lldb-server, asked for all memory regions of the decoy by its protocol."""

import os
import re
import socket
import subprocess

from protocol import Refused, column, live, serve

PACKET = re.compile(rb"\$([^#]*)#..", re.DOTALL)
# The first letters of the reports that the process has stopped.
STOPPED = (b"T", b"S")
# A gap between mappings has neither.
MAPPED = (b"permissions", b"flags")


class Server:
    """An lldb-server. It reads the process's files again after each stop."""

    def __init__(self, program):
        self.connection, theirs = socket.socketpair()
        with theirs:
            attach = ["--attach", os.environ["PROCMAPS_DECOY_PID"]]
            self.process = subprocess.Popen(
                [program, "gdbserver", "--fd", str(theirs.fileno()), *attach],
                pass_fds=[theirs.fileno()], stdout=subprocess.DEVNULL,
            )  # fmt: skip
        self.received = b""
        self.ask(b"QStartNoAckMode")
        self.connection.sendall(b"+")

    def ask(self, request):
        """Send a packet and return the answer. A stop may be reported more than once."""
        self.send(request)
        while (answer := self.receive())[:1] in STOPPED:
            pass
        return answer

    def send(self, request):
        """Send a packet."""
        self.connection.sendall(b"$%s#%02x" % (request, sum(request) & 0xFF))

    def receive(self):
        """Return the content of the next packet. If the server ends, end too: it has crashed."""
        while not (match := PACKET.search(self.received)):
            some = self.connection.recv(1 << 16)
            if not some:
                raise SystemExit("lldb-server ended: status %d" % self.process.wait())
            self.received += some
        self.received = self.received[match.end() :]
        return match[1]

    def end(self):
        """Detach from the process and end."""
        self.ask(b"D")
        self.connection.close()
        self.process.wait()

    def stop_again(self):
        """Let the process run and stop it, so that the server forgets its regions."""
        self.send(b"vCont;c")
        self.connection.sendall(b"\x03")
        self.receive()


def members(answer):
    """Return the members of an answer: each has a colon after its key and a semicolon after it."""
    return dict(member.split(b":", 1) for member in answer.split(b";")[:-1])


def regions(server):
    """Ask for the region at each address, as LLDB's `memory region --all` does."""
    address, found = 0, []
    while True:
        region = members(server.ask(b"qMemoryRegionInfo:%x" % address))
        if b"error" in region:
            raise Refused(bytes.fromhex(region[b"error"].decode()))
        found.append(region)
        end = int(region[b"start"], 16) + int(region[b"size"], 16)
        if end <= address or end >= 1 << 64:
            return found
        address = end


def record(region):
    """Convert a region. It has the letters that are set, and the name in hexadecimal."""
    granted = region.get(b"permissions", b"").decode()
    return {
        "start": region[b"start"].decode(),
        "size": int(region[b"size"], 16),
        "perms": "".join(letter if letter in granted else "-" for letter in "rwx"),
        "name": column(bytes.fromhex(region.get(b"name", b"").decode())),
    }


def serve_regions(program):
    """Serve the regions that *program*, an lldb-server, finds."""
    servers = [Server(program)]

    def prepare(request):
        live(request)
        if not servers:
            servers.append(Server(program))
        servers[0].stop_again()

    def call(_prepared):
        try:
            return regions(servers[0])
        except Refused:
            # After a refusal it reads no file again, so the next case needs another one.
            servers.pop().end()
            raise

    def convert(found):
        return [record(region) for region in found if any(key in region for key in MAPPED)]

    serve(prepare, call, convert)
