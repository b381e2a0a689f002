"""Write the files of ``corpus/cases`` from the definitions of the cases."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from corpus.tools.builder import (
    android,
    damaged,
    header,
    labels,
    names,
    neighbours,
    producers,
    pseudo,
    smaps,
)
from corpus.tools.builder.model import Case, Json

GROUPS = {
    module.__name__.rpartition(".")[2]: module
    for module in (android, damaged, header, labels, names, neighbours, producers, pseudo, smaps)
}

KINDS = ("maps", "smaps", "smaps_rollup")


def files() -> dict[str, bytes]:
    """Return the content of every file of ``corpus/cases`` by its path there.

    Raises ValueError if two cases of a group have the same name, or the same unambiguous text.
    """
    made: dict[str, bytes] = {}
    for group, module in GROUPS.items():
        cases = list(module.cases())
        _check(group, cases)
        entries = {case.name: _entry(case) for case in sorted(cases, key=lambda case: case.name)}
        about = (module.__doc__ or "").partition("\n\n")[0]
        manifest = {"version": 1, "group": group, "about": about, "cases": entries}
        made[f"{group}/manifest.json"] = _json(manifest)
        for case in cases:
            made[f"{group}/{case.name}.json"] = _records(case.records)
            for kind, text in case.texts.items():
                made[f"{group}/{case.name}.{kind}"] = text
    return made


def write(folder: Path) -> None:
    """Make *folder* contain exactly `files`."""
    expected = files()
    for path in sorted(folder.glob("*/*")):
        if path.relative_to(folder).as_posix() not in expected:
            path.unlink()
    for name, content in expected.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def differences(folder: Path) -> list[str]:
    """Return one line for each file of *folder* that differs from the definitions."""
    wanted = files()
    present = {
        path.relative_to(folder).as_posix(): path for path in folder.glob("*/*") if path.is_file()
    }
    return [
        *(f"missing: {name}" for name in sorted(wanted.keys() - present.keys())),
        *(f"unknown file: {name}" for name in sorted(present.keys() - wanted.keys())),
        *(
            f"differs: {name}"
            for name in sorted(wanted.keys() & present.keys())
            if present[name].read_bytes() != wanted[name]
        ),
    ]


def _check(group: str, cases: Iterable[Case]) -> None:
    seen: dict[object, str] = {}
    for case in cases:
        # Two originals that print the same may each have a case: that is what those cases test.
        texts = () if case.interpretations else case.texts.items()
        for key in (case.name, *texts):
            if key in seen:
                raise ValueError(f"{group}: {case.name} and {seen[key]} have the same name or text")
            seen[key] = case.name


def _entry(case: Case) -> Json:
    """Return the manifest entry, without members that are empty and optional."""
    entry: Json = {
        "shows": case.shows,
        "source": case.source,
        "producer": case.producer,
        "since": case.since,
        "until": case.until,
        "tags": sorted({case.group, *case.tags, *case.texts}),
        "files": [kind for kind in KINDS if kind in case.texts],
        "result": "either" if case.either or case.interpretations else "must",
        "either": list(case.either),
        "interpretations": list(case.interpretations),
        "invalid_lines": case.invalid_lines,
    }
    return {key: value for key, value in entry.items() if value or key in ("tags", "files")}


def _json(data: object) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _records(records: Iterable[Json]) -> bytes:
    """Return an array with one record per line, for short files and readable diffs."""
    lines = [json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records]
    return ("[" + ",".join(f"\n{line}" for line in lines) + "\n]\n").encode()
