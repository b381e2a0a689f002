"""Print the base address of libc in a process: libc_base.py PID"""

import sys

import procmaps

for mapping in procmaps.maps(int(sys.argv[1])):
    if mapping.path and b"/libc.so" in mapping.path:
        print(f"{mapping.start - mapping.offset:#x}")
        break
