"""Compare the mappings of an answer with the expected records, member by member."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterator
from typing import Any, Literal, cast

from procmaps.check.answers import Answer, AnswerMapping
from procmaps.check.blemishes import blemish_of_field, blemish_of_text
from procmaps.check.cases import Case, Interpretation
from procmaps.check.shown_names import ShownAs
from procmaps.check.usage_fields import fields_of, same_value
from procmaps.check.verdicts import Blemish, Difference, Outcome, Verdict
from procmaps.printable import escape_bytes
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import FileBacked, LabelledFile, Name
from procmaps.records.usage import Usage

Only = Literal["all", "executable", "file", "named"]
"""The mappings that a parser returns by design."""

ONLY: dict[Only, Callable[[Mapping], bool]] = {
    "all": lambda _: True,
    "executable": lambda mapping: mapping.perms.execute,
    "file": lambda mapping: mapping.name.raw.startswith(b"/"),
    "named": lambda mapping: bool(mapping.name.raw),
}

ABSENT_AS_ZERO = "absent-as-zero"
"""The policy of a parser that reports a field as 0 if it was not printed."""


class Comparison:
    """Compares one answer with one list of expected records."""

    def __init__(
        self, case: Case, answer: Answer, records: tuple[int, ...], only: Only, unit: int = 1
    ) -> None:
        """Expect the *records* of *case*, by index.

        *only* and *unit* are those of `procmaps.check.judging.judge`.
        """
        self._case = case
        self._answer = answer
        self._records = records
        self._required = ONLY[only]
        self._unit = unit
        self._policies: set[str] = set()

    def verdict(self, policies: tuple[str, ...]) -> Verdict:
        """Return the verdict; a pass has *policies* and those of the interpretations chosen."""
        wrong: list[Difference] = []
        lost: list[Difference] = []
        invented: list[Difference] = []
        for record, got in self._pairs():
            if record is None:
                if got is not None:
                    invented.append(Difference("mapping", "", _show_mapping(got)))
            elif got is None:
                mapping = self._case.records[record]
                if self._required(mapping):
                    lost.append(Difference("mapping", _headline(mapping), "", record))
            else:
                wrong.extend(self._differences(record, got))
        outcome: Outcome = (
            "lost" if lost else "invented" if invented else "wrong" if wrong else "pass"
        )
        return Verdict(
            outcome,
            tuple(lost + invented + wrong),
            policies=(*policies, *sorted(self._policies)) if outcome == "pass" else (),
            judged=frozenset(member for got in self._answer.mappings for member in got),
        )

    # --- which mapping of the answer belongs to which record ------------------------------------

    def _pairs(self) -> Iterator[tuple[int | None, AnswerMapping | None]]:
        """Pair each expected record with its mapping in the answer; by order if the counts agree.

        Otherwise by the first member that all mappings of the answer have.
        """
        answers = self._answer.mappings
        required = [r for r in self._records if self._required(self._case.records[r])]
        if len(answers) == len(required):
            yield from zip(required, answers, strict=True)
            return
        member = next(
            (m for m in ("start", "end", "name") if all(m in got for got in answers)), None
        )
        expected: list[object] = []
        for record in self._records:
            mapping = self._case.records[record]
            expected.append(_EXPECTED[member](mapping) if member else None)
        given: list[object] = [got[member] if member else None for got in answers]
        matcher = difflib.SequenceMatcher(None, expected, given, autojunk=False)
        for tag, first, last, start, end in matcher.get_opcodes():
            records, found = list(self._records[first:last]), list(answers[start:end])
            if tag == "replace":
                # A mapping that may be left out is not the counterpart of another one.
                records = [r for r in records if self._required(self._case.records[r])]
            yield from itertools.zip_longest(records, found)

    # --- one mapping ----------------------------------------------------------------------------

    def _differences(self, record: int, got: AnswerMapping) -> Iterator[Difference]:
        mapping = self._case.records[record]
        yield from self._plain_differences(record, mapping, got)
        yield from self._name_differences(record, mapping, got)
        if mapping.usage is not None:
            yield from self._usage_differences(record, mapping.usage, got)
        elif got.get("usage") or got.get("keys"):
            yield Difference("usage", "", "fields, but a maps file has none", record)

    def _plain_differences(
        self, record: int, mapping: Mapping, got: AnswerMapping
    ) -> Iterator[Difference]:
        """Compare the members that have one right value."""
        for member in ("start", "end", "offset", "inode", "kind"):
            if member in got and got[member] != (expected := _EXPECTED[member](mapping)):
                yield Difference(
                    member,
                    _show(member, expected),
                    _show(member, got[member]),
                    record,
                    "harmless" if member == "kind" else "",
                )
        if "size" in got and got["size"] != (size := mapping.size // self._unit):
            yield Difference("size", str(size), str(got["size"]), record)
        if "name" in got and got["name"] not in (names := _texts(mapping.name)):
            blemish = _blemish_of_name(names, got["name"])
            shown = escape_bytes(got["name"])
            yield Difference("name", _show_texts(names), shown, record, blemish)
        if "perms" in got:
            # Some parsers keep only the three rights.
            expected = str(mapping.perms)
            if got["perms"] not in (expected, expected[:3]):
                yield Difference("perms", expected, got["perms"], record)
        if "device" in got:
            expected = (mapping.device.major, mapping.device.minor)
            if got["device"] != expected:
                yield Difference(
                    "device", str(mapping.device), _show("device", got["device"]), record
                )

    def _name_differences(
        self, record: int, mapping: Mapping, got: AnswerMapping
    ) -> Iterator[Difference]:
        """Compare ``path``, ``deleted`` and ``label`` with each interpretation of the name.

        All three must follow the same interpretation. Otherwise the nearest one is reported.
        """
        interpretations = [_likeliest(record, mapping)]
        interpretations += [item for item in self._case.interpretations if item.record == record]
        tried: list[list[Difference]] = []
        for interpretation in interpretations:
            found = _compare_name(record, mapping, interpretation, got)
            if not found:
                given = not got.keys().isdisjoint(("path", "deleted", "label"))
                if interpretation.policy and given:
                    self._policies.add(interpretation.policy)
                return
            tried.append(found)
        yield from min(tried, key=_distance)

    def _usage_differences(
        self, record: int, usage: Usage, got: AnswerMapping
    ) -> Iterator[Difference]:
        expected = fields_of(usage, self._unit)
        if "keys" in got and got["keys"] != (keys := frozenset(expected)):
            missing, extra = keys - got["keys"], got["keys"] - keys
            blemish: Blemish = "" if extra else "harmless"
            yield Difference("keys", _show_keys(missing), _show_keys(extra), record, blemish)
        for key, value in got.get("usage", {}).items():
            field = f"usage.{escape_bytes(key)}"
            if key not in expected:
                if value in (0, b"0", b"", ()):
                    self._policies.add(ABSENT_AS_ZERO)
                else:
                    yield Difference(field, "", _show_field(value), record)
            elif not same_value(key, value, expected[key]):
                blemish = blemish_of_field(expected[key], value)
                yield Difference(
                    field, _show_field(expected[key]), _show_field(value), record, blemish
                )


def _distance(found: list[Difference]) -> tuple[int, int]:
    """Return how far an answer is from an interpretation of a name: small for the nearest."""
    return len(found), -sum(_common_start(item.expected, item.got) for item in found)


def _common_start(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _compare_name(
    record: int, mapping: Mapping, interpretation: Interpretation, got: AnswerMapping
) -> list[Difference]:
    # A name that is no file has no path: the parser may say so, or repeat the column.
    if isinstance(mapping.name, ShownAs):
        if "path" not in got or got["path"] in mapping.name.texts:
            return []
        expected = _show_texts(mapping.name.texts)
        return [Difference("path", expected, escape_bytes(got["path"]), record)]
    no_path = () if isinstance(mapping.name, FileBacked) else (b"",)
    found: list[Difference] = []
    if "path" in got and got["path"] not in (interpretation.path, *no_path):
        blemish = blemish_of_text(interpretation.path, got["path"])
        expected = escape_bytes(interpretation.path)
        found.append(Difference("path", expected, escape_bytes(got["path"]), record, blemish))
    if "deleted" in got and got["deleted"] != interpretation.deleted:
        expected = str(interpretation.deleted).lower()
        found.append(Difference("deleted", expected, str(got["deleted"]).lower(), record))
    if "label" in got and got["label"] not in (labels := _labels(mapping, interpretation)):
        expected = " or ".join(map(escape_bytes, labels))
        blemish = blemish_of_text(labels[0], got["label"])
        found.append(Difference("label", expected, escape_bytes(got["label"]), record, blemish))
    return found


def _blemish_of_name(names: tuple[bytes, ...], got: bytes) -> Blemish:
    for text in names:
        if blemish := blemish_of_text(text, got):
            return blemish
    return ""


_EXPECTED: dict[str, Callable[[Mapping], Any]] = {
    "start": lambda mapping: mapping.start,
    "end": lambda mapping: mapping.end,
    "offset": lambda mapping: mapping.offset,
    "inode": lambda mapping: mapping.inode,
    "name": lambda mapping: mapping.name.raw,
    "kind": lambda mapping: mapping.name.kind,
}


def _likeliest(record: int, mapping: Mapping) -> Interpretation:
    """Return the most likely interpretation of a name: its path, or the column if it is no file."""
    name = mapping.name
    if isinstance(name, FileBacked):
        return Interpretation(record, "", name.path, name.deleted)
    return Interpretation(record, "", name.raw, deleted=False)


def _labels(mapping: Mapping, interpretation: Interpretation) -> tuple[bytes, ...]:
    r"""Return the label as printed, and as the interpretation has it if it contains ``\012``."""
    name = mapping.name
    label = mapping.label or b""
    if not label or not isinstance(name, LabelledFile):
        return (label,)
    original = interpretation.path[name.raw.find(label) :]
    return (label,) if original == label else (label, original)


def _texts(name: Name) -> tuple[bytes, ...]:
    """Return what a parser may show as the name column."""
    return name.texts if isinstance(name, ShownAs) else (name.raw,)


# --- for people -----------------------------------------------------------------------------------


def _show(member: str, value: object) -> str:
    if isinstance(value, tuple):
        major, minor = cast("tuple[int, int]", value)
        return str(Device(major, minor))
    if isinstance(value, bytes):
        return escape_bytes(value)
    if isinstance(value, int) and member in ("start", "end", "offset"):
        return f"{value:#x}"
    return str(value)


def _show_texts(texts: tuple[bytes, ...]) -> str:
    return " or ".join(map(escape_bytes, texts))


def _show_field(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(escape_bytes(word) for word in cast("tuple[bytes, ...]", value))
    return escape_bytes(value) if isinstance(value, bytes) else str(value)


def _show_keys(keys: frozenset[bytes]) -> str:
    return " ".join(escape_bytes(key) for key in sorted(keys))


def _headline(mapping: Mapping) -> str:
    return f"{mapping.start:x}-{mapping.end:x} {escape_bytes(mapping.name.raw)}"


def _show_mapping(got: AnswerMapping) -> str:
    return " ".join(
        f"{member}={_show(member, got[member])}"
        for member in ("start", "end", "name", "path")
        if member in got
    )
