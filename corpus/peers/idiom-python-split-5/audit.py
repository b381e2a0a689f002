"""Print what Python's split(None, 5) returns for each line."""

import sys

with open(sys.argv[1]) as file:
    for line in file:
        words = line.split(maxsplit=5)
        address, perms, offset, device, inode = words[:5]
        start, end = address.split("-")
        name = "".join(words[5:]).strip()
        texts = {
            "start": start, "end": end, "perms": perms, "offset": offset, "device": device,
            "inode": inode, "name": name,
        }  # fmt: skip
        values = {key: text.encode() for key, text in texts.items()}
        print(*(f"{key}={value.hex()}" for key, value in values.items()))
