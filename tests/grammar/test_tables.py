"""The tables that the build writes are those that the grammar files give now."""

from __future__ import annotations

import ast
import importlib
import shutil
import subprocess
import sys
import zipapp
from collections.abc import Iterator
from pathlib import Path

import pytest

import procmaps
from procmaps import _resources
from procmaps.errors import ResourceNotFound, UnknownDialect
from procmaps.grammar import compile_tables, tables, write_tables
from procmaps.grammar.tables import load_table

PACKAGE = Path(procmaps.__file__).parent
TABLES = dict(compile_tables.table_names())
LINE = b"7f00-8000 r--p 00000000 fd:01 1234    /usr/bin/cat"


def sources(table: str) -> dict[str, int]:
    module = importlib.import_module(f"procmaps.grammar.written.{table}")
    return dict(module.SOURCES)


@pytest.mark.parametrize("table", TABLES)
def test_a_written_table_is_what_the_grammar_gives(table: str) -> None:
    assert tables.written_table(table) == compile_tables.compile_table(table)


@pytest.mark.parametrize("table", TABLES)
def test_a_module_has_nothing_but_literals(table: str) -> None:
    text = (write_tables.WRITTEN / f"{table}.py").read_text("ascii")
    docstring, *values = ast.parse(text).body
    assert isinstance(docstring, ast.Expr)
    assert all(isinstance(value, ast.Assign | ast.AnnAssign) for value in values)
    read = [ast.literal_eval(value.value) for value in values]  # type: ignore[attr-defined]
    assert read == [sources(table), tables.written_table(table)]


def test_there_is_a_table_for_every_grammar_and_no_other() -> None:
    assert {file.stem for file in write_tables.WRITTEN.glob("*.py")} - {"__init__"} == {*TABLES}
    grammars = {f"grammar/{path.relative_to(_resources.path('grammar'))}" for path in _grammars()}
    parts = {f"grammar/{name}.lark" for name in ("fields", "header", "name")}
    assert {*TABLES.values()} | parts == grammars


def _grammars() -> Iterator[Path]:
    return _resources.path("grammar").rglob("*.lark")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_names_every_file_that_it_is_made_from(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: set[str] = set()
    read = _resources.read

    def spy(name: str) -> bytes:
        used.add(name)
        return read(name)

    monkeypatch.setattr(_resources, "read", spy)
    compile_tables.compile_table(table)
    assert used | {*write_tables.COMPILER} == {*sources(table)}


_HARMLESS = {
    # They say where a file is, what errors are, and how text is printed.
    *("procmaps", "procmaps._resources", "procmaps.errors", "procmaps.printable"),
    # The names of dialects, their grammars, and releases. The values of parsed lines.
    *("procmaps.formats.dialects", "procmaps.formats.releases", "procmaps.grammar.parsed_line"),
}
"""Modules that the compiler imports and whose content no table has."""


def test_a_table_names_every_module_that_it_is_made_by() -> None:
    program = (
        "from procmaps.grammar.compile_tables import *; import sys\n"
        "for table, _ in table_names(): compile_table(table)\n"
        "print(*(name for name in sys.modules if name.startswith('procmaps')))"
    )
    ran = subprocess.run([sys.executable, "-I", "-c", program], stdout=subprocess.PIPE, check=True)
    modules = {name for name in ran.stdout.decode().split() if not _is_package(name)}
    compiler = {name.removesuffix(".py").replace("/", ".") for name in write_tables.COMPILER}
    assert modules - _HARMLESS == compiler


def _is_package(module: str) -> bool:
    return module != "procmaps" and (PACKAGE.parent / module.replace(".", "/")).is_dir()


@pytest.mark.parametrize(
    ("table", "error"),
    [
        ("dialect_plan9", UnknownDialect),
        ("dialect_", UnknownDialect),
        ("embedded_x", ResourceNotFound),
    ],
)
def test_a_table_without_a_grammar_is_an_error(table: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        load_table(table)


# --- an edited grammar, a package without one -----------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of the package and its grammar, as a checkout has them."""
    ignored = shutil.ignore_patterns("*.so", "__pycache__", "_data")
    shutil.copytree(PACKAGE, tmp_path / "procmaps", ignore=ignored)
    shutil.copytree(_resources.path("grammar"), tmp_path / "grammar")
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def run(folder: Path, *command: str) -> list[str]:
    """Run Python in *folder*, which comes first on the path; return the words that it prints."""
    ran = subprocess.run(
        [sys.executable, *command], cwd=folder, stdout=subprocess.PIPE, check=True, timeout=60
    )
    return ran.stdout.decode().split()


PROGRAM = f"""
import sys, procmaps
found = procmaps.loads({LINE!r}, errors="collect")
print(procmaps.__file__, len(found), "lark" in sys.modules)
"""


def test_a_current_table_is_used(checkout: Path) -> None:
    assert run(checkout, "-c", PROGRAM)[1:] == ["1", "False"]


@pytest.mark.parametrize(
    ("file", "old", "new", "mappings"),
    [
        ("grammar/header.lark", "INODE: /[0-9]{1,20}/", "INODE: /[0-9]{1,3}/", "0"),
        ("grammar/name.lark", "// The name column", "// The column", "1"),
        ("procmaps/grammar/expressions.py", "The regular", "Regular", "1"),
    ],
)
def test_an_edit_is_compiled_at_every_start_until_it_is_written(
    checkout: Path, file: str, old: str, new: str, mappings: str
) -> None:
    text = (checkout / file).read_text()
    assert old in text
    (checkout / file).write_text(text.replace(old, new))
    written = checkout / "procmaps/grammar/written"
    before = {path.name: path.read_bytes() for path in written.glob("*.py")}
    assert run(checkout, "-c", PROGRAM)[1:] == [mappings, "True"]
    assert {path.name: path.read_bytes() for path in written.glob("*.py")} == before
    run(checkout, "-m", "procmaps.grammar.write_tables")
    assert run(checkout, "-c", PROGRAM)[1:] == [mappings, "False"]


def test_a_new_folder_gets_all_tables_and_loses_others(checkout: Path) -> None:
    folder = checkout / "new"
    run(checkout, "-m", "procmaps.grammar.write_tables", str(folder))
    (folder / "dialect_gone.py").write_text("")
    run(checkout, "-m", "procmaps.grammar.write_tables", str(folder))
    assert {file.name for file in folder.iterdir()} == {f"{table}.py" for table in TABLES}


def test_a_missing_table_is_compiled(checkout: Path) -> None:
    (checkout / "procmaps/grammar/written/dialect_linux.py").unlink()
    assert run(checkout, "-c", PROGRAM)[1:] == ["1", "True"]


def test_a_zip_file_needs_neither_lark_nor_a_grammar(checkout: Path, tmp_path: Path) -> None:
    (checkout / "pyproject.toml").unlink()
    shutil.rmtree(checkout / "grammar")
    (checkout / "__main__.py").write_text(PROGRAM)
    archive = tmp_path.parent / f"{tmp_path.name}.pyz"
    zipapp.create_archive(checkout, archive)
    module, *found = run(tmp_path.parent, str(archive))
    assert module.startswith(str(archive))
    assert found == ["1", "False"]


def test_a_zip_file_with_a_grammar_has_the_reference_engine(checkout: Path, tmp_path: Path) -> None:
    (checkout / "pyproject.toml").unlink()
    shutil.move(checkout / "grammar", checkout / "procmaps/_data/grammar")
    program = 'import os; os.environ["PROCMAPS_ENGINE"] = "reference"\n' + PROGRAM
    (checkout / "__main__.py").write_text(program)
    archive = tmp_path.parent / f"{tmp_path.name}.pyz"
    zipapp.create_archive(checkout, archive)
    assert run(tmp_path.parent, str(archive))[1:] == ["1", "True"]
