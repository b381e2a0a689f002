"""The model compared with real kernels: random calls, the diagrams, and all saved cases."""

from __future__ import annotations

import json

import pytest
from attrs import evolve

from kernel.model import calls, diagrams, probing
from kernel.model.calls import Map, SetName, Trial
from kernel.model.differential import Difference, Subject
from kernel.model.kernel_differences import RELEASES, of
from kernel.model.soak import CASES, Soak
from kernel.model.space import CALL_MODULES
from kernel.model.vma import PAGE

CALLS = 2000
SAVED = sorted(CASES.glob("*.json"))


def test_random_calls(subject: Subject) -> None:
    soak = Soak(subject, first_seed=1)
    soak.run(CALLS)
    assert soak.operations >= CALLS


def test_probing_finds_the_features_in_the_table(subject: Subject) -> None:
    """Kernels that the laboratory did not build are only known by these calls."""
    other = evolve(
        subject.features,
        labels=not subject.features.labels,
        mseal=not subject.features.mseal,
        droppable=not subject.features.droppable,
        guards=not subject.features.guards,
        userfault_modes=(),
        userfault_wp_files=not subject.features.userfault_wp_files,
        task_size=0,
    )
    assert probing.probed(other, subject.run) == subject.features


def test_diagrams(subject: Subject) -> None:
    trials = [case.trial for case in diagrams.cases(*CALL_MODULES)]
    assert subject.check(trials, every=1) > len(trials)


def test_saved_cases(subject: Subject) -> None:
    trials = [calls.from_json(json.loads(path.read_bytes())) for path in SAVED]
    assert trials
    subject.check(trials, every=1)


@pytest.mark.parametrize(
    "case",
    [
        "mmap-between-two-anon-vmas",
        "mprotect-gives-accounting-back",
        "dontunmap-to-its-own-edge",
    ],
)
def test_finds_the_features_of_another_release(subject: Subject, case: str) -> None:
    """The comparison can fail. Each of these lists was written for one difference."""
    own = subject.features
    other = next(
        of(name, labels=own.labels) for name in RELEASES if of(name).unaccounts != own.unaccounts
    )
    trial = calls.from_json(json.loads((CASES / f"{case}.json").read_bytes()))
    with pytest.raises(Difference, match=r"(maps|VmFlags) differ"):
        evolve(subject, features=other).check([trial], every=1)


def test_finds_a_wrong_option(subject: Subject) -> None:
    other = evolve(subject, features=evolve(subject.features, labels=not subject.features.labels))
    trial = Trial((Map(0, PAGE), SetName(0, PAGE, b"a")))
    with pytest.raises(Difference) as caught:
        other.check([trial])
    kernel, model = ("0", "EINVAL") if subject.features.labels else ("EINVAL", "0")
    assert str(caught.value) == (
        f"{subject.name}, call 1 (SetName(start=0, length=4096, text=b'a', area='arena', "
        "readable=True, known=True)): "
        f"the kernel returned {kernel}, the model {model}"
    )
