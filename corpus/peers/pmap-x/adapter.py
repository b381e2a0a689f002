"""pmap -x."""

import re

from pmap import serve_table

ROW = re.compile(
    rb"(?P<start>[0-9a-f]+) +(?P<size>\d+) +(?P<rss>\d+) +\d+ (?P<mode>\S*) (?P<name>.*)",
    re.DOTALL,
)
HEAD_AND_FOOT = re.compile(rb"Address .*|-[- ]*|total kB .*")

serve_table(ROW, HEAD_AND_FOOT, "-x")
