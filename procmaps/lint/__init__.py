"""Find damaged, edited or ambiguous lines in a dump; each finding has a rule."""

from procmaps.lint.findings import Finding
from procmaps.lint.linting import lint
from procmaps.lint.rules import RULES, Rule, Severity

__all__ = ["RULES", "Finding", "Rule", "Severity", "lint"]
