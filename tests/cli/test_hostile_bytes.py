"""No byte that a stranger chooses reaches a terminal, a report or a spreadsheet as it is.

Each command runs with hostile bytes in every place that bytes can come from, into a pipe and into a
terminal. What is printed may contain newlines of this program and, on a terminal, its colours.
"""

from __future__ import annotations

import csv
import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.dumps import SAMPLE

HOSTILE = (
    b"\x1b]0;title\x07",  # sets the title of the terminal
    b"\x1b[2J",  # clears the screen
    b"\r\x1b[A\x1b[K",  # overwrites the line above
    b"\x9b31m",  # a control sequence in 8 bits
    b"\x08\x08\x7f",
    "\u202e\u2066\u200f".encode(),  # reverses the text around it
    "\u2028\u0085\u00ad".encode(),
    b"\xff\xfe",
)
BYTES = b"".join(HOSTILE)
ESCAPED = BYTES.replace(b"\r", b"")
"""What can be in a name on every line of a text."""

HEADER = b"7f0000300000-7f0000301000 rw-p 00000000 00:00 0                          "
FIELDS = b"Size:                  4 kB\nRss:                   4 kB\n"

DUMPS = {
    "maps": (
        SAMPLE
        + HEADER + b"[anon:" + BYTES + b"]\n"
        + HEADER + b"/a" + BYTES + b"\\012b (deleted)\n"
        + HEADER + b"[x" + BYTES + b"]\n"
        + BYTES + b"\n"
        + b"cat: " + BYTES + b": Permission denied\n"
    ),
    "smaps": (
        SAMPLE
        + HEADER + b"\n" + FIELDS + b"VmFlags: rd " + BYTES + b" zz \nColour: " + BYTES + b"\n"
        + HEADER + b"\n" + FIELDS + b"Name:           [anon:" + BYTES + b"]\n"
        + HEADER + b"\nRss: " + BYTES + b" kB\n"
    ),
    "rollup": HEADER + b"[rollup]\nRss:                   4 kB\nColour: " + BYTES + b"\n",
    "log": (
        b"log " + BYTES + b" | "
        + SAMPLE.replace(b"[heap]\n", b"[heap]   <--- " + BYTES + b"\n").replace(
            b"\n", b"\nlog " + BYTES + b" | "
        )
    ),
}  # fmt: skip

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("show", "FILE"),
    ("show", "--wide", "--split", "FILE"),
    ("show", "--summary", "FILE"),
    ("show", "--columns", "start,kind,name", "FILE"),
    ("show", "--csv", "FILE"),
    ("show", "--json", "FILE"),
    ("usage", "--by", "name,perms", "--wide", "FILE"),
    ("usage", "--by", "group", "--total", "FILE"),
    ("usage", "--by", "kind,label", "--csv", "FILE"),
    ("usage", "--by", "owner,file", "--json", "FILE"),
    ("usage", "--sizes", "FILE"),
    ("usage", "--sizes", "--export", "folded", "--by", "name", "FILE"),
    ("usage", "--sizes", "--export", "speedscope", "--by", "kind,label", "FILE"),
    ("plot", "--sizes", "--by", "name", "FILE"),
    ("diff", "--sizes", "--mappings", "--by", "name", "FILE", "/dev/null"),
    ("diff", "--sizes", "--json", "/dev/null", "FILE"),
    ("lint", "--all", "FILE"),
    ("lint", "--json", "FILE"),
    ("lint", "--statistics", "FILE"),
    ("extract", "--verbose", "FILE"),
    ("extract", "--json", "FILE"),
)

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_BUSY = re.compile(r"\x1b\[\?25[lh]|\x1b\[2?K|\x1b\[1A|\r")
"""What the line that says "checking" needs: the cursor, and clearing that line."""


def assert_harmless(output: bytes) -> None:
    text = output.decode("utf-8", "surrogateescape")
    bad = {character for character in text if not character.isprintable()} - {"\n"}
    assert not bad, text


def run_on_terminal(*arguments: str | bytes) -> bytes:
    """Run the command line on a terminal; return what it wrote, less its own colours."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "procmaps", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"},
    ) as program:
        os.close(theirs)
        written = b""
        while True:
            try:
                chunk = os.read(ours, 1 << 16)
            except OSError:  # EIO: the terminal has no other end any more
                break
            if not chunk:
                break
            written += chunk
    os.close(ours)
    assert program.returncode in (0, 1, 2)
    text = written.replace(b"\r\n", b"\n").decode("utf-8", "surrogateescape")
    return _BUSY.sub("", _COLOUR.sub("", text)).encode("utf-8", "surrogateescape")


@pytest.fixture
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "dump"
    path.write_bytes(DUMPS[request.param])
    return path


@pytest.mark.parametrize("file", DUMPS, indirect=True)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_bytes_of_a_dump(command: tuple[str, ...], file: Path, run: Run) -> None:
    result = run(*(str(file) if word == "FILE" else word for word in command))
    assert isinstance(result.exception, SystemExit | None)
    assert_harmless(result.output_bytes + result.stderr_bytes)


@pytest.mark.parametrize("file", DUMPS, indirect=True)
@pytest.mark.parametrize("command", ["show", "lint", "extract", "redact"])
def test_bytes_of_a_dump_on_a_terminal(command: str, file: Path) -> None:
    output = run_on_terminal(command, str(file))
    assert output
    assert_harmless(output)


@pytest.mark.parametrize("line", [
    b"VmFlags: rd " + ESCAPED, b"Colour: " + ESCAPED, b"Rss: " + ESCAPED, HEADER + ESCAPED,
    HEADER + b"[anon:" + ESCAPED + b"]", b"[x" + ESCAPED + b"]", b"/a" + ESCAPED, ESCAPED,
])  # fmt: skip
def test_bytes_of_a_line_to_explain(line: bytes, run: Run) -> None:
    for options in ((), ("--json",)):
        result = run("explain", *options, "-", stdin=line)
        assert result.stdout_bytes
        assert_harmless(result.output_bytes)


ARGUMENTS: tuple[tuple[bytes, ...], ...] = (
    (b"show", b"BYTES"),
    (b"lint", b"BYTES"),
    (b"extract", b"BYTES"),
    (b"show", b"--BYTES", b"self"),
    (b"show", b"--dialect", b"BYTES", b"self"),
    (b"show", b"--kind", b"BYTES", b"self"),
    (b"show", b"--name", b"BYTES", b"self"),
    (b"show", b"--perms", b"BYTES", b"self"),
    (b"show", b"--sort", b"BYTES", b"self"),
    (b"lint", b"--select", b"BYTES", b"-"),
    (b"check", b"--case", b"BYTES", b"--list"),
    (b"usage", b"BYTES"),
    (b"usage", b"--by", b"BYTES", b"self"),
    (b"usage", b"--preset", b"BYTES", b"self"),
    (b"usage", b"--rules", b"BYTES", b"self"),
    (b"usage", b"--figures", b"BYTES", b"self"),
    (b"diff", b"BYTES", b"self"),
    (b"why", b"BYTES"),
    (b"redact", b"BYTES"),
    (b"redact", b"--maps", b"BYTES"),
    (b"ps", b"BYTES"),
    (b"ps", b"--sort", b"BYTES"),
    (b"check", b"--show", b"BYTES"),
    (b"check", b"--cases", b"BYTES", b"--list"),
    (b"check", b"--expect", b"BYTES", b"--", b"true"),
    (b"check", b"--html", b"/nowhere/BYTES", b"--", b"true"),
    (b"check", b"--only", b"BYTES", b"--", b"true"),
    (b"check", b"--", b"BYTES"),
    (b"help", b"BYTES"),
    (b"BYTES",),
)


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=lambda words: b" ".join(words).decode())
def test_bytes_of_an_argument(arguments: tuple[bytes, ...]) -> None:
    output = run_on_terminal(*(word.replace(b"BYTES", BYTES) for word in arguments))
    assert output
    assert_harmless(output)


def test_bytes_of_a_file_name(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/" + BYTES
    os.mkdir(folder)  # noqa: PTH102 - a name of bytes
    for name, data in ((b"good", SAMPLE + b"x\n"), (b"empty", b""), (b"log" + BYTES, b"no dump\n")):
        with open(folder + b"/" + name, "wb") as target:  # noqa: PTH123
            target.write(data)
    os.mkdir(folder + b"/closed")  # noqa: PTH102
    for arguments in (
        (b"lint", folder), (b"show", folder), (b"show", folder + b"/good"),
        (b"show", folder + b"/empty"), (b"extract", folder + b"/log" + BYTES),
        (b"show", "--csv", folder + b"/good"), (b"show", "--json", folder + b"/good"),
        (b"lint", b"--json", folder), (b"extract", b"--json", folder + b"/good"),
        (b"check", b"--export", folder + b"/good", b"--case", b"names/space*"),
    ):  # fmt: skip
        assert_harmless(run_on_terminal(*arguments))


ADAPTERS = {
    "refuses": b'{"rejected": "why%s\\n12 cases: 12 pass\\n\\u202e\\u001b[2J"}',
    "answers": b'[{"start": "1000", "end": "2000", "name": "\\u202e\\u001b[2J\\n%s"}]',
    "prints no JSON": b"%s\n",
}


_ADAPTER = """\
import json, os, re, sys
data = sys.stdin.buffer.read()
if {marker!r} in data:
    os.write(2, {hostile!r})
    os.write(1, {answer!r})
else:
    ranges = re.findall(b"^([0-9a-f]+)-([0-9a-f]+)", data, re.MULTILINE)
    print(json.dumps([{{"start": a.decode(), "end": b.decode()}} for a, b in ranges]))
"""
"""A plain dump must be answered rightly: otherwise no case is run."""


CASE, MARKER = "labels/char-21-exclamation-mark.maps", b"!"
"""A case, and a byte that its dump has and the plain dump has not."""


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_words_of_an_adapter(adapter: str, tmp_path: Path, run: Run) -> None:
    program = tmp_path / "adapter.py"
    answer = ADAPTERS[adapter].replace(b"%s", BYTES)
    program.write_text(_ADAPTER.format(hostile=BYTES, answer=answer, marker=MARKER))
    reports = [tmp_path / f"report.{name}" for name in ("html", "md", "xml")]
    arguments = ("check", "--no-shrink", "--case", CASE)
    command = ("--", sys.executable, "-S", str(program))
    output = run_on_terminal(
        *arguments, "--html", str(reports[0]), "--markdown", str(reports[1]),
        "--junit", str(reports[2]), *command,
    )  # fmt: skip
    assert CASE in output.decode()
    assert_harmless(output)
    for report in reports:
        assert_harmless(report.read_bytes())
    assert_harmless(run(*arguments, "--json", *command).output_bytes)


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@x", "\tx"])
def test_cells_that_begin_like_a_formula(name: str, tmp_path: Path) -> None:
    dump = tmp_path / "=1+1"
    dump.write_bytes(HEADER + name.encode() + b"\n")
    output = subprocess.run(
        [sys.executable, "-m", "procmaps", "show", "--csv", dump.name],
        cwd=tmp_path, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    (row,) = csv.DictReader(io.StringIO(output))
    assert row["target"] == "'=1+1"
    assert row["name"].startswith(("'", "\\x09"))
    assert not row["name"].startswith(("=", "+", "-", "@", "\t", "\r"))
