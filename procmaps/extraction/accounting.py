"""Account for every byte of the input: in an entry, undone, unread, or outside all dumps."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence

import attrs

from procmaps.extraction.results import ByteSpan, SkippedLine
from procmaps.extraction.search_hints import has_range_and_mode
from procmaps.extraction.source_lines import Source, SourceLine
from procmaps.extraction.unread_reasons import reason_unread


def line_spans(line: SourceLine, begin: int, end: int) -> Iterator[ByteSpan]:
    """Yield the spans of a line with an entry from *begin* to *end* of its text."""
    position = 0
    for run in line.runs:
        low, high = max(begin, position), min(end, position + run.size)
        position += run.size
        if low >= high:
            yield ByteSpan(run.begin, run.end, "undone")
        elif not run.is_copy:
            yield ByteSpan(run.begin, run.end, "entry")
        else:
            start = run.begin - position + run.size
            yield ByteSpan(run.begin, start + low, "undone")
            yield ByteSpan(start + low, start + high, "entry")
            yield ByteSpan(start + high, run.end, "undone")


def unread_spans(line: SourceLine) -> Iterator[ByteSpan]:
    """Yield the spans of a line that is neither mapping nor field."""
    inner = _inner(line)
    for index, run in enumerate(line.runs):
        yield ByteSpan(run.begin, run.end, "unread" if index in inner else "undone")


def with_line_ends(spans: Iterable[ByteSpan], source: Source) -> Iterator[ByteSpan]:
    """Yield *spans*, which are in order, without empty ones, each line with its newline."""
    last: ByteSpan | None = None
    for span, following in _with_next(spans):
        limit = following.begin if following else len(source.data)
        end = span.end
        if end + len(source.newline) <= limit and source.is_line_end(end):
            end += len(source.newline)
        if end <= span.begin:
            continue
        if last and last.end == span.begin and last.kind == span.kind:
            last = ByteSpan(last.begin, end, span.kind)
            continue
        if last:
            yield last
        last = ByteSpan(span.begin, end, span.kind)
    if last:
        yield last


def _with_next(spans: Iterable[ByteSpan]) -> Iterator[tuple[ByteSpan, ByteSpan | None]]:
    """Yield each span and the next one; None after the last."""
    current, following = itertools.tee(spans)
    next(following, None)
    return itertools.zip_longest(current, following)


def hidden_mappings(spans: Iterable[ByteSpan], source: Source) -> Iterator[SkippedLine]:
    """Yield each line of undone text that has the range and the mode of a mapping.

    It is a damaged line that was taken for the text before a mapping.
    """
    for span in filter(functools.partial(_hides_mapping, source), spans):
        for begin, end in source.lines(span.begin, span.end):
            if end > begin:
                raw = source.data[begin:end]
                yield SkippedLine(source.number(begin), raw, begin, "malformed")


def as_unread(spans: Iterable[ByteSpan], source: Source) -> Iterator[ByteSpan]:
    """Yield *spans*, those with a hidden mapping as unread."""
    for span in spans:
        yield attrs.evolve(span, kind="unread") if _hides_mapping(source, span) else span


def _hides_mapping(source: Source, span: ByteSpan) -> bool:
    return span.kind == "undone" and has_range_and_mode(source.data, span.begin, span.end)


def skipped_lines(lines: Sequence[SourceLine]) -> Iterator[SkippedLine]:
    """Yield the text of *lines*, each with the reason why it is in no entry."""
    for line in lines:
        reason = reason_unread(line.text, is_cut_off=line.is_cut_off)
        for begin, end in _stretches(line):
            for start, stop in line.source.lines(begin, end):
                is_whole = line.source.is_whole_line(start, stop)
                if stop > start or is_whole:
                    raw = line.source.data[start:stop]
                    yield SkippedLine(line.source.number(start), raw, start, reason)


def _inner(line: SourceLine) -> range:
    """Return the indices of a line's runs without what was removed at its ends."""
    runs = line.runs
    count = len(runs)
    first = next((index for index in range(count) if runs[index].size), None)
    if first is None:
        return range(count)
    return range(first, next(index for index in range(count, 0, -1) if runs[index - 1].size))


def _stretches(line: SourceLine) -> Iterator[tuple[int, int]]:
    """Yield the stretches of the input that a line was made from."""
    inner = _inner(line)
    begin, end = line.runs[inner.start].begin, line.runs[inner.start].end
    for run in itertools.islice(line.runs, inner.start + 1, inner.stop):
        if run.begin != end:
            yield begin, end
            begin = run.begin
        end = run.end
    yield begin, end
