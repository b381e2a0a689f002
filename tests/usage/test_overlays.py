"""Labels from elsewhere for memory that has none."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import procmaps
from procmaps import InvalidOverlay
from procmaps.usage import LabelledRange, Overlay, account
from tests.cli.conftest import Run, run

__all__ = ["run"]

SMAPS = procmaps.loads(
    b"100000-200000 rw-p 00000000 00:00 0 \nRss: 40 kB\nPss: 40 kB\n"
    b"200000-210000 rwxp 00000000 00:00 0 \nRss: 20 kB\nPss: 20 kB\n"
    b"300000-310000 rw-p 00000000 00:00 0 [anon:own]\nRss: 8 kB\nPss: 8 kB\n"
    b"400000-410000 rw-p 00000000 00:00 0 \nRss: 4 kB\nPss: 4 kB\n"
)
SYSTEM_MAP = b"""\
Memory mappings:
from               to                        vsize prot          rss      hugetlb pgsz notes  info
==================================================================================================
0x0000000000100000-0x0000000000200000      1048576 rw-p        40960            0 4K   com    JAVAHEAP                   -
0x0000000000200000-0x0000000000210000        65536 rwxp        20480            0 4K   com    CODE(CodeHeap 'non-nmethods')  -
0x0000000000300000-0x0000000000310000        64.0K rw-p          8.0K            0 4K   shrd,com  STACK-71-main           /x
0x0000000000400000-0x0000000000410000        65536 rw-p         4096            0 4K   -      -                          -
Total: 4 mappings
"""  # noqa: E501 - as the JVM prints it


def by_label(overlay: Overlay) -> dict[object, int | None]:
    found = account(SMAPS, "label", overlay=overlay)
    return {group.name: group.usage.rss for group in found.groups}


def test_reads_what_a_jvm_prints() -> None:
    overlay = Overlay.loads(SYSTEM_MAP)
    assert overlay.ranges == (
        LabelledRange(0x100000, 0x200000, b"JVM: JAVAHEAP"),
        LabelledRange(0x200000, 0x210000, b"JVM: CODE(CodeHeap 'non-nmethods')"),
        LabelledRange(0x300000, 0x310000, b"JVM: STACK-71-main"),
    )
    # Memory that has a label keeps it.
    assert by_label(overlay) == {
        b"JVM: JAVAHEAP": 40960, b"JVM: CODE(CodeHeap 'non-nmethods')": 20480,
        b"own": 8192, None: 4096,
    }  # fmt: skip
    owners = account(SMAPS, "owner", overlay=overlay)
    assert owners.groups[0].name == b"JVM"
    assert owners.groups[0].usage.rss == 61440


def test_reads_perf_maps_and_plain_lines() -> None:
    perf = Overlay.loads(b"200000 100 LazyCompile:~f x.js:1\n200100 0x40 Builtin:a b\n\n")
    assert by_label(perf)[b"JIT code"] == 20480
    plain = Overlay.loads(b"100000-200000 pool one\r\n0x400000-0x401000\tslab \n")
    assert by_label(plain) == {b"pool one": 40960, b"slab": 4096, b"own": 8192, None: 20480}


@pytest.mark.parametrize("jvm", [False, True])
def test_runs_of_spaces_take_linear_time(jvm: bool) -> None:
    """Anybody can write ``/tmp/perf-PID.map``. Quadratic time would be a quarter of an hour."""
    spaces = b" " * 1_000_000
    if jvm:
        before, _, after = SYSTEM_MAP.partition(b"JAVAHEAP")
        overlay = Overlay.loads(before + b"JAVAHEAP" + spaces + after.lstrip(b" -"))
        assert overlay.ranges[0].label == b"JVM: JAVAHEAP"
    else:
        overlay = Overlay.loads(b"100000-200000 pool" + spaces + b"one \t\n")
        assert overlay.ranges[0].label == b"pool" + spaces + b"one"


def test_the_label_with_most_bytes_wins() -> None:
    overlay = Overlay.loads(b"100000-100400 a\n100400-100600 b\n100500-100900 b\n0-10 c\n")
    assert overlay.label_of(0x100000, 0x200000) == b"b"
    assert overlay.label_of(0x100000, 0x100400) == b"a"
    assert overlay.label_of(0x100800, 0x100A00) == b"b"
    assert overlay.label_of(0x100900, 0x200000) is None
    one_byte = Overlay([LabelledRange(0, 6, b"a"), LabelledRange(8, 20, b"b")])
    assert [one_byte.label_of(*each) for each in ((5, 8), (6, 8), (6, 9))] == [b"a", None, b"b"]


LABELS = (b"a", b"b", b"c")


def labelled(start: int, size: int, label: bytes) -> LabelledRange:
    return LabelledRange(start, start + size, label)


RANGES = st.lists(
    st.builds(labelled, st.integers(0, 40), st.integers(0, 12), st.sampled_from(LABELS)), max_size=8
)


@given(RANGES, st.integers(0, 50), st.integers(1, 20))
def test_every_byte_is_counted(ranges: list[LabelledRange], start: int, size: int) -> None:
    counts = {
        label: sum(
            1
            for each in ranges
            if each.label == label
            for address in range(each.start, each.end)
            if start <= address < start + size
        )
        for label in LABELS
    }
    most = max(counts.values())
    expected = min((label for label, count in counts.items() if count == most)) if most else None
    assert Overlay(ranges).label_of(start, start + size) == expected


def test_sums_stay_the_same() -> None:
    overlay = Overlay.loads(SYSTEM_MAP)
    for snapshot in (SMAPS, SMAPS[:]):
        plain, labelled = (account(snapshot, "kind", overlay=each) for each in (None, overlay))
        assert plain.total.sums.has_figures_of(labelled.total.sums)
    empty = account(procmaps.loads(b""), overlay=overlay)
    assert empty.total.mappings == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "the text of labels has no line of an address range and a label"),
        (b"1-2 a\nx\n", "line 2 is neither START-END LABEL nor START SIZE FUNCTION"),
        (b"2-1 a\n", "line 1 ends before it starts"),
        (b"11111111111111111-2 a\n", "line 1 is neither START-END LABEL"),
    ],
)
def test_any_other_text_is_refused(text: bytes, message: str) -> None:
    with pytest.raises(InvalidOverlay) as caught:
        Overlay.loads(text)
    assert str(caught.value).startswith(message)


def test_the_command_labels_one_dump(run: Run, tmp_path: Path) -> None:
    dump, labels = tmp_path / "smaps", tmp_path / "labels"
    dump.write_bytes(SMAPS.dumps())
    labels.write_bytes(SYSTEM_MAP)
    result = run("usage", "--overlay", str(labels), "--by", "owner", "--figures", "rss", str(dump))
    assert result.stdout.splitlines()[3] == " 60  JVM"
    assert "JVM" in run("plot", "--overlay", str(labels), str(dump)).stdout
    for command in ("usage", "plot"):
        result = run(command, "--overlay", str(labels), str(dump), str(dump))
        assert "--overlay needs one process or file" in result.stderr
        labels.write_bytes(b"x\n")
        result = run(command, "--overlay", str(labels), str(dump))
        assert f"cannot use {labels}: line 1 is neither" in result.stderr
        result = run(command, "--overlay", f"{labels}0", str(dump))
        assert f"cannot read {labels}0: No such file" in result.stderr
        labels.write_bytes(SYSTEM_MAP)


def test_range_that_starts_with_the_mapping_counts_up_to_its_end() -> None:
    overlay = Overlay([LabelledRange(0, 10, b"short"), LabelledRange(20, 60, b"long")])
    assert overlay.labels_of([(0, 100), (0, 25), (5, 26)]) == [b"long", b"short", b"long"]


ADDRESSES = st.integers(0, 12)
LABELLED = st.builds(LabelledRange, ADDRESSES, ADDRESSES, st.sampled_from((b"a", b"b", b"c")))


@given(st.lists(LABELLED), st.lists(st.tuples(ADDRESSES, ADDRESSES)))
def test_many_ranges_have_the_label_of_each(
    ranges: list[LabelledRange], asked: list[tuple[int, int]]
) -> None:
    overlay = Overlay(ranges)
    assert overlay.labels_of(asked) == [overlay.label_of(*each) for each in asked]


def steps(count: int) -> int:
    """Return how many lines run for as many mappings as ranges, of which half cover all of them."""
    many = [LabelledRange(0, 1 << 40, b"%d" % number) for number in range(count // 2)]
    many += [LabelledRange(at * 16, at * 16 + 8, b"own") for at in range(count // 2)]
    overlay = Overlay(many)
    lines = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:  # noqa: ANN401 - as sys.settrace has it
        nonlocal lines
        lines += event == "line" and frame.f_code.co_filename.endswith("overlay_sweep.py")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        found = overlay.labels_of([(at * 16, at * 16 + 16) for at in range(count)])
    finally:
        sys.settrace(before)
    assert found == [b"0"] * count
    return lines


def test_ranges_that_cover_everything_are_not_looked_at_for_each_mapping() -> None:
    assert steps(400) < 3 * steps(200)
