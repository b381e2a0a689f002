"""elfutils' libdw: dwfl_linux_proc_maps_report(), which eu-stack and systemtap use.

It reports modules: neighbouring mappings of one file are one, from the first to the last address.
"""

import ctypes
import os

from protocol import Refused, column, serve

libdw = ctypes.CDLL("libdw.so.1", use_errno=True)
libc = ctypes.CDLL(None, use_errno=True)
libdw.dwfl_begin.restype = ctypes.c_void_p
libdw.dwfl_errmsg.restype = ctypes.c_char_p
libdw.dwfl_getmodules.restype = ctypes.c_ssize_t
libdw.dwfl_module_info.restype = ctypes.c_char_p
libc.fopen.restype = ctypes.c_void_p

Address = ctypes.c_uint64
Visit = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, Address, ctypes.c_void_p
)
DWARF_CB_OK = 0


class Callbacks(ctypes.Structure):
    """Dwfl_Callbacks of <elfutils/libdwfl.h>: none is called if only addresses are requested."""

    _fields_ = [
        ("find_elf", ctypes.c_void_p),
        ("find_debuginfo", ctypes.c_void_p),
        ("section_address", ctypes.c_void_p),
        ("debuginfo_path", ctypes.c_void_p),
    ]


callbacks = Callbacks()


def call(path):
    """Open the file with libc, because libdw needs a FILE."""
    session = ctypes.c_void_p(libdw.dwfl_begin(ctypes.byref(callbacks)))
    file = ctypes.c_void_p(libc.fopen(path, b"r"))
    found = []

    @Visit
    def visit(module, _userdata, name, start, _argument):
        end = Address()
        libdw.dwfl_module_info(
            ctypes.c_void_p(module), None, None, ctypes.byref(end), None, None, None, None
        )
        found.append((start, end.value, name))
        return DWARF_CB_OK

    try:
        libdw.dwfl_report_begin(session)
        if libdw.dwfl_linux_proc_maps_report(session, file) != 0:
            raise Refused(libdw.dwfl_errmsg(-1) or b"it returned an error without a message")
        libdw.dwfl_report_end(session, None, None)
        libdw.dwfl_getmodules(session, visit, None, ctypes.c_ssize_t(0))
    finally:
        libc.fclose(file)
        libdw.dwfl_end(session)
    return found


def convert(modules):
    """Convert the modules."""
    return [{"start": start, "end": end, "name": column(name)} for start, end, name in modules]


serve(lambda request: os.fsencode(request["path"]), call, convert)
