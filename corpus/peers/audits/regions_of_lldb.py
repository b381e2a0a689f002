"""Print the regions that a server of LLDB finds in one process, address by address."""

import socket
import subprocess
import sys


def print_regions(server, pid):
    """Ask *server*, an lldb-server of any version, about the process *pid*."""
    ours, theirs = socket.socketpair()
    descriptor = str(theirs.fileno())
    subprocess.Popen(
        [server, "gdbserver", "--fd", descriptor, "--attach", pid],
        pass_fds=[theirs.fileno()], stdout=subprocess.DEVNULL,
    )  # fmt: skip
    theirs.close()
    stream = ours.makefile("rwb")
    address = 0
    while address < 1 << 64:
        packet = b"qMemoryRegionInfo:%x" % address
        stream.write(b"+$%s#%02x" % (packet, sum(packet) % 256))
        stream.flush()
        while stream.read(1) != b"$":
            pass
        answer = b""
        while (byte := stream.read(1)) != b"#":
            answer += byte
        stream.read(2)
        region = dict(part.split(b":") for part in answer.strip(b";").split(b";"))
        if b"error" in region:
            sys.exit(bytes.fromhex(region[b"error"].decode()).decode())
        start, size = int(region[b"start"], 16), int(region[b"size"], 16)
        if b"permissions" in region or b"flags" in region:
            granted = region.get(b"permissions", b"")
            values = {
                "start": region[b"start"], "size": b"%d" % size,
                "perms": bytes(x if x in granted else 45 for x in b"rwx"),
                "name": bytes.fromhex(region.get(b"name", b"").decode()),
            }  # fmt: skip
            print(*(f"{key}={value.hex()}" for key, value in values.items()))
        if size == 0:
            break
        address = start + size
