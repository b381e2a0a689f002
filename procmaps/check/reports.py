"""Reports of a run in JSON, JUnit XML and Markdown. `procmaps.check.html_report` makes the page."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import attrs

from procmaps.check.display import caption, dump_lines, explain, one_line, visible
from procmaps.check.expected_failures import ExpectedFailures, Surprise
from procmaps.check.runner import Result
from procmaps.check.verdicts import OUTCOMES
from procmaps.json_format import Json, JsonObject, bytes_to_json


@attrs.frozen
class Report:
    """The content of a report."""

    command: tuple[str, ...]
    results: tuple[Result, ...]
    expected: ExpectedFailures = attrs.field(factory=ExpectedFailures)
    surprises: tuple[Surprise, ...] = ()
    aborted: str = ""
    """Why the run ended early: ``interrupted after 3 of 552 cases``; empty if it did not."""

    @property
    def counts(self) -> dict[str, int]:
        """Return how many results have each outcome, without outcomes that none has."""
        found = Counter(result.verdict.outcome for result in self.results)
        return {outcome: found[outcome] for outcome in OUTCOMES if found[outcome]}

    @property
    def judged(self) -> tuple[str, ...]:
        """Return every member that the parser gave at least once."""
        members = {member for result in self.results for member in result.verdict.judged}
        return tuple(sorted(members))

    @property
    def judged_text(self) -> str:
        """Return `judged` as a list for people."""
        return ", ".join(self.judged) or "nothing but the number of mappings"


# --- JSON -----------------------------------------------------------------------------------------


def to_json(report: Report) -> str:
    """Return the report as JSON. ``docs/json.md`` explains the members."""
    results: list[Json] = [_result(result) for result in report.results]
    counts: JsonObject = dict(report.counts)
    judged: list[Json] = list(report.judged)
    surprises: list[Json] = [
        {"case": item.case, "expected": item.expected, "got": item.got, "kind": item.kind}
        for item in report.surprises
    ]
    command: list[Json] = list(report.command)
    whole: JsonObject = {
        "version": 1,
        "command": command,
        "aborted": report.aborted or None,
        "counts": counts,
        "judged": judged,
        "surprises": surprises,
        "results": results,
    }
    return json.dumps(whole, indent=1) + "\n"


def _result(result: Result) -> Json:
    verdict = result.verdict
    differences: list[Json] = [
        {
            "field": item.field,
            "record": item.record,
            "expected": item.expected,
            "got": item.got,
        }
        for item in verdict.differences
    ]
    policies: list[Json] = list(verdict.policies)
    found: JsonObject = {
        "case": result.case.id,
        "verdict": verdict.outcome,
        "key": verdict.key,
        "milliseconds": round(result.seconds * 1000),
        "policies": policies,
        "detail": verdict.detail,
        "differences": differences,
    }
    if result.shrunk is not None:
        found["dump"] = bytes_to_json(result.shrunk.case.data)
        found["minimal"] = result.shrunk.minimal
    return found


# --- JUnit XML ------------------------------------------------------------------------------------


def to_junit(report: Report) -> str:
    """Return the report as JUnit XML: an expected failure counts as skipped."""
    suite = ET.Element("testsuite", name="procmaps check")
    for result in report.results:
        group, _, name = result.case.id.partition("/")
        case = _test_case(suite, group, name)
        case.set("time", f"{result.seconds:.3f}")
        _add_verdict(case, result, report.expected)
    for item in report.surprises:
        if item.kind in ("fixed", "unknown"):
            _outcome(_test_case(suite, "expected failures", item.case), "failure", str(item))
    if report.aborted:
        _outcome(_test_case(suite, "procmaps check", "run"), "error", report.aborted)
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(suite)))
    _remove_illegal_characters(suite)
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _test_case(suite: ET.Element, group: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=group, name=name)


def _outcome(case: ET.Element, tag: str, message: str, text: Sequence[str] = ()) -> None:
    ET.SubElement(case, tag, message=message).text = "\n".join(text) or None


def _add_verdict(case: ET.Element, result: Result, expected: ExpectedFailures) -> None:
    verdict = result.verdict
    if verdict.outcome == "not-run":
        _outcome(case, "skipped", verdict.detail)
    elif verdict.passed:
        return
    elif expected.keys.get(result.case.id) == verdict.key:
        _outcome(case, "skipped", f"expected: {verdict.key}", explain(verdict))
    else:
        tag = "error" if verdict.outcome == "adapter-fault" else "failure"
        _outcome(case, tag, verdict.key, explain(verdict))


def _remove_illegal_characters(root: ET.Element) -> None:
    """Escape what XML 1.0 cannot contain in any form: control characters and surrogates."""
    for element in root.iter():
        element.text = visible(element.text) if element.text else None
        for name, value in element.attrib.items():
            element.set(name, visible(value))


# --- Markdown -------------------------------------------------------------------------------------


def to_markdown(report: Report) -> str:
    """Return the report as Markdown: a summary, then each failure with its dump."""
    lines = [
        "# procmaps check",
        "",
        *_fenced([one_line(shlex.join(report.command))]),
        "",
        "| Verdict | Cases |",
        "|---|---|",
    ]
    lines += [f"| {outcome} | {count} |" for outcome, count in report.counts.items()]
    lines += ["", f"Judged: {_prose(report.judged_text)}."]
    if report.aborted:
        lines += ["", f"**Not complete: {_prose(report.aborted)}.**"]
    if report.surprises:
        lines += ["", "## Not as expected", ""]
        lines += [f"- {_prose(str(item))}" for item in report.surprises]
    for result in report.results:
        if result.shrunk is None:
            continue
        lines += [
            "",
            f"## {_prose(result.case.id)}: {_prose(result.verdict.key)}",
            "",
            _prose(result.case.shows),
            "",
            *_fenced(explain(result.shrunk.verdict)),
            "",
            f"{caption(result.shrunk)}:",
            "",
            *_fenced(dump_lines(result.shrunk.case.data)),
        ]
    return "\n".join(lines) + "\n"


def _prose(text: str) -> str:
    """Return *text* on one line, with Markdown's special characters escaped."""
    return re.sub(r"[\\`*_{}\[\]<>()#+!|~&]", r"\\\g<0>", one_line(text))


def _fenced(lines: Sequence[str]) -> list[str]:
    """Return *lines* as a block of code, with a fence longer than any in them."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence, *lines, fence]
