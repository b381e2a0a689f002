"""Translate addresses of a process to file, offset and build id: backtrace.py PID ADDRESS..."""

import sys

import procmaps

addresses = [int(text, 16) for text in sys.argv[2:]]
for found in procmaps.locate(int(sys.argv[1]), addresses):
    if found.path and found.offset is not None:
        path = procmaps.escape_bytes(found.path)
        print(f"{found.address:#x} {path}+{found.offset:#x} {(found.build_id or b'').hex()}")
