"""Write cases to a folder, laid out as ``corpus/cases``: for people and programs without Python."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from procmaps import _resources
from procmaps.check.cases import MANIFEST, Case, groups_in
from procmaps.check.shrinking import ShrunkFailure
from procmaps.json_format import JsonObject, to_json

_SCHEMA: Final = "manifest.schema.json"

_README: Final = f"""\
Cases of the conformance suite for parsers of /proc/PID/maps, smaps and smaps_rollup.

GROUP/NAME.maps, NAME.smaps, NAME.smaps_rollup
    The dumps, byte for byte.
GROUP/NAME.json
    An array of the expected records. The records of NAME.maps are the same, without "usage".
GROUP/{MANIFEST}
    What each case shows ("shows"), its source in the kernel ("source"), who prints it
    ("producer", "since", "until"), and which answers are right ("result"):
      must    one answer is right: all records, in order
      either  several are: "either" lists them, each with its policy and the indices of its
              records, or "rejected" if the parser may refuse the dump. "interpretations" lists
              other original names that print the same bytes.
    "invalid_lines" lists the damaged lines of each dump, from 1.
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
    (folder / "README.txt").write_text(_README, "utf-8")
    (folder / _SCHEMA).write_bytes(_resources.read(f"corpus/schema/{_SCHEMA}"))


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
            shutil.copyfile(source / f"{name}.{suffix}", target / f"{name}.{suffix}")
    if entries:
        _write_json(target / MANIFEST, manifest | {"cases": entries})


def save_failure(failure: ShrunkFailure, folder: Path) -> Path:
    """Write *failure* as a case into the group *folder*; return the path of its dump.

    The manifest there gains an entry. The same dump is written only once.
    """
    case = failure.case
    folder.mkdir(parents=True, exist_ok=True)
    word = re.sub("[^A-Za-z0-9]+", "-", failure.verdict.key).strip("-")
    name = f"{word}-{hashlib.sha256(case.data).hexdigest()[:8]}"
    dump = folder / f"{name}.{case.kind}"
    dump.write_bytes(case.data)
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
    path.write_text(json.dumps(data, indent=1) + "\n", "utf-8")


def _entry(failure: ShrunkFailure) -> JsonObject:
    """Return the manifest's entry for a failure, as the schema has it."""
    case = failure.case
    entry: JsonObject = {
        "shows": f"A parser got this wrong: {failure.verdict.key}.",
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
