"""libbcc: bcc_procutils_each_module(), which bcc and bpftrace use to resolve addresses of programs.

It gives the executable mappings of what it takes for a file.
"""

import ctypes

from protocol import column, device, live, serve

libbcc = ctypes.CDLL("libbcc.so.0")
WHOLE_SPACE = 2**64 - 1


class Module(ctypes.Structure):
    """mod_info of <bcc/bcc_proc.h>."""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("start", ctypes.c_uint64),
        ("end", ctypes.c_uint64),
        ("offset", ctypes.c_uint64),
        ("major", ctypes.c_uint64),
        ("minor", ctypes.c_uint64),
        ("inode", ctypes.c_uint64),
    ]


Visit = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Module), ctypes.c_int, ctypes.c_void_p)


def call(pid):
    """Collect the members of the structures that its callback gets."""
    found = []

    @Visit
    def visit(module, _in_namespace, _payload):
        found.append([getattr(module.contents, name) for name, _ in Module._fields_])
        return 0

    libbcc.bcc_procutils_each_module(pid, visit, None)
    return found


def convert(modules):
    """Convert all but the process's perf map, which bcc adds for all addresses."""
    for name, start, end, offset, major, minor, inode in modules:
        if end != WHOLE_SPACE:
            yield {
                "start": start,
                "end": end,
                "offset": offset,
                "device": device(major, minor),
                "inode": inode,
                "name": column(name or b""),
            }


serve(live, call, convert)
