"""Faults for Python files, by the operators of Cosmic Ray."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from typing import Any, cast

from tests.trials.mutation.mutant import Mutant, mutant
from tests.trials.recording import ROOT

OPERATORS = (
    "AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr",
    "ReplaceOrWithAnd", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak",
    "ZeroIterationForLoop", "NumberReplacer",
    "ReplaceComparisonOperator_Lt_LtE", "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Gt_GtE", "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_Eq_NotEq", "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceComparisonOperator_Lt_Gt", "ReplaceComparisonOperator_Gt_Lt",
    "ReplaceBinaryOperator_Add_Sub", "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Mul_Add", "ReplaceBinaryOperator_FloorDiv_Mul",
    "ReplaceBinaryOperator_BitOr_BitAnd", "ReplaceBinaryOperator_BitAnd_BitOr",
)  # fmt: skip
"""Those whose faults are programs that still run. The rest mostly makes type errors."""


def mutants(file: str) -> Iterator[Mutant]:
    """Yield every fault of a Python file, a path in the checkout."""
    # Cosmic Ray has no types.
    plugins = cast("Any", importlib.import_module("cosmic_ray.plugins"))
    mutate = cast("Any", importlib.import_module("cosmic_ray.mutating")).mutate_code
    original = (ROOT / file).read_text()
    meaning = _meaning(original)
    for name in OPERATORS:
        operator = plugins.get_operator(f"core/{name}")()
        occurrence = 0
        while (changed := mutate(original, operator, occurrence)) is not None:
            occurrence += 1
            if _meaning(changed) in ("", meaning):
                continue
            made = mutant(file, original, changed)
            # What is imported for types only may be imported always, at a cost.
            if "TYPE_CHECKING" not in made.before:
                yield made


def _meaning(source: str) -> str:
    """Return the program without annotations, which are never evaluated; "" for no program."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # such as `not x := y`, which an operator makes
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(value=None)
    return ast.dump(tree)
