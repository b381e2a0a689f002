"""Diagrams of mappings in docstrings: parsed, run, and drawn again.

Each character is a page: ``.`` is unmapped, ``-`` has no label, a letter is the label, ``=`` and
capitals are the same but read-only, ``#`` is a file's. ``|`` is the border of a mapping. A case is
a diagram, calls with addresses and lengths in pages (and the expected errno), and the resulting
diagram::

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

from kernel.lab.scenario_builder import BASE
from kernel.model.calls import (
    Advise,
    Call,
    Map,
    Protect,
    Remap,
    SetName,
    Touch,
    Trial,
    Unmap,
)
from kernel.model.space import Space
from kernel.model.userfault_calls import Register, Unregister
from kernel.model.vma import PAGE, Flag, Vma

_DIAGRAM = re.compile(r"[-.=#A-Za-z|]*\|[-.=#A-Za-z|]*")
Run = tuple[int, int, str]
"""A mapping in a diagram: first page, number of pages, character."""


@frozen
class Case:
    """A case of a docstring: its function, and the expected result of each call."""

    function: str
    before: str
    calls: tuple[tuple[Call, int], ...]
    after: str

    @property
    def setup(self) -> tuple[Call, ...]:
        """The calls that make the first diagram."""
        return tuple(call for run in parse(self.before) for call in _make(run))

    @property
    def trial(self) -> Trial:
        """The whole case, for a kernel."""
        return Trial((*self.setup, *(call for call, _ in self.calls)))


def parse(diagram: str) -> list[Run]:
    """Return the mappings of a diagram. Raises ``ValueError`` for a missing border."""
    found: list[Run] = []
    page = 0
    for segment in diagram.split("|"):
        kinds = set(segment)
        if len(kinds) > 1:
            raise ValueError(
                f"{diagram!r}: {segment!r} is not one mapping: put a | between different pages"
            )
        if kinds and kinds != {"."}:
            found.append((page, len(segment), segment[0]))
        page += len(segment)
    return found


def draw(space: Space) -> list[Run]:
    """Return the mappings of a space's arena as ``parse`` returns them."""
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
    "register": Register,
    "unregister": Unregister,
}


def _parse_call(line: str) -> tuple[Call, int]:
    """Return the call of a line, and its expected result: 0 or a negative errno."""
    name, *words = line.split(" ")
    number = 0
    if words[-1] in errno.errorcode.values():
        number = -getattr(errno, words.pop())
    arguments = [int(word) * PAGE if word.isdigit() else word for word in words]
    return _CALLS[name](*arguments), number


def _cases(function: str, text: str) -> Iterator[Case]:
    for block in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in block.strip().splitlines()]
        calls = lines[1:-1]
        if calls and _DIAGRAM.fullmatch(lines[0]) and _DIAGRAM.fullmatch(lines[-1]):
            yield Case(function, lines[0], tuple(map(_parse_call, calls)), lines[-1])


def cases(*modules: ModuleType) -> list[Case]:
    """Return all cases in the docstrings of the modules and their functions.

    Raises ``ValueError`` for a diagram that is not part of a case.
    """
    found: list[Case] = []
    for module in modules:
        for name, text in _docstrings(module):
            here = list(_cases(name, text))
            diagrams = sum(bool(_DIAGRAM.fullmatch(line.strip())) for line in text.splitlines())
            if diagrams != 2 * len(here):
                raise ValueError(
                    f"{name}: {diagrams} diagrams in {len(here)} cases; a case is a diagram, "
                    "calls and a diagram, with empty lines around"
                )
            found += here
    return found


def _docstrings(module: ModuleType) -> Iterator[tuple[str, str]]:
    functions = [
        (name, value)
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__
    ]
    for name, documented in ((module.__name__, module), *functions):
        text = getattr(documented, "__doc__", None)
        if isinstance(text, str):
            yield name, text
