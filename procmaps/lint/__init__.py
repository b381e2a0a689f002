"""Find what is damaged, edited or ambiguous in a dump: findings, each by a rule."""

from procmaps.lint.findings import Finding
from procmaps.lint.linting import lint
from procmaps.lint.rules import RULES, Rule, Severity

__all__ = ["RULES", "Finding", "Rule", "Severity", "lint"]
