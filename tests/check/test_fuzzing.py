"""Fuzzing mutants: each is found, its dump shrunk, and saved as a case."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from procmaps.check.case_files import save_failure
from procmaps.check.cases import load
from procmaps.check.fuzzing import PRODUCER, check_producer, drawn_case, fuzz
from procmaps.errors import ProcmapsError
from procmaps.formats.file_kinds import FileKind
from procmaps.producers.rendering import path_name
from tests.check.mutants import MUTANTS, right
from tests.check.mutants.base import verdict


@pytest.mark.parametrize("kind", ["maps", "smaps", "smaps_rollup"])
@pytest.mark.parametrize("producer", ["linux-6.12", "linux-5.4"])
def test_finds_nothing_in_the_right_parser(kind: FileKind, producer: str) -> None:
    found = fuzz(lambda case: verdict(right, case), kind, examples=15, producer=producer, seed=1)
    assert list(found) == []


@pytest.mark.parametrize(
    ("mutant", "key"),
    [("names/split-space", "wrong:name"), ("numbers/end-inclusive", "wrong:end")],
)
def test_shows_a_wrong_parser_by_one_line(mutant: str, key: str) -> None:
    parser = MUTANTS[mutant][1]
    found = list(fuzz(lambda case: verdict(parser, case), "maps", examples=40, seed=1))
    assert [failure.verdict.key for failure in found] == [key]
    assert found[0].case.data.count(b"\n") == 1


@pytest.mark.slow
def test_finds_each_kind_of_failure() -> None:
    def parser(dump: bytes) -> list[dict[str, object]]:
        answer = right(dump)
        for item in answer:
            item["inode"] &= 0xFFFF
            item["perms"] = item["perms"][:3] + "p"
        return answer

    found = fuzz(lambda case: verdict(parser, case), "maps", examples=40, seed=1)
    assert {"wrong:inode", "wrong:perms"} <= {failure.verdict.key for failure in found}


@pytest.mark.slow
def test_the_same_seed_finds_the_same_failures() -> None:
    parser = MUTANTS["names/split-space"][1]
    one, two = (
        list(fuzz(lambda case: verdict(parser, case), "maps", examples=10, seed=7))
        for _ in range(2)
    )
    assert one == two


@pytest.mark.parametrize("count", [1, 4, 5, 40])
@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("restored", [False, True])
def test_a_parser_may_restore_all_newlines_of_a_name_or_none(
    count: int, *, deleted: bool, restored: bool
) -> None:
    (first, *_) = load(("maps",), only=["names/plain"])[0].records
    path = b"/x" + b"\n" * count
    record = attrs.evolve(first, name=path_name(path, deleted=deleted))
    case = drawn_case((record,), "maps", PRODUCER)

    def parser(dump: bytes) -> list[dict[str, object]]:
        name = dump.removesuffix(b"\n").removesuffix(b" (deleted)").rpartition(b" ")[2]
        path = name.replace(rb"\012", b"\n") if restored else name
        return [{"start": "7f2a4c000000", "path": path, "deleted": deleted}]

    assert verdict(parser, case).passed


def test_saves_a_failure_as_a_case(tmp_path: Path) -> None:
    parser = MUTANTS["names/split-space"][1]
    folder = tmp_path / "found"
    (failure,) = fuzz(lambda case: verdict(parser, case), "maps", examples=40, seed=1)
    dump = save_failure(failure, folder)
    assert save_failure(failure, folder) == dump
    assert dump.read_bytes() == failure.case.data
    (case,) = load(folder=tmp_path)
    assert case.data == failure.case.data
    assert case.records == failure.case.records
    assert verdict(parser, case).key == "wrong:name"
    assert verdict(right, case).passed


@pytest.mark.slow
def test_saves_two_failures_in_one_manifest(tmp_path: Path) -> None:
    for mutant in ("names/split-space", "numbers/end-inclusive"):
        parser = MUTANTS[mutant][1]
        for failure in fuzz(functools.partial(verdict, parser), "maps", examples=30, seed=1):
            save_failure(failure, tmp_path / "found")
    manifest = json.loads((tmp_path / "found" / "manifest.json").read_bytes())
    assert len(manifest["cases"]) == 2


def test_rejects_unknown_producers_and_kinds_they_do_not_print() -> None:
    assert check_producer("linux-6.12", ("maps", "smaps")) == "linux-6.12"
    with pytest.raises(ProcmapsError):
        check_producer("plan9", ("maps",))
    with pytest.raises(ValueError, match="prints no smaps_rollup"):
        check_producer("linux-3.10", ("smaps_rollup",))


def test_command_saves_failures(tmp_path: Path) -> None:
    # It loses every mapping.
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
