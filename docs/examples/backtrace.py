"""Translate addresses of a process to file, offset and build id: backtrace.py PID ADDRESS..."""

import sys

import procmaps

pid = int(sys.argv[1])
for address in (int(text, 16) for text in sys.argv[2:]):
    found = procmaps.query(pid, address)
    if found and found.mapping.path:
        offset = address - found.mapping.start + found.mapping.offset
        path = procmaps.escape_bytes(found.mapping.path)
        print(f"{address:#x} {path}+{offset:#x} {(found.build_id or b'').hex()}")
