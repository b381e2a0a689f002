"""The records in ``corpus/captures/torn``: one JSON file for each kernel.

A record has the lines around the end of the first read, for each change: what the two parts of the
read returned, and what an undisturbed read returned before and after the change. All other lines
are the same in each of them, which `summary` checks on the whole texts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kernel.lab import capture
from kernel.lab.errors import LabError
from kernel.lab.torn_reads import reading
from kernel.lab.torn_reads.changes import CHANGES
from kernel.lab.torn_reads.layouts import ABOVE, ARENA, BELOW, READS_BEFORE, SLOT
from kernel.lab.torn_reads.positions import RULES, Range, Rule, disorder, entries, predicted
from kernel.lab.torn_reads.reading import File, TornRead
from kernel.lab.vm import Runs

CORPUS = capture.CORPUS / "torn"
FILES: tuple[File, ...] = ("maps", "smaps")

_WINDOW = 5
"""Slots on each side of the end of the first read that a record keeps."""

Record = dict[str, Any]


def take(guest: Runs) -> Record:
    """Return the changes of a record: what the kernel printed for each change and file.

    Raises ``LabError`` if no rule, or more than one, predicts every text.
    """
    torn = [each for file in FILES for each in reading.take(guest, file)]
    changes: Record = {}
    for each in torn:
        found = changes.setdefault(each.change.name, {"errno": each.errno})
        found[each.file] = summary(each)
        if each.file == "maps":
            found["lines"] = _lines(each)
    return {"continues_at": _rule(torn).name, "changes": changes}


def summary(torn: TornRead) -> Record:
    """Return the state that the text shows, and the kinds of disorder in it."""
    return {"state": torn.state, "disorder": [kind for _, kind in disorder(torn.text)]}


def _rule(torn: list[TornRead]) -> Rule:
    """Return the only rule that predicts every text."""
    true = [rule for rule in RULES if all(follows(rule, each) for each in torn)]
    if len(true) != 1:
        wrong = [
            f"{each.change.name} ({each.file})"
            for each in torn
            if not any(follows(rule, each) for rule in RULES)
        ]
        raise LabError(
            f"{len(true)} rules predict where the kernel continues to print; "
            f"no rule predicts: {', '.join(wrong) or 'nothing that all others agree with'}"
        )
    return true[0]


def follows(rule: Rule, torn: TornRead) -> bool:
    """Return whether *rule* predicts the whole text."""
    before, after = entries(torn.before), entries(torn.after)
    return predicted(rule, torn.first, before, after) == torn.text


def _lines(torn: TornRead) -> dict[str, list[str]]:
    """Return the lines of maps near the end of the first read, and beyond the slots."""
    end = entries(torn.first)[-1].range[1]
    low, high = end - _WINDOW * SLOT, end + _WINDOW * SLOT
    windows = ((BELOW, ARENA), (low, high), (ABOVE, ABOVE + SLOT))

    def near(found: Range) -> bool:
        return any(found[0] < high and found[1] > low for low, high in windows)

    texts = {"first": torn.first, "rest": torn.rest, "before": torn.before, "after": torn.after}
    return {
        name: [
            capture.normal(entry.lines).decode("ascii").removesuffix("\n")
            for entry in entries(text)
            if near(entry.range)
        ]
        for name, text in texts.items()
    }


def text(lines: list[str]) -> bytes:
    """Return lines of a record as the kernel printed them."""
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def path(kernel: str) -> Path:
    """Return the file of a kernel's record."""
    return CORPUS / f"{kernel}.json"


def names() -> list[str]:
    """Return the names of all recorded kernels."""
    return sorted(file.stem for file in CORPUS.glob("*.json"))


def read(kernel: str) -> Record:
    """Return the record of a kernel. Raises ``LabError`` if there is none."""
    try:
        found: Record = json.loads(path(kernel).read_bytes())
    except FileNotFoundError:
        raise LabError(f"no record of {kernel}: run `capture {kernel}`") from None
    return found


def write(kernel: str, record: Record) -> Path:
    """Write the record of a kernel into the corpus; return its file."""
    into = path(kernel)
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(json.dumps(record, indent=1) + "\n")
    return into


def compare(kept: Record, taken: Record) -> list[str]:
    """Return what differs between two records of one kernel; its provenance may."""
    found: list[str] = []
    if kept["continues_at"] != taken["continues_at"]:
        found.append(f"continues at the {taken['continues_at']}, not the {kept['continues_at']}")
    changes = kept["changes"], taken["changes"]
    for name in dict.fromkeys([*changes[0], *changes[1]]):
        one, other = (each.get(name, {}) for each in changes)
        parts = [part for part in {**one, **other} if one.get(part) != other.get(part)]
        if parts:
            found.append(f"{name}: {', '.join(parts)}")
    return found


def frame() -> Record:
    """Return what a record says about the changes, for readers of the file."""
    return {
        "shows": "what a read of maps returns if a system call changes memory during the read",
        "reads_before_the_change": READS_BEFORE,
        "what": {each.name: each.what for each in CHANGES.values()},
    }
