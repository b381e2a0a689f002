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


def parse(request):
    """Collect the arguments of its callbacks."""
    records = []

    @Visit
    def visit(module, _in_namespace, _payload):
        found = module.contents
        # The last one is the process's perf map, for all addresses. It is not a mapping.
        if found.end != WHOLE_SPACE:
            records.append(
                {
                    "start": found.start,
                    "end": found.end,
                    "offset": found.offset,
                    "device": device(found.major, found.minor),
                    "inode": found.inode,
                    "name": column(found.name or b""),
                }
            )
        return 0

    libbcc.bcc_procutils_each_module(live(request), visit, None)
    return records


serve(parse)
