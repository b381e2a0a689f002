"""``procmaps lint``: what in a dump is damaged, edited or ambiguous."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import get_args

import attrs
import click
from rich.text import Text

from procmaps import lint as library
from procmaps.cli.busy import busy
from procmaps.cli.command import Command, pass_options, under
from procmaps.cli.errors import Unreadable
from procmaps.cli.inputs import JSON_HELP, dialect_option, read_file, shown, walk
from procmaps.cli.option_rules import Excludes
from procmaps.cli.output import Output
from procmaps.cli.parameter_types import InputFile, Word, WordList, joined
from procmaps.cli.style import FAINT, HEADING, console, count, glyphs, name_text, print_line
from procmaps.json_format import Json, JsonObject, bytes_to_json
from procmaps.lint import RULES, Finding, Severity
from procmaps.printable import visible

_QUOTED = 100
"""Bytes of a line that are quoted below a finding."""

_SHOWN = 5
"""Findings of one rule that are printed for a file; the others are counted."""

_COLOURS = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From the worst."""


@attrs.frozen
class _Options:
    files: tuple[str, ...]
    select: tuple[tuple[str, ...], ...]
    ignore: tuple[tuple[str, ...], ...]
    fail_on: Severity
    show_all: bool
    statistics: bool
    rules: bool
    as_json: bool
    dialect: str

    @property
    def selected(self) -> set[str]:
        """The rules that are checked."""
        return set(joined(self.select) or RULES) - set(joined(self.ignore))


_rules = under("Rules")
_report = under("The report")


@click.command(
    "lint",
    cls=Command,
    rules=(
        Excludes("--all", ("--statistics", "--json"), "it adds findings to the report for people"),
        Excludes(
            "--rules",
            ("--select", "--ignore", "--fail-on", "--all", "--statistics", "--dialect"),
            "it lists every rule and reads no file",
        ),
    ),
    examples=(
        "procmaps lint dump.txt",
        "procmaps lint --ignore vendor,unknown-field dumps/",
        "procmaps lint --fail-on error --statistics dumps/",
        "cat /proc/self/smaps | procmaps lint -",
    ),
)
@click.argument("files", nargs=-1, metavar="FILE|FOLDER|-...", type=InputFile())
@_rules(
    "--select",
    multiple=True,
    metavar="RULE,...",
    type=WordList("rule", lambda: RULES),
    help="Check only these rules.",
)
@_rules(
    "--ignore",
    multiple=True,
    metavar="RULE,...",
    type=WordList("rule", lambda: RULES),
    help="Do not check these rules.",
)
@_rules(
    "--fail-on",
    type=Word("severity", lambda: _SEVERITIES),
    default="note",
    show_default=True,
    metavar="SEVERITY",
    help="Exit with 1 only for findings of this severity or a worse one: error, warning or note.",
)
@_rules("--rules", is_flag=True, help="List the rules.")
@_report(
    "--all",
    "show_all",
    is_flag=True,
    help=f"Print all findings, not only the first {_SHOWN} of each rule in a file.",
)
@_report("--statistics", is_flag=True, help="Print only how often each rule found something.")
@_report("--json", "as_json", is_flag=True, help=JSON_HELP)
@dialect_option
@pass_options(_Options)
def command(options: _Options) -> None:
    """Report damaged, edited or ambiguous lines in each FILE.

    All files in a FOLDER are checked; symbolic links in it are not followed. - is standard input.
    Files compressed with gzip, xz, zstd or bzip2 are decompressed.

    Exit code: 1 if anything is found (see --fail-on); 2 if a file cannot be read.
    """
    if options.rules:
        if options.files:
            raise click.UsageError("--rules lists the rules and reads no file.")
        _show_rules(console(), as_json=options.as_json)
        return
    if not options.files:
        raise click.UsageError("Missing argument 'FILE|FOLDER|-...'.")
    run = _Run(options)
    for file in walk(options.files):
        try:
            if isinstance(file, Unreadable):
                raise file
            run.check(file)
        except Unreadable as error:
            error.show()
            run.unread += 1
    run.finish()
    sys.exit(run.status)


@attrs.define
class _Run:
    """One run over all files."""

    options: _Options
    unread: int = 0
    read: int = 0
    by_severity: Counter[Severity] = attrs.field(factory=Counter[Severity])
    by_rule: Counter[str] = attrs.field(factory=Counter[str])
    files_by_rule: Counter[str] = attrs.field(factory=Counter[str])
    records: list[Json] = attrs.field(factory=list[Json])

    def check(self, file: str) -> None:
        """Check one file and print its findings. Raises `Unreadable`."""
        data = read_file(file)
        selected = self.options.selected
        with busy(f"checking {shown(file)}"):
            found = [
                finding
                for finding in library.lint(data, dialect=self.options.dialect)
                if finding.rule.id in selected
            ]
        self.read += 1
        self.by_severity.update(finding.rule.severity for finding in found)
        rules = Counter(finding.rule.id for finding in found)
        self.by_rule.update(rules)
        self.files_by_rule.update(rules.keys())
        if self.options.statistics:
            return
        if self.options.as_json:
            self.records.append(_to_json(file, found))
        else:
            _show(console(), visible(file), found, show_all=self.options.show_all)

    def finish(self) -> None:
        """Print what concerns all files."""
        if self.options.as_json:
            records = self._statistics() if self.options.statistics else self.records
            click.echo(json.dumps(records, indent=2))
        elif self.read:
            if self.options.statistics:
                self._show_statistics(console())
            self._show_total(console())

    @property
    def status(self) -> int:
        """The exit code."""
        if self.unread:
            return Unreadable.exit_code
        failing = _SEVERITIES[: _SEVERITIES.index(self.options.fail_on) + 1]
        return int(any(self.by_severity[severity] for severity in failing))

    def _show_total(self, out: Output) -> None:
        where = count(self.read, "file")
        totals = [
            count(self.by_severity[severity], severity)
            for severity in _SEVERITIES
            if self.by_severity[severity]
        ]
        if totals:
            print_line(out, Text(f"{', '.join(totals)} in {where}", HEADING))
        else:
            print_line(out, Text(f"no findings in {where}", "green"))

    def _statistics(self) -> list[Json]:
        return [
            {
                "rule": rule,
                "severity": RULES[rule].severity,
                "findings": findings,
                "files": self.files_by_rule[rule],
            }
            for rule, findings in self.by_rule.most_common()
        ]

    def _show_statistics(self, out: Output) -> None:
        width = max(map(len, RULES))
        for rule, findings in self.by_rule.most_common():
            severity = RULES[rule].severity
            print_line(out, Text.assemble(
                (rule.ljust(width), HEADING), "  ",
                (severity.ljust(len("warning")), _COLOURS[severity]),
                f"  {findings:>9,} in {count(self.files_by_rule[rule], 'file')}",
            ))  # fmt: skip


def _show(out: Output, file: str, found: Sequence[Finding], *, show_all: bool) -> None:
    """Print the findings, those of a rule beyond the first few as one line at the end."""
    printed: Counter[str] = Counter()
    folded: Counter[str] = Counter()
    for finding in found:
        rule = finding.rule
        if printed[rule.id] >= _SHOWN and not show_all:
            folded[rule.id] += 1
            continue
        printed[rule.id] += 1
        print_line(out, Text.assemble(
            (f"{file}:{finding.line}: ", HEADING), (rule.severity, _COLOURS[rule.severity]),
            (f" [{rule.id}] ", FAINT), finding.message, (_times(finding), FAINT),
        ))  # fmt: skip
        if finding.raw:
            quoted = name_text(finding.raw[:_QUOTED]).append(
                glyphs().more if len(finding.raw) > _QUOTED else "", FAINT
            )
            print_line(out, Text("    ").append_text(quoted))
    for rule_id, more in folded.items():
        message = f"{file}: {more:,} more [{rule_id}]; --all prints them"
        print_line(out, Text(message, FAINT))


def _times(finding: Finding) -> str:
    return f" ({finding.count:,} lines)" if finding.count > 1 else ""


def _show_rules(out: Output, *, as_json: bool) -> None:
    if as_json:
        rules = [
            {"id": rule.id, "severity": rule.severity, "summary": rule.summary, "why": rule.why}
            for rule in RULES.values()
        ]
        click.echo(json.dumps(rules, indent=2))
        return
    width = max(map(len, RULES))
    for rule in RULES.values():
        severity = Text(rule.severity.ljust(len("warning")), _COLOURS[rule.severity])
        head = Text.assemble((rule.id.ljust(width), HEADING), "  ", severity, f"  {rule.summary}")
        print_line(out, head)
        print_line(out, Text(" " * (width + 11) + rule.why, FAINT))


def _to_json(file: str, found: Iterable[Finding]) -> JsonObject:
    return {
        "file": visible(file),
        "findings": [
            {
                "rule": finding.rule.id,
                "severity": finding.rule.severity,
                "line": finding.line,
                "count": finding.count,
                "message": finding.message,
                "raw": bytes_to_json(finding.raw),
            }
            for finding in found
        ],
    }
