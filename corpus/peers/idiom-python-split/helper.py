"""Print the columns that split() returns."""

import sys

with open(sys.argv[1]) as maps:
    for line in maps:
        fields = line.split()
        address, perms, offset, device, inode = fields[:5]
        start, end = address.split("-")
        name = fields[5] if len(fields) > 5 else ""
        print(start, end, perms, offset, device, inode, name, sep="\t")
