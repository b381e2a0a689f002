"""Write cases to a folder, laid out as ``corpus/cases``: for people and programs without Python."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from procmaps import _resources
from procmaps.check.cases import FEATURES, MANIFEST, PROFILES, Case, groups_in, root_of
from procmaps.check.shrinking import ShrunkFailure
from procmaps.check.whole_files import write_whole
from procmaps.json_format import JsonObject, to_json

_SCHEMA: Final = "manifest.schema.json"

_README: Final = f"""\
Cases of the conformance suite for parsers of /proc/PID/maps, smaps and smaps_rollup.

GROUP/NAME.maps, NAME.smaps, NAME.smaps_rollup
    The dumps, byte for byte.
GROUP/NAME.json
    An array of the expected records. The records of NAME.maps are the same, without "usage".
GROUP/NAME.answers.json
    The right answers to each dump, in the form that an adapter prints: compare the members that
    your parser has. An answer with "rejected" means that the parser may refuse the dump.
    A text that is not UTF-8 is {{"base64": "..."}}; a number above 2^53 is a string. Only smaps
    has "usage". A field that was not printed may be missing or 0. Keys and "usage" have no order.
GROUP/{MANIFEST}
    What each case shows ("shows"), its source in the kernel ("source"), who prints it
    ("producer", "since", "until"), and which answers are right ("result"):
      must    one answer is right: all records, in order
      either  several are: "either" lists them, each with its policy and the indices of its
              records, or "rejected" if the parser may refuse the dump. "interpretations" lists
              other original names that print the same bytes.
    "invalid_lines" lists the damaged lines of each dump, from 1.
    "control" is the case with the same dump without what this one shows ("shown_by"). If your
    parser fails there in the same way, the failure is not due to the feature.
    "likely" says who prints such a dump, "disputed" which policy a failure may be due to.
{FEATURES}, {PROFILES}
    The features with their titles; lists of dumps for one kind of user each.
{_SCHEMA}
    The JSON Schema of a {MANIFEST}.

Names are bytes: "base64" is exact, "text" is for reading only. Sizes are bytes.

To run these cases: procmaps check --cases THIS-FOLDER -- ./your-adapter
"""


def export_cases(cases: Iterable[Case], folder: Path, *, source: Path | None = None) -> None:
    """Write *cases* into *folder*, with a README and the schema.

    *source* is the folder that they were loaded from, None for the project's own. Raises `OSError`
    for a folder that cannot be written, and `FileExistsError` for one that is not empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(17, "the folder is not empty", str(folder))
    chosen: dict[str, set[str]] = {}
    for case in cases:
        chosen.setdefault(case.name, set()).add(case.kind)
    for group in groups_in(source):
        _export_group(group, folder / group.resolve().name, chosen)
    _export_lists(root_of(source), folder, chosen)
    write_whole(folder / "README.txt", _README)
    write_whole(folder / _SCHEMA, _resources.read(f"corpus/schema/{_SCHEMA}"))


def _export_group(source: Path, target: Path, chosen: dict[str, set[str]]) -> None:
    manifest: dict[str, Any] = json.loads((source / MANIFEST).read_bytes())
    entries: dict[str, Any] = {}
    for name, entry in manifest["cases"].items():
        kinds = [kind for kind in entry["files"] if kind in chosen.get(f"{target.name}/{name}", ())]
        if not kinds:
            continue
        entries[name] = entry | {"files": kinds}
        target.mkdir(exist_ok=True)
        for suffix in (*kinds, "json"):
            _copy(source / f"{name}.{suffix}", target)
        _export_answers(source, target, name, kinds)
    if entries:
        _write_json(target / MANIFEST, manifest | {"cases": entries})


def _export_answers(source: Path, target: Path, name: str, kinds: list[str]) -> None:
    """Write the answers to the dumps of these *kinds*; a case saved by --fuzz has none."""
    path = source / f"{name}.answers.json"
    if path.exists():
        every = json.loads(path.read_bytes())
        _write_json(target / path.name, {kind: every[kind] for kind in kinds})


def _export_lists(source: Path, target: Path, chosen: dict[str, set[str]]) -> None:
    """Write the features, and what remains of the profiles."""
    if (source / FEATURES).exists():
        _copy(source / FEATURES, target)
    if (source / PROFILES).exists():
        whole = json.loads((source / PROFILES).read_bytes())
        for profile in whole["profiles"].values():
            profile["cases"] = [
                dump
                for dump in profile["cases"]
                for name, _, kind in (dump.rpartition("."),)
                if kind in chosen.get(name, ())
            ]
        _write_json(target / PROFILES, whole)


def save_failure(failure: ShrunkFailure, folder: Path) -> Path:
    """Write *failure* as a case into the group *folder*; return the path of its dump.

    The manifest there gains an entry. The same dump is written only once.
    """
    case = failure.case
    folder.mkdir(parents=True, exist_ok=True)
    word = re.sub("[^A-Za-z0-9]+", "-", failure.verdict.key).strip("-")
    name = f"{word}-{hashlib.sha256(case.data).hexdigest()[:8]}"
    dump = folder / f"{name}.{case.kind}"
    write_whole(dump, case.data)
    _write_json(folder / f"{name}.json", [to_json(record) for record in case.records])
    path = folder / MANIFEST
    entries: dict[str, JsonObject] = {}
    if path.exists():
        entries = json.loads(path.read_bytes())["cases"]
    entries[name] = _entry(failure)
    manifest = {
        "version": 1,
        "group": folder.name,
        "about": "Found by procmaps check --fuzz.",
        "cases": entries,
    }
    _write_json(path, manifest)
    return dump


def _write_json(path: Path, data: object) -> None:
    write_whole(path, json.dumps(data, indent=1) + "\n")


def _copy(file: Path, folder: Path) -> None:
    write_whole(folder / file.name, file.read_bytes())


def _entry(failure: ShrunkFailure) -> JsonObject:
    """Return the manifest's entry for a failure, as the schema has it."""
    case = failure.case
    entry: JsonObject = {
        "shows": f"A parser got this wrong: {failure.verdict.key}.",
        "feature": "drawn",
        "likely": case.likely,
        "source": f"drawn by {case.source}",
        "producer": case.producer,
        "tags": ["fuzz"],
        "files": [case.kind],
        "result": "either" if case.interpretations else "must",
    }
    if case.interpretations:
        entry["interpretations"] = [
            {
                "record": item.record,
                "policy": item.policy,
                "path": {"base64": base64.b64encode(item.path).decode("ascii")},
                "deleted": item.deleted,
            }
            for item in case.interpretations
        ]
    return entry
