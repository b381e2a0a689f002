"""pmap -x."""

import re

from protocol import serve

from pmap import table

ROW = re.compile(
    rb"(?P<start>[0-9a-f]+) +(?P<size>\d+) +(?P<rss>\d+) +\d+ (?P<mode>\S{5}) +?(?P<name>.*)",
    re.DOTALL,
)

serve(table(ROW, "-x"))
