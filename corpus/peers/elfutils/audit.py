"""Print the modules that libdw reports for one dump."""

import ctypes
import os
import sys

dw, c = ctypes.CDLL("libdw.so.1"), ctypes.CDLL(None)
address, pointer, text = ctypes.c_uint64, ctypes.c_void_p, ctypes.c_char_p
dw.dwfl_begin.restype = c.fopen.restype = pointer
dw.dwfl_module_info.restype = dw.dwfl_errmsg.restype = text
Visit = ctypes.CFUNCTYPE(ctypes.c_int, pointer, pointer, text, address, pointer)


def visit(module, _data, name, start, _argument):
    end = address()
    dw.dwfl_module_info(pointer(module), *[None] * 2, ctypes.byref(end), *[None] * 4)
    numbers = f"start={(b'%x' % start).hex()} end={(b'%x' % end.value).hex()}"
    print(f"{numbers} name={name.hex()}")
    return 0


callbacks = (pointer * 4)()
session = pointer(dw.dwfl_begin(ctypes.byref(callbacks)))
file = pointer(c.fopen(os.fsencode(sys.argv[1]), b"r"))
dw.dwfl_report_begin(session)
if dw.dwfl_linux_proc_maps_report(session, file):
    sys.exit(dw.dwfl_errmsg(-1) or b"it returned an error without a message".decode())
dw.dwfl_report_end(session, None, None)
dw.dwfl_getmodules(session, Visit(visit), None, ctypes.c_ssize_t(0))
