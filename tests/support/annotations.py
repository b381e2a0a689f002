"""Annotations with names that only type checkers import: ``if TYPE_CHECKING``."""

from __future__ import annotations

import ast
import functools
import inspect
import sys
import typing


@functools.cache
def _names(module: str) -> dict[str, object]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    names = dict(vars(sys.modules[module]))
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            imports: list[ast.stmt] = [
                each for each in node.body if isinstance(each, ast.ImportFrom)
            ]
            block = ast.Module(imports, [])
            exec(compile(block, module, "exec"), names)  # noqa: S102 - the project's own imports
    return names


def names_for_checkers(value: object) -> dict[str, object]:
    """Return the names of the module of a function or class, as type checkers see them."""
    return _names(str(getattr(value, "__module__", "")))


def hints(function: object) -> dict[str, object]:
    """Return the annotations of a function, resolved."""
    return typing.get_type_hints(function, localns=names_for_checkers(function))
