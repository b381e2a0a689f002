"""Print what sscanf() with %s returns for each line."""

import ctypes
import sys

MEMBERS = ("start", "end", "perms", "offset", "device", "inode", "name")
sscanf = ctypes.CDLL(None).sscanf
with open(sys.argv[1], "rb") as file:
    lines = file.read().split(b"\n")
for line in lines[:-1]:
    numbers = [ctypes.c_ulong() for _ in range(6)]
    start, end, offset, major, minor, inode = numbers
    perms, name = ctypes.create_string_buffer(5), ctypes.create_string_buffer(8192)
    arguments = [ctypes.byref(number) for number in numbers]
    arguments[2:2] = [perms]
    pattern = b"%lx-%lx %4s %lx %lx:%lx %lu %4095s"
    if sscanf(line, pattern, *arguments, name) > len(numbers):
        device = b"%x:%x" % (major.value, minor.value)
        texts = [b"%x" % start.value, b"%x" % end.value, perms.value, b"%x" % offset.value]
        values = [*texts, device, b"%d" % inode.value, name.value]
        print(*(f"{key}={value.hex()}" for key, value in zip(MEMBERS, values)))
