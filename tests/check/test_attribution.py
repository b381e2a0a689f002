"""What a failure is due to: the feature, the control, or a policy; and how much it weighs."""

from __future__ import annotations

import json

import attrs
import pytest

from procmaps import _resources
from procmaps.check.attribution import own_verdict, own_verdicts, policy_of
from procmaps.check.blemishes import blemish_of_field, blemish_of_text
from procmaps.check.cases import FOLDER, load
from procmaps.check.verdicts import WEIGHTS, Blemish, Difference, Outcome, Verdict, Weight

CASES = {case.id: case for case in load()}
FEATURES = json.loads(_resources.read(f"{FOLDER}/features.json"))


def _wrong(*fields: str, blemish: Blemish = "") -> Verdict:
    return Verdict("wrong", tuple(Difference(field, "x", "y", 0, blemish) for field in fields))


@pytest.mark.parametrize(
    ("outcome", "weight"),
    [
        ("pass", ""), ("lost", "mapping"), ("invented", "mapping"), ("rejected", "refusal"),
        ("crash", "refusal"), ("hang", "refusal"), ("wrong", "value"), ("adapter-fault", ""),
        ("not-run", ""),
    ],
)  # fmt: skip
def test_each_outcome_has_a_weight(outcome: Outcome, weight: Weight) -> None:
    assert Verdict(outcome).weight == weight
    assert weight in ("", *WEIGHTS)


def test_a_blemish_weighs_less_than_a_wrong_value() -> None:
    harmless = _wrong("name", blemish="harmless")
    assert harmless.weight == "blemish"
    both = attrs.evolve(harmless, differences=harmless.differences + _wrong("end").differences)
    assert both.weight == "value"


@pytest.mark.parametrize(
    ("expected", "got", "blemish"),
    [
        (b"/a\tb", b"/a?b", "control-characters"),
        (b"/a\x1b\x07b", b"/a??b", "control-characters"),
        (b"/a\x1bb", rb"/a\033b", "harmless"),
        (b"/a\x1bb", rb"/a\x1bb", "harmless"),
        (b"/a\x1bb", b"/a^[b", "harmless"),
        (b"/a\xffb", b"/a\xef\xbf\xbdb", "harmless"),
        (b"/\xe2\x80\xa8", rb"/\u2028", "harmless"),
        (b"/a\tb\xffc", b"/a?b?c", "harmless"),
        (b"/a\tb", b"/a b", ""),
        (b"/a\tb", b"/a", ""),
        (b"/a\tb", b"/a?c", ""),
        (b"/ab\tc", b"/xb?c", ""),
        (b"/a\tb", b"", ""),
        (b"/ab", b"/a?", ""),
        (b"/a b", b"/a", ""),
        (b"aa\taa", b"aaa", ""),
    ],
)
def test_tells_how_a_text_is_shown_from_another_text(
    expected: bytes, got: bytes, blemish: Blemish
) -> None:
    assert blemish_of_text(expected, got) == blemish


def test_the_order_of_flags_is_a_blemish() -> None:
    assert blemish_of_field((b"rd", b"wr"), (b"wr", b"rd")) == "harmless"
    assert blemish_of_field((b"rd", b"wr"), (b"rd",)) == ""
    assert blemish_of_field(4096, 4) == ""


def test_subtracts_what_the_control_fails_at() -> None:
    assert own_verdict(_wrong("inode", "name"), _wrong("inode")) == _wrong("name")
    assert own_verdict(_wrong("inode"), _wrong("inode", "end")) is None
    assert own_verdict(_wrong("inode"), Verdict("pass")) == _wrong("inode")
    assert own_verdict(_wrong("inode"), None) == _wrong("inode")
    assert own_verdict(Verdict("pass"), _wrong("inode")) == Verdict("pass")


def test_another_outcome_than_the_control_has_is_the_features_own() -> None:
    assert own_verdict(Verdict("crash"), Verdict("rejected")) == Verdict("crash")
    assert own_verdict(Verdict("rejected"), Verdict("rejected")) is None
    one, two = (Verdict("lost", (Difference("mapping", "x", ""),) * number) for number in (1, 2))
    assert own_verdict(one, two) is None
    assert own_verdict(two, one) == two


def test_own_verdicts_finds_each_control() -> None:
    case = CASES["names/space.maps"]
    verdicts = {case.id: _wrong("name"), case.control: _wrong("name")}
    assert case.control == "names/plain.maps"
    assert own_verdicts(CASES, verdicts) == {case.id: None, case.control: _wrong("name")}


CHOICES: tuple[Outcome, ...] = ("wrong", "lost", "invented", "rejected")
FAULTS: tuple[Outcome, ...] = ("crash", "hang", "adapter-fault", "pass", "not-run")


@pytest.mark.parametrize(
    ("case", "policy", "proc_only"),
    [
        ("damaged/invalid-words.maps", "malformed-lines", False),
        ("smaps/key-lower-case.smaps", "malformed-lines", False),
        ("damaged/no-final-newline.maps", "no-last-newline", True),
        ("header/linux-2.4.maps", "linux-2.4", False),
    ],
)
def test_a_choice_is_due_to_its_policy_but_a_crash_is_not(
    case: str, policy: str, *, proc_only: bool
) -> None:
    for outcome in CHOICES:
        assert policy_of(CASES[case], Verdict(outcome), proc_only=proc_only) == policy
    for outcome in FAULTS:
        assert not policy_of(CASES[case], Verdict(outcome), proc_only=proc_only)


def test_the_last_newline_may_be_missing_only_outside_of_proc() -> None:
    case = CASES["damaged/no-final-newline.maps"]
    assert not policy_of(case, Verdict("lost"), proc_only=False)


def test_question_marks_for_control_characters_are_a_policy_and_other_texts_are_not() -> None:
    case = CASES["names/byte-tab.maps"]
    shown = _wrong("name", blemish="control-characters")
    assert policy_of(case, shown, proc_only=False) == "control-characters"
    assert not policy_of(case, _wrong("name", blemish="harmless"), proc_only=False)
    assert not policy_of(case, _wrong("name"), proc_only=False)
    assert not policy_of(case, Verdict("lost"), proc_only=False)


def test_an_ordinary_case_has_no_policy() -> None:
    for outcome in CHOICES:
        assert not policy_of(CASES["names/space.maps"], Verdict(outcome), proc_only=True)


def test_every_policy_of_the_features_has_a_case_and_a_rule() -> None:
    disputed = {case.disputed for case in CASES.values() if case.disputed}
    assert disputed == set(FEATURES["disputed"])
    for policy in disputed:
        case = next(case for case in CASES.values() if case.disputed == policy)
        failure = _wrong("name", blemish="control-characters")
        assert policy_of(case, failure, proc_only=True) == policy
