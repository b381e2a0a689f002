"""Lines of the package that the texts of the campaigns run, by folder."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.trials.recording import ROOT

PROGRAM = "tests.trials.fuzzing.python_replay"


def percent_by_folder(texts: Path) -> dict[str, float]:
    """Return the percentage of lines that run, for each folder of the package that is used.

    *texts* has a folder of texts for each law. They run in a process of their own, so that what
    runs at import counts.
    """
    data, report = texts.parent / "coverage", texts.parent / "coverage.json"
    measured = ("-m", "coverage", "run", f"--data-file={data}", "--rcfile=/dev/null")
    source = f"--source={ROOT / 'procmaps'}"
    subprocess.run([sys.executable, *measured, source, "-m", PROGRAM, texts], check=True)
    converted = ("-m", "coverage", "json", "-q", f"--data-file={data}", "--rcfile=/dev/null")
    subprocess.run([sys.executable, *converted, "-o", report], check=True)
    lines: Counter[str] = Counter()
    run: Counter[str] = Counter()
    for file, found in json.loads(report.read_bytes())["files"].items():
        summary = found["summary"]
        if summary["covered_lines"]:
            folder = (ROOT / file).relative_to(ROOT / "procmaps").parts[0]
            lines[folder] += summary["num_statements"]
            run[folder] += summary["covered_lines"]
    return {folder: round(100 * run[folder] / lines[folder], 1) for folder in sorted(lines)}
