"""``procmaps explain``: what one line says, and which kernels could have printed it."""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
from collections.abc import Iterator

import click
from rich.console import Console
from rich.text import Text

from procmaps.cli.inputs import STDIN, dialect_option, json_option, read_file
from procmaps.cli.style import FAINT, HEADING, console, glyphs, name_text, print_line, style_of
from procmaps.explanation import Explanation, explain, release_spans
from procmaps.explanation.evidence import Clue
from procmaps.formats.dialects import DIALECTS
from procmaps.json_format import Json, JsonObject, bytes_to_json, error_to_json, name_to_json
from procmaps.records.names import Interpretation
from procmaps.snapshots.hints import for_command_line

_READINGS = 8
"""Readings that are printed; a name with many \\012 has millions."""

_COUNTED = 1000
"""Readings that are counted."""

_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|([nrt0\\]))")
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"0": b"\0", b"\\": b"\\"}


@click.command("explain", context_settings={"ignore_unknown_options": True})
@click.argument("line", metavar="LINE|-")
@click.option("-e", "--escapes", is_flag=True, help=r"Read \xNN, \n, \t, \\ in LINE as bytes.")
@json_option
@dialect_option
def command(*, line: str, escapes: bool, as_json: bool, dialect: str) -> None:
    """Explain one LINE: a header line, a field of smaps, or a name by itself.

    Says which rule of the grammar matched each part, which releases could have printed it, and
    every original that the name may stand for. Exit 1 for a line that cannot be read.
    """
    raw = read_file(STDIN) if line == STDIN else os.fsencode(line)
    if escapes:
        raw = _ESCAPE.sub(_unescape, raw)
    told = explain(raw, dialect)
    if as_json:
        click.echo(json.dumps(_to_json(told), indent=2))
    else:
        _show(console(), told)
    if told.error:
        sys.exit(1)


def _unescape(match: re.Match[bytes]) -> bytes:
    return bytes.fromhex(match[1].decode("ascii")) if match[1] else _PLAIN[match[2]]


def _show(out: Console, told: Explanation) -> None:
    if told.error:
        print_line(out, Text(str(for_command_line(told.error))))
    if told.form != "broken":
        print_line(out, _coloured(told))
        _show_parts(out, told)
        _show_releases(out, told)
        _show_readings(out, told)
    _show_dialects(out, told)


_PALETTE = ("cyan", "green", "yellow", "magenta", "blue")


def _styles(told: Explanation) -> Iterator[tuple[int, int, str]]:
    """A colour for each part that is not within another."""
    colours = itertools.cycle(_PALETTE)
    end = 0
    for part in told.parts:
        if part.start >= end:
            end = part.end
            yield part.start, part.end, next(colours)


def _coloured(told: Explanation) -> Text:
    """The line, each part in its colour, a space at the end made visible."""
    text = Text()
    at = 0
    for start, end, style in _styles(told):
        text.append_text(name_text(told.source[at:start]))
        text.append_text(name_text(told.source[start:end], style))
        at = end
    rest = told.source[at:]
    bare = rest.rstrip(b" ")
    text.append_text(name_text(bare))
    return text.append(glyphs().space * (len(rest) - len(bare)), FAINT)


def _show_parts(out: Console, told: Explanation) -> None:
    styles = {start: style for start, _, style in _styles(told)}
    cells = [
        (
            f"{part.start}{glyphs().dash}{part.end}",
            name_text(part.raw, styles.get(part.start, "")),
            f"{part.rule}.{part.terminal}",
            part.meaning,
        )
        for part in told.parts
    ]
    titles = ("bytes", Text("text"), "rule", "meaning")
    _columns(out, titles, cells)


def _columns(
    out: Console, titles: tuple[str, Text, str, str], cells: list[tuple[str, Text, str, str]]
) -> None:
    """Four columns, as wide as they must be; a long text goes on below itself."""
    places = max(len(row[0]) for row in (titles, *cells))
    rules = max(len(row[2]) for row in (titles, *cells))
    texts = min(max(row[1].cell_len for row in (titles, *cells)), 28)
    left = places + texts + rules + 6
    print_line(out)
    titles[1].stylize(HEADING)
    for at, (place, text, rule, meaning) in enumerate((titles, *cells)):
        heading = HEADING if at == 0 else ""
        pieces = text.divide(range(texts, len(text), texts))
        told = Text(meaning, heading).wrap(out, max(24, out.width - left)) or [Text()]
        for row, (piece, words) in enumerate(itertools.zip_longest(pieces, told, fillvalue=Text())):
            print_line(out, Text.assemble(
                    ((place if row == 0 else "").rjust(places), heading or FAINT), "  ",
                    piece, " " * (texts - piece.cell_len), "  ",
                    ((rule if row == 0 else "").ljust(rules), heading or FAINT), "  ",
                    words,
                ))  # fmt: skip


def _show_releases(out: Console, told: Explanation) -> None:
    print_line(out)
    print_line(out, Text.assemble(("printed by  ", HEADING), _producers(told)))
    alike: dict[tuple[str, str], list[str]] = {}
    for clue in told.clues:
        alike.setdefault((_when(clue), clue.source), []).append(clue.what)
    for (releases, source), whats in alike.items():
        for words in Text(", ".join(whats)).append(f": {releases}", HEADING).wrap(out, _room(out)):
            print_line(out, Text("  ").append_text(words))
        for words in Text(source, FAINT).wrap(out, _room(out)):
            print_line(out, Text("    ").append_text(words))


def _room(out: Console) -> int:
    """Columns for text that is set in a little."""
    return max(40, out.width - 4)


def _when(clue: Clue) -> str:
    return f"{clue.vendor}'s kernels" if clue.vendor else release_spans.told(clue)


def _producers(told: Explanation) -> str:
    releases = " or ".join(map(str, told.releases))
    if not releases:
        return "no release of Linux that is known"
    word = f", {told.bits} bit" if told.bits else ""
    vendors = f", with patches of {' and '.join(told.vendors)}" if told.vendors else ""
    return f"Linux {releases}{word}{vendors}"


def _show_readings(out: Console, told: Explanation) -> None:
    if told.name is None or not told.name.raw:
        return
    print_line(out)
    print_line(out, Text("read as, most likely first", HEADING))
    readings = told.interpretations()
    for number, reading in enumerate(itertools.islice(readings, _READINGS), 1):
        print_line(out, Text.assemble(
                (f"  {number}. ", FAINT), (f"{reading.kind} ", style_of(reading.kind)),
                name_text(reading.value), (f"  {reading.reason}", FAINT),
            ))  # fmt: skip
    if more := sum(1 for _ in itertools.islice(readings, _COUNTED + 1)):
        count = f"more than {_COUNTED}" if more > _COUNTED else str(more)
        print_line(out, Text(f"  and {count} more", FAINT))


def _show_dialects(out: Console, told: Explanation) -> None:
    print_line(out)
    head = Text.assemble(
        ("dialect     ", HEADING), f"{told.dialect}", (f"  {told.dialect.reason}", FAINT)
    )
    print_line(out, head)
    others = [name for name in told.accepted if name != told.dialect.name]
    if len(others) == len(DIALECTS) - 1:
        print_line(out, Text("            every other accepts it too", FAINT))
    elif others:
        print_line(out, Text(f"            also accepted by {', '.join(others)}", FAINT))


def _to_json(told: Explanation) -> JsonObject:
    parts: list[Json] = [
        {
            "rule": part.rule,
            "terminal": part.terminal,
            "start": part.start,
            "end": part.end,
            **bytes_to_json(part.raw),
            "meaning": part.meaning,
        }
        for part in told.parts
    ]
    clues: list[Json] = [
        {
            "what": clue.what,
            "releases": [str(span) for span in clue.spans],
            "source": clue.source,
            "vendor": clue.vendor,
        }
        for clue in told.clues
    ]
    readings = list(itertools.islice(told.interpretations(), _COUNTED + 1))
    record: JsonObject = {
        "form": told.form,
        "source": bytes_to_json(told.source),
        "dialect": {"name": told.dialect.name, "reason": told.dialect.reason},
        "accepted": list(told.accepted),
        "parts": parts,
        "releases": [str(span) for span in told.releases],
        "vendors": list(told.vendors),
        "clues": clues,
        "interpretations": [_reading_to_json(reading) for reading in readings[:_COUNTED]],
        "more_interpretations": len(readings) > _COUNTED,
    }
    if told.bits is not None:
        record["bits"] = told.bits
    if told.name is not None:
        record["name"] = name_to_json(told.name)
    if told.error is not None:
        record["error"] = error_to_json(told.error)
    return record


def _reading_to_json(reading: Interpretation) -> Json:
    return {
        "kind": reading.kind,
        **bytes_to_json(reading.value),
        "deleted": reading.deleted,
        "reason": reading.reason,
    }
