"""Who prints these files, as data: one `Dialect` for each grammar that can be loaded.

A dialect's grammar is ``grammar/linux.lark`` itself, or a file in ``grammar/dialects`` that
overrides what differs. What tells a dialect from its text is in ``grammar/dialect_markers.lark``.
"""

from __future__ import annotations

import attrs

from procmaps.errors import UnknownDialect


@attrs.frozen
class Dialect:
    """One producer's way of writing these files."""

    name: str
    title: str
    grammar: str
    """The grammar's place below the data folder."""
    escapes: bool = True
    r"""Whether a newline in a path is printed as ``\012`` (``mangle_path``)."""
    newlines: bool = False
    """Whether a name can hold a newline as it is, so that a program can forge whole lines."""


LINUX = Dialect("linux", "Linux with an MMU, 2.4 to 7.x", "grammar/linux.lark")


def _variant(name: str, title: str, *, escapes: bool = True, newlines: bool = False) -> Dialect:
    return Dialect(name, title, f"grammar/dialects/{name}.lark", escapes, newlines)


DIALECTS: tuple[Dialect, ...] = (
    LINUX,
    _variant(
        "android", "Android's kernels with names read from user pointers, 3.4 to 5.4", newlines=True
    ),
    _variant("nommu", "Linux without an MMU, and Linux up to 2.6.12", escapes=False, newlines=True),
    _variant("gvisor", "gVisor's sentry", escapes=False, newlines=True),
    _variant("qemu", "QEMU's user mode emulation of Linux"),
    _variant("wsl", "the first Windows Subsystem for Linux"),
    _variant("freebsd", "FreeBSD's linprocfs"),
    _variant("cygwin", "Cygwin and MSYS2"),
)
"""Every dialect, the one most likely met first."""


def dialect(name: str) -> Dialect:
    """The dialect called *name*; raises `UnknownDialect` where there is none."""
    for known in DIALECTS:
        if known.name == name:
            return known
    raise UnknownDialect(name, tuple(known.name for known in DIALECTS))
