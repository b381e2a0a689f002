"""The dialects of these files: one `Dialect` for each grammar that can be loaded.

A dialect's grammar is ``grammar/linux.lark`` or a file in ``grammar/dialects`` that overrides some
of its rules. ``grammar/dialect_markers.lark`` has the text by which a dialect is detected.
"""

from __future__ import annotations

from typing import NamedTuple


class Dialect(NamedTuple):
    r"""One variant of the format of these files.

    name                The name that `procmaps.loads` takes.
    description         The producers of this variant, in words.
    grammar             Name of the grammar file for `procmaps._resources.read`.
    escapes_newlines    True if a newline in a path is printed as ``\012`` (``mangle_path()``).
    newlines_in_names   True if a name may contain an unescaped newline, so that a program can forge
                        whole lines.
    """

    name: str
    description: str
    grammar: str
    escapes_newlines: bool = True
    newlines_in_names: bool = False


LINUX = Dialect("linux", "Linux with an MMU, 2.4 to 7.x", "grammar/linux.lark")


def _variant(
    name: str, description: str, *, escapes_newlines: bool = True, newlines_in_names: bool = False
) -> Dialect:
    grammar = f"grammar/dialects/{name}.lark"
    return Dialect(name, description, grammar, escapes_newlines, newlines_in_names)


DIALECTS: tuple[Dialect, ...] = (
    LINUX,
    _variant(
        "android",
        "Android's kernels with names read from user pointers, 3.4 to 5.4",
        newlines_in_names=True,
    ),
    _variant(
        "nommu",
        "Linux without an MMU, and Linux up to 2.6.12",
        escapes_newlines=False,
        newlines_in_names=True,
    ),
    _variant("gvisor", "gVisor's sentry", escapes_newlines=False, newlines_in_names=True),
    _variant("qemu", "QEMU's user mode emulation of Linux"),
    _variant("wsl", "the first Windows Subsystem for Linux"),
    _variant("freebsd", "FreeBSD's linprocfs"),
    _variant("cygwin", "Cygwin and MSYS2"),
)
"""Every dialect, the most common first."""


def dialect(name: str) -> Dialect:
    """Return the dialect called *name*. Raises `UnknownDialect` for any other name."""
    for known in DIALECTS:
        if known.name == name:
            return known
    from procmaps.errors import UnknownDialect  # noqa: PLC0415 - slow to import

    raise UnknownDialect(name, tuple(known.name for known in DIALECTS))
