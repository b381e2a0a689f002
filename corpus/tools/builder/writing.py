"""Write the files of ``corpus/cases`` from the definitions of the cases."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from corpus.tools.builder import (
    android,
    answers,
    damaged,
    evidence,
    found,
    header,
    labels,
    names,
    neighbours,
    producers,
    pseudo,
    smaps,
)
from corpus.tools.builder.controls import Controls
from corpus.tools.builder.features import DISPUTED, FEATURES, LIKELY
from corpus.tools.builder.model import Case, Json
from corpus.tools.builder.profiles import make_profiles

GROUPS = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        android,
        damaged,
        found,
        header,
        labels,
        names,
        neighbours,
        producers,
        pseudo,
        smaps,
    )
}

MANIFEST = "manifest.json"
KINDS = ("maps", "smaps", "smaps_rollup")


def files() -> dict[str, bytes]:
    """Return the content of every file of ``corpus/cases`` by its path there.

    Raises ValueError if two cases of a group have the same name, or the same unambiguous text.
    """
    made: dict[str, bytes] = {}
    groups = {group: list(module.cases()) for group, module in GROUPS.items()}
    for group, cases in groups.items():
        _check(group, cases)
    controls = Controls(case for cases in groups.values() for case in cases)
    groups["controls"] = controls.made
    abouts = {group: module.__doc__ or "" for group, module in GROUPS.items()}
    abouts["controls"] = "The dumps of other cases without what those show."
    for group, cases in groups.items():
        ordered = sorted(cases, key=lambda case: case.name)
        entries = {case.name: _entry(case, controls.of(case)) for case in ordered}
        about = abouts[group].partition("\n\n")[0]
        made[f"{group}/{MANIFEST}"] = _json(
            {"version": 1, "group": group, "about": about, "cases": entries}
        )
        for case in cases:
            made[f"{group}/{case.name}.json"] = _records(case.records)
            given = answers.to_json(answers.of_case(case))
            made[f"{group}/{case.name}.answers.json"] = given
            for kind, text in case.texts.items():
                made[f"{group}/{case.name}.{kind}"] = text
    made |= lists(case for cases in groups.values() for case in cases)
    return made


def write(folder: Path) -> None:
    """Make *folder* contain exactly `files`."""
    expected = files()
    for path in _present(folder):
        if path.relative_to(folder).as_posix() not in expected:
            path.unlink()
    for name, content in expected.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _present(folder: Path) -> list[Path]:
    return sorted(path for path in (*folder.glob("*"), *folder.glob("*/*")) if path.is_file())


def differences(folder: Path) -> list[str]:
    """Return one line for each file of *folder* that differs from the definitions."""
    wanted = files()
    present = {path.relative_to(folder).as_posix(): path for path in _present(folder)}
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


def _entry(case: Case, control: str) -> Json:
    """Return the manifest entry, without members that are empty and optional."""
    entry: Json = {
        "shows": case.shows,
        "feature": case.feature,
        "shown_by": evidence.find(case),
        "control": control,
        "likely": case.likely,
        "disputed": case.disputed,
        "source": case.source,
        "producer": case.producer,
        "since": case.since,
        "until": case.until,
        "fields_of": case.fields_of,
        "tags": sorted({case.group, *case.tags, *case.texts}),
        "files": [kind for kind in KINDS if kind in case.texts],
        "result": "either" if case.either or case.interpretations else "must",
        "either": list(case.either),
        "interpretations": list(case.interpretations),
        "invalid_lines": case.invalid_lines,
    }
    return {key: value for key, value in entry.items() if value or key in ("tags", "files")}


def lists(cases: Iterable[Case]) -> dict[str, bytes]:
    """Return the files about all groups: the features, and the profiles as lists of dumps."""
    profiles = {
        name: {"about": profile.about, "cases": profile.dumps}
        for name, profile in make_profiles(cases).items()
    }
    return {
        "features.json": _json(
            {"version": 1, "features": FEATURES, "likely": LIKELY, "disputed": DISPUTED}
        ),
        "profiles.json": _json({"version": 1, "profiles": profiles}),
    }


def _json(data: object) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _records(records: Iterable[Json]) -> bytes:
    """Return an array with one record per line, for short files and readable diffs."""
    lines = [json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records]
    return ("[" + ",".join(f"\n{line}" for line in lines) + "\n]\n").encode()
