"""valgrind -d -d: the segments that its address space manager finds at the start."""

import re
import subprocess

from programs import bind_own_files
from protocol import Refused, column, device, live, serve

# VG_(am_show_nsegments)() and show_nsegment_full() in aspacemgr-linux.c.
BEGIN = b"SHOW_SEGMENTS: With contents of /proc/self/maps"
END = b">>>"
READING = b"Reading /proc/self/maps\n"
LINE = re.compile(rb"--\d+:\d: aspacem +(.*)", re.DOTALL)
NAME = re.compile(rb"\((\d+,\d+),\d+\) (.*)", re.DOTALL)
FILE = re.compile(
    rb"\d+: FILE (?P<first>[0-9a-f]+)-(?P<last>[0-9a-f]+) +\S+ (?P<perms>\S{3})\S\S "
    rb"d=0x(?P<device>[0-9a-f]+) +i=(?P<inode>\d+) +o=(?P<offset>-?\d+) +"
    rb"\((?P<name>-?\d+,-?\d+)\).*"
)


def call(_pid):
    """Run the tool that does nothing on the program that does nothing.

    That program cannot run at the addresses of a dump, so the status says nothing about the list.
    """
    command = ("valgrind", "--tool=none", "-d", "-d", "true")
    done = subprocess.run(
        command, preexec_fn=bind_own_files, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    shown = done.stdout.partition(BEGIN)[2].partition(END)
    if shown[1]:
        return shown[0]
    if done.returncode < 0:
        raise SystemExit("valgrind: signal %d" % -done.returncode)
    raise Refused(done.stdout.partition(READING)[2] or done.stdout)


def convert(shown):
    """Convert the segments of files. It merges all others, and has no names for them."""
    names = {}
    for line in shown.split(b"\n"):
        text = LINE.fullmatch(line)[1] if LINE.fullmatch(line) else b""
        if NAME.fullmatch(text):
            key, name = NAME.fullmatch(text).groups()
            names[key] = name
        match = FILE.fullmatch(text)
        if match:
            number = int(match["device"], 16)
            yield {
                "start": match["first"].decode(),
                # It prints the last address, and not the one after it.
                "end": int(match["last"], 16) + 1,
                "perms": match["perms"].decode(),
                "device": device(
                    (number >> 8) & 0xFFF, (number & 0xFF) | ((number >> 12) & 0xFFF00)
                ),
                "inode": match["inode"].decode(),
                "offset": int(match["offset"]),
                "name": column(names.get(match["name"], b"")),
            }


serve(live, call, convert)
