"""Fuzzing parsers that are wrong on purpose: each is found, shrunk, and saved as a case."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from procmaps.check.cases import load
from procmaps.check.fuzzing import check_producer, fuzz, save
from procmaps.errors import ProcmapsError
from procmaps.formats.file_kinds import FileKind
from tests.check.mutants import MUTANTS, right
from tests.check.mutants.base import verdict


@pytest.mark.parametrize("kind", ["maps", "smaps", "smaps_rollup"])
@pytest.mark.parametrize("producer", ["linux-6.12", "linux-5.4"])
def test_the_right_parser_is_left_in_peace(kind: FileKind, producer: str) -> None:
    assert (
        fuzz(lambda case: verdict(right, case), kind, examples=15, producer=producer, seed=1) == []
    )


@pytest.mark.parametrize(
    ("mutant", "key"),
    [("names/split-space", "wrong:name"), ("numbers/end-inclusive", "wrong:end")],
)
def test_a_wrong_parser_is_found_by_one_line(mutant: str, key: str) -> None:
    parser = MUTANTS[mutant][1]
    found = fuzz(lambda case: verdict(parser, case), "maps", examples=40, seed=1)
    assert [failure.verdict.key for failure in found] == [key]
    assert found[0].case.data.count(b"\n") == 1


def test_each_sort_of_failure_is_found() -> None:
    def parser(dump: bytes) -> list[dict[str, object]]:
        answer = right(dump)
        for item in answer:
            item["inode"] &= 0xFFFF
            item["perms"] = item["perms"][:3] + "p"
        return answer

    found = fuzz(lambda case: verdict(parser, case), "maps", examples=40, seed=1)
    assert {"wrong:inode", "wrong:perms"} <= {failure.verdict.key for failure in found}


def test_one_seed_one_result() -> None:
    parser = MUTANTS["names/split-space"][1]
    one, two = (
        fuzz(lambda case: verdict(parser, case), "maps", examples=10, seed=7) for _ in range(2)
    )
    assert one == two


def test_what_is_found_is_saved_as_a_case(tmp_path: Path) -> None:
    parser = MUTANTS["names/split-space"][1]
    folder = tmp_path / "found"
    failures = fuzz(lambda case: verdict(parser, case), "maps", examples=40, seed=1)
    dump = save(failures[0], folder)
    assert save(failures[0], folder) == dump
    assert dump.read_bytes() == failures[0].case.data
    (case,) = load(folder=tmp_path)
    assert case.data == failures[0].case.data
    assert case.records == failures[0].case.records
    assert verdict(parser, case).key == "wrong:name"
    assert verdict(right, case).passed


def test_two_failures_share_a_manifest(tmp_path: Path) -> None:
    for mutant in ("names/split-space", "numbers/end-inclusive"):
        parser = MUTANTS[mutant][1]
        for failure in fuzz(functools.partial(verdict, parser), "maps", examples=30, seed=1):
            save(failure, tmp_path / "found")
    manifest = json.loads((tmp_path / "found" / "manifest.json").read_bytes())
    assert len(manifest["cases"]) == 2


def test_producers() -> None:
    assert check_producer("linux-6.12", ("maps", "smaps")) == "linux-6.12"
    with pytest.raises(ProcmapsError):
        check_producer("plan9", ("maps",))
    with pytest.raises(ValueError, match="prints no smaps_rollup"):
        check_producer("linux-3.10", ("smaps_rollup",))


def test_the_command(tmp_path: Path) -> None:
    # It loses every mapping that there is.
    script = "print('[]')"
    done = subprocess.run(
        [sys.executable, "-m", "procmaps", "check", "--fuzz", "10", "--seed", "1", "--save",
         str(tmp_path / "found"), "--timeout", "60", "--", sys.executable, "-c", script],
        capture_output=True, check=False, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert "saved as" in done.stdout
    assert load(folder=tmp_path)
