"""How output looks: colours by kind, unprintable bytes made visible, sizes for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache, lru_cache

import attrs
from rich.console import Console
from rich.text import Text

_UNLIMITED = 10**6
"""The width where there is no terminal: whoever filters lines wants them whole."""

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
def console(*, err: bool = False) -> Console:
    """Return standard output, or standard error. Only a terminal has a width."""
    stream = sys.stderr if err else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _UNLIMITED
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


@attrs.frozen
class Glyphs:
    """The characters that are drawn between texts; the output can encode them."""

    nothing: str
    bar: str
    space: str
    dash: str
    more: str


@cache
def glyphs() -> Glyphs:
    """Return the glyphs for standard output: ASCII where it is not Unicode."""
    try:
        "·━␠–…".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return Glyphs(".", "=", "_", "-", "...")
    return Glyphs("·", "━", "␠", "–", "…")


def print_line(out: Console, text: Text | str = "") -> None:
    """Print one line as it is: a terminal may wrap it, this program does not."""
    if out.is_terminal:
        out.print(text, soft_wrap=True)
    else:
        # rich needs ten times as long, and there is nothing to colour.
        out.file.write(f"{text}\n")


@cache
def _codes(out: Console, style: str) -> tuple[str, str]:
    """Return the escape sequences that begin and end *style* on *out*."""
    with out.capture() as captured:
        out.print(Text("|", style), end="")
    before, _, after = captured.get().partition("|")
    return before, after


def paint(out: Console, text: str, style: str) -> str:
    """Return *text* in *style*, for `Console.file`. rich is too slow for every cell of a table."""
    if not (text and style and out.is_terminal):
        return text
    before, after = _codes(out, style)
    return f"{before}{text}{after}"


def escaped(raw: bytes) -> Iterator[tuple[str, bool]]:
    r"""Yield each character of *raw*, and whether it is an escape ``\xNN``.

    Printable UTF-8 stays as it is. Every byte of anything else is escaped, so that no name controls
    the terminal.
    """
    for character in raw.decode("utf-8", "surrogateescape"):
        if character.isprintable():
            yield character, False
        else:
            for byte in character.encode("utf-8", "surrogateescape"):
                yield f"\\x{byte:02x}", True


def visible(raw: bytes | str) -> str:
    r"""Return a name from a dump, or of a file, with ``\xNN`` for what is not printable."""
    if isinstance(raw, str):
        raw = os.fsencode(raw)
    text = raw.decode("utf-8", "surrogateescape")
    return text if text.isprintable() else "".join(text for text, _ in escaped(raw))


def name_text(raw: bytes, style: str = "") -> Text:
    """Return `visible` *raw* in *style*, the escapes in red."""
    text = Text(style=style)
    for characters, is_escape in escaped(raw):
        text.append(characters, HOSTILE if is_escape else None)
    return text


def count(number: int, noun: str) -> str:
    """Return a number and its noun: ``1 mapping``, ``1,234 mappings``."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


@lru_cache(maxsize=4096)
def size_text(size: int | None) -> str:
    """Return bytes in units of 1024: ``4k``, ``132k``, ``1.5M``; nothing for None."""
    if size is None:
        return ""
    if size < 1024:  # noqa: PLR2004 - one kibibyte
        return str(size)
    value, unit = size / 1024, "k"
    for larger in "MGTPE":
        if value < 999.5:  # noqa: PLR2004 - rounds to three digits
            break
        value, unit = value / 1024, larger
    # Kilobytes are whole. Of larger units one digit alone would be too coarse.
    digits = 1 if value < 10 and (unit != "k" or value % 1) else 0  # noqa: PLR2004
    return f"{value:.{digits}f}{unit}"
