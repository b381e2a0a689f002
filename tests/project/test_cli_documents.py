"""The pages about the command line say what the program says."""

from __future__ import annotations

from procmaps.cli.app import COMMANDS
from procmaps.lint import RULES
from tests.support.checkout import ROOT

_DOCS = ROOT / "docs"


def test_lint_page_has_the_table_of_rules() -> None:
    rows = [
        f"| `{rule.id}` | {rule.severity} | {rule.summary} | {rule.why} "
        f"| {'dump' if rule.once else 'line'} |"
        for rule in RULES.values()
    ]
    page = (_DOCS / "lint.md").read_text("utf-8")
    assert [line for line in page.splitlines() if line.startswith("| `")] == rows


def test_every_command_has_a_section() -> None:
    page = (_DOCS / "cli.md").read_text("utf-8")
    assert [f"## `{name}" in page for name in COMMANDS] == [True] * len(COMMANDS)
