"""Modules import from their own room and from those before it in ``tests/rooms.toml`` only."""

from __future__ import annotations

import ast
import graphlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = tomllib.loads((ROOT / "tests" / "rooms.toml").read_text("utf-8"))["room"]
PLACES = {module: place for place, room in enumerate(ROOMS) for module in room["modules"]}
OWN = ("procmaps", "corpus", "kernel", "bench")
FOLDERS = ("procmaps", "corpus/builder", "corpus/matrix", "kernel", "bench")


def name_of(path: Path) -> str:
    """The dotted name of a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {
    name_of(path): path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))
}


def imports(name: str, source: str) -> Iterator[str]:
    """Every module of the project that *source* imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} imports by dots: {ast.unparse(node)}"
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (module_of(one) for one in found if one.partition(".")[0] in OWN)


def module_of(dotted: str) -> str:
    """The module that *dotted* is, or is in: of ``from a.b import c`` it is a.b.c or a.b."""
    return dotted if dotted in FILES or dotted in PLACES else dotted.rpartition(".")[0]


def place_of(module: str) -> int:
    """Where in the list the room of *module* stands: that of the package closest to it."""
    name = module
    while name and name not in PLACES:
        name = name.rpartition(".")[0]
    # The public face is a room of its own, and no roof over the others.
    if not name or (name == "procmaps" != module):
        raise AssertionError(f"{module} has no room in tests/rooms.toml")
    return PLACES[name]


GRAPH = {name: {*imports(name, path.read_text("utf-8"))} - {name} for name, path in FILES.items()}


def test_a_name_is_a_module_or_within_one() -> None:
    source = """
import procmaps.cli.app
from procmaps import errors, loads
def late():
    from procmaps.lint.rules import RULES
"""
    assert [*imports("x", source)] == [
        "procmaps.cli.app",
        "procmaps.errors",
        "procmaps",
        "procmaps.lint.rules",
    ]


def test_every_room_is_there() -> None:
    built = {"procmaps._scan"}
    for module in PLACES.keys() - built:
        assert any(name == module or name.startswith(f"{module}.") for name in FILES), module


@pytest.mark.parametrize("name", FILES)
def test_a_module_imports_from_its_own_room_and_those_before(name: str) -> None:
    place = place_of(name)
    later = {module for module in GRAPH[name] if place_of(module) > place}
    assert not later, f"{name}, of the room {ROOMS[place]['name']!r}, imports from later ones"


def test_no_two_modules_import_each_other() -> None:
    # A package is no more than its parts: whoever imports one of them has run its __init__.
    graphlib.TopologicalSorter(GRAPH).prepare()


def test_the_builder_of_the_cases_knows_only_itself() -> None:
    for name, imported in GRAPH.items():
        if name.startswith("corpus.builder"):
            assert all(module.startswith("corpus.builder") for module in imported), name
