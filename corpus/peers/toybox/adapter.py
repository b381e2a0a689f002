"""toybox pmap, which is Android's."""

import re

from toybox import serve_table

ROW = re.compile(rb"(?P<start>[0-9a-f]+) +(?P<size>-?\d+)K (?P<mode>\S+) (?P<name>.*)", re.DOTALL)
HEAD_AND_FOOT = re.compile(rb"\d+: .*|total +-?\d+K", re.DOTALL)

serve_table(ROW, HEAD_AND_FOOT)
