"""`import procmaps` is cheap, and its lazy names agree with those that type checkers see."""

import ast
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import procmaps
from procmaps.engines.engine_selection import why_not_native

EXPENSIVE = ("click", "elftools", "hypothesis", "lark", "pyarrow", "pytest", "rich")
LAZY = procmaps._MODULES  # pyright: ignore[reportPrivateUsage]


def _run(program: str, **environment: str) -> list[str]:
    """Run *program* in a new interpreter and return the words that it prints.

    This process has already loaded most modules. ``-I`` keeps the checkout off the path.
    """
    ended = subprocess.run(
        [sys.executable, "-I", "-c", program],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        check=True,
    )
    return ended.stdout.decode().split()


def test_importing_the_package_loads_nothing_expensive() -> None:
    modules = _run("import procmaps, sys; print(*sys.modules)")
    assert "procmaps" in modules
    assert sorted(set(EXPENSIVE) & set(modules)) == []


LINE = b"7f00-8000 r--p 00000000 fd:01 1234    /usr/bin/cat\n"
LITTLE_WORK = (
    "procmaps.maps()",
    "[*procmaps.smaps()]",
    f"procmaps.loads({LINE + b'Rss: 4 kB' + bytes([10])!r})[0].usage",
    f"procmaps.loads({b'damaged' + LINE!r}, errors='collect').problems[0]",
    f"[procmaps.loads({LINE!r}, dialect=known.name) for known in DIALECTS]",
    f"procmaps.loads({LINE!r})[0].name.interpretations()",
    f"procmaps.render(procmaps.loads({LINE!r}), 'linux-6.12')",
    f"procmaps.explain({LINE[:-1]!r})",
    f"procmaps.extract({b'> ' + LINE!r})",
    f"[*procmaps.lint.lint({LINE!r})]",
)


@pytest.mark.parametrize("engine", ["native", "python"])
@pytest.mark.parametrize("statement", LITTLE_WORK)
def test_only_the_reference_engine_imports_lark(statement: str, engine: str) -> None:
    if engine == "native" and why_not_native():
        pytest.skip("the C extension was not built here")
    prepare = "import procmaps, procmaps.lint, sys; from procmaps.formats.dialects import DIALECTS"
    modules = _run(f"{prepare}; {statement}; print(*sys.modules)", PROCMAPS_ENGINE=engine)
    assert sorted({"hypothesis", "lark", "shutil", "tempfile"} & {*modules}) == []


SLOW = {
    *("attr", "attrs", "inspect", "lark", "pathlib", "pickle", "shutil", "tempfile"),
    *("typing", "procmaps.errors", "procmaps.formats.dialects", "procmaps.records.mapping"),
}
"""Modules that take as long to import as a small process's maps take to read."""


@pytest.mark.parametrize(
    "statement",
    [
        "procmaps.maps()",
        "procmaps.smaps()",
        "procmaps.rollup()",
        "len(procmaps.maps(retries=0).problems)",
        f"procmaps.loads({LINE!r}).kind",
        f"procmaps.loads({LINE!r}).dumps()",
    ],
)
def test_columns_alone_import_nothing_slow(statement: str) -> None:
    """Records need attrs, and are not made yet. `python -I -S` alone has none of these modules."""
    if why_not_native():
        pytest.skip("the pure Python engine needs typing")
    package = Path(procmaps.__file__).parents[1]
    program = f"import sys; sys.path.insert(0, {str(package)!r}); import procmaps; {statement}"
    loaded = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"{program}; print(*sys.modules)"],
        stdout=subprocess.PIPE,
        check=True,
    )
    assert sorted(SLOW & {*loaded.stdout.decode().split()}) == []


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
