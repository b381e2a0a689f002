"""The cases are what their builder makes, fit their schemas, and are what the renderer prints."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
from referencing import Registry, Resource

from corpus.builder import writing
from procmaps import resources
from procmaps.check.cases import Case, load
from procmaps.errors import ProcmapsError
from procmaps.explanation.parts import pseudo_of
from procmaps.fields import FIELDS
from procmaps.producers import parse
from procmaps.releases import Release, Span
from procmaps.rendering import render

CASES = resources.path("corpus/cases")
MANIFEST = json.loads(resources.read("corpus/schema/manifest.schema.json"))
RECORD = json.loads(resources.read("corpus/schema/record.schema.json"))


def test_the_files_are_what_the_builder_makes() -> None:
    assert writing.differences(CASES) == []


def test_the_builder_imports_nothing_of_the_package() -> None:
    program = "import corpus.builder.writing, sys; sys.exit('procmaps' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_differs_is_told(tmp_path: Path) -> None:
    writing.write(tmp_path)
    assert writing.differences(tmp_path) == []
    (tmp_path / "names" / "space.maps").write_bytes(b"changed")
    (tmp_path / "names" / "space.json").unlink()
    (tmp_path / "names" / "stray.maps").write_bytes(b"")
    assert writing.differences(tmp_path) == [
        "missing: names/space.json",
        "not made by any definition: names/stray.maps",
        "differs: names/space.maps",
    ]
    writing.write(tmp_path)
    assert writing.differences(tmp_path) == []


def test_the_program_checks() -> None:
    command = [sys.executable, "-m", "corpus.builder", "--check"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
    wrong = subprocess.run([*command, "--chekc"], capture_output=True, check=False)
    told = b"usage: python -m corpus.builder [--check]\n"
    assert (wrong.returncode, wrong.stderr) == (2, told)


@pytest.mark.parametrize("group", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_they_fit_the_schemas(group: str) -> None:
    manifest = json.loads((CASES / group / "manifest.json").read_bytes())
    schema: Any = jsonschema.Draft202012Validator(MANIFEST)
    schema.validate(manifest)
    # The schema of records refers to itself by fragments only.
    registry: Any = cast("Any", Registry)().with_resource("record", Resource.from_contents(RECORD))
    records: Any = jsonschema.Draft202012Validator(
        {"type": "array", "items": {"$ref": "record"}}, registry=registry
    )
    for name in manifest["cases"]:
        records.validate(json.loads((CASES / group / f"{name}.json").read_bytes()))


def test_no_case_names_a_release_that_the_tables_do_not() -> None:
    """The first release and the last are known to print each name, field and flag of a case."""
    found = [
        f"{case.id}: {what} in {release}"
        for case in load()
        if case.producer == "linux" and case.id not in ON_PURPOSE
        # "before X" is a release that prints other fields: what a case has, is there up to then.
        for release in filter(None, (case.since, case.until.partition("before ")[0]))
        for what, span in _of_mainline(case)
        if span.covers(Release.parse(release)) is not True
    ]
    assert found == []


def _of_mainline(case: Case) -> Iterator[tuple[str, Span]]:
    """What in *case* the tables know to be mainline's, and its releases."""
    for record in case.records:
        name = pseudo_of(record.name)
        if name and name.producer == "Linux":
            yield name.pattern_text, name.span
        if record.usage is None:
            continue
        for field in FIELDS.values():
            if field.producer == "Linux" and getattr(record.usage, field.attribute) is not None:
                yield field.key.decode(), field.span
        for flag in record.usage.vm_flags.known() if record.usage.vm_flags else ():
            yield flag.mnemonic.decode(), flag.span


ON_PURPOSE = {
    # No release printed these; that is what the cases are about.
    "smaps/age-4.17-rc.smaps",
    "smaps/order-changed.smaps",
}


def test_the_two_printers_agree() -> None:
    """`procmaps.rendering` knows the kernels by its tables, the builder by format strings."""
    asked = {case.id: text == case.data for case in load() if (text := _rendered(case)) is not None}
    assert {name for name, same in asked.items() if not same} == ON_PURPOSE
    assert len(asked) > 600


def _rendered(case: Case) -> bytes | None:
    """The records of *case* as a mainline 64-bit kernel prints them; None where none does."""
    if case.producer != "linux" or not case.since or {"32-bit", "damaged"} & case.tags:
        return None
    if case.either:
        # Its records are those of several answers.
        return None
    try:
        return render(case.records, parse(f"linux-{case.since}"))
    except (ProcmapsError, ValueError):
        # Unknown fields, names of other architectures: the renderer says that it has none of them.
        return None
