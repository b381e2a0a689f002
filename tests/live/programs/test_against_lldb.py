"""Files, virtual addresses, load addresses and build IDs are those that LLDB finds."""

from __future__ import annotations

import os
import random

import pytest

from procmaps import LoadedModule, process_modules
from tests.live.programs import in_lldb

ADDRESSES = 400
"""Addresses that LLDB is asked about in each program."""


@pytest.fixture(scope="module")
def printed(program: tuple[str, int], drawn: list[tuple[int, str, str, int, int]]) -> str:
    """Ask LLDB about the program."""
    kind, pid = program
    source = random.Random(kind)  # noqa: S311 - the same addresses in every run
    return in_lldb.ask(pid, (address for address, *_ in source.sample(drawn, ADDRESSES)))


@pytest.fixture(scope="module")
def modules(program: tuple[str, int]) -> dict[str, LoadedModule]:
    """Return the ELF modules by path."""
    found = process_modules(program[1])
    return {os.fsdecode(each.module.path or b""): each for each in found if each.layout}


def test_addresses_are_those_of_lldb(printed: str, modules: dict[str, LoadedModule]) -> None:
    found = in_lldb.places(printed)
    # Addresses are drawn several times where there are few. LLDB does not know all sections.
    assert len(found) >= 100
    for address, (path, virtual_address) in found.items():
        assert modules[path].virtual_address(address) == virtual_address, (hex(address), path)


def test_images_are_those_of_lldb(printed: str, modules: dict[str, LoadedModule]) -> None:
    images = in_lldb.images(printed)
    assert images
    for path, (start, build_id) in images.items():
        module = modules[path]
        assert (module.module.base, module.build_id or b"") == (start, build_id), path
    assert {path for path, each in modules.items() if each.module.text} == set(images)
