"""Lines that fulfil conditions: those found in C are those that a regular expression finds."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.engines import line_filter
from procmaps.engines.line_filter import FileCondition, LineConditions, LineFilter
from procmaps.grammar import loading
from tests.engines.native.lines import SEEDS

native = pytest.importorskip("procmaps.engines._scanner", reason="it needs the native scanner")

LINUX = loading.load("linux")

LINE = re.compile(
    rb"([0-9a-f]+)-([0-9a-f]+) ([r-][w-][x-][ps]) [0-9a-f]+ ([0-9a-f]+):([0-9a-f]+) ([0-9]+)"
    rb" *([^\n]*)\n"
)
"""What ``show_map_vma()``, fs/proc/task_mmu.c, prints."""

PERMS = {b"r--p": 1, b"rw-p": 3, b"r-xp": 5}
"""The value of each in the column, as `procmaps.Columns.perms` documents it."""

NAMES = (b"", b"", b"/lib/a.so", b"/lib/a.so", b"/lib/b.so", b"[vdso]", b"[odd]", b"/l b")
LARGEST = 1 << 64


def line(start: int, size: int, perms: bytes, inode: int, name: bytes) -> bytes:
    """Return a line; one without a name ends in a space."""
    head = b"%08x-%08x %b 00000000 08:%02x %d " % (start, start + size, perms, inode % 3, inode)
    return (head.ljust(73) + name if name else head) + b"\n"


LINES = st.lists(
    st.tuples(
        st.sampled_from((0, 0, 0, 0x1000, 0x5000)),
        st.sampled_from((0x1000, 0x2000, 0x9000)),
        st.sampled_from(sorted(PERMS)),
        st.sampled_from((0, 7, 8, 9)),
        st.sampled_from(NAMES),
    ),
    max_size=12,
)
"""The gap before a mapping, its size, and the rest."""


def always(_: bytes) -> int:
    return 1


VERDICTS = st.fixed_dictionaries({name: st.sampled_from((0, 1)) for name in {*NAMES}})


def text_of(lines: list[tuple[int, int, bytes, int, bytes]]) -> bytes:
    start, text = 0x10000, b""
    for gap, size, perms, inode, name in lines:
        text += line(start + gap, size, perms, inode, name)
        start += gap + size
    return text


def verdict_of(verdicts: dict[bytes, int], name: bytes) -> int:
    return verdicts[name] | 2 * (name == b"[vdso]") | 4 * (name == b"[odd]")


def conditions(
    verdicts: dict[bytes, int],
    allowed: frozenset[bytes] = frozenset(PERMS),
    sizes: tuple[int, int] = (0, LARGEST - 1),
    files: tuple[FileCondition, ...] = (),
) -> LineConditions:
    perms = bytes(value in {PERMS[each] for each in allowed} for value in range(256))
    return LineConditions(perms, *sizes, files, functools.partial(verdict_of, verdicts))


FILES: dict[tuple[FileCondition, ...], Callable[[int], bool]] = {
    (): lambda _inode: True,
    ((7, True, 0, 0, False),): lambda inode: inode == 7,
    ((0, False, 8, 2, True),): lambda inode: inode % 3 == 2,
    ((7, True, 8, 1, True), (9, True, 8, 0, True)): lambda inode: inode in {7, 9},
    ((7, True, 8, 0, True),): lambda _inode: False,
    ((7, True, 1 << 40, 1, True),): lambda _inode: False,
}
"""Conditions on files, each with its meaning for an inode; minor is the inode modulo 3."""


@given(
    LINES,
    VERDICTS,
    st.frozensets(st.sampled_from(sorted(PERMS))),
    st.sampled_from(((0, LARGEST - 1), (0x2000, LARGEST - 1), (0, 0x2000), (0x2000, 0x2000))),
    st.sampled_from(sorted(FILES)),
)
def test_the_lines_are_those_that_fulfil_every_condition(
    lines: list[tuple[int, int, bytes, int, bytes]],
    verdicts: dict[bytes, int],
    allowed: frozenset[bytes],
    sizes: tuple[int, int],
    files: tuple[FileCondition, ...],
) -> None:
    text = text_of(lines)
    found = LineFilter(LINUX, conditions(verdicts, allowed, sizes, files)).run(text)
    if b"[odd]" in text:
        assert found is None
        return
    wanted = b""
    marks: list[int] = []
    for match in LINE.finditer(text):
        start, end = int(match[1], 16), int(match[2], 16)
        marks += [start] if match[7] == b"[vdso]" else []
        if (
            verdicts[match[7]]
            and match[3] in allowed
            and sizes[0] <= end - start <= sizes[1]
            and FILES[files](int(match[6]))
        ):
            wanted += match[0]
    assert found == (wanted, marks[0] if marks else None)


@given(st.lists(st.sampled_from(SEEDS), max_size=6), st.integers(0, 40))
def test_only_a_plain_text_is_filtered(seeds: list[bytes], cut: int) -> None:
    text = b"".join(seeds)
    text = text[: max(0, len(text) - cut)]
    ranges = [(int(m[1], 16), int(m[2], 16)) for m in LINE.finditer(text)]
    whole = b"".join(match[0] for match in LINE.finditer(text)) == text
    ends = [0, *(end for _, end in ranges)]
    ordered = all(last <= start < end for last, (start, end) in zip(ends, ranges, strict=False))
    too_large = any(each in text for each in (b"fffffffff", b"18446744073709551616"))
    known = LineConditions(bytes([1]) * 256, 0, LARGEST - 1, (), always)
    found = LineFilter(LINUX, known).run(text)
    assert (found is not None) == (whole and ordered and not too_large)
    assert found is None or found.lines == text


def test_verdicts_are_kept_from_text_to_text_and_forgotten_when_they_are_many(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[bytes] = []

    def verdict(name: bytes) -> int:
        asked.append(name)
        return int(name.endswith(b"7"))

    filtered = LineFilter(LINUX, LineConditions(bytes([1]) * 256, 0, LARGEST - 1, (), verdict))
    path = tmp_path / "maps"
    texts = [b"".join(line(i << 12, 1 << 12, b"r--p", 1, b"/lib%d" % i) for i in range(1, n))
             for n in (9, 40, 200)]  # fmt: skip
    for text in texts:
        path.write_bytes(text)
        for found in (filtered.run(text), filtered.read(str(path))):
            assert found
            assert found.lines == b"".join(m[0] for m in LINE.finditer(text) if m[7].endswith(b"7"))
    assert sorted(asked) == sorted([b"", *(b"/lib%d" % i for i in range(1, 200))])
    monkeypatch.setattr(line_filter, "MAX_NAMES", 20)
    path.write_bytes(texts[0])
    assert filtered.read(str(path))
    assert len(asked) == 200 + 9


def test_a_file_is_read_to_its_end(tmp_path: Path) -> None:
    filtered = LineFilter(LINUX, conditions(dict.fromkeys(NAMES, 1)))
    path = tmp_path / "maps"
    for count in (1, 5000, 3):
        text = b"".join(line(i << 12, 1 << 12, b"r--p", 1, b"/l b") for i in range(1, count + 1))
        path.write_bytes(text)
        assert filtered.read(str(path)) == (text, None)
    path.write_bytes(b"")
    assert filtered.read(str(path)) is None
    assert filtered.read(str(tmp_path / "missing")) is None
    assert filtered.read(str(tmp_path)) is None


def test_the_maps_of_a_process_that_has_ended_are_not_read() -> None:
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    filtered = LineFilter(LINUX, conditions(dict.fromkeys(NAMES, 1)))
    assert filtered.read(f"/proc/{pid}/maps") is None
    os.waitpid(pid, 0)
    assert filtered.read(f"/proc/{pid}/maps") is None


TABLES = pytest.importorskip("procmaps.engines.native_engine").scanner_tables(LINUX)
GOOD = (TABLES, bytes(16), bytes(256), 0, 1, (), 0)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({0: None}, TypeError),
        ({1: bytes(15)}, ValueError),
        ({2: bytes(255)}, ValueError),
        ({5: ((1, True, 0, 0, False),) * 65}, ValueError),
        ({5: ((1, True),)}, TypeError),
        ({5: []}, TypeError),
        ({6: 256}, OverflowError),
    ],
)
def test_rejects_arguments_that_it_cannot_use(
    changed: dict[int, object], error: type[Exception]
) -> None:
    arguments = [changed.get(index, value) for index, value in enumerate(GOOD)]
    with pytest.raises(error):
        native.LineFilter(*arguments)


def test_rejects_texts_names_and_paths_that_are_no_bytes() -> None:
    made = native.LineFilter(*GOOD)
    for call in (made.run, made.read):
        with pytest.raises(TypeError, match="must be bytes"):
            call("text")
    with pytest.raises(TypeError):
        made.know("name", 1)
    assert len(made) == 0
    assert made.again() == (b"", b"", None)
