"""``python -m kernel.lab.programs page``: docs/labels.md, from the table and the captures."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
from attrs import frozen

import procmaps
from corpus.tools.matrix.markdown import code, plain, table
from kernel.lab.programs.taking import CORPUS
from procmaps.formats.program_labels import PROGRAMS, LabellingProgram, ProgramLabel, find_label
from procmaps.records.names import AnonName, AnonShmemName

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "labels.md"
_TEMPLATE = Path(__file__).with_name("labels.md.jinja")


@frozen
class CapturedRun:
    """One program's capture: provenance, and the labels by the name of the process."""

    folder: Path
    facts: dict[str, Any]

    @property
    def name(self) -> str:
        """The program's name, such as ``go``."""
        return self.folder.name

    @property
    def release(self) -> str:
        """The release of the kernel, such as ``6.12``."""
        release: str = self.facts["release"]
        return release

    def maps(self) -> Iterator[bytes]:
        """Yield the text of each maps file."""
        for path in sorted(self.folder.glob("*.maps")):
            yield path.read_bytes()

    def labels(self) -> Iterator[bytes]:
        """Yield every label, as the kernel printed it, with repeats."""
        for text in self.maps():
            for mapping in procmaps.loads(text):
                if isinstance(mapping.name, AnonName | AnonShmemName):
                    yield mapping.name.label


def captured_runs() -> list[CapturedRun]:
    """Return the captures of programs in the corpus, by kernel and name."""
    return [
        CapturedRun(path.parent, json.loads(path.read_bytes()))
        for path in sorted(CORPUS.glob("*/*/provenance.json"))
    ]


def seen() -> tuple[dict[ProgramLabel, list[str]], dict[bytes, list[str]]]:
    """Return the runs that show each row of the table, and those of labels without a row."""
    rows: defaultdict[ProgramLabel, list[str]] = defaultdict(list)
    unknown: defaultdict[bytes, list[str]] = defaultdict(list)
    for run in captured_runs():
        for label in sorted(set(run.labels())):
            found = find_label(label)
            names = rows[found[1]] if found else unknown[label]
            if run.name not in names:
                names.append(run.name)
    return dict(rows), dict(unknown)


def render() -> str:
    """Return the text of docs/labels.md."""
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown, from files of this project
    )
    rows, _ = seen()
    runs = captured_runs()
    newest = [run for run in runs if run.release == "6.12"]
    return environment.from_string(_TEMPLATE.read_text("utf-8")).render(
        programs=[_section(program, rows) for program in PROGRAMS],
        overview=_overview(rows),
        captures=_captures(newest),
        silent=_silent(newest),
        documented=len(PROGRAMS),
        rows=sum(len(program.labels) for program in PROGRAMS),
        captured_rows=sum(1 for program in PROGRAMS for row in program.labels if row in rows),
        labelled=sum(1 for run in newest if any(run.facts["labels"].values())),
        older=sorted({run.name for run in runs if run.release == "6.1"}),
        code=code,
    )


def _overview(rows: dict[ProgramLabel, list[str]]) -> str:
    head = ("Program", "Since", "Labels memory", "Captured")
    return table(
        head,
        [
            (
                f"[{plain(program.name)}](#{program.name})",
                plain(program.since or "not established"),
                plain(program.switch),
                "yes" if any(row in rows for row in program.labels) else "read in the source",
            )
            for program in PROGRAMS
        ],
    )


def _section(program: LabellingProgram, rows: dict[ProgramLabel, list[str]]) -> dict[str, str]:
    lines = [
        (
            code(row.example),
            plain(row.meaning) + (f" Since {plain(row.since)}." if row.since else ""),
            plain(row.varies) or "nothing",
            ", ".join(rows[row]) if row in rows else "read in the source",
        )
        for row in program.labels
    ]
    return {
        "name": program.name,
        "title": plain(program.title[0].upper() + program.title[1:]),
        "since": plain(program.since),
        "switch": plain(
            program.switch if program.since else program.switch[0].upper() + program.switch[1:]
        ),
        "source": plain(program.source),
        "table": table(("Label", "Meaning", "Varies", "Seen in"), lines),
    }


def _captures(runs: list[CapturedRun]) -> str:
    return table(
        ("Capture", "Versions", "Labels"),
        [
            (
                code(run.name),
                plain(", ".join(f"{name} {version}" for name, version in versions.items())),
                str(len({label for labels in run.facts["labels"].values() for label in labels})),
            )
            for run in runs
            for versions in (run.facts["versions"],)
        ],
    )


def _silent(runs: list[CapturedRun]) -> str:
    return table(
        ("Capture", "Why it has no label"),
        [
            (code(run.name), plain(run.facts["shows"]))
            for run in runs
            if not any(run.facts["labels"].values())
        ],
    )


def write() -> None:
    """Write docs/labels.md."""
    PAGE.write_text(render(), "utf-8")
