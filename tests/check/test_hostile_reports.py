"""Hostile texts in every field of a report stay text, in every format.

A foreign case, an adapter and a file of expected failures choose these texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import cast
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmaps.check import reports
from procmaps.check.cases import Case
from procmaps.check.expected_failures import ExpectedFailures, Surprise
from procmaps.check.html_report import to_html
from procmaps.check.reports import Report, to_junit, to_markdown
from procmaps.check.runner import Result
from procmaps.check.shrinking import ShrunkFailure
from procmaps.check.verdicts import Difference, Outcome, Verdict
from procmaps.cli.check_terminal import print_list, print_report
from tests.check.html_page import Page
from tests.support.examples import examples

ATTACKS = (
    "<script>alert(1)</script>", "</pre><b onload=x>", "'\"><img src=x onerror=y>", "&lt;", "&amp;",
    "]]>", "<!--", "-->", "</title>", "</script>", "{{ 7 * 7 }}", "{% raw %}", "\x00", "\x1b[31m",
    "\x1b]0;x\x07", "\r\n", "\n# heading\n", "\n```\n", "| a | b |", "[x](http://x)", "`", "``````",
    "\ud800", "\udcff", "\ufffe", "\u202e", "\u2028", "\x85", "a\tb", "",
)  # fmt: skip
TEXTS = st.sampled_from(ATTACKS) | st.lists(
    st.sampled_from(ATTACKS) | st.text(max_size=8), max_size=4
).map("".join)

FIELDS = (
    "command", "id", "shows", "source", "policy", "detail", "field", "expected", "got", "judged",
    "surprise", "listed", "file", "aborted", "outcome", "dump",
)  # fmt: skip
"""Every text in a report that does not come from this program."""


def report_of(texts: dict[str, str]) -> Report:
    """Return a report with *texts* in its fields; two results, one expected, and two surprises."""
    get: Callable[[str], str] = lambda field: texts.get(field, "plain")  # noqa: E731
    data = get("dump").encode("utf-8", "surrogatepass")
    case = Case(
        f"g/{get('id')}.maps", "maps", data, (), shows=get("shows"), source=get("source"),
        tags=frozenset({get("policy")}),
    )  # fmt: skip
    # A verdict from a foreign source may have any outcome; types do not exist at run time.
    outcome = cast("Outcome", get("outcome") if "outcome" in texts else "wrong")
    failed = Verdict(
        outcome,
        (Difference(get("field"), get("expected"), get("got"), 0),),
        policies=(get("policy"),),
        detail=get("detail"),
        judged=frozenset({get("judged")}),
    )
    passed = Verdict("pass", policies=(get("policy"),), judged=frozenset({get("judged")}))
    not_run = Verdict("not-run", detail=get("detail"))
    return Report(
        ("parser", get("command")),
        (
            Result(case, failed, shrunk=ShrunkFailure(case, failed)),
            Result(case, passed),
            Result(case, not_run),
        ),
        ExpectedFailures(get("file"), {get("surprise"): get("listed")}),
        (
            Surprise(case.id, "pass", failed.key, get("file")),
            Surprise(get("surprise"), get("listed"), "", get("file")),
            Surprise(get("surprise"), get("listed"), "pass", get("file")),
        ),
        get("aborted"),
    )


TEXTS_OF_REPORT = st.dictionaries(st.sampled_from(FIELDS), TEXTS)
STRUCTURE = settings(
    max_examples=examples(100),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def plain_like(texts: dict[str, str]) -> Report:
    """Return the same report with harmless texts; empty ones stay empty."""
    return report_of({field: "x" if text else "" for field, text in texts.items()})


def assert_visible(text: str) -> None:
    found = re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff\ufffe\uffff]", text)
    assert found == []


@STRUCTURE
@given(TEXTS_OF_REPORT)
def test_html_has_the_elements_of_a_harmless_report(texts: dict[str, str]) -> None:
    page = to_html(report_of(texts))
    assert_visible(page)
    found, expected = Page.of(page), Page.of(to_html(plain_like(texts)))
    assert [tag for tag in found.elements if tag[0] != "option"] == [
        tag for tag in expected.elements if tag[0] != "option"
    ]
    assert found.addresses == []


@pytest.mark.parametrize("field", FIELDS)
def test_html_escapes_every_field(field: str) -> None:
    attack = "<i a='b' c=\"d\">&copy;"
    page = to_html(report_of({field: attack}))
    assert attack not in page
    assert "i" not in Page.of(page).tags
    assert "<i a" not in page
    assert "&copy;" not in page.replace("&amp;copy;", "")
    assert "&copy;" in Page.of(page).text


@STRUCTURE
@given(TEXTS_OF_REPORT)
def test_junit_is_well_formed_with_the_same_elements(texts: dict[str, str]) -> None:
    found = to_junit(report_of(texts))
    assert_visible(found.replace("\t", ""))
    suite, expected = ET.fromstring(found), ET.fromstring(to_junit(plain_like(texts)))  # noqa: S314
    if "outcome" not in texts:
        assert [element.tag for element in suite.iter()] == [
            element.tag for element in expected.iter()
        ]


@STRUCTURE
@given(TEXTS_OF_REPORT)
def test_markdown_has_the_lines_of_a_harmless_report(texts: dict[str, str]) -> None:
    found = to_markdown(report_of(texts))
    assert_visible(found)
    fence = ""
    outside: list[str] = []
    for line in found.split("\n"):
        if not fence and re.fullmatch("`{3,}", line):
            fence = line
        elif line == fence:
            fence = ""
        elif not fence:
            outside.append(line)
    assert fence == ""
    # Outside blocks of code no special character of the data is left unescaped.
    for line in outside:
        content = re.sub(r"\\.", "", line)
        if not content.startswith(("# ", "## ", "| ", "|-", "- ", "**Not complete")):
            assert not re.search(r"[\\`*_\[\]<>&|]", content), line
    assert sum(line.startswith("## ") for line in outside) == 2


@STRUCTURE
@given(TEXTS_OF_REPORT)
def test_json_reads_back_every_text(texts: dict[str, str]) -> None:
    printed = reports.to_json(report_of(texts))
    assert printed.isascii()
    data = json.loads(printed)
    assert data["command"][1] == texts.get("command", "plain")
    (difference,) = data["results"][0]["differences"]
    assert difference["got"] == texts.get("got", "plain")


@STRUCTURE
@given(TEXTS_OF_REPORT)
def test_the_terminal_gets_no_control_characters(
    capsys: pytest.CaptureFixture[str], texts: dict[str, str]
) -> None:
    capsys.readouterr()
    report = report_of(texts)
    print_report(report)
    print_list([result.case for result in report.results])
    assert_visible(capsys.readouterr().out)
