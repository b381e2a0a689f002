"""Whatever a program prints of a real dump comes back, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from procmaps.extraction import Extract, PartialMapping, extract
from tests.extraction.encoders import PLAIN
from tests.extraction.listing_encoders import PROGRAMS, Facts, Line, lines_of
from tests.support import shared

PAGE = 4096
MAX_LINES = 45
"""Lines of one dump, at most: from its beginning, its middle and its end."""


def facts(mapping: PartialMapping) -> Facts:
    m = mapping
    return (m.start, m.end, m.perms, m.offset, m.device, m.inode, m.name, m.name_state)


def found(dumps: tuple[Extract, ...]) -> list[Facts]:
    return sorted((facts(m) for dump in dumps for m in dump.mappings), key=str)


def usual(file: Path) -> list[Line]:
    """Return lines of a dump that any program can print: whole pages, names of the kernel's."""
    # One of the dumps has lost newlines, so that names contain whole lines.
    lines = [
        line
        for line in lines_of(file.read_bytes())
        if 0 < line.start < line.end and not (line.start | line.end | line.offset) % PAGE
        if not re.search(rb"[0-9a-f]{6}-[0-9a-f]{6}", line.name)
        if not line.name or line.name.startswith((b"/", b"[", b"anon_inode:", b"socket:"))
    ]
    third = MAX_LINES // 3
    middle = len(lines) // 2
    parts = lines[:third], lines[third:-third][middle : middle + third], lines[-third:]
    return [*dict.fromkeys(line for part in parts for line in part)]


def maps_files() -> list[Path]:
    files = shared.dump_files()
    index = (shared.FOLDER / "dumps" / "index.tsv").read_text("utf-8") if files else ""
    kinds = dict(row.split("\t")[:2] for row in index.split("\n") if row)
    return [file for file in files if kinds[file.name] == "maps"]


@pytest.mark.parametrize("file", maps_files(), ids=shared.name)
def test_real_dumps_come_back_from_every_program(file: Path) -> None:
    lines = usual(file)
    for name, program in PROGRAMS.items():
        expected = sorted(filter(None, map(program.keeps, lines)), key=str)
        dumps = extract(program.encode(lines))
        assert found(dumps) == expected, name
        assert {dump.container for dump in dumps} <= {program.container}, name


CONTAINERS = (
    *("crlf", "fence", "indented", "> ", "trimmed", ">>> ", "> > ", "// ", "# ", " * "),
    *("logcat", "old logcat", "dmesg", "journal", "base64", "UTF-16", "colours"),
    *("quoted-printable", "> &gt; "),
)
"""Containers that leave each row as it is, or whose transfer is undone for the whole text."""


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_listing_comes_back_from_containers(container: str) -> None:
    maps = Path(__file__).parent / "listings" / "maps.txt"
    lines = [*lines_of(maps.read_bytes())]
    for name, program in PROGRAMS.items():
        expected = sorted(filter(None, map(program.keeps, lines)), key=str)
        text = PLAIN[container](program.encode(lines).split(b"\n")[:-1])
        assert found(extract(text)) == expected, name


OTHERS = (
    *("C", "C macro", "Java", "JSON list", "Docker", "JSON", "JSON in JSON", "Python list"),
    *("Rust", "Python", "template", "continued", "CDATA"),
    *("cell", "cell of HTML", "cell of several", "HTML", "HTML list", "rsyslog", "nginx", "diff"),
)
"""Containers that put each row, or all of them, in a literal or in a cell."""


@pytest.mark.parametrize("container", OTHERS)
def test_listings_come_back_from_literals_and_cells(container: str) -> None:
    maps = Path(__file__).parent / "listings" / "maps.txt"
    lines = [*lines_of(maps.read_bytes())]
    for name, program in PROGRAMS.items():
        expected = sorted(filter(None, map(program.keeps, lines)), key=str)
        text = PLAIN[container](program.encode(lines).split(b"\n")[:-1])
        assert found(extract(text)) == expected, name
