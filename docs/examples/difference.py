"""Print the mappings that are in one dump only: difference.py OLD NEW"""

import os
import sys

import procmaps

old, new = map(procmaps.load, sys.argv[1:])
for sign, one, other in (("-", old, {*new}), ("+", new, {*old})):
    for mapping in one:
        if mapping not in other:
            print(sign, procmaps.escape_bytes(os.fsencode(str(mapping))))
