"""gperftools: the mapped libraries at the end of a heap profile of tcmalloc."""

import ctypes
import re

from protocol import Refused, column, live, serve

tcmalloc = ctypes.CDLL("libtcmalloc.so.4")
libc = ctypes.CDLL(None)
tcmalloc.GetHeapProfile.restype = ctypes.c_void_p
BEGIN = b"\nMAPPED_LIBRARIES:\n"
# ProcMapsIterator::FormatLine() in sysinfo.cc. It pads the inode to 11 characters.
ROW = re.compile(
    rb"(?P<start>[0-9a-f]+)-(?P<end>[0-9a-f]+) (?P<perms>\S{4}) (?P<offset>[0-9a-f]+) "
    rb"00:00 (?P<inode>-?\d+) *(?P<name>.*)",
    re.DOTALL,
)


def call(_pid):
    """Return the text of a profile."""
    profile = tcmalloc.GetHeapProfile()
    if not profile:
        raise Refused("NULL")
    text = ctypes.string_at(profile)
    libc.free(ctypes.c_void_p(profile))
    return text


def convert(profile):
    """Convert each line. The device is always 00:00, so it is not returned."""
    for line in profile.partition(BEGIN)[2].split(b"\n")[:-1]:
        match = ROW.fullmatch(line)
        if not match:
            raise ValueError("no line of a mapping: %r" % line)
        yield {
            "start": match["start"].decode(),
            "end": match["end"].decode(),
            "perms": match["perms"].decode(),
            "offset": match["offset"].decode(),
            "inode": match["inode"].decode(),
            "name": column(match["name"]),
        }


tcmalloc.HeapProfilerStart(b"/dev/shm/profile")
serve(live, call, convert)
