"""Print what operator >> of a C++ stream returns for each line: words between white space."""

import re
import sys

with open(sys.argv[1], "rb") as file:
    text = file.read()
for line in text.split(b"\n")[: None if text and not text.endswith(b"\n") else -1]:
    words = [*re.findall(rb"[^ \t\n\v\f\r]+", line), *[b""] * 6]
    address, perms, offset, device, inode, name = words[:6]
    # find() of a text without a dash gives the greatest number, and one more is 0.
    start, end = address.split(b"-", 1) if b"-" in address else (address, address)
    values = {
        "start": start, "end": end, "perms": perms, "offset": offset, "device": device,
        "inode": inode, "name": name,
    }  # fmt: skip
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
