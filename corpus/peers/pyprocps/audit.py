"""Print what the pmap of procps (PyPI) reads of one process."""

import os
import sys

from pyprocps import pmap

MEMBERS = {
    "perms": "perms",
    "offset": "offset",
    "dev": "device",
    "inode": "inode",
    "mapping": "name",
}
for row in pmap.read_maps(int(sys.argv[3])):
    values = {member: os.fsencode(row[key]) for key, member in MEMBERS.items()}
    values["start"], values["end"] = b"%x" % row["start"], b"%x" % row["end"]
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
