"""pmap without options, except -p for full paths."""

import re

from pmap import serve_table

ROW = re.compile(rb"(?P<start>[0-9a-f]+) +(?P<size>\d+)K (?P<mode>\S*) (?P<name>.*)", re.DOTALL)
FOOT = re.compile(rb" total +\d+K")

serve_table(ROW, FOOT)
