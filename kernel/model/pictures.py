"""Pictures of mappings in docstrings, read, run and drawn again.

A picture's characters are pages: ``.`` not mapped, ``-`` without a label, a letter with that
label, ``=`` and capitals the same but read-only, ``#`` a file's; ``|`` is the border of a mapping.
A case is a picture, calls with their places in pages (and the errno, where one is due), and the
picture that comes of it::

    |------|
    name 2 2 a
    |--|aa|--|
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator
from types import ModuleType

from attrs import frozen

from kernel.lab.scene import BASE
from kernel.model.calls import Advise, Call, Map, Protect, Remap, SetName, Touch, Trial, Unmap
from kernel.model.space import Space
from kernel.model.vma import PAGE, Flag, Vma

_PICTURE = re.compile(r"[-.=#A-Za-z|]*\|[-.=#A-Za-z|]*")
Run = tuple[int, int, str]
"""A mapping in a picture: first page, pages, character."""


@frozen
class Case:
    """One case of one docstring: ``where`` it stands, and what each call must return."""

    where: str
    before: str
    calls: tuple[tuple[Call, int], ...]
    after: str

    @property
    def setup(self) -> tuple[Call, ...]:
        """The calls that make what the first picture shows."""
        return tuple(call for run in runs(self.before) for call in _make(run))

    @property
    def trial(self) -> Trial:
        """The whole case, for a kernel."""
        return Trial((*self.setup, *(call for call, _ in self.calls)))


def runs(picture: str) -> list[Run]:
    """The mappings of a picture. Raises ``ValueError`` for one of two kinds of page."""
    found: list[Run] = []
    page = 0
    for segment in picture.split("|"):
        kinds = set(segment)
        if len(kinds) > 1:
            raise ValueError(f"{picture!r}: {segment!r} is no single mapping: a border is missing")
        if kinds and kinds != {"."}:
            found.append((page, len(segment), segment[0]))
        page += len(segment)
    return found


def drawn(space: Space) -> list[Run]:
    """The mappings of a space's arena as a picture has them."""
    return [
        ((vma.start - BASE) // PAGE, vma.pages, _character(vma))
        for vma in space.vmas
        if vma.start >= BASE
    ]


def _character(vma: Vma) -> str:
    if vma.file is not None:
        return "#"
    writable = bool(vma.flags & Flag.WRITE)
    if vma.text is None:
        return "-" if writable else "="
    text = vma.text.decode()
    return text if writable else text.upper()


def _make(run: Run) -> Iterator[Call]:
    page, pages, kind = run
    start, length = page * PAGE, pages * PAGE
    yield Map(start, length, backing="linked" if kind == "#" else "anon")
    if kind.isalpha():
        yield SetName(start, length, kind.lower().encode())
    if kind == "=" or kind.isupper():
        yield Protect(start, length, "r")


def _set_name(start: int, length: int, label: str) -> SetName:
    return SetName(start, length, None if label == "-" else label.encode())


_CALLS: dict[str, Callable[..., Call]] = {
    "mmap": Map,
    "munmap": Unmap,
    "mprotect": Protect,
    "madvise": Advise,
    "name": _set_name,
    "mremap": Remap,
    "touch": Touch,
}


def _call(line: str) -> tuple[Call, int]:
    """A call's line, and what it must return, negated if an errno."""
    name, *words = line.split(" ")
    number = 0
    if words[-1] in errno.errorcode.values():
        number = -getattr(errno, words.pop())
    arguments = [int(word) * PAGE if word.isdigit() else word for word in words]
    return _CALLS[name](*arguments), number


def _cases(where: str, text: str) -> Iterator[Case]:
    for block in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in block.strip().splitlines()]
        if len(lines) > 2 and _PICTURE.fullmatch(lines[0]) and _PICTURE.fullmatch(lines[-1]):  # noqa: PLR2004
            yield Case(where, lines[0], tuple(map(_call, lines[1:-1])), lines[-1])


def cases(*modules: ModuleType) -> list[Case]:
    """Every case in the docstrings of the modules, their classes and functions.

    Raises ``ValueError`` for a line that begins a picture in a block that is no case.
    """
    found: list[Case] = []
    for module in modules:
        for name, text in _docstrings(module):
            here = list(_cases(name, text))
            drawings = sum(bool(_PICTURE.fullmatch(line.strip())) for line in text.splitlines())
            if drawings != 2 * len(here):
                raise ValueError(
                    f"{name}: {drawings} pictures make {len(here)} cases; a case is a picture, "
                    "its calls and a picture, with empty lines around"
                )
            found += here
    return found


def _docstrings(module: ModuleType) -> Iterator[tuple[str, str]]:
    things = [(module.__name__, module)]
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) == module.__name__:
            things.append((name, value))
            if isinstance(value, type):
                things += [(f"{name}.{inner}", part) for inner, part in vars(value).items()]
    for name, thing in things:
        text = getattr(thing, "__doc__", None)
        if isinstance(text, str):
            yield name, text
