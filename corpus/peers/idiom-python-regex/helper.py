"""Print the groups of a regular expression."""

import re
import sys

LINE = re.compile(
    r"([0-9a-f]+)-([0-9a-f]+)\s+([rwxps-]+)\s+([0-9a-f]+)\s+(\w+:\w+)\s+(\d+)\s*(\S*)"
)

with open(sys.argv[1]) as maps:
    for line in maps:
        match = LINE.match(line)
        if match:
            print(*match.groups(), sep="\t")
