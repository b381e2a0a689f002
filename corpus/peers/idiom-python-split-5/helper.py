"""Print the columns that split(None, 5) returns."""

import sys

with open(sys.argv[1]) as maps:
    for line in maps:
        fields = line.split(None, 5)
        address, perms, offset, device, inode = fields[:5]
        start, end = address.split("-")
        name = fields[5].strip() if len(fields) > 5 else ""
        print(start, end, perms, offset, device, inode, name, sep="\t")
