"""Print the modules that libbcc finds in one process."""

import ctypes
import sys


def visit(module, _namespace, _payload):
    name, start, end, offset, major, minor, inode = module[:7]
    # The last one is the perf map of the process, for all addresses.
    if end != 2**64 - 1:
        text = ctypes.string_at(name).hex() if name else ""
        print(
            f"name={text} start={(b'%x' % start).hex()}",
            f"end={(b'%x' % end).hex()} offset={(b'%x' % offset).hex()}",
            f"major={(b'%d' % major).hex()} minor={(b'%d' % minor).hex()}",
            f"inode={(b'%d' % inode).hex()}",
        )
    return 0


kind = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_uint64), ctypes.c_int, ctypes.c_void_p
)
library = ctypes.CDLL("libbcc.so.0")
library.bcc_procutils_each_module(int(sys.argv[3]), kind(visit), None)
