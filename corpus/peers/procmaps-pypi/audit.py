"""Print what procmaps of PyPI returns for one dump."""

import sys

import procmaps

for m in procmaps.from_path(sys.argv[1]):
    values = {
        "start": f"{m.begin_address:x}", "end": f"{m.end_address:x}", "offset": f"{m.offset:x}",
        "read": m.is_readable, "write": m.is_writable, "execute": m.is_executable,
        "shared": m.is_shared, "private": m.is_private, "inode": m.inode,
        "major": m.device[0], "minor": m.device[1],
        "name": "" if m.pathname is None else m.pathname,
    }  # fmt: skip
    print(*(f"{key}={str(value).encode().hex()}" for key, value in values.items()))
