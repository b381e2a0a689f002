"""The table of pmap: a newline in a name does not end its row."""

from __future__ import annotations

import os
import subprocess
import sys

from corpus.tools.matrix.read_peers import SDK

PRINTED = (
    b"7:   sleep infinity\nAddress Kbytes\n"
    b"00400000       4 r---- /a\nb\n\n00500000       8 rw---   [ anon ]\n-----\ntotal 12\n"
)
ASK = r"""
import base64, re, sys
from pmap import table
row = re.compile(rb"(?P<start>[0-9a-f]+) +(?P<size>\d+) (?P<mode>\S*) (?P<name>.*)", re.DOTALL)
other = re.compile(rb"Address .*|-+|total .*")
for record in table(sys.stdin.buffer.read(), row, other):
    print(record["start"], base64.b64decode(record["name"]["base64"]))
"""


def ask(printed: bytes) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(SDK)}
    return subprocess.run(
        [sys.executable, "-c", ASK.replace("\\\\\\\\", "\\\\")],
        input=printed, capture_output=True, check=False, env=environment,
    )  # fmt: skip


def test_a_newline_is_part_of_the_name_before() -> None:
    assert ask(PRINTED).stdout.splitlines() == [
        rb"00400000 b'/a\nb\n'",
        rb"00500000 b'  [ anon ]'",
    ]


def test_other_text_before_the_first_row_is_an_error() -> None:
    done = ask(b"7: sleep\nodd\n00400000       4 r---- /a\n")
    assert done.returncode == 1
    assert b"no row of its table: b'odd'" in done.stderr
