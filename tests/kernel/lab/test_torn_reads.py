"""Torn reads: the rules that predict them, the records of kernels, and what `procmaps` reports."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import procmaps
from kernel.lab import native
from kernel.lab.errors import LabError
from kernel.lab.torn_reads import page, record
from kernel.lab.torn_reads.changes import CHANGES
from kernel.lab.torn_reads.positions import (
    LAST_END,
    NEXT_START,
    RULES,
    disorder,
    entries,
    predicted,
)
from kernel.lab.torn_reads.reading import TornRead
from procmaps.live.process_snapshots import first_untorn, is_torn

KERNELS = {
    "6.1-x86_64-debian": NEXT_START,
    "6.1-x86_64-named": NEXT_START,
    "6.12-x86_64-debian": NEXT_START,
    "6.12-x86_64-named": NEXT_START,
    "6.18-x86_64-host": LAST_END,
}
"""The recorded kernels, and where each continues by its source."""
LABELLED = [kernel for kernel in KERNELS if kernel.endswith("-named")]
UNLABELLED = [name for name, change in CHANGES.items() if not change.labels]
CASES = [
    (kernel, change)
    for kernel in KERNELS
    for change in (CHANGES if kernel in LABELLED else UNLABELLED)
]
BEFORE = b"1000-2000 rw-p 0 0:0 0 \n2000-4000 r--p 0 0:0 0 \n8000-9000 rw-p 0 0:0 0 \n"
FIRST = BEFORE[: BEFORE.index(b"8000")]


@pytest.fixture(params=CASES, ids="-".join)
def case(request: pytest.FixtureRequest) -> tuple[str, record.Record]:
    """Give each kernel with each change, and what is recorded."""
    kernel, change = request.param
    found: record.Record = record.read(kernel)["changes"][change]
    return kernel, found


def test_the_records_are_of_the_known_kernels_and_changes() -> None:
    assert record.names() == sorted(KERNELS)
    for kernel, rule in KERNELS.items():
        kept = record.read(kernel)
        assert kept["continues_at"] == rule.name
        assert [*kept["changes"]] == ([*CHANGES] if kernel in LABELLED else UNLABELLED)
        assert {found["errno"] for found in kept["changes"].values()} == {0}


def test_the_rule_of_the_kernel_predicts_every_line(case: tuple[str, record.Record]) -> None:
    kernel, found = case
    first, rest, before, after = (
        record.text(found["lines"][part]) for part in ("first", "rest", "before", "after")
    )
    assert predicted(KERNELS[kernel], first, entries(before), entries(after)) == first + rest


def test_the_recorded_state_is_that_of_the_lines(case: tuple[str, record.Record]) -> None:
    _, found = case
    lines = found["lines"]
    text = lines["first"] + lines["rest"]
    assert lines["before"] != lines["after"]
    states = {"before": text == lines["before"], "after": text == lines["after"]}
    assert found["maps"]["state"] == next((s for s, same in states.items() if same), "neither")


def test_smaps_is_torn_as_maps_is(case: tuple[str, record.Record]) -> None:
    _, found = case
    assert found["smaps"] == found["maps"]


def test_procmaps_reports_each_tear_that_leaves_a_trace(case: tuple[str, record.Record]) -> None:
    _, found = case
    text = record.text(found["lines"]["first"] + found["lines"]["rest"])
    whole = procmaps.loads(record.text(found["lines"]["after"]))
    torn = procmaps.loads(text)
    assert [(problem.line, problem.kind) for problem in torn.problems] == disorder(text)
    assert [problem.kind for problem in torn.problems] == found["maps"]["disorder"]
    assert is_torn(torn) is bool(found["maps"]["disorder"])
    # Read again, it is the text of one moment.
    reads = iter((torn, whole))
    assert (
        first_untorn(lambda: next(reads), 1).dumps() == (whole if is_torn(torn) else torn).dumps()
    )


def test_the_kernels_differ_where_the_last_mapping_grows() -> None:
    """The only changes that tell the two rules apart are in the gap after the last mapping."""
    old, new = (
        record.read(kernel)["changes"] for kernel in ("6.12-x86_64-debian", "6.18-x86_64-host")
    )
    differ = {name for name in UNLABELLED if old[name]["maps"] != new[name]["maps"]}
    assert differ == {"grow-last", "map-between"}


@pytest.mark.parametrize("release", ["6.1", "6.12"])
def test_a_kernel_with_labels_tears_as_that_of_debian(release: str) -> None:
    shipped, own = (
        record.read(f"{release}-x86_64-{whose}")["changes"] for whose in ("debian", "named")
    )
    for name in UNLABELLED:
        assert own[name]["maps"] == shipped[name]["maps"], name


@pytest.mark.parametrize("kernel", LABELLED)
def test_labels_are_torn_by_the_same_rule(kernel: str) -> None:
    """What the change shows follows from where the text continues."""
    found = {name: each["maps"] for name, each in record.read(kernel)["changes"].items()}
    states = {name: found[name]["state"] for name, change in CHANGES.items() if change.labels}
    for name in ("label-before", "label-last", "label-half-of-last"):
        assert states.pop(name) == "before"
    for name in ("label-next", "label-half-of-next", "label-after"):
        assert states.pop(name) == "after"
    assert set(states.values()) == {"neither"}
    assert {name: found[name]["disorder"] for name in states} == {
        "label-across": ["overlap"],
        "label-all": ["backward"],
        "label-each": [],
        "label-merge": ["overlap"],
        "label-merge-more": ["backward"],
    }


def test_entries_are_cut_at_headers() -> None:
    text = b"1000-2000 rw-p 0 0:0 0 /a\nSize: 4 kB\nVmFlags: rd-x \n3000-4000 r--p 0 0:0 0 \n"
    found = entries(text)
    assert [entry.range for entry in found] == [(0x1000, 0x2000), (0x3000, 0x4000)]
    assert b"".join(entry.lines for entry in found) == text
    assert disorder(text) == []


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"2000-4000 r--p 0 0:0 0 \n", "repeated"),
        (b"2000-9000 r--p 0 0:0 0 \n", "overlap"),
        (b"3000-9000 r--p 0 0:0 0 \n", "overlap"),
        (b"1000-9000 r--p 0 0:0 0 \n", "backward"),
    ],
)
def test_disorder_has_the_line_and_the_kind(line: bytes, kind: str) -> None:
    assert disorder(FIRST + line) == [(3, kind)]
    (problem,) = procmaps.loads(FIRST + line).problems
    assert (problem.line, problem.kind) == (3, kind)


def test_the_rules_differ_for_memory_between_the_mappings() -> None:
    after = FIRST + b"5000-6000 r--p 0 0:0 0 \n8000-9000 rw-p 0 0:0 0 \n"
    texts = [predicted(rule, FIRST, entries(BEFORE), entries(after)) for rule in RULES]
    assert texts == [BEFORE, after]


def _torn(text: bytes, after: bytes) -> TornRead:
    rest = text.removeprefix(FIRST)
    return TornRead(CHANGES["grow-last"], "maps", 0, FIRST, rest, BEFORE, after)


def _pretend(torn: TornRead, monkeypatch: pytest.MonkeyPatch) -> None:
    def take(*_: object) -> list[TornRead]:
        return [torn]

    monkeypatch.setattr("kernel.lab.torn_reads.reading.take", take)


def test_a_text_that_no_rule_predicts_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that leaves out a mapping that did not change."""
    _pretend(_torn(FIRST, BEFORE), monkeypatch)
    with pytest.raises(LabError, match=r"0 rules predict .* no rule predicts: grow-last \(maps\)"):
        record.take(None)  # type: ignore[arg-type]


def test_texts_that_both_rules_predict_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend(_torn(BEFORE, BEFORE), monkeypatch)
    with pytest.raises(LabError, match="2 rules predict"):
        record.take(None)  # type: ignore[arg-type]


def test_a_comparison_names_the_change_and_the_part() -> None:
    kept = record.read("6.12-x86_64-debian")
    taken = json.loads(json.dumps(kept))
    assert record.compare(kept, taken) == []
    taken["changes"]["merge"]["smaps"]["state"] = "before"
    del taken["changes"]["join"]
    taken["continues_at"] = LAST_END.name
    assert record.compare(kept, taken) == [
        "continues at the end of the last mapping, not the start of the next mapping",
        "join: errno, maps, lines, smaps",
        "merge: smaps",
    ]


def test_a_record_survives_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = record.read("6.18-x86_64-host")
    monkeypatch.setattr(record, "CORPUS", tmp_path / "torn")
    with pytest.raises(LabError, match=r"no record of 6\.18: run `capture 6\.18`"):
        record.read("6.18")
    record.write("6.18", kept)
    assert (record.names(), record.read("6.18")) == (["6.18"], kept)


def test_the_page_is_written_from_the_records() -> None:
    assert page.PAGE.read_text() == page.render(), "run `python -m kernel.lab.torn_reads page`"


@pytest.mark.slow
def test_this_machine_continues_by_one_of_the_rules() -> None:
    if os.uname().machine != "x86_64" or os.geteuid() != 0:
        pytest.skip("needs root on x86_64, because the agent makes a root of its own")
    with native.start(isolated=True) as host:
        taken = record.take(host)
    kept = next(
        record.read(kernel)
        for kernel, rule in reversed(KERNELS.items())
        if rule.name == taken["continues_at"]
    )
    for name, found in taken["changes"].items():
        assert found["maps"] == found["smaps"] == kept["changes"][name]["maps"], name
