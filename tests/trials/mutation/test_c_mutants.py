"""Faults of C files are single changes, and one of them keeps the interpreter's lock."""

from __future__ import annotations

import pytest

from tests.trials.mutation.c_mutants import mutants
from tests.trials.recording import ROOT

RELEASES = {
    "procmaps/engines/_c/python/scanner.c": 1,
    "procmaps/engines/_c/python/read_file.c": 1,
    "procmaps/records/_c/kernel_query.c": 1,
    "procmaps/engines/_c/python/sum_groups.c": 0,
}


@pytest.mark.parametrize("file", RELEASES)
def test_every_release_of_the_lock_has_a_fault(file: str) -> None:
    original = (ROOT / file).read_text()
    made = [*mutants(file)]
    kept = [each for each in made if "the lock is kept" in each.source]
    assert len(kept) == RELEASES[file] == original.count("Py_BEGIN_ALLOW_THREADS")
    assert not any("ALLOW_THREADS" in each.source for each in kept)
    assert all(each.source != original for each in made)
    assert len(made) > len(kept)
