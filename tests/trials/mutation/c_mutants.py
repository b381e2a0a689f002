"""Faults for C files, by operators that change a line. No well-kept tool mutates single C files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.trials.mutation.mutant import Mutant, mutant
from tests.trials.recording import ROOT

OPERATORS: tuple[tuple[str, str], ...] = (
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "),
    (r" == ", " != "), (r" != ", " == "), (r" && ", " || "), (r" \|\| ", " && "),
    (r" \+ 1\b", ""), (r" - 1\b", ""), (r" \+ (?=\w)", " - "), (r" - (?=\w)", " + "),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r" = 0;", " = 1;"), (r"\+\+", "--"),
    (r"\bif \((?=.*\)$)", "if (!("), (r"!(?=[\w(*])", ""), (r"^\s+[\w>.*\[\]-]+ = [^;{]+;$", ""),
    (r"^\s+\w+\([^;{]*\);$", ""), (r"return false;", "return true;"), (r"\bcontinue;", ""),
    (r" & ", " | "), (r" \| ", " & "), (r"SIZE_MAX", "0"), (r" \* ", " + "),
)  # fmt: skip
"""An expression and its replacement; each match on a line of code is a fault of its own."""


def mutants(file: str) -> Iterator[Mutant]:
    """Yield every fault of a C file, a path in the checkout; some do not compile."""
    original = (ROOT / file).read_text()
    lines = original.splitlines(keepends=True)
    for index, line in enumerate(lines):
        if line.lstrip().startswith(("/*", "*", "#", "//")) or not line.startswith(" "):
            continue
        code = line.partition("/*")[0].rstrip()
        for pattern, replacement in OPERATORS:
            for match in re.finditer(pattern, code):
                changed = code[: match.start()] + replacement + code[match.end() :]
                if replacement == "if (!(":
                    changed += ")"
                text = changed + line[len(code) :]
                yield mutant(file, original, "".join((*lines[:index], text, *lines[index + 1 :])))
    yield from _locked(file, original)


def _locked(file: str, original: str) -> Iterator[Mutant]:
    """Yield the file with the interpreter's lock kept where it is released, one place at a time."""
    released = r"Py_BEGIN_ALLOW_THREADS(.*?)Py_END_ALLOW_THREADS"
    for match in re.finditer(released, original, re.DOTALL):
        kept = f"{{ /* the lock is kept */{match[1]}}}"
        yield mutant(file, original, original[: match.start()] + kept + original[match.end() :])
