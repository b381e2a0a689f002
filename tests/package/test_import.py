"""`import procmaps` is cheap, and its lazy names agree with those that type checkers see."""

import ast
import inspect
import subprocess
import sys

import pytest

import procmaps

EXPENSIVE = ("click", "hypothesis", "lark", "pyarrow", "pytest", "rich")
LAZY = procmaps._MODULES  # pyright: ignore[reportPrivateUsage]


def _run(program: str) -> list[str]:
    """Run *program* in a new interpreter and return the words that it prints.

    This process has already loaded most modules. ``-I`` keeps the checkout off the path.
    """
    ended = subprocess.run(
        [sys.executable, "-I", "-c", program], stdout=subprocess.PIPE, check=True
    )
    return ended.stdout.decode().split()


def test_importing_the_package_loads_nothing_expensive() -> None:
    modules = _run("import procmaps, sys; print(*sys.modules)")
    assert "procmaps" in modules
    assert sorted(set(EXPENSIVE) & set(modules)) == []


def test_type_checkers_see_the_lazy_names_and_no_others() -> None:
    tree = ast.parse(inspect.getsource(procmaps))
    seen = {
        (node.module, alias.name)
        for branch in tree.body
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == {(f"procmaps.{module}", name) for name, module in LAZY.items()}
    assert all(hasattr(procmaps, name) for name in LAZY)


def test_a_star_import_gives_every_public_name_and_loads_nothing_expensive() -> None:
    names = {*_run("from procmaps import *; import sys; print(*dir(), *sys.modules)")}
    assert {*LAZY} <= names
    assert sorted({*EXPENSIVE} & names) == []


def test_dir_lists_public_names_only() -> None:
    names = _run("import procmaps; procmaps.loads; print(*dir(procmaps))")
    assert {*LAZY, "__version__"} <= {*names}
    assert [name for name in names if name not in LAZY and not name.startswith("__")] == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError) as caught:
        procmaps.nothing  # noqa: B018 - the access is the test
    assert str(caught.value) == "module 'procmaps' has no attribute 'nothing'"
