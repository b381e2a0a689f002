"""The cases of ``corpus/cases``: a `Case` for each dump, with what is expected of it."""

from __future__ import annotations

import base64
import fnmatch
import functools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from procmaps import _resources
from procmaps.errors import InvalidRecord, ProcmapsError
from procmaps.formats.file_kinds import FILE_KINDS, FileKind
from procmaps.json_format import from_json
from procmaps.records.mapping import Mapping

_MANIFEST: Final = "manifest.json"

FOLDER: Final = "corpus/cases"
"""Where the cases are, for `procmaps._resources.path`."""


@attrs.frozen
class NoSuchCase(ProcmapsError, LookupError):
    """A selection that fits no case."""

    asked: str

    def __str__(self) -> str:
        return f"no case fits {self.asked}; `procmaps check --list` shows all"


@attrs.frozen
class InvalidCases(ProcmapsError, ValueError):
    """A folder that holds no cases."""

    folder: str
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.folder} is no folder of cases: {self.reason}; it has a manifest.json, or "
            "folders that have one (docs/protocol.md)"
        )


@attrs.frozen
class Interpretation:
    """Another original that prints the same: a record may be given so, too."""

    record: int
    policy: str
    path: bytes
    deleted: bool


@attrs.frozen
class Allowed:
    """One of several answers that a case allows."""

    policy: str
    records: tuple[int, ...] | None
    """Which of the case's records, by index; None: the dump may be refused."""


@attrs.frozen
class InvalidLine:
    """A line of an invalid dump that no producer prints."""

    line: int
    """From 1."""
    reason: str


@attrs.frozen
class Case:
    """One dump and what is expected of its parser."""

    id: str
    """``names/deleted-twice.maps``: group, name and kind."""
    kind: FileKind
    data: bytes
    records: tuple[Mapping, ...]
    """All records that any answer allowed has; without ``usage`` for a maps file."""
    shows: str = ""
    source: str = ""
    producer: str = "linux"
    since: str = ""
    until: str = ""
    tags: frozenset[str] = frozenset()
    interpretations: tuple[Interpretation, ...] = ()
    either: tuple[Allowed, ...] = ()
    """The answers allowed; empty: all records, and nothing else."""
    invalid_lines: tuple[InvalidLine, ...] = ()

    @property
    def group(self) -> str:
        """The folder that it is in."""
        return self.id.partition("/")[0]

    @property
    def must(self) -> bool:
        """Whether one answer is right, and no other."""
        return not (self.either or self.interpretations)

    @property
    def allowed(self) -> tuple[Allowed, ...]:
        """Every answer allowed, the plainest first."""
        return self.either or (Allowed("", tuple(range(len(self.records)))),)


def load(
    kinds: Iterable[FileKind] = FILE_KINDS,
    *,
    only: Iterable[str] = (),
    skip: Iterable[str] = (),
    tags: Iterable[str] = (),
    folder: Path | None = None,
) -> tuple[Case, ...]:
    """The cases of these *kinds*, by group and name.

    *only* and *skip* are globs for ids (with or without the kind at the end); *tags* must all be
    a case's own. *folder* takes the place of the project's own ``corpus/cases``; it may also be one
    group.

    Raises `NoSuchCase` for a glob of *only*, or a tag, that fits nothing at all, and `InvalidCases`
    for a *folder* without cases.
    """
    wanted, unwanted, marks = tuple(only), tuple(skip), tuple(tags)
    every = tuple(case for case in _all(folder) if case.kind in tuple(kinds))
    for glob in wanted:
        if not any(_fits(case, glob) for case in every):
            raise NoSuchCase(repr(glob))
    chosen = tuple(
        case
        for case in every
        if (not wanted or any(_fits(case, glob) for glob in wanted))
        and not any(_fits(case, glob) for glob in unwanted)
        and case.tags.issuperset(marks)
    )
    if marks and not chosen:
        raise NoSuchCase(f"the tags {', '.join(marks)}")
    return chosen


def _fits(case: Case, glob: str) -> bool:
    bare = case.id.rpartition(".")[0]
    return fnmatch.fnmatchcase(case.id, glob) or fnmatch.fnmatchcase(bare, glob)


@functools.cache
def _all(folder: Path | None) -> tuple[Case, ...]:
    root = _resources.path(FOLDER) if folder is None else folder
    manifests = [root / _MANIFEST] if (root / _MANIFEST).exists() else root.glob(f"*/{_MANIFEST}")
    groups = sorted(manifest.parent for manifest in manifests)
    if not groups:
        raise InvalidCases(str(root), "nothing of that kind is there")
    try:
        return tuple(case for group in groups for case in _of(group))
    except InvalidRecord as error:
        raise InvalidCases(str(root), str(error)) from error
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise InvalidCases(str(root), f"{type(error).__name__}: {error}") from error


def _of(group: Path) -> Iterator[Case]:
    manifest = json.loads((group / _MANIFEST).read_bytes())
    for name, entry in sorted(manifest["cases"].items()):
        records = json.loads((group / f"{name}.json").read_bytes())
        for kind in entry["files"]:
            yield read_case(
                f"{group.resolve().name}/{name}.{kind}",
                (group / f"{name}.{kind}").read_bytes(),
                entry,
                records,
            )


def read_case(identity: str, data: bytes, entry: dict[str, Any], records: list[Any]) -> Case:
    """A case from its manifest *entry* and the array of its *records*, as `json.loads` gives them.

    Raises `procmaps.InvalidRecord` for a record that is none.
    """
    kind: FileKind = next(kind for kind in FILE_KINDS if identity.endswith(f".{kind}"))
    expected = tuple(map(from_json, records))
    if kind == "maps":
        expected = tuple(attrs.evolve(record, usage=None) for record in expected)
    return Case(
        id=identity,
        kind=kind,
        data=data,
        records=expected,
        shows=entry["shows"],
        source=entry["source"],
        producer=entry["producer"],
        since=entry.get("since", ""),
        until=entry.get("until", ""),
        tags=frozenset(entry["tags"]),
        interpretations=tuple(
            Interpretation(
                item["record"],
                item["policy"],
                base64.b64decode(item["path"]["base64"]),
                item["deleted"],
            )
            for item in entry.get("interpretations", ())
        ),
        either=tuple(
            Allowed(item["policy"], None if item.get("rejected") else tuple(item["records"]))
            for item in entry.get("either", ())
        ),
        invalid_lines=tuple(
            InvalidLine(item["line"], item["reason"])
            for item in entry.get("invalid_lines", {}).get(kind, ())
        ),
    )
