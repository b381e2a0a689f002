"""Builds of the C core with its laws (``core/``): for replaying, for fuzzing, for coverage."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.trials.fuzzing.core_tables import header
from tests.trials.recording import ROOT

CORE = ROOT / "procmaps" / "engines" / "_c" / "core"
LAWS = Path(__file__).with_name("core")

WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")
SANITIZERS = ("-g", "-O2", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")

GUIDED = ("-fsanitize=fuzzer-no-link", "-fno-sanitize-coverage=trace-cmp")
"""The branches of the core guide the search. Tracing compared values costs a third of the time, and
the dictionary has the values."""

COUNTED = ("-fprofile-instr-generate", "-fcoverage-mapping")


def build_replay(folder: Path, dialect: str = "linux", compiler: str = "gcc") -> Path:
    """Build a program that checks the files in its arguments, with sanitizers."""
    return _build(folder, "replay", dialect, (compiler, *SANITIZERS), replay=True)


def build_fuzzer(folder: Path, dialect: str) -> Path:
    """Build the libFuzzer target. Needs clang."""
    compiler = ("clang", *SANITIZERS)
    return _build(folder, "fuzz", dialect, compiler, core=GUIDED, link=("-fsanitize=fuzzer",))


def build_counted(folder: Path, dialect: str) -> Path:
    """Build a program that replays files and counts the lines of the core that run. Needs clang."""
    return _build(folder, "counted", dialect, ("clang", "-g", "-O0"), core=COUNTED, replay=True)


def _build(
    folder: Path,
    name: str,
    dialect: str,
    compiler: tuple[str, ...],
    *,
    core: tuple[str, ...] = (),
    link: tuple[str, ...] = (),
    replay: bool = False,
) -> Path:
    """Compile the core with the options *core*, and the laws without them; link both.

    Raises `FileNotFoundError` without the compiler, `subprocess.CalledProcessError` if it fails.
    """
    with tempfile.TemporaryDirectory(dir=folder) as objects:
        work = Path(objects)
        (work / "tables_data.h").write_text(header(dialect))
        common = (*compiler, *WARNINGS, f"-I{CORE}", f"-I{LAWS}", f"-I{work}", "-c")
        made: list[Path] = []

        def compile_file(source: Path, *options: str | Path) -> None:
            made.append(work / f"{source.parent.parent.name}-{source.stem}.o")
            subprocess.run([*common, *options, source, "-o", made[-1]], check=True)

        for source in sorted(CORE.glob("*.c")):
            compile_file(source, *core, "-include", LAWS / "allocation.h")
        for source in sorted(LAWS.glob("*.c")):
            if replay or source.stem != "replay":
                compile_file(source)
        program = folder / f"{name}-{dialect}"
        linked = core if "-fprofile-instr-generate" in core else ()
        subprocess.run([*compiler, *linked, *link, *made, "-o", program], check=True)
    return program
