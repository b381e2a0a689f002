"""The laws of the C core hold for the corpora and for every text that broke one before.

libFuzzer needs clang; any compiler can build the program that replays texts.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.engines.sanitized.test_sanitized import sanitizer_library
from tests.trials.fuzzing import core_build
from tests.trials.fuzzing.campaign import CASES
from tests.trials.fuzzing.core_build import build_replay
from tests.trials.fuzzing.core_trial import SHARES
from tests.trials.fuzzing.seeds import made_seeds, seeds, write_seeds


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files with every seed, and every case that a campaign kept."""
    sanitizer_library()
    folder = tmp_path_factory.mktemp("texts")
    write_seeds(folder, (*seeds(), *made_seeds(300)))
    return [*sorted(folder.iterdir()), *sorted((CASES / "core").glob("*"))]


@pytest.mark.parametrize("dialect", SHARES)
def test_the_laws_hold_under_sanitizers(tmp_path: Path, texts: list[Path], dialect: str) -> None:
    program = build_replay(tmp_path, dialect)
    done = subprocess.run([program, *texts], capture_output=True, text=True, check=False)
    assert done.stdout == f"{len(texts)} texts, no law broken\n", done.stderr


PLANTED = {
    "a field leaks into every mapping of a shared block": (
        "line_reader.c",
        "    out->usage_row[now->rows - 1] = 0;\n    for (int line",
        "    for (int line",
    ),
    "one row too many is written": (
        "line_reader.c",
        "now->rows < out->row_capacity",
        "now->rows <= out->row_capacity",
    ),
    "a block with an unread line is shared": (
        "line_reader.c",
        "reader->cacheable = false; /* the block has a line that is no field */",
        "",
    ),
    "a lookup is of a text without its last byte": (
        "intern_table.c",
        "find_slot(table, text, length, keyed_hash(text, length, &table->key)) - 1",
        "find_slot(table, text, length - !!length, keyed_hash(text, length, &table->key)) - 1",
    ),
    "a lookup in an empty table is tried": (
        "intern_table.c",
        "    if (!table->count)\n        return -1;\n    return (int64_t)*find",
        "    return (int64_t)*find",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_planted_faults_break_a_law(
    tmp_path: Path, texts: list[Path], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = tmp_path / "_c" / "core"
    shutil.copytree(core_build.CORE, core)
    monkeypatch.setattr(core_build, "CORE", core)
    name, before, after = PLANTED[fault]
    file = core / name
    source = file.read_text()
    assert source.count(before) == 1
    file.write_text(source.replace(before, after))
    done = subprocess.run([build_replay(tmp_path), *texts], capture_output=True, check=False)
    assert done.returncode != 0
