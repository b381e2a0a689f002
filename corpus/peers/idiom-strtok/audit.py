"""Print what strtok() returns for each line."""

import ctypes
import sys

strtok = ctypes.CDLL(None).strtok
strtok.restype = ctypes.c_char_p
MEMBERS = ("start", "end", "perms", "offset", "device", "inode", "name")
with open(sys.argv[1], "rb") as file:
    for line in iter(lambda: file.readline(4096 + 99), b""):  # fgets() and PATH_MAX + 100
        buffer = ctypes.create_string_buffer(line)
        values = [strtok(buffer, b"-")] + [strtok(None, b" \n") for _ in range(6)]
        if values[5] is not None:
            print(*(f"{key}={(value or b'').hex()}" for key, value in zip(MEMBERS, values)))
