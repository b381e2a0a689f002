"""toybox pmap -x, which reads smaps."""

import re

from toybox import serve_table

ROW = re.compile(
    rb"(?P<start>[0-9a-f]+) +(?P<size>-?\d+) +(?P<Pss>\d+) +(?P<Private_Dirty>\d+) +(?P<Swap>\d+) "
    rb"(?P<mode>\S+) (?P<name>.*)",
    re.DOTALL,
)
HEAD_AND_FOOT = re.compile(rb"\d+: .*|Address .*|-[- ]*|total .*", re.DOTALL)

serve_table(ROW, HEAD_AND_FOOT, "-x")
