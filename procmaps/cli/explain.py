"""``procmaps explain``: the parts of one line, and the kernels that can print it."""

from __future__ import annotations

import itertools
import os
import re
import sys
from collections.abc import Iterator

import attrs
import click
from rich.text import Text

from procmaps.cli.command import Command, pass_options
from procmaps.cli.inputs import STDIN, dialect_option, json_option, read_file
from procmaps.cli.json_stream import Items, Later, Streamed, bytes_to_pieces, encode
from procmaps.cli.output import Output
from procmaps.cli.style import FAINT, HEADING, console, glyphs, name_text, print_line, style_of
from procmaps.explanation import Evidence, Explanation, Part, explain, release_spans
from procmaps.formats.dialects import DIALECTS
from procmaps.json_format import error_to_json, name_to_json
from procmaps.records.names import Interpretation
from procmaps.snapshots.hints import for_command_line

_SHOWN = 8
"""Interpretations that are printed; a name with many \\012 has millions."""

_COUNTED = 1000
"""Interpretations that are counted, or written as JSON."""

LONGEST = 1 << 14
"""Bytes of the longest text that is printed for people: a path of PATH_MAX (4096) newlines, each
printed as four characters. Only JSON has all of a longer one, which no kernel prints."""

_COUNTED_BYTES = 1 << 18
"""Bytes of the names among them. A longer name has fewer of them, at least one."""

_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|([nrt0\\]))")
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"0": b"\0", b"\\": b"\\"}


@attrs.frozen
class _Options:
    line: str
    escapes: bool
    as_json: bool
    dialect: str


@click.command(
    "explain",
    cls=Command,
    context_settings={"ignore_unknown_options": True},
    examples=(
        "procmaps explain '7f2a4c000000-7f2a4c021000 rw-p 00000000 00:00 0 '",
        "procmaps explain '/memfd:a (deleted)'",
        r"procmaps explain -e '/tmp/caf\xe9'",
        "head -n 1 /proc/self/maps | procmaps explain -",
    ),
)
@click.argument("line", metavar="LINE|-")
@click.option("-e", "--escapes", is_flag=True, help=r"Read \xNN, \n, \r, \t, \0 and \\ as bytes.")
@json_option
@dialect_option
@pass_options(_Options)
def command(options: _Options) -> None:
    """Explain one LINE: a header line, a field of smaps, or a name by itself.

    For each part: the rule of the grammar that matches it, and its meaning. For the line: the
    releases of Linux that could have printed it, and the dialects that accept it. For its name:
    everything that it can mean. - is standard input.

    Exit code: 1 if the line cannot be read.
    """
    raw = read_file(STDIN) if options.line == STDIN else os.fsencode(options.line)
    if options.escapes:
        raw = _ESCAPE.sub(_unescape, raw)
    explanation = explain(raw, options.dialect)
    if options.as_json:
        _write_json(_to_json(explanation))
    else:
        _show(console(), explanation)
    if explanation.error:
        sys.exit(1)


def _unescape(match: re.Match[bytes]) -> bytes:
    return bytes.fromhex(match[1].decode("ascii")) if match[1] else _PLAIN[match[2]]


def _show(out: Output, explanation: Explanation) -> None:
    if explanation.error:
        print_line(out, Text(str(for_command_line(explanation.error))))
    if explanation.form != "broken":
        print_line(out, _coloured(explanation))
        _show_parts(out, explanation)
        _show_releases(out, explanation)
        _show_interpretations(out, explanation)
    _show_dialects(out, explanation)


_PALETTE = ("cyan", "green", "yellow", "magenta", "blue")


def _styles(explanation: Explanation) -> Iterator[tuple[int, int, str]]:
    """A colour for each part that is not within another."""
    colours = itertools.cycle(_PALETTE)
    end = 0
    for part in explanation.parts:
        if part.start >= end:
            end = part.end
            yield part.start, part.end, next(colours)


def _shortened(raw: bytes, style: str = "") -> Text:
    """Return *raw* for people; of a text that no kernel prints only the beginning."""
    return name_text(raw[:LONGEST], style).append_text(_ellipsis(raw))


def _ellipsis(raw: bytes) -> Text:
    """Return how much of *raw* is not printed; empty if all of it is."""
    more = len(raw) - LONGEST
    text = f"{glyphs().more} and {more:,} more bytes (--json prints all)"
    return Text(text, FAINT) if more > 0 else Text()


def _coloured(explanation: Explanation) -> Text:
    """Return the line with each part in its colour, and spaces at the end made visible."""
    raw = explanation.raw[:LONGEST]
    text = Text()
    at = 0
    for start, end, style in itertools.takewhile(
        lambda span: span[0] < len(raw), _styles(explanation)
    ):
        text.append_text(name_text(raw[at:start]))
        text.append_text(name_text(raw[start:end], style))
        at = end
    rest = raw[at:]
    bare = rest.rstrip(b" ")
    text.append_text(name_text(bare))
    text.append(glyphs().space * (len(rest) - len(bare)), FAINT)
    return text.append_text(_ellipsis(explanation.raw))


def _show_parts(out: Output, explanation: Explanation) -> None:
    styles = {start: style for start, _, style in _styles(explanation)}
    cells = [
        (
            f"{part.start}{glyphs().dash}{part.end}",
            _shortened(part.raw, styles.get(part.start, "")),
            f"{part.rule}.{part.terminal}",
            part.meaning,
        )
        for part in explanation.parts
    ]
    titles = ("bytes", Text("text"), "rule", "meaning")
    _columns(out, titles, cells)


_LEAST_MEANING = 24
"""Columns that the meaning needs on the row itself. With fewer, it is on rows of its own."""

_WIDEST_TEXT = 28


def _columns(
    out: Output, titles: tuple[str, Text, str, str], cells: list[tuple[str, Text, str, str]]
) -> None:
    """Print four columns of minimal width; a long text continues on the next row."""
    spans = max(len(row[0]) for row in (titles, *cells))
    rules = max(len(row[2]) for row in (titles, *cells))
    texts = min(max(row[1].cell_len for row in (titles, *cells)), _WIDEST_TEXT)
    room = out.width - (spans + texts + rules + 6)
    below = room < _LEAST_MEANING
    print_line(out)
    titles[1].stylize(HEADING)
    for index, (span, text, rule, meaning) in enumerate((titles, *cells)):
        style = HEADING if index == 0 else ""
        chunks = list(text.divide(range(texts, len(text), texts)))
        meanings = Text(meaning, style).wrap(
            out.console, max(out.width - spans - 4 if below else room, 1)
        )
        beside = [] if below else list(meanings)
        for row, (chunk, words) in enumerate(
            itertools.zip_longest(chunks, beside, fillvalue=Text())
        ):
            first = row == 0
            line = Text.assemble(
                ((span if first else "").rjust(spans), style or FAINT), "  ",
                chunk, " " * (texts - chunk.cell_len), "  ",
                ((rule if first else "").ljust(rules), style or FAINT), "  ", words,
            )  # fmt: skip
            line.rstrip()
            print_line(out, line)
        if below and index > 0:
            for words in meanings:
                words.rstrip()
                print_line(out, Text(" " * (spans + 4)).append_text(words))


def _show_releases(out: Output, explanation: Explanation) -> None:
    print_line(out)
    print_line(out, Text.assemble(("printed by  ", HEADING), _producers(explanation)))
    alike: dict[tuple[str, str], list[str]] = {}
    for evidence in explanation.evidence:
        alike.setdefault((_when(evidence), evidence.source), []).append(evidence.feature)
    for (releases, source), features in alike.items():
        for words in (
            Text(", ".join(features)).append(f": {releases}", HEADING).wrap(out.console, _room(out))
        ):
            words.rstrip()
            print_line(out, Text("  ").append_text(words))
        for words in Text(source, FAINT).wrap(out.console, _room(out)):
            words.rstrip()
            print_line(out, Text("    ").append_text(words))


def _room(out: Output) -> int:
    """Return the columns for indented text."""
    return max(40, out.width - 4)


def _when(evidence: Evidence) -> str:
    if evidence.vendor:
        return f"kernels with {evidence.vendor}'s patches"
    releases = release_spans.format_spans(evidence)
    return f"{releases}, or a file of that name in any release" if evidence.or_file else releases


def _producers(explanation: Explanation) -> str:
    releases = " or ".join(map(str, explanation.releases))
    if not releases:
        return "no known release of Linux"
    word = f", {explanation.bits} bit" if explanation.bits else ""
    vendors = (
        f", with patches of {' and '.join(explanation.vendors)}" if explanation.vendors else ""
    )
    return f"Linux {releases}{word}{vendors}"


def _show_interpretations(out: Output, explanation: Explanation) -> None:
    if explanation.name is None or not explanation.name.raw:
        return
    print_line(out)
    print_line(out, Text("interpretations, most likely first", HEADING))
    interpretations = explanation.interpretations()
    for number, each in enumerate(itertools.islice(interpretations, _SHOWN), 1):
        print_line(out, Text.assemble(
                (f"  {number}. ", FAINT), (f"{each.kind} ", style_of(each.kind)),
                _shortened(each.value), (f"  {each.reason}", FAINT),
            ))  # fmt: skip
    if more := sum(1 for _ in _first_of(interpretations)):
        count = str(more) if next(interpretations, None) is None else f"more than {more}"
        print_line(out, Text(f"  and {count} more", FAINT))


def _first_of(interpretations: Iterator[Interpretation]) -> Iterator[Interpretation]:
    """Yield the first `_COUNTED` interpretations, or the first `_COUNTED_BYTES` of their names."""
    size = 0
    for each in itertools.islice(interpretations, _COUNTED):
        yield each
        size += len(each.value)
        if size >= _COUNTED_BYTES:
            return


def _show_dialects(out: Output, explanation: Explanation) -> None:
    print_line(out)
    head = Text.assemble(
        ("dialect     ", HEADING),
        f"{explanation.dialect}",
        (f"  {explanation.dialect.reason}", FAINT),
    )
    print_line(out, head)
    others = [name for name in explanation.accepted if name != explanation.dialect.name]
    if len(others) == len(DIALECTS) - 1:
        print_line(out, Text("            all other dialects accept it, too", FAINT))
    elif others:
        print_line(out, Text(f"            also accepted by {', '.join(others)}", FAINT))


def _write_json(record: Streamed) -> None:
    """Write a record to standard output, piece by piece."""
    for piece in encode(record):
        sys.stdout.write(piece)
    sys.stdout.write("\n")


def _to_json(explanation: Explanation) -> Streamed:
    """Return what is written as JSON. It can be written once: what is long is made meanwhile."""
    interpretations = explanation.interpretations()
    record: dict[str, Streamed] = {
        "form": explanation.form,
        "raw": bytes_to_pieces(explanation.raw),
        "dialect": {"name": explanation.dialect.name, "reason": explanation.dialect.reason},
        "accepted": [*explanation.accepted],
        "parts": Items(map(_part_to_json, explanation.parts)),
        "releases": [str(span) for span in explanation.releases],
        "vendors": [*explanation.vendors],
        "evidence": Items(map(_evidence_to_json, explanation.evidence)),
        "interpretations": Items(map(_interpretation_to_json, _first_of(interpretations))),
        # Called after the first ones are written.
        "more_interpretations": Later(lambda: next(interpretations, None) is not None),
    }
    if explanation.bits is not None:
        record["bits"] = explanation.bits
    if explanation.name is not None:
        record["name"] = name_to_json(explanation.name, bytes_to_pieces)
    if explanation.error is not None:
        record["error"] = error_to_json(explanation.error, bytes_to_pieces)
    return record


def _part_to_json(part: Part) -> Streamed:
    return {
        "rule": part.rule,
        "terminal": part.terminal,
        "start": part.start,
        "end": part.end,
        **bytes_to_pieces(part.raw),
        "meaning": part.meaning,
    }


def _evidence_to_json(evidence: Evidence) -> Streamed:
    return {
        "feature": evidence.feature,
        "releases": [str(span) for span in evidence.spans],
        "source": evidence.source,
        "vendor": evidence.vendor,
    }


def _interpretation_to_json(interpretation: Interpretation) -> Streamed:
    return {
        "kind": interpretation.kind,
        **bytes_to_pieces(interpretation.value),
        "deleted": interpretation.deleted,
        "reason": interpretation.reason,
    }
