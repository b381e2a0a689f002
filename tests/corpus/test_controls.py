"""No case is confounded: it differs from its control in what it shows, and in nothing else."""

from __future__ import annotations

import json
import re

import pytest

from corpus.tools.builder.controls import Controls
from corpus.tools.builder.evidence import find, literal
from corpus.tools.builder.making import LIBRARY, make, pair
from corpus.tools.builder.model import Case as Definition
from corpus.tools.builder.model import path
from procmaps import _resources
from procmaps.check.cases import FOLDER, LIKELY, Case, load

CASES = {case.id: case for case in load()}
FEATURES = json.loads(_resources.read(f"{FOLDER}/features.json"))


def test_every_feature_has_a_title_and_a_case() -> None:
    assert {case.feature for case in CASES.values()} == set(FEATURES["features"])
    assert tuple(FEATURES["likely"]) == LIKELY
    assert {case.likely for case in CASES.values()} == set(LIKELY)


def test_every_case_has_a_control_but_plain_dumps() -> None:
    for case in CASES.values():
        assert bool(case.control) == bool(case.shown_by), case.id
        if not case.control:
            assert case.feature in ("plain", "perms"), case.id
        else:
            assert case.control in CASES, case.id


def test_the_controls_of_a_case_end_at_a_plain_dump() -> None:
    for case in CASES.values():
        seen = [case.id]
        while case.control:
            case = CASES[case.control]  # noqa: PLW2901 - from control to control
            assert case.id not in seen
            seen.append(case.id)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_case_has_what_it_shows_and_its_control_has_not(case: Case) -> None:
    assert case.has_feature(case.data)
    if case.control:
        assert not case.has_feature(CASES[case.control].data)


def test_a_case_differs_from_its_control_in_one_thing() -> None:
    """The lines that differ: one and its fields, or the few that are known."""
    for case in CASES.values():
        if not case.control or case.feature in MANY or case.name in SEVERAL:
            continue
        headers = _headers(case.data) - _headers(CASES[case.control].data)
        assert len(headers) <= 1, case.id


MANY = {
    "adjacent", "label-adjacent", "unnamed", "many-mappings", "old-format", "width",
    "other-system", "line-ends", "raw-newline", "label-newline", "fields-differ", "rollup",
}  # fmt: skip
"""Features of the whole dump, or of two mappings."""

SEVERAL = {"labels/char-all", "labels/length-every"}
"""Cases that show one thing on several mappings."""


def _headers(dump: bytes) -> set[bytes]:
    return {line for line in dump.split(b"\n") if re.match(rb"[0-9a-f]+-[0-9a-f]+ ", line)}


def test_fillers_have_names_that_every_parser_reads() -> None:
    plain = re.compile(rb"|\[(?:heap|stack|rollup)\]|/[A-Za-z0-9_./-]+|\[anon:[a-z_]+\]")
    for case in CASES.values():
        control = CASES.get(case.control)
        if control is None or control.group != "controls":
            continue
        shared = _headers(case.data) & _headers(control.data)
        for line in shared:
            name = re.split(rb"[0-9a-f]+:[0-9a-f]+ [0-9]+ *", line, maxsplit=1)[1]
            assert plain.fullmatch(name) or case.feature in KNOWN, (case.id, line)


KNOWN = {"label-adjacent", "adjacent"}
"""Their two names belong together."""


# --- the builder ----------------------------------------------------------------------------------


def test_a_case_that_shows_nothing_is_an_error() -> None:
    same = pair(LIBRARY, backed=True)
    case = make("names", "x", "x", same, source="x", feature="path-space", control=same)
    with pytest.raises(ValueError, match="names/x shows nothing that its control does not have"):
        find(case)


def test_equal_controls_are_one_case() -> None:
    def case(name: str, original: bytes) -> Definition:
        mappings = pair(path(original), backed=True)
        plain = pair(path(b"/opt/plain"), backed=True)
        return make("names", name, "x", mappings, source="x", feature="path-space", control=plain)

    cases = [case("one", b"/a b"), case("two", b"/a  b"), case("three", b"/opt/plain")]
    found = Controls(cases[:2])
    assert [control.id for control in found.made] == ["controls/names-one"]
    assert found.of(cases[1]) == "controls/names-one"
    assert Controls([*cases[:2], cases[2]]).of(cases[0]) == "names/three"


@pytest.mark.parametrize("text", [b"a.b*c[d]{2}(e)|f\\g$^?+", bytes(range(256)), b"x" * 161])
def test_an_expression_for_a_text_matches_that_text_and_no_other(text: bytes) -> None:
    pattern = re.compile(literal(text).encode("ascii"))
    assert pattern.fullmatch(text)
    assert not pattern.fullmatch(text + b"x")
    assert not pattern.fullmatch(b"y" + text[1:])
