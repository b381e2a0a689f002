"""Captures of programs: held to the parser, the table of labels, and the page about them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import procmaps
from kernel.lab.kernels import KERNELS
from kernel.lab.programs import atlas, disks, taking
from kernel.lab.programs.atlas import CapturedRun
from kernel.lab.programs.table import DISKS, RUNS
from procmaps import render
from procmaps.explanation import explain
from procmaps.formats.program_labels import PROGRAMS, find_label
from procmaps.producers import parse
from procmaps.records.names import AnonName
from procmaps.usage import Rules, account
from tests.support.checkout import ROOT

RUNS_CAPTURED = atlas.captured_runs()


@pytest.fixture(params=RUNS_CAPTURED, ids=lambda run: f"{run.release}-{run.name}")
def captured(request: pytest.FixtureRequest) -> CapturedRun:
    """Give the capture of each program."""
    run: CapturedRun = request.param
    return run


def test_at_least_fifteen_programs_are_captured_with_their_labels() -> None:
    labelled = {run.name for run in RUNS_CAPTURED if any(run.facts["labels"].values())}
    assert len(labelled) >= 15
    assert {run.facts["kernel"] for run in RUNS_CAPTURED} <= set(KERNELS)


def test_every_program_of_the_table_is_captured_on_the_newest_kernel() -> None:
    assert {run.name for run in RUNS_CAPTURED if run.release == "6.12"} == set(RUNS)


def test_every_program_has_a_disk_and_a_start_script() -> None:
    scripts = {path.stem for path in (disks.FOLDER / "start").glob("*.sh")}
    assert scripts == set(RUNS)
    assert {run.disk for run in RUNS.values()} == set(DISKS)


def test_each_file_is_read_without_a_problem_and_back(captured: CapturedRun) -> None:
    files = [path for path in captured.folder.iterdir() if path.suffix != ".json"]
    assert files
    for path in files:
        text = path.read_bytes()
        snapshot = procmaps.loads(text)
        assert not snapshot.problems, path.name
        assert procmaps.dumps(snapshot) == text
        assert snapshot.dialect.name == "linux"


def test_each_file_is_rendered_as_the_kernel_printed_it(captured: CapturedRun) -> None:
    made = parse(f"linux-{captured.release}-64bit")
    for path in captured.folder.iterdir():
        if path.suffix != ".json":
            text = path.read_bytes()
            assert render(procmaps.loads(text, dialect="linux"), made) == text, path.name


def test_maps_and_smaps_show_the_same_mappings(captured: CapturedRun) -> None:
    """All processes were stopped, so both are of one moment; the last file is the sum."""
    for path in captured.folder.glob("*.maps"):
        maps, smaps = (procmaps.load(path.with_suffix(end)) for end in (".maps", ".smaps"))
        assert [(m.start, m.end, m.name) for m in maps] == [(m.start, m.end, m.name) for m in smaps]
        (total,) = procmaps.load(path.with_suffix(".smaps_rollup"))
        assert total.usage is not None
        assert total.usage.rss == sum(m.usage.rss or 0 for m in smaps if m.usage)


def test_every_label_has_a_row_in_the_table(captured: CapturedRun) -> None:
    assert [label for label in set(captured.labels()) if find_label(label) is None] == []


def test_explain_knows_every_label(captured: CapturedRun) -> None:
    for label in set(captured.labels()):
        name = b"[anon:%s]" % label
        last = explain(name).parts[-1]
        assert last.raw == label
        assert last.meaning.startswith("The label set by the program, as ")


def test_usage_accounts_for_every_byte_by_the_owner_of_the_label(captured: CapturedRun) -> None:
    for path in captured.folder.glob("*.smaps"):
        snapshot = procmaps.load(path)
        table = account(snapshot, "owner")
        assert table.total.usage.rss == sum(m.usage.rss or 0 for m in snapshot if m.usage)
        for mapping in snapshot:
            if isinstance(mapping.name, AnonName) and (row := find_label(mapping.name.label)):
                owner = Rules.preset(row[0].name).place(mapping.name)[0]
                assert row[0].generic or table.find(owner) is not None, owner


def test_provenance_has_the_labels_of_the_files(captured: CapturedRun) -> None:
    files = {path.name: path.read_bytes() for path in captured.folder.iterdir()}
    assert captured.facts["labels"] == taking.labels_of(files)
    assert all(captured.facts["versions"].values())
    assert captured.facts["kernel"] == captured.folder.parent.name


def test_captures_contain_no_path_of_the_host(captured: CapturedRun) -> None:
    for path in captured.folder.iterdir():
        data = path.read_bytes()
        assert os.fsencode(ROOT) not in data
        assert b"/home/" not in data


def test_the_page_is_up_to_date() -> None:
    assert atlas.PAGE.read_text("utf-8") == atlas.render(), (
        "run `python -m kernel.lab.programs page`"
    )


def test_the_page_marks_each_row_as_captured_or_read() -> None:
    rows, unknown = atlas.seen()
    assert not unknown
    text = atlas.render()
    missing = [row for program in PROGRAMS for row in program.labels if row not in rows]
    assert text.count("read in the source |") == len(missing) + sum(
        all(row in missing for row in program.labels) for program in PROGRAMS
    )


def test_compare_reports_labels_that_came_and_went(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0                          [anon:%s]\n"

    def elsewhere(_image: object, _run: object) -> Path:
        return tmp_path

    monkeypatch.setattr(taking, "folder", elsewhere)
    run = RUNS["go"]
    taken = taking.Taken(run, {"go.maps": line % b" Go: heap"}, 1, b"")
    image = None
    assert taking.compare(image, taken) == ["missing in the corpus"]  # type: ignore[arg-type]
    facts = {"labels": {"go": ["anon: Go: heap", "anon: Go: gc bits"]}}
    (tmp_path / "provenance.json").write_text(json.dumps(facts))
    assert taking.compare(image, taken) == [  # type: ignore[arg-type]
        "go: 'anon: Go: gc bits' is gone"
    ]


def test_labels_are_folded() -> None:
    line = b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0                          [anon:%s]\n"
    text = line % b" glibc: pthread stack: 57" + line % b" glibc: pthread stack: 58"
    assert len(taking.labels(text)) == 1
