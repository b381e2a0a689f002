"""pmap without options, except -p for full paths."""

import re

from protocol import serve

from pmap import table

ROW = re.compile(rb"(?P<start>[0-9a-f]+) +(?P<size>\d+)K (?P<mode>\S{5}) (?P<name>.*)", re.DOTALL)

serve(table(ROW))
