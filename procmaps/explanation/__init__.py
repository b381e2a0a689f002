"""Explain one line: its parts, the rules that matched them, and the kernels that can print it."""

from procmaps.explanation.evidence import Evidence
from procmaps.explanation.line_explanation import Explanation, explain
from procmaps.explanation.parts import Part

__all__ = ["Evidence", "Explanation", "Part", "explain"]
