"""A mapping with deferred fields behaves like one that a caller made."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import subprocess
import sys
import weakref
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmaps import Device, Mapping, Perms, Snapshot, Usage, loads
from procmaps.producers import every_producer
from procmaps.producers.rendering import render
from procmaps.records import storage
from procmaps.records.names import Heap
from procmaps.strategies import address_spaces
from tests.support.checkout import ROOT

SMAPS = (
    b"1000-2000 rw-p 00000000 00:00 0 \nRss: 4 kB\n3000-4000 rw-p 00000000 00:00 0 \nRss: 8 kB\n"
)


SLOW = (
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
)


def pickled(mapping: Mapping) -> Mapping:
    copied: Mapping = pickle.loads(pickle.dumps(mapping))  # noqa: S301 - made in this very line
    return copied


def evolved(mapping: Mapping) -> Mapping:
    return attrs.evolve(mapping, start=0)


def usage_of(mapping: Mapping) -> Usage | None:
    return mapping.usage


Operation = Callable[[Mapping], object]
OPERATIONS: tuple[Operation, ...] = (
    *(copy.copy, copy.deepcopy, pickled, evolved, usage_of),
    *(hash, repr, str, attrs.asdict, attrs.astuple),
)


@settings(suppress_health_check=SLOW)
@given(data=st.data())
def test_lazy_and_eager_mappings_behave_alike(data: st.DataObject) -> None:
    made = data.draw(st.sampled_from([p for p in every_producer() if p.prints("smaps")]))
    eager = data.draw(address_spaces(made, "smaps"))
    text = render(eager, made)
    assert [*loads(text, dialect=made.dialect)] == eager == [*loads(text, dialect=made.dialect)]
    for operation in OPERATIONS:
        lazy = [*loads(text, dialect=made.dialect)]
        assert [*map(operation, lazy)] == [*map(operation, eager)]
        assert [*map(operation, eager)] == [*map(operation, lazy)]


def test_usage_is_made_once_and_shared() -> None:
    # The regular expressions do not share the blocks of the first entry, which is read by line.
    one, two = [*loads(SMAPS * 3, dialect="linux", errors="collect")][2::2]
    assert one.usage is one.usage
    assert one.usage is two.usage


def test_usage_is_made_without_the_snapshot() -> None:
    last = loads(SMAPS)[-1]
    gc.collect()
    assert last.usage == Usage(rss=8192)


def test_mappings_stay_frozen() -> None:
    eager = Mapping(0, 1, Perms.from_text("rw-p"), 0, Device(0, 0), 0, Heap(), Usage(rss=1))
    for mapping in (loads(SMAPS)[0], eager):
        for field in attrs.fields(Mapping):
            with pytest.raises(attrs.exceptions.FrozenInstanceError):
                setattr(mapping, field.name, None)
            with pytest.raises(attrs.exceptions.FrozenInstanceError):
                delattr(mapping, field.name)
        with pytest.raises(TypeError, match="weak reference"):
            weakref.ref(mapping)


def test_a_pickled_mapping_does_not_carry_the_text() -> None:
    padding = b"5000-6000 rw-p 00000000 00:00 0 /" + b"x" * 10_000 + b"\n"
    assert len(pickle.dumps(loads(SMAPS + padding)[0])) < 10_000


def test_rejects_a_usage_of_another_type() -> None:
    wrong: Any = 5
    with pytest.raises(TypeError, match=r"^usage must be a Usage or None, not 5$"):
        Mapping(0, 1, Perms.from_text("rw-p"), 0, Device(0, 0), 0, Heap(), wrong)


def test_fields_of_the_record_are_its_documented_attributes() -> None:
    assert [field.name for field in attrs.fields(Mapping)] == [
        *("start", "end", "perms", "offset", "device", "inode", "name", "usage")
    ]
    assert Mapping.__match_args__ == tuple(field.name for field in attrs.fields(Mapping))


def test_snapshots_share_no_state() -> None:
    snapshots: list[Snapshot] = [loads(SMAPS), loads(SMAPS)]
    assert snapshots[0][0] == snapshots[1][0]
    assert snapshots[0][0].usage is not snapshots[1][0].usage


@pytest.mark.skipif(storage.VARIABLE in os.environ, reason="an engine is forced")
def test_it_does_so_in_pure_python() -> None:
    """This process has one way to store records; another process has the other."""
    command = (sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", __file__)
    environment = {**os.environ, storage.VARIABLE: "python"}
    environment.pop("CI", None)  # this test is skipped there
    done = subprocess.run(
        command, env=environment, cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert not done.returncode, done.stdout
