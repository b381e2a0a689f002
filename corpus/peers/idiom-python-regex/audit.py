"""Print what a regular expression of Python returns for each line."""

import re
import sys

SPACE, NUMBER = r"\s+", "([0-9a-f]+)"
COLUMNS = [f"{NUMBER}-{NUMBER}", "([rwxps-]+)", NUMBER, r"(\w+:\w+)", r"(\d+)\s*(\S*)"]
MEMBERS = ("start", "end", "perms", "offset", "device", "inode", "name")
with open(sys.argv[1]) as file:
    for line in file:
        if found := re.match(SPACE.join(COLUMNS), line):
            values = [text.encode() for text in found.groups()]
            print(*(f"{key}={value.hex()}" for key, value in zip(MEMBERS, values)))
