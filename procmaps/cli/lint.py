"""``procmaps lint``: what there is against a dump."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable

import click
from rich.console import Console
from rich.text import Text

from procmaps import lint as library
from procmaps.cli.errors import Unreadable
from procmaps.cli.inputs import dialect_option, json_option, read_file
from procmaps.cli.style import FAINT, HEADING, console, glyphs, name_text, print_line
from procmaps.json_format import Json, JsonObject, bytes_to_json
from procmaps.lint import RULES, Finding

_SHOWN = 100
"""Bytes of a line that are quoted below a finding."""

_COLOURS = {"error": "bold red", "warning": "yellow", "note": "cyan"}


@click.command("lint")
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option(
    "--ignore", "ignored", multiple=True, metavar="RULE", type=click.Choice(list(RULES)),
    help="Leave this rule out; repeatable.",
)  # fmt: skip
@click.option("--rules", "list_rules", is_flag=True, help="List the rules, and do nothing else.")
@json_option
@dialect_option
def command(
    *, files: tuple[str, ...], ignored: tuple[str, ...], list_rules: bool, as_json: bool,
    dialect: str,
) -> None:  # fmt: skip
    """Say what in each FILE is not as a kernel prints it, or not certain; - is standard input.

    Exit 1 where there is anything, notes included; 2 where a file cannot be read, once the others
    have been looked at.
    """
    out = console()
    if list_rules:
        _show_rules(out, as_json=as_json)
        return
    if not files:
        raise click.UsageError("Missing argument 'FILE...'; - is standard input.")
    reports: list[Json] = []
    counts: Counter[str] = Counter()
    unread = 0
    for file in files:
        try:
            data = read_file(file)
        except Unreadable as error:
            error.show()
            unread += 1
            continue
        found = [
            finding
            for finding in library.lint(data, dialect=dialect)
            if finding.rule.id not in ignored
        ]
        counts.update(finding.rule.severity for finding in found)
        if as_json:
            reports.append(_to_json(file, found))
        else:
            _show(out, click.format_filename(file), found)
    if as_json:
        click.echo(json.dumps(reports, indent=2))
    elif unread < len(files):
        _show_count(out, counts, len(files) - unread)
    if unread:
        sys.exit(Unreadable.exit_code)
    if counts:
        sys.exit(1)


def _show(out: Console, file: str, found: Iterable[Finding]) -> None:
    for finding in found:
        severity = finding.rule.severity
        print_line(out, Text.assemble(
                (f"{file}:{finding.line}: ", HEADING), (severity, _COLOURS[severity]),
                (f" [{finding.rule.id}] ", FAINT), finding.message, (_times(finding), FAINT),
            ))  # fmt: skip
        if finding.raw:
            quoted = name_text(finding.raw[:_SHOWN]).append(
                glyphs().more if len(finding.raw) > _SHOWN else "", FAINT
            )
            print_line(out, Text("    ").append_text(quoted))


def _times(finding: Finding) -> str:
    return f" ({finding.count:,} lines)" if finding.count > 1 else ""


def _show_count(out: Console, counts: Counter[str], files: int) -> None:
    where = f"{files:,} file{'s' * (files != 1)}"
    if not counts:
        print_line(out, Text(f"nothing found in {where}", "green"))
        return
    told = ", ".join(
        f"{counts[severity]:,} {severity}{'s' * (counts[severity] != 1)}"
        for severity in _COLOURS
        if counts[severity]
    )
    print_line(out, Text(f"{told} in {where}", HEADING))


def _show_rules(out: Console, *, as_json: bool) -> None:
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
        "file": file.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"),
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
