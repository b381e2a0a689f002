"""The probes of ``probes.toml``: single names, and the dumps that have them.

A probe is one name in one dump. Its control is the same dump with an ordinary name, or with none.
The dumps are printed by `corpus.tools.builder`, as those of the cases are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

import attrs

from corpus.tools.builder import making
from corpus.tools.builder.making import BASE, FOLLOWER
from corpus.tools.builder.model import (
    NONE,
    PAGE,
    Column,
    Vma,
    anon,
    file_vma,
    memfd,
    path,
    shmem,
    sysv,
)
from procmaps.check.cases import Case, read_case
from procmaps.formats.file_kinds import FileKind

FILE: Final = Path(__file__).with_name("probes.toml")
GROUP: Final = "probes"
KINDS: Final[tuple[FileKind, ...]] = ("maps", "smaps")
"""The kinds of dumps that have names."""

Table = Literal["readme", "review", "matrix"]
TABLES: Final[tuple[Table, ...]] = get_args(Table)

_PLAIN: Final = path(b"/opt/plain/lib.so")


@attrs.frozen
class InvalidProbe(ValueError):
    """An entry of ``probes.toml`` is not valid."""

    probe: str
    reason: str

    def __str__(self) -> str:
        return f"{FILE.name}: {self.probe}: {self.reason}"


@attrs.frozen(kw_only=True)
class Probe:
    """One name that is tried on every parser."""

    id: str
    form: str
    """A key of `FORMS`."""
    text: bytes
    """The part of the name that a program chose."""
    printed_for: str
    """The programs or files that have such a name."""
    likely: str
    """Who prints it, by a word of the manifests of the cases."""
    tables: frozenset[Table]

    @property
    def name(self) -> bytes:
        """The name column as the kernel prints it."""
        return FORMS[self.form].mapping(self.text).name.raw

    def case(self, kind: FileKind) -> Case:
        """Return the dump with the name, and what a parser should return."""
        return self._printed(FORMS[self.form].mapping(self.text), kind, f"{self.id}.{kind}")

    def control(self, kind: FileKind) -> Case:
        """Return the same dump without the name."""
        form = FORMS[self.form]
        mapping = attrs.evolve(form.mapping(self.text), name=form.control)
        return self._printed(mapping, kind, f"{self.id}-control.{kind}")

    def _printed(self, mapping: Vma, kind: FileKind, name: str) -> Case:
        form = FORMS[self.form]
        made = making.make(
            GROUP, self.id, "A name of the tables.", [mapping, FOLLOWER], source=form.source,
            producer=form.producer, fields_of=form.fields_of, feature="plain", control=None,
        )  # fmt: skip
        entry = {
            "shows": made.shows,
            "source": made.source,
            "producer": made.producer,
            "tags": ["probe"],
            "interpretations": made.interpretations,
        }
        return read_case(f"{GROUP}/{name}", made.texts[kind], entry, made.records)


@attrs.frozen(kw_only=True)
class Form:
    """A way in which kernels print a name that a program chose."""

    mapping: Callable[[bytes], Vma]
    """Returns the mapping with the name, by the text that the program chose."""
    control: Column
    """The name of the control."""
    source: str
    producer: str = "linux"
    fields_of: str = "6.12"


def _private(text: bytes) -> Vma:
    return Vma(BASE, BASE + 8 * PAGE, name=anon(text))


def _shared(name: Column) -> Vma:
    return Vma(BASE, BASE + 4 * PAGE, "rw-s", PAGE, 0, 1, 2058, name)


def _file(name: Column) -> Vma:
    return file_vma(BASE, BASE + 8 * PAGE, name, offset=2 * PAGE)


FORMS: Final[dict[str, Form]] = {
    "anon": Form(
        mapping=_private,
        control=NONE,
        source='show_map_vma(): "[anon:%s]" (in v5.17)',
    ),
    "android": Form(
        mapping=_private,
        control=NONE,
        source="seq_print_vma_name() of the Android common kernels, 3.4-5.4",
        producer="android",
        fields_of="4.14",
    ),
    "anon_shmem": Form(
        mapping=lambda text: _shared(shmem(text)),
        # Not the kernel's own `/dev/zero (deleted)`, whose space some parsers misread.
        control=_PLAIN,
        source='show_map_vma(): "[anon_shmem:%s]" (in v6.2)',
    ),
    "path": Form(
        mapping=lambda text: _file(path(text)), control=_PLAIN, source="d_path(), fs/d_path.c"
    ),
    "unlinked": Form(
        mapping=lambda text: _file(path(text, unlinked=True)),
        control=_PLAIN,
        source="d_path(), fs/d_path.c",
    ),
    "memfd": Form(
        mapping=lambda text: _shared(memfd(text)),
        control=_PLAIN,
        source="memfd_create(2), printed by simple_dname()",
    ),
    "sysv": Form(
        mapping=lambda text: _shared(sysv(int(text, 16))),
        control=_PLAIN,
        source="newseg(), ipc/shm.c",
    ),
}
"""The forms by their words in ``probes.toml``."""


def load(file: Path = FILE) -> tuple[Probe, ...]:
    """Return the probes in the order of *file*. Raises `InvalidProbe`."""
    found = tuple(map(_read, tomllib.loads(file.read_text("utf-8"))["probe"]))
    for number, probe in enumerate(found):
        if probe.id in {earlier.id for earlier in found[:number]}:
            raise InvalidProbe(probe.id, "the id occurs twice")
    return found


def of_table(table: Table, probes: Iterable[Probe]) -> tuple[Probe, ...]:
    """Return the probes of one table, in their order."""
    return tuple(probe for probe in probes if table in probe.tables)


def _read(entry: dict[str, Any]) -> Probe:
    name = str(entry.get("id", "without an id"))
    expected = {"id", "form", "text", "printed_for", "likely", "tables"}
    if wrong := (set(entry) - {"latin1"}) ^ expected:
        raise InvalidProbe(name, f"unknown or missing: {', '.join(sorted(wrong))}")
    if entry["form"] not in FORMS:
        raise InvalidProbe(name, f"form is {entry['form']!r}, expected one of {', '.join(FORMS)}")
    if unknown := set(entry["tables"]) - set(TABLES):
        raise InvalidProbe(name, f"unknown table {', '.join(sorted(unknown))}")
    text = str(entry["text"]).encode("latin-1" if entry.get("latin1") else "utf-8")
    return Probe(
        id=name,
        form=entry["form"],
        text=text,
        printed_for=entry["printed_for"],
        likely=entry["likely"],
        tables=cast("frozenset[Table]", frozenset(entry["tables"])),
    )
