"""Mappings, offsets, build IDs and virtual addresses are those that perf records.

perf gets the mappings of a running program from ``maps``, and those of a program that it starts
from events of the kernel. Its samples and its report have a file and an address for each hit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

import procmaps
from procmaps import LoadedModule, Mapping, Snapshot, process_modules
from tests.live.programs import perf_data
from tests.live.programs.building import build_id, symbols
from tests.live.programs.perf_data import MmapEvent, Sample

SPIN = """
int first(volatile unsigned *p) { for (int i = 0; i < 50000; i++) *p += i; return *p; }
int second(volatile unsigned *p) { for (int i = 0; i < 50000; i++) *p ^= i * 7; return *p; }
"""

WORK = """
import ctypes, json, os, sys, time
library = ctypes.CDLL(sys.argv[1])
number = ctypes.c_uint()
def work(seconds, *calls):
    end = time.process_time() + seconds
    while time.process_time() < end:
        for call in calls:
            call()
work(0.2, lambda: library.first(ctypes.byref(number)), lambda: library.second(ctypes.byref(number)))
work(0.2, lambda: json.loads(json.dumps([*range(500)])))
print(os.getpid(), flush=True)
sys.stdin.read()
"""
"""A program that works for some processor time, so that a busy machine takes as many samples."""

SAMPLED = ("-e", "cpu-clock:u", "-c", "1000000")
"""A sample for each millisecond of processor time, by a timer that virtual machines have, too."""


@attrs.frozen
class Recording:
    """A program that perf has started, and what its maps were at the end."""

    data: Path
    pid: int
    library: str
    snapshot: Snapshot
    modules: dict[str, LoadedModule]


@pytest.fixture(scope="module", params=["offsets", "shifted"])
def recording(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Recording:
    """Record a program; the virtual addresses of a shifted library are not its offsets."""
    folder = tmp_path_factory.mktemp("perf")
    perf_data.need_right(folder)
    source, library = folder / "spin.c", folder / "libspin.so"
    source.write_text(SPIN)
    options = ["-Wl,--section-start=.text=0x345000"] if request.param == "shifted" else []
    flags = ["-O1", "-fPIC", "-shared", "-Wl,--build-id", *options]
    subprocess.run(
        [shutil.which("gcc") or "gcc", *flags, "-o", str(library), str(source)], check=True
    )
    data = folder / "perf.data"
    program = (sys.executable, "-c", WORK, str(library))
    command = perf_data.command_to_record(data, *SAMPLED, "--", *program)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as perf:
        assert perf.stdout
        said = perf.stdout.readline()
        assert said, "the program failed; its error is above"
        pid = int(said)
        snapshot = procmaps.maps(pid)
        modules = {
            os.fsdecode(each.module.path): each
            for each in process_modules(pid)
            if each.module.path is not None
        }
        perf.communicate()
    assert perf.returncode == 0
    return Recording(data, pid, str(library), snapshot, modules)


def place_of(recording: Recording, sample: Sample) -> tuple[int, str]:
    """Return offset and file of a sample, as the snapshot has them."""
    place = recording.snapshot.to_file(sample.address)
    assert place
    assert place.path
    return place.offset, os.fsdecode(place.path)


def event_of(mapping: Mapping, build_id: bytes | None) -> MmapEvent:
    """Return the event that perf has for a mapping of a file."""
    path = os.fsdecode(mapping.path or b"")
    perms = str(mapping.perms)
    return MmapEvent(mapping.start, mapping.size, mapping.offset, perms, path, build_id)


def test_mappings_of_a_running_program_are_those_of_perf(
    program: tuple[str, int], tmp_path: Path
) -> None:
    _, pid = program
    perf_data.need_right(tmp_path)
    data = tmp_path / "perf.data"
    recorded = perf_data.record(data, "--data", "-e", "dummy", "-p", str(pid), "--", "true")
    assert recorded.returncode == 0, recorded.stderr
    found = {each.start: each for each in perf_data.mmap_events(data, pid)}
    compared = 0
    for loaded in process_modules(pid):
        for mapping in loaded.module.mappings:
            if not (mapping.perms.read or mapping.perms.execute):
                continue  # perf leaves them out
            assert found.pop(mapping.start) == event_of(mapping, loaded.build_id)
            compared += 1
    assert compared >= 3
    others = {each.path for each in found.values() if each.path.startswith("/")}
    assert others <= {"//anon"}


def test_code_is_where_the_kernel_reported_it_to_perf(recording: Recording) -> None:
    events: dict[MmapEvent, set[bytes]] = {}
    for event in perf_data.mmap_events(recording.data, recording.pid):
        found = events.setdefault(attrs.evolve(event, build_id=None), set())
        # The kernel has no build ID of a file whose first pages are not in memory just then.
        found.update([event.build_id] if event.build_id else [])
    code = [each for each in recording.snapshot if each.has_file and each.perms.execute]
    assert len(code) >= 3
    for each in code:
        path = os.fsdecode(each.path or b"")
        found = events[event_of(each, None)]
        assert found <= {recording.modules[path].build_id}
        assert found or path != recording.library


def test_samples_are_in_the_same_files(recording: Recording) -> None:
    samples = perf_data.samples(recording.data, recording.pid)
    assert {each.path for each in samples} > {recording.library}
    for each in samples:
        assert place_of(recording, each)[1] == each.path


def test_samples_are_at_the_virtual_addresses_of_their_symbols(recording: Recording) -> None:
    known = symbols(recording.library)
    samples = perf_data.samples(recording.data, recording.pid)
    functions: set[str] = set()
    for each in samples:
        name, _, distance = each.symbol.partition("+")
        if each.path == recording.library and name in {"first", "second"}:
            functions.add(name)
            expected = known[name] + int(distance, 16)
            assert recording.modules[each.path].virtual_address(each.address) == expected
    assert functions == {"first", "second"}


def test_a_report_has_the_same_files_and_offsets(recording: Recording) -> None:
    samples = perf_data.samples(recording.data, recording.pid)
    places = {place_of(recording, each) for each in samples}
    # A function has one row in the report, with the address of one of its samples.
    found = {
        (offset, path)
        for offset, path in perf_data.reported(recording.data, recording.pid)
        if path in recording.modules  # not perf's own copy of the vDSO
    }
    assert found <= places
    assert {path for _, path in found} == {path for _, path in places}


def test_files_with_samples_have_the_same_build_ids(recording: Recording) -> None:
    paths = {each.path for each in perf_data.samples(recording.data, recording.pid)}
    found = perf_data.build_ids(recording.data)
    assert recording.library in found
    # The kernel finds no build ID in a file whose first pages are not in memory just then.
    for path in paths & found.keys():
        assert recording.modules[path].build_id == found[path] == build_id(path)
