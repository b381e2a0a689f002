"""libgtop: glibtop_get_proc_map(), which GNOME's System Monitor shows."""

import ctypes

from protocol import Refused, column, device, live, serve

libgtop = ctypes.CDLL("libgtop-2.0.so.11", use_errno=True)
libc = ctypes.CDLL(None)
NUMBERS = (
    "flags", "start", "end", "offset", "perm", "inode", "device", "size", "rss", "shared_clean",
    "shared_dirty", "private_clean", "private_dirty", "pss", "swap",
)  # fmt: skip
# GLIBTOP_MAP_PERM_* of <glibtop/procmap.h>.
PERMS = ((1, "r"), (2, "w"), (4, "x"), (8, "s"), (16, "p"))


class Entry(ctypes.Structure):
    """glibtop_map_entry."""

    _fields_ = [*((name, ctypes.c_uint64) for name in NUMBERS), ("filename", ctypes.c_char * 216)]


class Summary(ctypes.Structure):
    """glibtop_proc_map."""

    _fields_ = [(name, ctypes.c_uint64) for name in ("flags", "number", "total", "size")]


libgtop.glibtop_get_proc_map.restype = ctypes.POINTER(Entry)
libgtop.glibtop_init()


def call(pid):
    """Return copies of its entries."""
    summary = Summary()
    entries = libgtop.glibtop_get_proc_map(ctypes.byref(summary), pid)
    if not entries:
        raise Refused("NULL")
    copies = [Entry.from_buffer_copy(entry) for entry in entries[: summary.number]]
    libc.free(entries)
    return copies


def perms(bits):
    """Return the letters of its permission bits."""
    letters = "".join(letter if bits & bit else "-" for bit, letter in PERMS[:3])
    return letters + "".join(letter for bit, letter in PERMS[3:] if bits & bit)


def record(entry):
    """Convert an entry. A device is a number of the kernel's old encoding, of 8 and 8 bits."""
    return {
        "start": entry.start,
        "end": entry.end,
        "offset": entry.offset,
        "perms": perms(entry.perm),
        "device": device(entry.device >> 8, entry.device & 0xFF),
        "inode": str(entry.inode),
        "name": column(entry.filename),
    }


serve(live, call, lambda entries: map(record, entries))
