"""``python -m tests.trials.figures --record``: what hostile texts cost, beside what they once did.

Memory is bytes allocated at once for each byte of text (`tests.support.costs`). Seconds are
processor time, so a busy machine changes them little.
"""

from __future__ import annotations

import contextlib
import io
import mmap
import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from unittest import mock

import attrs

import procmaps
from kernel import command
from procmaps import lint
from procmaps.cli import explain as explain_command
from procmaps.engines import regex_engine
from procmaps.grammar import loading
from tests.support.costs import MAX_MULTIPLE, Action, bytes_for_each_byte, peak
from tests.support.hostile_texts import (
    FIELD_LINES,
    HOSTILE_TEXTS,
    JUNK_LINES,
    LONG_LINES,
    HostileText,
)
from tests.trials import recording

PROGRAM = "tests.trials.figures"
SIZE = 40_000
"""Bytes of the smaller text in a comparison of memory."""

LARGER = {"flags of many words": 60_000}
"""Sizes of texts that fill a cache of `lint` that has a constant size."""

FLAGS_AND_NAMES = {
    kind: make for kind, make in LONG_LINES.items() if "flags" in kind or "name" in kind
}

HEADER = b"1000-2000 rw-S 00000000 00:00 0 /x\n"


@attrs.frozen
class Figure:
    """A cost, and what it was when it was reported."""

    what: str
    before: str
    measure: Callable[[], str]


def _multiple(action: Action, make: HostileText) -> Callable[[], str]:
    return lambda: f"{max(0.0, bytes_for_each_byte(action, make, SIZE)):.1f} times the text"


def _seconds(action: Callable[[], object], unit: float, name: str) -> Callable[[], str]:
    """Return a measurement of *action*, divided by *unit*."""

    def measure() -> str:
        best = min(_time(action) for _ in range(3))
        return f"{best / unit:.3g} {name}"

    return measure


def _time(action: Callable[[], object]) -> float:
    started = time.process_time()
    action()
    return time.process_time() - started


def _colliding(count: int) -> Iterator[bytes]:
    """Yield names that collided under every key of the former hash.

    Two words of eight bytes: bit 63 of one is flipped, and bits 63 and 34 of the next.
    """
    for number in range(count):
        words = [bytearray(b"abcdefgh") for _ in range(20)]
        for bit in range(9):
            if number >> bit & 1:
                words[2 * bit][7] ^= 0x80
                words[2 * bit + 1][7] ^= 0x80
                words[2 * bit + 1][4] ^= 0x04
        yield b"".join(words)


def _names(count: int) -> bytes:
    """Return mappings with such names."""
    return b"".join(
        b"%x-%x rw-p 0 0:0 0 /%b\n" % (number, number + 1, name)
        for number, name in enumerate(_colliding(count))
    )


def _memfds() -> str:
    """Map 70 memfds with such names into this process, and read its maps."""
    with contextlib.ExitStack() as stack:
        for name in _colliding(70):
            memfd = stack.enter_context(os.fdopen(os.memfd_create(os.fsdecode(name)), "r+b"))
            memfd.truncate(mmap.PAGESIZE)
            stack.enter_context(mmap.mmap(memfd.fileno(), mmap.PAGESIZE))
        return _seconds(procmaps.maps, 1, "s")()


def _unknown_fields() -> object:
    text = HEADER.replace(b"S", b"p") + b"".join(b"New%d: %d kB\n" % (n, n) for n in range(40_000))
    return regex_engine.scan(text, loading.load("linux"))


def _strictly(text: bytes) -> object:
    try:
        return procmaps.loads(text)
    except procmaps.ParseError as error:
        return error


def _lint(text: bytes) -> int:
    return sum(1 for _ in lint.lint(text))


def _explain(text: bytes) -> None:
    """Do what ``procmaps explain --json -`` does with *text*, without printing it."""
    line = text.removesuffix(b"\n").rpartition(b"\n")[2]
    with (
        contextlib.suppress(SystemExit),
        mock.patch.object(sys, "stdout", _Nothing()),
        mock.patch.object(explain_command, "read_file", return_value=line),
    ):
        explain_command.command.main(["--json", "-"], standalone_mode=False)


class _Nothing(io.TextIOBase):
    """Takes what is written and keeps none of it."""

    def write(self, text: str, /) -> int:
        return len(text)


def _log(size: int) -> bytes:
    line = b"12:00:01 server[17]: GET /index.html HTTP/1.1 200 in 14 ms from 10.0.0.7\n"
    return line * (size // len(line))


def _collect(text: bytes) -> object:
    return procmaps.loads(text, errors="collect")


def _nommu(size: int) -> bytes:
    return HEADER + b"a line\n" * (size // 7)


SMALL_SIZES = (10_000, 30_000)
"""Bytes of texts in which caches and other constant costs count most."""


def _constant(action: Action, texts: Mapping[str, HostileText]) -> str:
    """Return the most that *action* allocates above `MAX_MULTIPLE` times a small text."""
    found: dict[str, int] = {}
    for kind, make in texts.items():
        small = (make(size) for size in SMALL_SIZES)
        found[kind] = max(peak(action, text) - MAX_MULTIPLE * len(text) for text in small)
    kind = max(found, key=found.__getitem__)
    return f"{found[kind] / 1000:.0f} kB ({kind})"


FIGURES = (
    Figure(
        "a line of maps whose name collided with others in the table of names",
        "248 µs",
        _seconds(lambda: _collect(_names(512)), 512e-6, "µs"),
    ),
    Figure("`maps()` of a process with 70 memfds of such names", "2.05 s", _memfds),
    Figure(
        "memory for `rw-S` and any text after it", "331 times the text", _multiple(_collect, _nommu)
    ),
    Figure(
        "40,000 unknown fields in one entry, pure Python",
        "19 s",
        _seconds(_unknown_fields, 1, "s"),
    ),
    Figure(
        "memory for unknown fields in one entry",
        "340 times the text",
        _multiple(_collect, HOSTILE_TEXTS["unknown fields in one entry"]),
    ),
    Figure(
        "memory of `lint`, the worst text of fields (10 kB, so caches count)",
        "54 times the text",
        lambda: _worst(_lint, FIELD_LINES, 10_000),
    ),
    Figure(
        "memory of `explain --json`, the worst long line of flags or a name",
        "850 times the line",
        lambda: _worst(_explain, FLAGS_AND_NAMES, SIZE),
    ),
    Figure(
        "memory of `lint` above 8 times the text, of 10 and 30 kB",
        "not measured",
        lambda: _constant(_lint, FIELD_LINES),
    ),
    Figure(
        "memory of `explain --json` above 8 times the line, of 10 and 30 kB",
        "not measured",
        lambda: _constant(_explain, FLAGS_AND_NAMES),
    ),
    Figure(
        "memory of `extract`, the worst text of lines that are no mappings",
        "195 times the text",
        lambda: _worst(procmaps.extract, JUNK_LINES, 10_000),
    ),
    Figure(
        "`extract`, a line of an ordinary log",
        "200–300 µs",
        _seconds(lambda: procmaps.extract(_log(100_000)), 100_000 / 74 * 1e-6, "µs"),
    ),
    Figure(
        "strict reading of 14 MB of garbage, until the error",
        "8 s",
        _seconds(lambda: _strictly(b"what is this?\n" * 1_000_000), 1, "s"),
    ),
)


def _worst(action: Action, texts: Mapping[str, HostileText], size: int) -> str:
    """Return the greatest multiple of memory over *texts*, with the kind of the text."""
    found = {
        kind: bytes_for_each_byte(action, make, LARGER.get(kind, size))
        for kind, make in texts.items()
    }
    kind = max(found, key=found.__getitem__)
    return f"{found[kind]:.1f} times the text ({kind})"


def _arguments() -> Namespace:
    parser = command.parser(PROGRAM, "Measure what hostile texts cost.", "--record")
    parser.add_argument("--only", default="", help="figures with this text; the others are kept")
    parser.add_argument("--record", action="store_true", help="write records/figures.json")
    return parser.parse_args()


def main() -> int:
    """Measure, print, and record if asked."""
    arguments = _arguments()
    record = recording.read("figures") if arguments.only else recording.frame()
    known = {row["what"]: row for row in record.get("rows", ())}
    for figure in FIGURES:
        if arguments.only not in figure.what:
            continue
        row = {"what": figure.what, "before": figure.before, "after": figure.measure()}
        if arguments.only:
            row["commit"] = recording.commit()
        known[figure.what] = row
        print(f"{row['what']}: {row['before']} -> {row['after']}", flush=True)
    if arguments.record:
        rows = [known[figure.what] for figure in FIGURES if figure.what in known]
        recording.write("figures", {**record, "rows": rows})
    return command.DONE


if __name__ == "__main__":
    command.run(main)
