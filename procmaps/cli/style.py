"""How output looks: colours by kind, unprintable bytes made visible, sizes for people."""

from __future__ import annotations

import itertools
import operator
import sys
from functools import cache
from typing import TYPE_CHECKING

import click

from procmaps.cli.output import Output
from procmaps.printable import escaped, visible_block

if TYPE_CHECKING:
    from rich.text import Text

Line = list[tuple[str, str]]
"""Texts, each with its style. What is only printed to a file needs no `Text` of rich."""

_STYLES = {
    "heap": "bold yellow",
    "stack": "bold magenta",
    "thread_stack": "magenta",
    "anonymous": "bright_black",
    "anon": "green",
    "anon_shmem": "green",
    "file": "blue",
    "memfd": "cyan",
    "shared_zero": "cyan",
    "sysv": "cyan",
    "ashmem": "cyan",
    "dmabuf": "cyan",
    "anon_hugepage": "cyan",
    "secretmem": "cyan",
    "other": "red",
}
_KERNELS_OWN = "bright_yellow"

HOSTILE = "bold red"
"""Escaped bytes of a name."""

FAINT = "bright_black"
HEADING = "bold"


def style_of(kind: str) -> str:
    """Return the colour of a kind of mapping; all that the kernel makes for itself share one."""
    return _STYLES.get(kind, _KERNELS_OWN)


@cache
def console(*, err: bool = False) -> Output:
    """Return standard output, or standard error."""
    return Output(sys.stderr if err else sys.stdout)


class Glyphs:
    """The characters that are drawn between texts; the output can encode them."""

    def __init__(
        self, nothing: str, bar: str, space: str, dash: str, more: str, arrow: str
    ) -> None:
        self.nothing = nothing
        self.bar = bar
        self.space = space
        self.dash = dash
        self.more = more
        self.arrow = arrow


@cache
def glyphs() -> Glyphs:
    """Return the glyphs for standard output: ASCII where it is not Unicode."""
    try:
        "·━␠–…→".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return Glyphs(".", "=", "_", "-", "...", "->")
    return Glyphs("·", "━", "␠", "–", "…", "→")


def print_line(out: Output, text: Text | Line | str = "") -> None:
    """Print one line as it is: a terminal may wrap it, this program does not.

    What came from elsewhere must be `visible` before; a byte that is not printable is escaped here
    if that was forgotten.
    """
    plain = "".join([part for part, _ in text]) if isinstance(text, list) else str(text)
    if not plain.isprintable() and (safe := visible_block(plain)) != plain:
        text = plain = safe
    if out.is_terminal:
        from rich.text import Text  # noqa: PLC0415 - needed only on a terminal

        styled = Text.assemble(*text) if isinstance(text, list) else text
        out.console.print(styled, soft_wrap=True)
    else:
        # rich needs ten times as long, and there is nothing to colour.
        out.file.write(f"{plain}\n")


@cache
def _codes(out: Output, style: str) -> tuple[str, str]:
    """Return the escape sequences that begin and end *style* on *out*."""
    from rich.text import Text  # noqa: PLC0415 - needed only on a terminal

    with out.console.capture() as captured:
        out.console.print(Text("|", style), end="")
    before, _, after = captured.get().partition("|")
    return before, after


def paint(out: Output, text: str, style: str) -> str:
    """Return *text* in *style*, for `Output.file`. rich is too slow for every cell of a table."""
    if not (text and style and out.is_terminal):
        return text
    before, after = _codes(out, style)
    return f"{before}{text}{after}"


def name_text(raw: bytes, style: str = "") -> Text:
    """Return `visible` *raw* in *style*, the escapes in red."""
    from rich.text import Text  # noqa: PLC0415 - slow to import

    text = Text(style=style)
    for is_escape, run in itertools.groupby(escaped(raw), operator.itemgetter(1)):
        text.append("".join(shown for shown, _ in run), HOSTILE if is_escape else None)
    return text


def say(text: str = "", *, err: bool = False) -> None:
    """Print lines for people on standard output, or standard error, without colours.

    Like `print_line`, it escapes what is not printable; newlines stay.
    """
    click.echo(visible_block(text), err=err)


def count(number: int, noun: str) -> str:
    """Return a number and its noun: ``1 mapping``, ``1,234 mappings``."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
