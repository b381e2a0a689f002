"""Reads and writes of a dump in the log of strace: each shows a part of the file as a literal.

A read ends wherever the buffer ends, so a line may continue in the next read of the same file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import attrs

from procmaps.extraction.field_lines import field_key
from procmaps.extraction.literal_syntax import ESCAPE, LITERAL, line_slices, resolved
from procmaps.extraction.matches import find_candidate, find_partial
from procmaps.extraction.source_lines import SourceLine

_NAME = rb"(?:p?read(?:64|v2?)?|p?write(?:64|v2?)?|recv(?:from|msg)?|send(?:to|msg)?)"
_CALL = re.compile(
    rb"(?<![A-Za-z0-9_])%b\((?P<file>[0-9]{1,10})(?:<[^<>]{0,256}>)?,[^\"]{0,64}(?=\")"
    rb"|<\.\.\. %b resumed>[^\"]{0,64}(?=\")" % (_NAME, _NAME)
)
"""The beginning of a call (print_syscall_resume, strace.c), up to the literal."""

NEEDED = _CALL.search
"""What a text needs before this layer changes a line."""

_UNFINISHED = re.compile(
    rb"(?<![A-Za-z0-9_])%b\((?P<file>[0-9]{1,10})[^\"]{0,256}<unfinished \.\.\.>" % _NAME
)
_PROCESS = re.compile(rb"\[pid +([0-9]{1,10})\]|\A([0-9]{1,10}) ")
_ABBREVIATED = b"..."
"""What strace prints after a literal of which it has shown only the beginning."""

_MAX_FILES = 64
"""Files that are read at the same time, at most."""

_File = tuple[bytes, bytes]
"""The process, if the log shows it, and the number of the file."""


def remove(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with each line in a literal as a line of its own, joined across calls.

    A file counts from the first call on that shows a mapping.
    """
    calls = _Calls()
    for line in lines:
        yield from calls.take_apart(line)
    yield from calls.finish()


@attrs.define
class _Calls:
    """The files that show a dump, and the line that each has begun."""

    _begun: dict[_File, SourceLine | None] = attrs.field(factory=dict[_File, SourceLine | None])
    _waiting: dict[bytes, bytes] = attrs.field(factory=dict[bytes, bytes])
    """The file of a call that another process interrupted in the log, by process."""

    def take_apart(self, line: SourceLine) -> Iterator[SourceLine]:
        """Yield the lines in one call, except a last one that may continue."""
        text = line.text
        call = _CALL.search(text) if b'"' in text else None
        literal = LITERAL.match(text, call.end()) if call else None
        if not call or not literal:
            if unfinished := _UNFINISHED.search(text):
                self._waiting[_process(text[: unfinished.start()])] = unfinished["file"]
            yield line
            return
        process = _process(text[: call.start()])
        file = (process, call["file"] or self._waiting.pop(process, b""))
        span = literal.span(literal.lastindex or 0)
        slices = line_slices(text, *span)
        if file not in self._begun and not any(_is_of_dump(text[slice(*each)]) for each in slices):
            yield line
            return
        yield from self._pieces(line, file, span)

    def _pieces(self, line: SourceLine, file: _File, span: tuple[int, int]) -> Iterator[SourceLine]:
        """Yield the lines in the literal with the bytes of *span*, except one that may continue."""
        begun = self._begun.pop(file, None)
        head = line.text[: span[0]]
        last: SourceLine | None = None
        may_continue = False
        for stop, part in line.divided_with_ends(line_slices(line.text, *span)):
            if last:
                yield last
            last = _plain(part, head, file)
            may_continue = stop == span[1]
            if begun:
                last = begun.joined_with(last, begun.text + last.text, "wrapped")
                begun = None
        is_abbreviated = line.text.startswith(_ABBREVIATED, span[1] + 1)
        if not last:
            # The end of the file: what has begun stays so.
            yield line
        elif not may_continue:
            yield last
        elif is_abbreviated:
            yield attrs.evolve(last, is_cut_off=True)
        self._begun[file] = last if may_continue and not is_abbreviated else begun
        if len(self._begun) > _MAX_FILES:
            oldest = self._begun.pop(next(iter(self._begun)))
            yield from _cut_off(oldest)

    def finish(self) -> Iterator[SourceLine]:
        """Yield the lines that no call has completed."""
        for begun in self._begun.values():
            yield from _cut_off(begun)


def _cut_off(line: SourceLine | None) -> Iterator[SourceLine]:
    if line:
        yield attrs.evolve(line, is_cut_off=True)


def _process(head: bytes) -> bytes:
    found = _PROCESS.search(head)
    return found[found.lastindex or 0] if found else b""


def _plain(part: SourceLine, head: bytes, file: _File) -> SourceLine:
    context = b"[pid %b] (%b) " % file if file[0] else b"(%b) " % file[1]
    plain = part.with_repair("string", head).inside(context)
    return plain.substituted(ESCAPE, resolved, "escape", part.text)


def _is_of_dump(escaped: bytes) -> bool:
    return (
        bool(find_candidate(escaped))
        or find_partial(escaped) >= 0
        or bool(field_key(escaped, above=b""))
    )
