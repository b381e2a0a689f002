"""Dumps of real kernels, loaded and rendered by the right producer, give the same bytes."""

from __future__ import annotations

import csv
import functools
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from procmaps import Snapshot, dumps, load, loads
from procmaps.errors import CannotRender, UnknownProducer
from procmaps.formats.releases import Release
from procmaps.producers import Producer, every_producer, parse
from procmaps.producers.rendering import render
from procmaps.records.mapping import Mapping
from tests.support import shared

KERNELS = ("linux", "android")

STRIPPED = "the spaces at line ends were removed"
BY_HAND = "written by hand for a test, with offsets and columns that no kernel prints"
BACKPORT = "an Android kernel with the page sizes moved up (493b0e9d945f) before 4.14"
MIXED = "THPeligible has the tabs of 5.4 to 5.8, FilePmdMapped the width of 5.10; stripped too"
RENAMED = "a vendor's kernel that prints ShmemHugePages for ShmemPmdMapped"

NOT_AS_PRINTED = {
    "Tencent__matrix__maps.txt": BY_HAND,
    **{f"Tencent__matrix__maps.txt.{number}": BY_HAND for number in range(2, 9)},
    "googleinterns__smaps-visualizer__smaps-full.txt": RENAMED,
    "googleinterns__smaps-visualizer__smaps-small.txt": RENAMED,
    "iovisor__bcc__dummy_proc_map.txt": STRIPPED,
    "msft-mirror-aosp__platform.system.memory.libmeminfo__smaps": BACKPORT,
    "msft-mirror-aosp__platform.system.memory.libmeminfo__smaps_short": BACKPORT,
    "openharmony__hiviewdfx_faultloggerd__stack_printer_testmaps32": STRIPPED,
    "openharmony__hiviewdfx_faultloggerd__stack_printer_testmaps64": STRIPPED,
    "openharmony__hiviewdfx_faultloggerd__testmaps_32": STRIPPED,
    "openharmony__hiviewdfx_faultloggerd__testmaps_64": STRIPPED,
    "pixie-io__pixie__maps": STRIPPED,
    "pixie-io__pixie__smaps": MIXED,
}
"""Dumps that no kernel printed in this form, or that a kernel printed that no table has."""


@functools.cache
def index() -> dict[str, dict[str, str]]:
    """Return the index row of each dump by file name: ``arch``, ``version`` and others."""
    with (shared.FOLDER / "dumps" / "index.tsv").open(encoding="utf-8", newline="") as table:
        rows = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["file"]: row for row in rows}


WORD_SIZES = {"arm": 32, "i386": 32, "x86_64": 64, "arm64": 64}
"""Word size of the kernel by the architecture in the index."""


def kernels() -> Iterator[Producer]:
    """Yield all but the emulations: a dump with stripped spaces looks like one of theirs."""
    return (made for made in every_producer() if made.kind in KERNELS)


def candidates(file: Path) -> Iterator[Producer]:
    """Yield the kernels that can have printed a dump, according to the index."""
    row = index()[file.name]
    ages, word_size = release_range(row["version"]), WORD_SIZES.get(row["arch"])
    for made in every_producer():
        if made.kind not in KERNELS or made.release is None:
            continue
        right_age = ages is None or ages[0] <= made.release <= ages[1]
        if right_age and word_size in (None, made.word_size):
            yield made


def printers(snapshot: Snapshot, asked: Iterable[Producer]) -> Iterator[Producer]:
    """Yield those of the producers *asked* that print exactly this snapshot."""
    text, records = dumps(snapshot), list(snapshot)
    for made in asked:
        if not lays_out(text, records, made):
            continue
        try:
            printed = render(records, made)
        except CannotRender:
            continue
        if printed == text:
            yield made


def lays_out(text: bytes, records: Iterable[Mapping], made: Producer) -> bool:
    """Return whether a producer lays out the records as in *text*, without checking them.

    Most kernels differ at the first line, so that few dumps are rendered completely.
    """
    at = 0
    for record in records:
        printed = render([record], made, strict=False)
        if not text.startswith(printed, at):
            return False
        at += len(printed)
    return at == len(text)


def release_range(version: str) -> tuple[Release, Release] | None:
    """Return the two releases in ``kernel A-B``, or None."""
    match = re.fullmatch(r"kernel ([\d.]+)-([\d.]+)", version)
    return (Release.parse(match[1]), Release.parse(match[2])) if match else None


@pytest.mark.parametrize("file", shared.dump_files(), ids=shared.name)
def test_a_kernel_of_the_same_age_and_word_size_renders_the_dump(file: Path) -> None:
    if file.name in NOT_AS_PRINTED:
        found = list(printers(load(file, errors="collect"), kernels()))
        assert not found, f"{found[0]} prints it; remove it from NOT_AS_PRINTED"
    else:
        assert any(printers(load(file), candidates(file)))


def test_every_listed_exception_is_an_existing_dump(shared_dumps: Path) -> None:
    assert [name for name in NOT_AS_PRINTED if not (shared_dumps / name).is_file()] == []


def test_stripped_dumps_lack_only_spaces(shared_dumps: Path) -> None:
    """If the rendered text is stripped too, both are equal byte for byte."""
    for name, reason in NOT_AS_PRINTED.items():
        if reason is STRIPPED:
            snapshot = load(shared_dumps / name, errors="collect")
            wanted = re.sub(rb" *\r?(?:\n|\Z)", b"\n", dumps(snapshot)).rstrip(b"\n")
            asked = kernels()
            assert any(wanted == printed for printed in _without_spaces(snapshot, asked)), name


def _without_spaces(snapshot: Snapshot, asked: Iterable[Producer]) -> Iterator[bytes]:
    for made in asked:
        printed = render(snapshot, made, strict=False)
        yield re.sub(rb" *\n", b"\n", printed).rstrip(b"\n")


# --- this machine ---------------------------------------------------------------------------------


def this_kernel() -> Producer:
    """Return the producer for the running kernel, or skip the test with the reason."""
    system = os.uname()
    release = re.match(r"\d+(?:\.\d+)+", system.release)
    word_size = 64 if "64" in system.machine or system.machine == "s390x" else 32
    name = f"linux-{release[0] if release else system.release}-{word_size}bit"
    try:
        return parse(name)
    except UnknownProducer as error:
        pytest.skip(f"the tables lack this kernel: {error}")


@pytest.mark.parametrize("file", ["maps", "smaps", "smaps_rollup"])
def test_this_kernel_prints_what_its_producer_renders(file: str) -> None:
    made = this_kernel()
    text = Path("/proc/self", file).read_bytes()
    assert render(loads(text), made) == text
