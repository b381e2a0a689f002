"""The judge: compares an answer with what a case expects, member by member.

Only what the parser gave is judged. Where a case allows several answers, the first that fits
counts, and the verdict names its policy.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterator
from typing import Any, Literal, cast

from procmaps.check.answers import Answer, Got, Rejection
from procmaps.check.cases import Case, Interpretation
from procmaps.check.verdicts import Difference, Outcome, Verdict
from procmaps.errors import escape_bytes
from procmaps.formats.smaps_fields import FIELDS
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import FileBacked, LabelledFile
from procmaps.records.usage import ExtraField, Usage

Only = Literal["all", "executable", "file", "named"]
"""Which mappings a parser gives by design."""

ONLY: dict[Only, Callable[[Mapping], bool]] = {
    "all": lambda _: True,
    "executable": lambda mapping: mapping.perms.execute,
    "file": lambda mapping: mapping.name.raw.startswith(b"/"),
    "named": lambda mapping: bool(mapping.name.raw),
}

ABSENT_AS_ZERO = "absent-as-zero"
"""The policy of the judge's own: a field that was not printed, reported as 0."""


def judge(case: Case, answer: Answer | Rejection, *, only: Only = "all") -> Verdict:
    """What the *answer* to *case* is worth.

    *only* says which mappings the parser gives by design; the others may be left out, and never
    made up.
    """
    verdicts = [
        _judge_one(case, answer, only, allowed.policy, allowed.records) for allowed in case.allowed
    ]
    # Passed, or else the nearest: the fewest things differ. One without any difference only says
    # that to refuse the dump was the other choice.
    return min(
        verdicts,
        key=lambda verdict: (
            not verdict.passed,
            not verdict.differences,
            len(verdict.differences),
        ),
    )


def _judge_one(
    case: Case,
    answer: Answer | Rejection,
    only: Only,
    policy: str,
    records: tuple[int, ...] | None,
) -> Verdict:
    policies = (policy,) if policy else ()
    if isinstance(answer, Rejection):
        outcome: Outcome = "pass" if records is None else "rejected"
        return Verdict(outcome, policies=policies, detail=answer.reason)
    if records is None:
        # It was not refused; other answers allowed tell better what is wrong with it.
        return Verdict("invented", detail="the dump may only be refused")
    return _Comparison(case, answer, records, only).verdict(policies)


class _Comparison:
    """One answer held against one list of expected records."""

    def __init__(self, case: Case, answer: Answer, records: tuple[int, ...], only: Only) -> None:
        self._case = case
        self._answer = answer
        self._records = records
        self._due = ONLY[only]
        self._policies: set[str] = set()

    def verdict(self, policies: tuple[str, ...]) -> Verdict:
        wrong: list[Difference] = []
        lost: list[Difference] = []
        invented: list[Difference] = []
        for record, got in self._pairs():
            if record is None:
                if got is not None:
                    invented.append(Difference("mapping", "", _shown_mapping(got)))
            elif got is None:
                mapping = self._case.records[record]
                if self._due(mapping):
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

    # --- which mapping of the answer is which of the case ---------------------------------------

    def _pairs(self) -> Iterator[tuple[int | None, Got | None]]:
        """Each expected record with its counterpart, by place where the numbers are equal."""
        gots = self._answer.mappings
        due = [r for r in self._records if self._due(self._case.records[r])]
        if len(gots) == len(due):
            yield from zip(due, gots, strict=True)
            return
        expected: list[object] = []
        given: list[object] = []
        handle = next((m for m in ("start", "end", "name") if all(m in got for got in gots)), None)
        for record in self._records:
            mapping = self._case.records[record]
            expected.append(_EXPECTED[handle](mapping) if handle else None)
        given = [got[handle] if handle else None for got in gots]
        matcher = difflib.SequenceMatcher(None, expected, given, autojunk=False)
        for tag, first, last, begin, end in matcher.get_opcodes():
            records, given_here = list(self._records[first:last]), list(gots[begin:end])
            if tag == "replace":
                # What need not be given is no counterpart of something else.
                records = [r for r in records if self._due(self._case.records[r])]
            yield from itertools.zip_longest(records, given_here)

    # --- one mapping ----------------------------------------------------------------------------

    def _differences(self, record: int, got: Got) -> Iterator[Difference]:
        mapping = self._case.records[record]
        for member in ("start", "end", "size", "offset", "inode", "name", "kind"):
            if member in got and got[member] != (expected := _EXPECTED[member](mapping)):
                yield Difference(
                    member, _shown(member, expected), _shown(member, got[member]), record
                )
        if "perms" in got:
            # Some parsers keep the three rights only.
            expected = str(mapping.perms)
            if got["perms"] not in (expected, expected[:3]):
                yield Difference("perms", expected, got["perms"], record)
        if "device" in got:
            expected = (mapping.device.major, mapping.device.minor)
            if got["device"] != expected:
                yield Difference(
                    "device", str(mapping.device), _shown("device", got["device"]), record
                )
        yield from self._original(record, mapping, got)
        if mapping.usage is not None:
            yield from self._usage(record, mapping.usage, got)
        elif got.get("usage") or got.get("keys"):
            yield Difference("usage", "", "fields, where a maps file has none", record)

    def _original(self, record: int, mapping: Mapping, got: Got) -> Iterator[Difference]:
        """``path``, ``deleted`` and ``label``: as in one and the same of the readings."""
        # What stands for no file has no path: a parser may say so, or give the column there.
        nowhere = () if isinstance(mapping.name, FileBacked) else (b"",)
        readings = [_plain(record, mapping)]
        readings += [reading for reading in self._case.interpretations if reading.record == record]
        tried: list[list[Difference]] = []
        for reading in readings:
            found: list[Difference] = []
            if "path" in got and got["path"] not in (reading.path, *nowhere):
                found.append(
                    Difference(
                        "path", escape_bytes(reading.path), escape_bytes(got["path"]), record
                    )
                )
            if "deleted" in got and got["deleted"] != reading.deleted:
                told = str(reading.deleted).lower(), str(got["deleted"]).lower()
                found.append(Difference("deleted", *told, record))
            if "label" in got and got["label"] not in (labels := _labels(mapping, reading)):
                found.append(
                    Difference(
                        "label",
                        " or ".join(map(escape_bytes, labels)),
                        escape_bytes(got["label"]),
                        record,
                    )
                )
            if not found:
                if reading.policy and ("path" in got or "deleted" in got or "label" in got):
                    self._policies.add(reading.policy)
                return
            tried.append(found)
        yield from min(tried, key=len)

    def _usage(self, record: int, usage: Usage, got: Got) -> Iterator[Difference]:
        expected = fields_of(usage)
        if "keys" in got and got["keys"] != (keys := frozenset(expected)):
            missing, extra = keys - got["keys"], got["keys"] - keys
            yield Difference("keys", _shown_keys(missing), _shown_keys(extra), record)
        for key, value in got.get("usage", {}).items():
            where = f"usage.{escape_bytes(key)}"
            if key not in expected:
                if value in (0, b"0", b"", ()):
                    self._policies.add(ABSENT_AS_ZERO)
                else:
                    yield Difference(where, "", _shown_field(value), record)
            elif not _same(key, value, expected[key]):
                yield Difference(where, _shown_field(expected[key]), _shown_field(value), record)


_EXPECTED: dict[str, Callable[[Mapping], Any]] = {
    "start": lambda mapping: mapping.start,
    "end": lambda mapping: mapping.end,
    "size": lambda mapping: mapping.size,
    "offset": lambda mapping: mapping.offset,
    "inode": lambda mapping: mapping.inode,
    "name": lambda mapping: mapping.name.raw,
    "kind": lambda mapping: mapping.name.kind,
}


def _plain(record: int, mapping: Mapping) -> Interpretation:
    """The most likely reading of a name: its path, or nothing where it stands for no file."""
    name = mapping.name
    if isinstance(name, FileBacked):
        return Interpretation(record, "", name.path, name.deleted)
    return Interpretation(record, "", name.raw, deleted=False)


def _labels(mapping: Mapping, reading: Interpretation) -> tuple[bytes, ...]:
    r"""The label as it was printed, and as the reading makes it where ``\012`` stands in it."""
    name = mapping.name
    label = mapping.label or b""
    if not label or not isinstance(name, LabelledFile):
        return (label,)
    original = reading.path[name.raw.find(label) :]
    return (label,) if original == label else (label, original)


def fields_of(usage: Usage) -> dict[bytes, int | bytes | tuple[bytes, ...]]:
    """The fields of *usage* by their keys: sizes in bytes, words for ``VmFlags``."""
    found: dict[bytes, int | bytes | tuple[bytes, ...]] = {}
    for field in FIELDS.values():
        value = getattr(usage, field.attribute)
        if value is None:
            continue
        found[field.key] = (
            value if isinstance(value, int)
            else tuple(value) if field.unit == "flags"
            else value.raw
        )  # fmt: skip
    for extra in usage.extra:
        found[extra.key] = _extra_value(extra)
    return found


def _extra_value(extra: ExtraField) -> int | bytes:
    """An unknown field by its form: kB as bytes, a bare number, else the text without blanks."""
    text = extra.value.strip(b" \t")
    if text.isdigit():
        return int(text)
    number = text.removesuffix(b" kB")
    return int(number) * 1024 if number != text and number.isdigit() else text


def _same(key: bytes, got: object, expected: object) -> bool:
    if isinstance(expected, tuple):
        return got == expected or (isinstance(got, bytes) and _split(got) == expected)
    if isinstance(expected, int) and isinstance(got, bytes):
        return got.isdigit() and int(got) == expected
    if isinstance(expected, bytes) and isinstance(got, bytes) and key != b"Name":
        return got.strip(b" \t") == expected
    return got == expected


def _split(words: bytes) -> tuple[bytes, ...]:
    return tuple(word for word in words.split(b" ") if word)


# --- for people -----------------------------------------------------------------------------------


def _shown(member: str, value: object) -> str:
    if isinstance(value, tuple):
        major, minor = cast("tuple[int, int]", value)
        return str(Device(major, minor))
    if isinstance(value, bytes):
        return escape_bytes(value)
    if isinstance(value, int) and member in ("start", "end", "offset"):
        return f"{value:#x}"
    return str(value)


def _shown_field(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(escape_bytes(word) for word in cast("tuple[bytes, ...]", value))
    return escape_bytes(value) if isinstance(value, bytes) else str(value)


def _shown_keys(keys: frozenset[bytes]) -> str:
    return " ".join(escape_bytes(key) for key in sorted(keys))


def _headline(mapping: Mapping) -> str:
    return f"{mapping.start:x}-{mapping.end:x} {escape_bytes(mapping.name.raw)}"


def _shown_mapping(got: Got) -> str:
    return " ".join(
        f"{member}={_shown(member, got[member])}"
        for member in ("start", "end", "name", "path")
        if member in got
    )
