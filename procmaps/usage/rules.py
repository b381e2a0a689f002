r"""Rules that place a name in a tree: ``glibc: malloc arena`` under ``glibc``.

A file of rules is TOML::

    [[rule]]
    label = 'my-pool/(\w+)/.*'       # a regular expression for the whole label
    group = ['my pool', '\1']        # \1 is the text in the first parentheses

A rule has at least one condition, and applies if all of them match:

* ``label``   the label of anonymous memory, a memfd, an ashmem region …
* ``path``    the path of a file, without `` (deleted)``
* ``name``    the whole name column, without `` (deleted)``
* ``kind``    the kind of the name, such as ``heap``; a word or a list of words
* ``after``   the path of the file mapped directly before unnamed memory, such as a library's .bss

The first rule that applies decides. Without one, a label is split at colons and slashes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Any, Final, cast

import attrs

from procmaps._arguments import StrOrBytesPath, as_path
from procmaps.errors import InvalidRules
from procmaps.formats.program_labels import PROGRAMS, LabellingProgram
from procmaps.records.kinds import known_kinds
from procmaps.records.names import DELETED, NEWLINE, FileBacked, Labelled, LabelledFile, Name
from procmaps.usage.folding import NUMBER, fold_label, fold_path

Place = tuple[bytes, ...]
"""The names of a group and of those that contain it, from the outermost."""

_CONDITIONS: Final = ("label", "path", "name", "after")
_REFERENCE = re.compile(rb"\\([1-9])")
_SEPARATORS = re.compile(rb"[:/]+")


@attrs.frozen
class Texts:
    """What the conditions of rules look at. None never matches.

    kind    The kind of the name.
    name    The whole name column, without `` (deleted)``.
    label   The label, if there is one.
    path    The path of the file, if there is one.
    after   The path of the file that is mapped directly before unnamed memory.
    """

    kind: str
    name: bytes
    label: bytes | None
    path: bytes | None
    after: bytes | None

    @classmethod
    def of(cls, name: Name, before: bytes | None = None) -> Texts:
        """Return the texts of *name*; *before* is ``after``."""
        path = name.path if isinstance(name, FileBacked) else None
        return cls(name.kind, name.raw.removesuffix(DELETED), label_of(name), path, before)


@attrs.frozen
class Rule:
    r"""One rule.

    group    The place, with ``\1`` to ``\9`` for what the pattern captured.
    label    Pattern of the whole label; None: any name.
    path     Pattern of the whole path of the file.
    name     Pattern of the whole name column, without `` (deleted)``.
    after    Pattern of the path of the file that is mapped directly before unnamed memory.
    kinds    The kinds of names; empty: every kind.
    source   Where the names come from.
    """

    group: Place
    label: re.Pattern[bytes] | None = None
    path: re.Pattern[bytes] | None = None
    name: re.Pattern[bytes] | None = None
    after: re.Pattern[bytes] | None = None
    kinds: frozenset[str] = frozenset()
    source: str = ""

    def place(self, texts: Texts) -> Place | None:
        """Return the place of a name, or None if the rule does not apply."""
        if self.kinds and texts.kind not in self.kinds:
            return None
        captured: re.Match[bytes] | None = None
        for pattern, text in (
            (self.label, texts.label),
            (self.path, texts.path),
            (self.name, texts.name),
            (self.after, texts.after),
        ):
            if pattern is not None:
                captured = None if text is None else pattern.fullmatch(text)
                if captured is None:
                    return None
        return tuple(part for each in self.group if (part := _filled(each, captured)))


def _filled(template: bytes, captured: re.Match[bytes] | None) -> bytes:
    """Return *template* with the captured texts, folded and without the spaces around them."""

    def text(reference: re.Match[bytes]) -> bytes:
        found = captured[int(reference[1])] if captured else None
        return fold_label(found or b"")

    return _REFERENCE.sub(text, template).strip(b" ")


@attrs.frozen
class Preset:
    """Rules for the labels of one program or platform.

    name      The word that chooses it.
    title     What it covers, in one clause.
    default   Whether it is used if no preset is chosen.
    rules     Its rules.
    """

    name: str
    title: str
    default: bool
    rules: tuple[Rule, ...]


@attrs.frozen
class Rules:
    """Rules in order; the first that applies decides.

    rules   The rules.
    """

    rules: tuple[Rule, ...] = ()

    @classmethod
    def preset(cls, *names: str) -> Rules:
        """Return the rules of the presets *names*; without names, those of the default presets.

        Raises `ValueError` for an unknown name; `presets` has the known ones.
        """
        known = {each.name: each for each in presets()}
        for name in names:
            if name not in known:
                raise ValueError(f"unknown preset {name!r}; known are: {', '.join(known)}")
        chosen = [known[name] for name in names] or [each for each in presets() if each.default]
        return cls(tuple(rule for each in chosen for rule in each.rules))

    @classmethod
    def load(cls, path: StrOrBytesPath) -> Rules:
        """Return the rules of a TOML file; its form is described in `procmaps.usage.rules`.

        Raises `procmaps.InvalidRules` for any other content and `OSError` if it cannot be read.
        """
        return cls.loads(as_path(path).read_bytes())

    @classmethod
    def loads(cls, text: bytes) -> Rules:
        """Return the rules of the content of a TOML file. Raises `procmaps.InvalidRules`."""
        data = _toml(text)
        for member in data:
            if member != "rule":
                raise InvalidRules(0, f"has the unknown table {member!r}; expected [[rule]]")
        return cls(_rules(data.get("rule", [])))

    def __add__(self, other: Rules) -> Rules:
        return Rules(self.rules + other.rules)

    def place(self, name: Name, before: bytes | None = None) -> Place:
        """Return the place of *name* in the tree; empty if it has neither label nor file.

        *before* is the path of the file that is mapped directly before unnamed memory. A label
        without a rule is folded and split at colons and slashes, without the parts that are only a
        number. A path is folded.
        """
        texts = Texts.of(name, before)
        for rule in self.rules:
            place = rule.place(texts)
            if place is not None:
                return place
        if texts.label is not None:
            folded = fold_label(texts.label)
            parts = (part.strip(b" ") for part in _SEPARATORS.split(folded))
            # A part that is only a number says nothing, unless it is all there is.
            return tuple(part for part in parts if part not in (b"", NUMBER)) or (folded,)
        return () if texts.path is None else (fold_path(texts.path),)

    @property
    def look_before(self) -> bool:
        """Whether a rule has the condition ``after``."""
        return any(rule.after is not None for rule in self.rules)


def label_of(name: Name) -> bytes | None:
    """Return the label that a program chose, or None; newlines in the label of a file restored."""
    if not isinstance(name, Labelled):
        return None
    # `Name.interpretations` has every original; of a label that is too long there are none.
    escaped = isinstance(name, LabelledFile) and name.escaped
    return name.label.replace(NEWLINE, b"\n") if escaped else name.label


# --- reading --------------------------------------------------------------------------------------

_cached: list[Preset] = []


def presets() -> tuple[Preset, ...]:
    """Return every preset of the package, in the order in which they are tried.

    The default ones are those of `procmaps.formats.program_labels`, one for each program.
    """
    if not _cached:
        _cached.extend(_preset_of(program) for program in PROGRAMS)
        text = resources.files("procmaps.usage").joinpath("presets.toml").read_bytes()
        _cached.extend(
            Preset(
                each["name"],
                each["title"],
                each["default"],
                _rules(each["rule"], each["source"]),
            )
            for each in _toml(text)["preset"]
        )
    return tuple(_cached)


def _preset_of(program: LabellingProgram) -> Preset:
    rules = (
        Rule(tuple(word.encode() for word in row.group), label=row.compiled, source=program.source)
        for row in program.labels
    )
    return Preset(program.name, program.title, default=not program.generic, rules=tuple(rules))


def _toml(text: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidRules(0, f"is not TOML: {error}") from error


def _rules(tables: object, source: str = "") -> tuple[Rule, ...]:
    if not isinstance(tables, list):
        raise InvalidRules(0, "has no array of tables [[rule]]")
    items = cast("list[object]", tables)
    return tuple(_rule(number, table, source) for number, table in enumerate(items, 1))


def _rule(number: int, table: object, source: str) -> Rule:
    if not isinstance(table, dict):
        raise InvalidRules(number, "is not a table")
    members = cast("dict[str, object]", table)
    known = ("group", "kind", "source", *_CONDITIONS)
    for member in members:
        if member not in known:
            raise InvalidRules(
                number, f"has the unknown member {member!r}; known: {', '.join(known)}"
            )
    group = _words(number, "group", members.get("group"))
    kinds = _words(number, "kind", members["kind"]) if "kind" in members else ()
    for kind in kinds:
        if kind not in known_kinds():
            raise InvalidRules(
                number, f"has the unknown kind {kind!r}; known: {', '.join(known_kinds())}"
            )
    patterns = {
        condition: _pattern(number, condition, members[condition])
        for condition in _CONDITIONS
        if condition in members
    }
    if not patterns and not kinds:
        raise InvalidRules(number, "has no condition: give label, path, name, kind or after")
    _check_references(number, group, list(patterns.values()))
    return Rule(
        tuple(word.encode("utf-8", "surrogateescape") for word in group),
        kinds=frozenset(kinds),
        source=str(members.get("source", source)),
        **patterns,
    )


def _words(number: int, member: str, value: object) -> tuple[str, ...]:
    words: Sequence[object] = [value] if isinstance(value, str) else cast("Sequence[object]", value)
    if (
        not isinstance(words, list)
        or not words
        or not all(isinstance(word, str) and word for word in cast("list[object]", words))
    ):
        raise InvalidRules(number, f"needs {member}: a word or a list of words")
    return tuple(cast("list[str]", words))


def _pattern(number: int, member: str, value: object) -> re.Pattern[bytes]:
    if not isinstance(value, str):
        raise InvalidRules(number, f"needs {member}: a regular expression in quotes")
    try:
        return re.compile(value.encode("utf-8", "surrogateescape"), re.DOTALL)
    except re.error as error:
        raise InvalidRules(
            number, f"has no valid regular expression for {member}: {error}"
        ) from None


def _check_references(
    number: int, group: Iterable[str], patterns: Sequence[re.Pattern[bytes]]
) -> None:
    """Raise `InvalidRules` if *group* refers to parentheses that the last pattern lacks."""
    captured = patterns[-1].groups if patterns else 0
    for word in group:
        for found in _REFERENCE.finditer(word.encode("utf-8", "surrogateescape")):
            if int(found[1]) > captured:
                raise InvalidRules(
                    number, f"refers to {found[0].decode()} but captures {captured} texts"
                )
