"""Judging: each verdict, each member, each choice that a case leaves open."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from procmaps import loads
from procmaps.check.answers import Rejection, parse_answer
from procmaps.check.cases import Allowed, Case, Interpretation
from procmaps.check.comparison import Only
from procmaps.check.judging import judge
from procmaps.check.verdicts import Difference, Verdict
from procmaps.formats.file_kinds import FileKind

MAPS = b"""\
00400000-00452000 r-xp 00002000 fd:01 173521                             /usr/bin/cat (deleted)
00e03000-00e24000 rw-p 00000000 00:00 0 \n7f00000000-7f00001000 rw-p 00000000 00:00 0 [anon: x ]
"""
SMAPS = b"""\
00400000-00452000 r-xp 00002000 fd:01 173521                             /usr/bin/cat
Size:                328 kB
ProtectionKey:         7
Policy:         prefer (many)
VmFlags: rd ex\x20
"""


def case(
    text: bytes, interpretations: tuple[Interpretation, ...] = (), either: tuple[Allowed, ...] = ()
) -> Case:
    kind: FileKind = "smaps" if b"Size:" in text else "maps"
    return Case(
        f"test/x.{kind}",
        kind,
        text,
        tuple(loads(text)),
        interpretations=interpretations,
        either=either,
    )


def verdict(
    answer: object,
    text: bytes = MAPS,
    *,
    only: Only = "all",
    interpretations: tuple[Interpretation, ...] = (),
    either: tuple[Allowed, ...] = (),
) -> Verdict:
    return judge(case(text, interpretations, either), parse_answer(answer), only=only)


FIRST = {"start": 0x400000, "end": 0x452000}
SECOND = {"start": 0xE03000, "end": 0xE24000}
THIRD = {"start": 0x7F00000000, "end": 0x7F00001000}


def test_judges_the_number_of_mappings_without_members() -> None:
    nothing: dict[str, object] = {}
    assert verdict([nothing] * 3) == Verdict("pass")


def test_judges_only_the_members_given() -> None:
    found = verdict([FIRST, {}, THIRD])
    assert found.passed
    assert found.judged == {"start", "end"}


WRONG = [
    ({"start": 1}, "start", "0x400000", "0x1"),
    ({"start": "cat:"}, "start", "0x400000", "cat:"),
    ({"end": 0x451FFF}, "end", "0x452000", "0x451fff"),
    ({"size": 1}, "size", "335872", "1"),
    ({"perms": "r--p"}, "perms", "r-xp", "r--p"),
    ({"perms": "r--"}, "perms", "r-xp", "r--"),
    ({"perms": "r-"}, "perms", "r-xp", "r-"),
    ({"offset": 2}, "offset", "0x2000", "0x2"),
    ({"device": "fd:1f"}, "device", "fd:01", "fd:1f"),
    ({"device": "fd01"}, "device", "fd:01", "fd01"),
    ({"inode": 5}, "inode", "173521", "5"),
    ({"name": "/usr/bin/cat"}, "name", "/usr/bin/cat (deleted)", "/usr/bin/cat"),
    ({"name": b"\xff\n"}, "name", "/usr/bin/cat (deleted)", "\\xff\\x0a"),
    ({"kind": "heap"}, "kind", "file", "heap"),
    ({"path": "/usr/bin"}, "path", "/usr/bin/cat", "/usr/bin"),
    ({"deleted": False}, "deleted", "true", "false"),
    ({"label": "x"}, "label", "", "x"),
    ({"usage": {"Rss": 1}}, "usage", "", "fields, but a maps file has none"),
]


@pytest.mark.parametrize(("member", "field", "expected", "got"), WRONG)
def test_reports_a_wrong_member(
    member: dict[str, Any], field: str, expected: str, got: str
) -> None:
    found = verdict([member, {}, {}])
    assert found.outcome == "wrong"
    (difference,) = found.differences
    assert attrs.evolve(difference, blemish="") == Difference(field, expected, got, 0)
    assert found.key == f"wrong:{field}"


@pytest.mark.parametrize("perms", ["r-xp", "r-x"])
def test_accepts_three_letters_of_permissions(perms: str) -> None:
    assert verdict([{"perms": perms}, {}, {}]).passed


@pytest.mark.parametrize("path", [None, "", "[anon: x ]"])
def test_accepts_an_empty_path_for_a_name_that_is_no_file(path: str | None) -> None:
    assert verdict([{}, {}, {"path": path}]).passed


def test_compares_labels_with_their_spaces() -> None:
    assert verdict([{}, {}, {"label": " x "}]).passed
    assert verdict([{}, {}, {"label": "x"}]).key == "wrong:label"


def test_reports_a_lost_mapping() -> None:
    found = verdict([FIRST, THIRD])
    assert found.outcome == "lost"
    assert found.differences == (Difference("mapping", "e03000-e24000 ", "", 1),)


def test_reports_a_lost_mapping_without_addresses() -> None:
    assert verdict([{"name": "/usr/bin/cat (deleted)"}, {"name": ""}]).outcome == "lost"
    nothing: dict[str, object] = {}
    assert verdict([nothing] * 2).outcome == "lost"
    assert verdict([]).outcome == "lost"


def test_reports_an_invented_mapping() -> None:
    found = verdict([FIRST, SECOND, {"start": 0xF00000, "name": "/x"}, THIRD])
    assert found.outcome == "invented"
    assert found.differences == (Difference("mapping", "", "start=0xf00000 name=/x"),)


def test_prefers_lost_to_invented_and_wrong() -> None:
    assert verdict([FIRST, {"start": 1, "end": 2}]).outcome == "lost"


def test_reports_a_rejection() -> None:
    found = judge(case(MAPS), Rejection("line 3"))
    assert (found.outcome, found.detail) == ("rejected", "line 3")


@pytest.mark.parametrize(
    ("only", "kept"),
    [("executable", [FIRST]), ("file", [FIRST]), ("named", [FIRST, THIRD])],
)
def test_accepts_mappings_left_out_by_design(only: Only, kept: list[dict[str, int]]) -> None:
    assert verdict(kept, only=only).passed
    assert verdict(kept).outcome == "lost"
    assert verdict([FIRST, SECOND, THIRD], only=only).passed
    assert verdict([*kept, {"start": 5}], only=only).outcome == "invented"


FIELDS_RIGHT: list[dict[str, Any]] = [
    {"Size": 335872},
    {"Size": "335872"},
    {"ProtectionKey": 7},
    {"Policy": "prefer (many)"},
    {"Policy": "         prefer (many)"},
    {"VmFlags": ["rd", "ex"]},
    {"VmFlags": "rd ex"},
    {"VmFlags": " rd ex "},
    {"Rss": None},
    {},
]


@pytest.mark.parametrize("fields", FIELDS_RIGHT)
def test_accepts_every_form_of_a_field(fields: dict[str, Any]) -> None:
    found = verdict([{"usage": fields}], SMAPS)
    assert found.passed
    assert found.policies == ()


FIELDS_WRONG: list[tuple[dict[str, Any], str, str, str]] = [
    ({"Size": 328}, "usage.Size", "335872", "328"),
    ({"ProtectionKey": 7168}, "usage.ProtectionKey", "7", "7168"),
    ({"Policy": "prefer"}, "usage.Policy", "prefer (many)", "prefer"),
    ({"VmFlags": ["rd"]}, "usage.VmFlags", "rd ex", "rd"),
    ({"VmFlags": "rdex"}, "usage.VmFlags", "rd ex", "rdex"),
    ({"Rss": 4096}, "usage.Rss", "", "4096"),
]


@pytest.mark.parametrize(("fields", "field", "expected", "got"), FIELDS_WRONG)
def test_reports_a_wrong_field(fields: dict[str, Any], field: str, expected: str, got: str) -> None:
    found = verdict([{"usage": fields}], SMAPS)
    assert found.differences == (Difference(field, expected, got, 0),)


def test_accepts_zero_for_an_absent_field() -> None:
    found = verdict([{"usage": {"Rss": 0}}], SMAPS)
    assert found.passed
    assert found.policies == ("absent-as-zero",)


def test_compares_the_set_of_keys() -> None:
    every = ["VmFlags", "Size", "Policy", "ProtectionKey"]
    assert verdict([{"keys": every}], SMAPS).passed
    assert verdict([{"keys": every[:2]}], SMAPS).differences == (
        Difference("keys", "Policy ProtectionKey", "", 0, "harmless"),
    )
    assert verdict([{"keys": [*every, "Rss"]}], SMAPS).differences == (
        Difference("keys", "", "Rss", 0),
    )


def test_a_kind_or_a_missing_key_is_a_blemish_and_a_value_is_none() -> None:
    every = ["VmFlags", "Size", "Policy", "ProtectionKey"]
    assert verdict([{"kind": "heap"}, {}, {}]).weight == "blemish"
    assert verdict([{"keys": every[:2]}], SMAPS).weight == "blemish"
    assert verdict([{"keys": [*every, "Rss"]}], SMAPS).weight == "value"
    assert verdict([{"inode": 1}, {}, {}]).weight == "value"


INTERPRETATIONS = (
    Interpretation(0, "deleted-ambiguous", b"/usr/bin/cat (deleted)", deleted=False),
    Interpretation(1, "deleted-ambiguous", b"/of another mapping", deleted=False),
)


@pytest.mark.parametrize(
    ("member", "policies"),
    [
        ({"path": "/usr/bin/cat", "deleted": True}, ()),
        ({"path": "/usr/bin/cat (deleted)", "deleted": False}, ("deleted-ambiguous",)),
        ({"path": "/usr/bin/cat (deleted)"}, ("deleted-ambiguous",)),
        ({"deleted": False}, ("deleted-ambiguous",)),
    ],
)
def test_accepts_each_interpretation(member: dict[str, Any], policies: tuple[str, ...]) -> None:
    found = verdict([member, {}, {}], interpretations=INTERPRETATIONS)
    assert found.passed
    assert found.policies == policies


@pytest.mark.parametrize(
    "member",
    [
        {"path": "/usr/bin/cat", "deleted": False},
        {"path": "/usr/bin/cat (deleted)", "deleted": True},
        {"path": "/of another mapping"},
    ],
)
def test_rejects_a_mixture_of_interpretations(member: dict[str, Any]) -> None:
    assert verdict([member, {}, {}], interpretations=INTERPRETATIONS).outcome == "wrong"


EITHER = (
    Allowed("malformed-skipped", (0, 2)),
    Allowed("malformed-rejected", None),
)


def test_accepts_any_allowed_answer() -> None:
    assert verdict([FIRST, THIRD], either=EITHER).policies == ("malformed-skipped",)
    assert verdict([FIRST, SECOND, THIRD], either=EITHER).outcome == "invented"
    assert verdict([FIRST], either=EITHER).outcome == "lost"
    refused = judge(case(MAPS, either=EITHER), Rejection("no"))
    assert refused.passed
    assert refused.policies == ("malformed-rejected",)


def test_reports_the_nearest_allowed_answer() -> None:
    either = (Allowed("repeat-kept", (0, 1, 2)), Allowed("repeat-merged", (0, 2)))
    found = verdict([FIRST, THIRD | {"end": 1}], either=either)
    assert found.outcome == "wrong"


def test_reports_an_answer_to_a_dump_that_may_only_be_refused() -> None:
    either = (Allowed("malformed-rejected", None),)
    found = verdict([FIRST], either=either)
    assert (found.outcome, found.detail) == ("invented", "the dump may only be refused")


@pytest.mark.parametrize(
    ("name", "weight"), [("[anon:a?b]", "blemish"), ("[anon:a b]", "value"), ("[anon:a", "value")]
)
def test_a_question_mark_for_a_control_character_of_the_name_is_a_blemish(
    name: str, weight: str
) -> None:
    dump = case(b"7f00000000-7f00001000 rw-p 00000000 00:00 0 [anon:a\tb]\n")
    verdict = judge(dump, parse_answer([{"name": name}]))
    assert (verdict.outcome, verdict.weight) == ("wrong", weight)
