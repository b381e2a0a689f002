"""Reports of a run: JSON, JUnit XML and Markdown; the page is in `procmaps.check.html_report`."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

import attrs

from procmaps.check.expected_failures import Surprise
from procmaps.check.runner import Result
from procmaps.check.shrinking import Smallest
from procmaps.check.verdicts import OUTCOMES, Verdict
from procmaps.errors import escape_bytes
from procmaps.json_format import Json, JsonObject, bytes_to_json


@attrs.frozen
class Report:
    """All that a report tells."""

    command: tuple[str, ...]
    results: tuple[Result, ...]
    expected: Mapping[str, str] = attrs.field(factory=dict[str, str])
    """The failures that were expected: a verdict's key for each case."""
    surprises: tuple[Surprise, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many results have each outcome; those that none has are left out."""
        found = Counter(result.verdict.outcome for result in self.results)
        return {outcome: found[outcome] for outcome in OUTCOMES if found[outcome]}

    @property
    def judged(self) -> tuple[str, ...]:
        """Every member that the parser gave at least once."""
        members = {member for result in self.results for member in result.verdict.judged}
        return tuple(sorted(members))


def to_json(report: Report) -> str:
    """The whole report; ``dump`` shows a failure, and where it is ``minimal``, no line can go."""
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
    if result.smallest is not None:
        found["dump"] = bytes_to_json(result.smallest.case.data)
        found["minimal"] = result.smallest.minimal
    return found


# What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report) -> str:
    """JUnit's XML: wrong answers and expected ones are told apart as CI systems do."""
    suite = ET.Element("testsuite", name="procmaps check", tests=str(len(report.results)))
    failures = errors = skipped = 0
    for result in report.results:
        verdict = result.verdict
        group, _, name = result.case.id.partition("/")
        case = ET.SubElement(
            suite, "testcase", classname=group, name=name, time=f"{result.seconds:.3f}"
        )
        told = _NOT_XML.sub("\ufffd", "\n".join(explained(result.verdict)))
        message = _NOT_XML.sub("\ufffd", verdict.key)
        if verdict.outcome == "not-run":
            skipped += 1
            ET.SubElement(case, "skipped", message=_NOT_XML.sub("\ufffd", verdict.detail))
        elif not verdict.passed and report.expected.get(result.case.id) == verdict.key:
            skipped += 1
            ET.SubElement(case, "skipped", message=f"expected: {message}").text = told
        elif verdict.outcome == "adapter-fault":
            errors += 1
            ET.SubElement(case, "error", message=message).text = told
        elif not verdict.passed:
            failures += 1
            ET.SubElement(case, "failure", message=message).text = told
    mended = [item for item in report.surprises if item.kind in ("mended", "unknown")]
    for item in mended:
        failures += 1
        case = ET.SubElement(suite, "testcase", classname="expected", name=item.case)
        ET.SubElement(case, "failure", message=str(item))
    suite.set("tests", str(len(report.results) + len(mended)))
    suite.set("failures", str(failures))
    suite.set("errors", str(errors))
    suite.set("skipped", str(skipped))
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def to_markdown(report: Report) -> str:
    """A summary, then each failure with its dump."""
    lines = [
        "# procmaps check",
        "",
        *_fenced(cut(shlex.join(report.command)).split("\n")),
        "",
        "| Verdict | Cases |",
        "|---|---|",
    ]
    lines += [f"| {outcome} | {count} |" for outcome, count in report.counts.items()]
    lines += ["", f"Judged: {', '.join(report.judged) or 'nothing but the number of mappings'}."]
    if report.surprises:
        lines += ["", "## Not as expected", ""]
        lines += [f"- {item}" for item in report.surprises]
    for result in report.results:
        if result.smallest is None:
            continue
        lines += [
            "",
            f"## {result.case.id}: {result.verdict.key}",
            "",
            result.case.shows,
            "",
            *_fenced(explained(result.smallest.verdict)),
            "",
            f"{captioned(result.smallest)}:",
            "",
            *_fenced(shown(result.smallest.case.data)),
        ]
    return "\n".join(lines) + "\n"


def _fenced(lines: Sequence[str]) -> list[str]:
    """Lines as a block of code whose fence none of them can end."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence, *lines, fence]


def captioned(smallest: Smallest) -> str:
    """What to call the dump that shows a failure."""
    return "The smallest dump" if smallest.minimal else "A dump"


def explained(verdict: Verdict) -> list[str]:
    """What is to be said of one verdict, a line each."""
    lines = [cut(verdict.detail)] if verdict.detail else []
    for item in verdict.differences:
        place = "" if item.record is None else f"mapping {item.record}, "
        lines.append(f"{place}{item.field}: expected '{cut(item.expected)}', got '{cut(item.got)}'")
    return lines


_LONG = 300
"""Characters of one text that a report shows."""


# Control characters but the newline, and surrogates, which no output can encode.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def cut(text: str) -> str:
    """*text* without what drives a terminal, its middle left out where it is long."""
    text = _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
    half = _LONG // 2
    return text if len(text) <= _LONG else f"{text[:half]} … {text[-half:]}"


def shown(dump: bytes) -> list[str]:
    """A dump for people, a line each; no byte is left that a terminal or a page would act on."""
    return [cut(_ends(escape_bytes(line))) for line in dump.removesuffix(b"\n").split(b"\n")]


def _ends(line: str) -> str:
    """A space at the end of a line cannot be seen."""
    return f"{line[:-1]}␠" if line.endswith(" ") else line
