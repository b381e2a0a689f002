"""How things look: colours by kind of mapping, bytes made visible, sizes for people."""

from __future__ import annotations

import os
import sys
from functools import cache

import attrs
from rich.console import Console
from rich.text import Text

from procmaps.records.perms import Perms

_WIDE = 10**6
"""Columns where no terminal is: whoever filters lines wants them whole."""

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
"""Bytes of a name that are not printed as they are."""

FAINT = "bright_black"
HEADING = "bold"


def style_of(kind: str) -> str:
    """The colour of a kind of mapping; one for all that the kernel makes for itself."""
    return _STYLES.get(kind, _KERNELS_OWN)


@cache
def console(*, err: bool = False) -> Console:
    """Standard output, or standard error; lines are cut to a width only on a terminal."""
    stream = sys.stderr if err else sys.stdout
    tty = stream.isatty()
    width = None if tty or "COLUMNS" in os.environ else _WIDE
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


@attrs.frozen
class Glyphs:
    """What is drawn beside text, in characters that the output can encode."""

    nothing: str
    bar: str
    space: str
    dash: str
    more: str


@cache
def glyphs() -> Glyphs:
    """Those for standard output; ASCII where it is not Unicode."""
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
        # Nothing to draw: a long dump goes through a pipe many times as fast so.
        out.file.write(f"{text}\n")


def name_text(raw: bytes, style: str = "") -> Text:
    r"""Bytes of the kernel's: UTF-8 as it is, each byte that is not printable as ``\xNN``."""
    text = Text(style=style)
    for character in raw.decode("utf-8", "surrogateescape"):
        if character.isprintable():
            text.append(character)
        else:
            hidden = character.encode("utf-8", "surrogateescape")
            text.append("".join(f"\\x{byte:02x}" for byte in hidden), HOSTILE)
    return text


def perms_text(perms: Perms) -> Text:
    """Permissions; memory that can be written and executed stands out."""
    if perms.write and perms.execute:
        return Text(str(perms), "bold red")
    return Text(str(perms), "bold" if perms.execute else "")


def size_text(size: int | None) -> str:
    """Bytes for people, in units of 1024: ``4k``, ``132k``, ``1.5M``; nothing for None."""
    if size is None:
        return ""
    if size < 1024:  # noqa: PLR2004 - one kibibyte
        return str(size)
    value, unit = size / 1024, "k"
    for larger in "MGTPE":
        if value < 999.5:  # noqa: PLR2004 - what rounds to three digits
            break
        value, unit = value / 1024, larger
    # Kilobytes are whole; of anything larger the first digit alone would say too little.
    digits = 1 if value < 10 and (unit != "k" or value % 1) else 0  # noqa: PLR2004
    return f"{value:.{digits}f}{unit}"


def count(number: int, noun: str) -> str:
    """Return a number and its noun: ``1 mapping``, ``1,234 mappings``."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
