"""`import procmaps` is cheap: what only some uses need is not loaded for all."""

import ast
import inspect
import subprocess
import sys

import pytest

import procmaps

EXPENSIVE = ("click", "hypothesis", "lark", "pyarrow", "pytest", "rich")


def test_importing_the_package_loads_no_parser_generator_and_no_test_library() -> None:
    # A process of its own, and -I: in this one the tests have loaded most of them already.
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", "import procmaps, sys; print(*sys.modules)"],
        stdout=subprocess.PIPE,
        check=True,
    )
    modules = loaded.stdout.decode().split()
    assert "procmaps" in modules
    assert sorted(set(EXPENSIVE) & set(modules)) == []


def test_type_checkers_see_what_can_be_imported() -> None:
    tree = ast.parse(inspect.getsource(procmaps))
    seen = {
        (node.module, alias.name)
        for branch in tree.body
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    homes = procmaps._MODULES  # pyright: ignore[reportPrivateUsage]
    assert seen == {(f"procmaps.{home}", name) for name, home in homes.items()}
    assert all(hasattr(procmaps, name) for _, name in seen)
    assert {name for _, name in seen} <= set(dir(procmaps))


def test_a_star_imports_every_public_name_and_still_nothing_expensive() -> None:
    loaded = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            "from procmaps import *; import sys; print(*dir(), *sys.modules)",
        ],
        stdout=subprocess.PIPE,
        check=True,
    )
    names = {*loaded.stdout.decode().split()}
    assert {*procmaps._MODULES} <= names  # pyright: ignore[reportPrivateUsage]
    assert sorted({*EXPENSIVE} & names) == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError) as caught:
        procmaps.nothing  # noqa: B018 - that is the test
    assert str(caught.value) == "module 'procmaps' has no attribute 'nothing'"
