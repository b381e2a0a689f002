"""A campaign of libFuzzer: seeds, runs, and finds that are reduced and kept as cases."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from tests.trials.fuzzing.seeds import dictionary, made_seeds, seeds, write_seeds

CASES = Path(__file__).with_name("cases")
"""Texts that broke a law once, in a folder for each target. ``tests/trials`` replays them."""


MADE = 1500
"""Seeds made of single lines of the corpora."""

OPTIONS = (
    "-print_final_stats=1", "-verbosity=0", "-timeout=300",
    "-rss_limit_mb=2048",
)  # fmt: skip

ENVIRONMENT = {
    **os.environ,
    "ASAN_OPTIONS": "malloc_context_size=2:quarantine_size_mb=16:detect_leaks=1",
}
"""Short stacks of allocations, because recording long ones takes a third of the time."""


Command = Sequence[str | Path]
"""A program made with libFuzzer, and its arguments in front of libFuzzer's own."""


@attrs.frozen
class Campaign:
    """What one campaign did."""

    target: str
    executions: int
    finds: tuple[Path, ...]
    corpus: Path
    """The folder of the texts that reach something new."""


def run(
    folder: Path, target: str, program: Command, *, length: int, runs: int, seconds: int
) -> Campaign:
    """Fuzz *program* with texts of up to *length* bytes: *runs* texts, or for *seconds*.

    A text that breaks a law ends the campaign; it is reduced and kept in `CASES`. Raises
    `subprocess.CalledProcessError` if the program failed without one.
    """
    corpus, given, found = (folder / name for name in ("corpus", "seeds", "found"))
    corpus.mkdir(exist_ok=True)
    found.mkdir(exist_ok=True)
    write_seeds(given, (*seeds(), *made_seeds(MADE)))
    words = folder / "words.dict"
    words.write_text(dictionary())
    budget = (
        f"-max_len={length}",
        f"-runs={runs}",
        f"-max_total_time={seconds}",
        f"-artifact_prefix={found}/",
    )
    command = (*program, *OPTIONS, *budget, f"-dict={words}", corpus, given)
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, check=False)
    stated = re.search(rb"stat::number_of_executed_units:\s*(\d+)", done.stderr)
    finds = tuple(_reduce(program, case, CASES / target) for case in sorted(found.iterdir()))
    if not stated or (done.returncode and not finds):
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return Campaign(target, int(stated[1]), finds, corpus)


def _reduce(program: Command, case: Path, kept: Path) -> Path:
    """Remove lines and bytes while a law is still broken; keep the result in the folder *kept*.

    If the result breaks no law in the end, because the program failed for another reason meanwhile,
    the text is kept as it was found.
    """
    found = text = case.read_bytes()
    smaller = True
    while smaller:
        smaller = False
        for shorter in _shorter(text):
            case.write_bytes(shorter)
            if _breaks(program, case):
                text, smaller = shorter, True
                break
    case.write_bytes(text)
    if not _breaks(program, case):
        text = found
    kept.mkdir(parents=True, exist_ok=True)
    file = kept / hashlib.sha256(text).hexdigest()[:12]
    file.write_bytes(text)
    return file


def _shorter(text: bytes) -> Iterator[bytes]:
    """Yield *text* without one of its lines, then without one of its bytes."""
    lines = text.splitlines(keepends=True)
    for index in range(len(lines)):
        yield b"".join(lines[:index] + lines[index + 1 :])
    for index in range(len(text)):
        yield text[:index] + text[index + 1 :]


def _breaks(program: Command, case: Path) -> bool:
    done = subprocess.run([*program, case], env=ENVIRONMENT, capture_output=True, check=False)
    return done.returncode != 0
