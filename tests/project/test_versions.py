"""No code compares releases. `Span.covers` does, and the tables decide."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import procmaps

PACKAGE = Path(str(procmaps.__file__)).parent
EXCEPTED = {
    # These define a span, and intersect spans.
    "formats/releases.py",
    "explanation/release_spans.py",
}
NAMES = {"release", "releases", "Release", "RELEASES", "since", "until", "absent"}
"""Names of releases, and of the ends of a span."""

PARTS = {"series", "parts", "last"}
"""Other attributes of releases and spans; as plain names they mean other things."""


def comparisons(source: str) -> Iterator[str]:
    """Yield every comparison of a release in *source*, by value or by order."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Compare) or asks_for_key(node):
            continue
        by_value = any(not isinstance(operator, ast.Is | ast.IsNot) for operator in node.ops)
        if by_value and any(map(is_release, (node.left, *node.comparators))):
            yield ast.unparse(node)


def asks_for_key(node: ast.Compare) -> bool:
    """Return whether a comparison asks if a text that is no release is in something."""
    return isinstance(node.left, ast.Constant) and (
        all(isinstance(operator, ast.In | ast.NotIn) for operator in node.ops)
        and not is_release(node.left)
    )


def is_release(node: ast.expr) -> bool:
    """Return whether an operand is a release, a number of one, or its text."""
    match node:
        case ast.Name(id=name):
            return name in NAMES
        case ast.Attribute(attr=name):
            return name in NAMES | PARTS
        case ast.Call(func=ast.Name(id="Release") | ast.Attribute(value=ast.Name(id="Release"))):
            return True
        case ast.Call(func=ast.Name(id="str"), args=[value]) | ast.Subscript(value=value):
            return is_release(value)
        case ast.Constant(value=str(text)):
            return bool(re.fullmatch(r"\d+\.\d+(?:\.\d+)*", text))
        case _:
            return False


@pytest.mark.parametrize(
    "source",
    [
        "release < other",
        "made.release >= Release.parse('6.1')",
        "Release((6, 1)) == known",
        "span.since <= asked",
        "version == '6.12'",
        "0 < release.parts[0] < 3",
        "release.series in seen",
        "str(release) != name",
    ],
)
def test_finds_a_comparison_of_releases(source: str) -> None:
    assert [*comparisons(source)] == [source]


@pytest.mark.parametrize(
    "source", ["release is None", "span.covers(release) is False", "len(text) > 2", "name == 'x'"]
)
def test_ignores_other_comparisons(source: str) -> None:
    assert [*comparisons(source)] == []


MODULES = sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("module", sorted({*MODULES} - EXCEPTED))
def test_no_code_compares_releases(module: str) -> None:
    assert [*comparisons((PACKAGE / module).read_text("utf-8"))] == []


def test_the_exceptions_are_needed() -> None:
    for module in EXCEPTED:
        assert [*comparisons((PACKAGE / module).read_text("utf-8"))]
