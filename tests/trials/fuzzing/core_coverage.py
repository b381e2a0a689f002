"""Which lines of the C core a set of texts runs, by llvm-cov; every other line has a reason."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs

from tests.trials.fuzzing.core_build import CORE, build_counted

AT_ONCE = 2000
"""Texts in one command line."""


@attrs.frozen
class Coverage:
    """The lines of one file that run, and those that do not."""

    lines: int
    uncovered: dict[int, str]
    """The source text of each line that does not run, by its number."""
    regions: int
    covered_regions: int


def measure(folder: Path, dialect: str, texts: Sequence[Path]) -> dict[str, Coverage]:
    """Return the coverage of each file of the core by *texts*. Needs clang and its llvm tools."""
    program = build_counted(folder, dialect)
    profiles: list[Path] = []
    for first in range(0, len(texts), AT_ONCE):
        profiles.append(folder / f"{len(profiles)}.profraw")
        environment = {"LLVM_PROFILE_FILE": str(profiles[-1])}
        command = [program, *texts[first : first + AT_ONCE]]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    merged = folder / "merged.profdata"
    subprocess.run(["llvm-profdata", "merge", *profiles, "-o", merged], check=True)
    exported = subprocess.run(
        ["llvm-cov", "export", program, f"-instr-profile={merged}"],
        check=True,
        capture_output=True,
    )
    (data,) = json.loads(exported.stdout)["data"]
    files = {Path(file["filename"]).name: file for file in data["files"]}
    return {
        source.name: _coverage(source, files[source.name]) for source in sorted(CORE.glob("*.c"))
    }


def _coverage(source: Path, file: dict[str, Any]) -> Coverage:
    text = source.read_text().splitlines()
    regions = file["summary"]["regions"]
    uncovered = _uncovered(file["segments"])
    return Coverage(
        file["summary"]["lines"]["count"],
        {number: text[number - 1].strip() for number in uncovered},
        regions["count"],
        regions["covered"],
    )


def _uncovered(segments: list[list[Any]]) -> list[int]:
    """Return the lines on which a region without a run starts or goes on.

    A segment is line, column, count, whether it has a count, and whether a region starts there. It
    ends where the next one starts.
    """
    found: set[int] = set()
    for segment, following in pairwise(segments):
        line, _, count, has_count = segment[:4]
        if has_count and count == 0:
            last = following[0] if following[1] > 1 else following[0] - 1
            found.update(range(line, last + 1))
    return sorted(found)
