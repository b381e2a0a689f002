"""The cases of ``corpus/cases``: each dump is a `Case` with the answers that are right for it."""

from __future__ import annotations

import base64
import difflib
import fnmatch
import functools
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, get_args

import attrs

from procmaps import _resources
from procmaps.errors import InvalidRecord, ProcmapsError
from procmaps.formats.file_kinds import FILE_KINDS, FileKind
from procmaps.json_format import from_json
from procmaps.records.mapping import Mapping

MANIFEST: Final = "manifest.json"
"""The file in each group's folder that describes its cases."""

FEATURES: Final = "features.json"
PROFILES: Final = "profiles.json"
"""Files about all groups: titles of features, and lists of dumps."""

FOLDER: Final = "corpus/cases"
"""The folder of the project's own cases, for `procmaps._resources.path`."""


Likely = Literal["kernels", "other-systems", "hypothetical"]
"""Who prints a dump. ``features.json`` explains each."""

LIKELY: Final[tuple[Likely, ...]] = get_args(Likely)


@attrs.frozen
class NoSuchCase(ProcmapsError, LookupError):
    """A selection that matches no case."""

    asked: str
    """What was asked for, as a clause: ``no case matches 'x/*'``."""
    alike: tuple[str, ...] = ()
    """Existing names that are spelt like the one asked for."""

    def __str__(self) -> str:
        guess = f"; did you mean {' or '.join(self.alike)}?" if self.alike else ""
        return f"{self.asked}{guess or ';'} `procmaps check --list` lists all cases"


@attrs.frozen
class InvalidCases(ProcmapsError, ValueError):
    """A folder that contains no cases, or cases that cannot be read."""

    folder: str
    reason: str

    def __str__(self) -> str:
        return (
            f"cannot read cases from {self.folder}: {self.reason}; a folder of cases contains a "
            f"{MANIFEST}, or folders with one, as `procmaps check --export DIR` writes them"
        )


@attrs.frozen
class Interpretation:
    """Another original name that prints the same bytes: also right for a record."""

    record: int
    policy: str
    path: bytes
    deleted: bool


@attrs.frozen
class Allowed:
    """One of several answers that a case allows."""

    policy: str
    records: tuple[int, ...] | None
    """Indices into the case's records; None if the parser may refuse the dump."""


@attrs.frozen
class InvalidLine:
    """A line of an invalid dump that no producer prints."""

    line: int
    """From 1."""
    reason: str


@attrs.frozen
class Case:
    """One dump and the answers that are right for it."""

    id: str
    """Group, name and kind: ``names/deleted-twice.maps``."""
    kind: FileKind
    data: bytes
    records: tuple[Mapping, ...]
    """The records of all allowed answers; without ``usage`` for a maps file."""
    shows: str = ""
    """The feature or the damage, in one or two sentences."""
    feature: str = ""
    """The key of what it shows in ``features.json``; empty in cases of former versions."""
    shown_by: tuple[str, ...] = ()
    """Regular expressions over bytes, with ``^`` and ``$`` at each line: see `has_feature`."""
    control: str = ""
    """The id of the same dump without the feature; empty for a plain dump."""
    likely: Likely = "kernels"
    """Who prints such a dump."""
    disputed: str = ""
    """The policy that a failure may be due to; empty if none is."""
    source: str = ""
    """The kernel function or commit."""
    producer: str = "linux"
    """The program that prints the dump."""
    since: str = ""
    until: str = ""
    fields_of: str = ""
    """The release whose fields of smaps are printed; empty for other files."""
    tags: frozenset[str] = frozenset()
    interpretations: tuple[Interpretation, ...] = ()
    either: tuple[Allowed, ...] = ()
    """The allowed answers; empty if the only right answer is all records."""
    invalid_lines: tuple[InvalidLine, ...] = ()

    @property
    def group(self) -> str:
        """Return the name of the case's folder."""
        return self.id.partition("/")[0]

    @property
    def name(self) -> str:
        """Return the id without the kind: ``names/deleted-twice``."""
        return self.id.rpartition(".")[0]

    def has_feature(self, dump: bytes) -> bool:
        """Whether *dump*, a part of this case's, still has what the case shows."""
        return not self.shown_by or any(
            re.search(pattern.encode("ascii"), dump, re.MULTILINE) for pattern in self.shown_by
        )

    @property
    def must(self) -> bool:
        """Whether exactly one answer is right."""
        return not (self.either or self.interpretations)

    @property
    def allowed(self) -> tuple[Allowed, ...]:
        """Return every allowed answer, the plainest first."""
        return self.either or (Allowed("", tuple(range(len(self.records)))),)


def load(
    kinds: Iterable[FileKind] = FILE_KINDS,
    *,
    only: Iterable[str] = (),
    skip: Iterable[str] = (),
    tags: Iterable[str] = (),
    profiles: Iterable[str] = (),
    folder: Path | None = None,
) -> tuple[Case, ...]:
    """Return the cases of these *kinds*, sorted by group and name.

    *only* and *skip* are globs for ids, with or without the kind at the end. A case must have all
    *tags*, and be in one of *profiles* if there are any. *folder* replaces the project's own cases;
    it may also be a single group.

    Raises `NoSuchCase` for a glob of *only* that matches nothing, for an unknown tag or profile,
    and for a selection of no cases; `InvalidCases` for a *folder* without readable cases.
    """
    kinds, wanted, unwanted, required = tuple(kinds), tuple(only), tuple(skip), frozenset(tags)
    every = tuple(case for case in _all(folder) if case.kind in kinds)
    for glob in wanted:
        if not any(_matches(case, glob) for case in every):
            names = {name for case in every for name in (case.id, case.name)}
            raise NoSuchCase(f"no case matches {glob!r}", _alike(glob, names))
    for tag in sorted(required):
        known = {tag for case in every for tag in case.tags}
        if tag not in known:
            raise NoSuchCase(f"no case has the tag {tag!r}", _alike(tag, known))
    listed = _listed(profiles, folder)
    chosen = tuple(
        case
        for case in every
        if (not wanted or any(_matches(case, glob) for glob in wanted))
        and not any(_matches(case, glob) for glob in unwanted)
        and case.tags >= required
        and (listed is None or case.id in listed)
    )
    if not chosen:
        having = f" has the tags {', '.join(sorted(required))}" if required else " is left"
        raise NoSuchCase(f"no selected case of kind {' or '.join(kinds)}{having}")
    return chosen


@attrs.frozen
class Profile:
    """The dumps that matter to one kind of user."""

    name: str
    about: str
    cases: frozenset[str]
    """Ids of cases."""


@functools.cache
def load_profiles(folder: Path | None = None) -> tuple[Profile, ...]:
    """Return the profiles of the cases in *folder*, None for the project's own.

    A folder without a list of profiles has none. Raises `InvalidCases`.
    """
    path = root_of(folder) / PROFILES
    if not path.exists():
        return ()
    try:
        table = json.loads(path.read_bytes())["profiles"]
        return tuple(
            Profile(name, entry["about"], frozenset(entry["cases"]))
            for name, entry in table.items()
        )
    except (OSError, LookupError, TypeError, ValueError, AttributeError) as error:
        reason = f"{PROFILES}: {type(error).__name__}: {error}"
        raise InvalidCases(str(root_of(folder)), reason) from error


def _listed(names: Iterable[str], folder: Path | None) -> frozenset[str] | None:
    """Return the ids in the profiles *names*; None for no names. Raises `NoSuchCase`."""
    wanted = tuple(names)
    if not wanted:
        return None
    known = {profile.name: profile.cases for profile in load_profiles(folder)}
    for name in wanted:
        if name not in known:
            raise NoSuchCase(f"no profile is named {name!r}", _alike(name, known))
    return frozenset[str]().union(*(known[name] for name in wanted))


def _matches(case: Case, glob: str) -> bool:
    return fnmatch.fnmatchcase(case.id, glob) or fnmatch.fnmatchcase(case.name, glob)


def _alike(word: str, known: Iterable[str]) -> tuple[str, ...]:
    return tuple(difflib.get_close_matches(word, sorted(known), n=2, cutoff=0.7))


def root_of(folder: Path | None) -> Path:
    """Return *folder*, or the folder of the project's own cases for None."""
    return _resources.path(FOLDER) if folder is None else folder


def groups_in(folder: Path | None) -> list[Path]:
    """Return the folders with a manifest: *folder* itself, or those in it."""
    root = root_of(folder)
    manifests = [root / MANIFEST] if (root / MANIFEST).exists() else root.glob(f"*/{MANIFEST}")
    return sorted(manifest.parent for manifest in manifests)


@functools.cache
def _all(folder: Path | None) -> tuple[Case, ...]:
    root = root_of(folder)
    groups = groups_in(folder)
    if not groups:
        raise InvalidCases(str(root), f"it has no {MANIFEST}")
    try:
        return tuple(case for group in groups for case in _load_group(group))
    except InvalidRecord as error:
        raise InvalidCases(str(root), str(error)) from error
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise InvalidCases(str(root), f"{type(error).__name__}: {error}") from error


def _load_group(group: Path) -> Iterator[Case]:
    manifest = json.loads((group / MANIFEST).read_bytes())
    for name, entry in sorted(manifest["cases"].items()):
        records = json.loads((group / f"{name}.json").read_bytes())
        for kind in entry["files"]:
            yield read_case(
                f"{group.resolve().name}/{name}.{kind}",
                (group / f"{name}.{kind}").read_bytes(),
                entry,
                records,
            )


def read_case(case_id: str, data: bytes, entry: dict[str, Any], records: list[Any]) -> Case:
    """Return a case from its manifest *entry* and its *records*, as `json.loads` returns them.

    Raises `procmaps.InvalidRecord` for an invalid record.
    """
    kind: FileKind = next(kind for kind in FILE_KINDS if case_id.endswith(f".{kind}"))
    expected = tuple(map(from_json, records))
    if kind == "maps":
        expected = tuple(attrs.evolve(record, usage=None) for record in expected)
    return Case(
        id=case_id,
        kind=kind,
        data=data,
        records=expected,
        shows=entry["shows"],
        feature=entry.get("feature", ""),
        shown_by=tuple(entry.get("shown_by", ())),
        control=f"{entry['control']}.{kind}" if "control" in entry else "",
        likely=entry.get("likely", "kernels"),
        disputed=entry.get("disputed", ""),
        source=entry["source"],
        producer=entry["producer"],
        since=entry.get("since", ""),
        until=entry.get("until", ""),
        fields_of=entry.get("fields_of", ""),
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
