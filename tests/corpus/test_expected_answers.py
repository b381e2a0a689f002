"""The answers beside the cases: the judge accepts each, and rejects each change of one."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from corpus.tools.builder import vm_flags
from procmaps import _resources
from procmaps.check.answers import read_answer
from procmaps.check.cases import FOLDER, Case, load
from procmaps.check.judging import judge
from procmaps.check.verdicts import Verdict
from procmaps.formats.vm_flags import VM_FLAG_TABLE

CASES = load()
GROUPS = sorted({case.group for case in CASES})
Mapping = dict[str, Any]


@functools.cache
def _file(name: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]]
    found = json.loads(_resources.read(f"{FOLDER}/{name}.answers.json"))
    return found


def _answers(case: Case) -> list[dict[str, Any]]:
    return _file(case.name)[case.kind]


def _judge(case: Case, given: object) -> Verdict:
    return judge(case, read_answer(json.dumps(given).encode()))


@pytest.mark.parametrize("group", GROUPS)
def test_the_judge_accepts_every_answer(group: str) -> None:
    for case in CASES:
        if case.group != group:
            continue
        for answer in _answers(case):
            given = {"rejected": "x"} if "rejected" in answer else answer["answer"]
            verdict = _judge(case, given)
            assert verdict.passed, (case.id, verdict)
            assert sorted(verdict.policies) == sorted(answer["policies"]), case.id


@pytest.mark.parametrize("group", GROUPS)
def test_the_judge_rejects_every_change_of_an_answer(group: str) -> None:
    for case in CASES:
        if case.group != group:
            continue
        right = [answer.get("answer") for answer in _answers(case)]
        for answer in filter(None, right):
            for what, changed in _changes(answer[:3], answer[3:]):
                if changed not in right:
                    assert not _judge(case, changed).passed, (case.id, what)
        if None not in right:
            assert _judge(case, {"rejected": "x"}).key == "rejected", case.id


def _changes(first: list[Mapping], rest: list[Mapping]) -> Iterator[tuple[str, list[Mapping]]]:
    """Yield *first* and *rest* with one thing changed in *first*, and what that is."""
    for at, mapping in enumerate(first):
        without = [*first[:at], *first[at + 1 :], *rest]
        yield f"mapping {at} lost", without
        yield f"mapping {at} twice", [*first[: at + 1], mapping, *first[at + 1 :], *rest]
        for member, value in _values(mapping):
            changed = mapping | {member: value}
            yield f"{member} of mapping {at}", [*first[:at], changed, *first[at + 1 :], *rest]


def _values(mapping: Mapping) -> Iterator[tuple[str, object]]:
    """Yield a wrong value for each member, and for each field."""
    for member in ("start", "end", "offset"):
        yield member, f"{int(mapping[member], 16) ^ 1:x}"
    for member in ("size", "inode"):
        yield member, str(int(mapping[member]) ^ 1)
    for member in ("name", "path", "label"):
        yield member, {"base64": "/wAB"}
        if mapping[member] is not None and member != "path" and mapping[member] != "":
            yield member, None
    yield "perms", mapping["perms"].translate(str.maketrans("rwx-=psSg", "---rrsppp"))
    yield "device", "7fffffff:7fffffff"
    yield "kind", "nothing"
    yield "deleted", not mapping["deleted"]
    usage = mapping.get("usage")
    if usage is None:
        yield "usage", {"Rss": 1}
        return
    for key, value in usage.items():
        yield "usage", usage | {key: ["zz"] if isinstance(value, list) else "wrong"}
    yield "usage", usage | {"Unheard": 1}


def test_answers_are_of_the_documented_form() -> None:
    schema: Any = jsonschema.Draft202012Validator(
        json.loads(_resources.read("corpus/schema/answers.schema.json"))
    )
    for name in sorted({case.name for case in CASES}):
        schema.validate(_file(name))


def test_only_smaps_has_usage_and_no_number_is_inexact() -> None:
    for case in CASES:
        for answer in _answers(case):
            assert ("rejected" in answer) != ("answer" in answer)
            for mapping in answer.get("answer", ()):
                assert ("usage" in mapping) == (case.kind != "maps")
                numbers = [mapping["size"], mapping["inode"], *mapping.get("usage", {}).values()]
                for number in numbers:
                    assert not isinstance(number, int) or number <= 2**53, case.id


def test_every_policy_of_an_answer_is_that_of_some_case() -> None:
    schema = json.loads(_resources.read("corpus/schema/manifest.schema.json"))["$defs"]
    known = {
        policy
        for kind in ("allowed", "interpretation")
        for policy in schema[kind]["properties"]["policy"]["enum"]
    }
    found = {policy for case in CASES for answer in _answers(case) for policy in answer["policies"]}
    assert found == known


def test_every_flag_of_the_table_has_a_case() -> None:
    flags = {letters for letters, *_ in vm_flags.FLAGS}
    plain = {*vm_flags.BASE_FLAGS, "wr", "sh", "ms"}
    assert flags.isdisjoint(plain)
    assert flags | plain == {flag.mnemonic.decode() for flag in VM_FLAG_TABLE}
    printed = b"".join(case.data for case in CASES)
    for flag in VM_FLAG_TABLE:
        assert b" %s " % flag.mnemonic in printed
