"""Reports of a run in JSON, JUnit XML and Markdown. `procmaps.check.html_report` makes the page."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import attrs

from procmaps.check.cases import Profile
from procmaps.check.display import caption, dump_lines, explain
from procmaps.check.expected_failures import ExpectedFailures, Surprise
from procmaps.check.runner import Result
from procmaps.check.scores import STANDINGS, Score, Standing, scores_of, standing
from procmaps.check.verdicts import OUTCOMES
from procmaps.json_format import Json, JsonObject, bytes_to_json
from procmaps.printable import markdown, visible, visible_block


@attrs.frozen
class Report:
    """The content of a report."""

    command: tuple[str, ...]
    results: tuple[Result, ...]
    expected: ExpectedFailures = attrs.field(factory=ExpectedFailures)
    surprises: tuple[Surprise, ...] = ()
    aborted: str = ""
    """Why the run ended early: ``interrupted after 3 of 552 cases``; empty if it did not."""
    profiles: tuple[Profile, ...] = ()
    proc_only: bool = False
    """Whether the parser reads files of /proc only."""

    @property
    def scores(self) -> tuple[Score, ...]:
        """Return a score for each profile that has a result."""
        return scores_of(self.profiles, self.results, proc_only=self.proc_only)

    @property
    def score_table(self) -> tuple[tuple[str, ...], ...]:
        """Return the scores as a table for people, its head first; empty without scores."""
        if not self.scores:
            return ()
        shown: list[Standing] = [
            kind for kind in STANDINGS if any(score.counts[kind] for score in self.scores)
        ]
        head = ("profile", "dumps", *shown)
        rows = (
            (score.profile.name, str(score.asked), *(str(score.counts[kind]) for kind in shown))
            for score in self.scores
        )
        return (head, *rows)

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
    results: list[Json] = [_result(result, report) for result in report.results]
    profiles: JsonObject = {score.profile.name: _score(score) for score in report.scores}
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
        "profiles": profiles,
        "surprises": surprises,
        "results": results,
    }
    return json.dumps(whole, indent=1) + "\n"


def _score(score: Score) -> JsonObject:
    counts: JsonObject = {kind: score.counts[kind] for kind in STANDINGS}
    return {"about": score.profile.about, "asked": score.asked, **counts}


def _result(result: Result, report: Report) -> Json:
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
        "counts_as": standing(result, proc_only=report.proc_only),
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
    if report.scores:
        _add_properties(suite, report.scores)
    for result in report.results:
        group, _, name = result.case.id.partition("/")
        case = _test_case(suite, group, name)
        case.set("time", f"{result.seconds:.3f}")
        _add_verdict(case, result, report)
    for item in report.surprises:
        if item.kind in ("fixed", "unknown"):
            _outcome(_test_case(suite, "expected failures", item.case), "failure", str(item))
    if report.aborted:
        _outcome(_test_case(suite, "procmaps check", "run"), "error", report.aborted)
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(suite.findall("testcase"))))
    _remove_illegal_characters(suite)
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _test_case(suite: ET.Element, group: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=group, name=name)


def _outcome(
    case: ET.Element, tag: str, message: str, text: Sequence[str] = (), weight: str = ""
) -> None:
    made = ET.SubElement(case, tag, message=message)
    if weight:
        made.set("type", weight)
    made.text = "\n".join(text) or None


def _add_properties(suite: ET.Element, scores: Sequence[Score]) -> None:
    """Add each score as a property: ``linux.pass``."""
    properties = ET.SubElement(suite, "properties")
    for score in scores:
        for name, number in (("asked", score.asked), *score.counts.items()):
            full = f"{score.profile.name}.{name}"
            ET.SubElement(properties, "property", name=full, value=str(number))


def _add_verdict(case: ET.Element, result: Result, report: Report) -> None:
    verdict = result.verdict
    kind = standing(result, proc_only=report.proc_only)
    if verdict.outcome == "not-run":
        _outcome(case, "skipped", verdict.detail)
    elif verdict.passed:
        return
    elif report.expected.keys.get(result.case.id) == verdict.key:
        _outcome(case, "skipped", f"expected: {verdict.key}", explain(verdict))
    elif kind == "policy":
        _outcome(case, "skipped", f"policy {result.case.disputed}: {verdict.key}", explain(verdict))
    else:
        tag = "error" if verdict.outcome == "adapter-fault" else "failure"
        _outcome(case, tag, verdict.key, explain(verdict), kind)


def _remove_illegal_characters(root: ET.Element) -> None:
    """Escape what XML 1.0 cannot contain in any form: control characters and surrogates."""
    for element in root.iter():
        element.text = visible_block(element.text) if element.text else None
        for name, value in element.attrib.items():
            element.set(name, visible_block(value))


# --- Markdown -------------------------------------------------------------------------------------


def to_markdown(report: Report) -> str:
    """Return the report as Markdown: a summary, then each failure with its dump."""
    lines = [
        "# procmaps check",
        "",
        *_fenced([visible(shlex.join(report.command))]),
        "",
        "| Verdict | Cases |",
        "|---|---|",
    ]
    lines += [f"| {outcome} | {count} |" for outcome, count in report.counts.items()]
    lines += ["", f"Judged: {markdown(report.judged_text)}."]
    if report.score_table:
        head, *rows = report.score_table
        lines += ["", "## Scores", "", *_table(head, rows)]
    if report.aborted:
        lines += ["", f"**Not complete: {markdown(report.aborted)}.**"]
    if report.surprises:
        lines += ["", "## Not as expected", ""]
        lines += [f"- {markdown(str(item))}" for item in report.surprises]
    for result in report.results:
        if result.shrunk is None:
            continue
        lines += [
            "",
            f"## {markdown(result.case.id)}: {markdown(result.verdict.key)}",
            "",
            markdown(result.case.shows),
            "",
            *_fenced(explain(result.shrunk.verdict)),
            "",
            f"{caption(result.shrunk)}:",
            "",
            *_fenced(dump_lines(result.shrunk.case.data)),
        ]
    return "\n".join(lines) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [head, ["---", *["--:"] * (len(head) - 1)], *(list(map(markdown, row)) for row in rows)]
    return [f"| {' | '.join(row)} |" for row in cells]


def _fenced(lines: Sequence[str]) -> list[str]:
    """Return *lines* as a block of code, with a fence longer than any in them."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence, *lines, fence]
