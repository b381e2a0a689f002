"""Faults planted in the model, each of which the drawn trials must bring to light.

What compares the model with a kernel is only as good as the trials that it is given. Here the
model itself stands for the kernel, and a copy of it with one fault for the model.
"""

from __future__ import annotations

import contextlib
import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from attrs import frozen
from hypothesis import HealthCheck, Phase, given, seed, settings

from kernel.model import features, merging, showing, space
from kernel.model.calls import FILES, Fork, Place, Trial, describe, result
from kernel.model.soak import SCOPE
from kernel.model.space import Space
from kernel.model.strategies import trials
from kernel.model.vma import File, Flag, Vma

HEAP, STACK, STACK_END = 0x10050000, 0x7FFFFFFF7000, 0x7FFFFFFFF000
TRIALS = 1000
PLACE = Place(
    HEAP,
    STACK,
    tuple(File(b"/" + n.encode(), nameless=n != "linked", length=1 << 24) for n in FILES),
)


MODULES = {"merging": merging, "space": space}


@frozen
class Fault:
    """A line of the model, and what stands there instead."""

    what: str
    module: ModuleType
    old: str
    new: str

    def planted(self) -> type[Space]:
        """The class ``Space`` of a copy of the model that has the fault."""
        copies = {name: vars(module).copy() for name, module in MODULES.items()}
        for name, module in MODULES.items():
            source = inspect.getsource(module)
            if module is self.module:
                assert source.count(self.old) == 1, self.what
                source = source.replace(self.old, self.new)
            exec(source, copies[name])  # noqa: S102 - our own source
        changed = ModuleType("merging")
        vars(changed).update(copies["merging"])
        # What the calls raise and pass is that of the model as it is.
        copies["space"] |= {
            "merging": changed,
            "Refused": space.Refused,
            "Unreadable": space.Unreadable,
        }
        found: type[Space] = copies["space"]["Space"]
        return found


FAULTS = (
    Fault("labels keep nothing apart", merging, "        and vma.text == wanted.text\n", ""),
    Fault(
        "a fork does not lengthen the chain of an anon_vma",
        space,
        "(AnonVma(), vma.chain + 1)",
        "(AnonVma(), vma.chain)",
    ),
    Fault(
        "a hole is no error",
        space,
        "        if holes:\n            raise Refused(errno.ENOMEM)\n",
        "",
    ),
    Fault(
        "a split that fails is ENOMEM",
        space,
        "errno.EAGAIN if refused.errno == errno.ENOMEM else refused.errno",
        "refused.errno",
    ),
    Fault(
        "a file is stepped over",
        space,
        "            if not nameable:\n                raise Refused(errno.EBADF)\n",
        "            if not nameable:\n                return vma\n",
    ),
    Fault(
        "the upper split comes first",
        space,
        "        if vma.start < start:\n"
        "            vma = self._split_counted(vma, start)\n"
        "        if vma.end > end:\n"
        "            self._split_counted(vma, end)\n",
        "        if vma.end > end:\n"
        "            self._split_counted(vma, end)\n"
        "        if vma.start < start:\n"
        "            vma = self._split_counted(vma, start)\n",
    ),
    Fault(
        "any attribute names",
        space,
        "if not self.features.labels or not known:",
        "if not self.features.labels:",
    ),
    Fault(
        "80 bytes are a label",
        space,
        "label_error(text) is not None",
        "label_error(text, limit=80) is not None",
    ),
    Fault(
        "a first write never takes over a neighbour's anon_vma",
        space,
        "found = merging.reusable_anon(vma, after) or merging.reusable_anon(vma, before)",
        "found = None",
    ),
    Fault(
        "memory that moves keeps its offset",
        space,
        "        if fresh:\n            offset = to // PAGE\n",
        "",
    ),
    Fault(
        "memory that is written counts as it did",
        space,
        "            if not vma.flags & counted:\n                flags |= Flag.ACCOUNT\n",
        "            pass\n",
    ),
)


def fresh(kind: type[Space]) -> Space:
    """A process with a stack and an empty heap."""
    made = kind(features.of("6.12"), start_brk=HEAP, brk=HEAP, start_stack=STACK_END - 64)
    made.vmas.append(Vma(STACK, STACK_END, Flag.READ | Flag.WRITE | Flag.GROWSDOWN, STACK >> 12))
    return made


def observed(kind: type[Space], trial: Trial) -> Iterator[object]:
    """Each result, and what maps would show after it, as the comparison with a kernel has it."""
    made = fresh(kind)
    if trial.room is not None:
        made.limit = len(made.vmas) + trial.room
    for call in trial.calls:
        inside = made.fork() if isinstance(call, Fork) else made
        for one in call.calls if isinstance(call, Fork) else (call,):
            yield describe(result(one, inside, PLACE))
            inodes = {vma.file: (0, 1, 1) for vma in inside.vmas if vma.file is not None}
            yield list(showing.mappings(inside, inodes))


def differ(one: type[Space], other: type[Space], trial: Trial) -> bool:
    """Return whether this trial distinguishes the two models."""
    pairs = zip(observed(one, trial), observed(other, trial), strict=True)
    return any(left != right for left, right in pairs)


def each(check: Callable[[Trial], None], number: int = TRIALS) -> None:
    """Draw so many trials, the same ones each time, as a soak does."""

    @seed(1)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=(HealthCheck.too_slow,),
    )
    @given(trials(SCOPE))
    def drawn(trial: Trial) -> None:
        check(trial)

    drawn()


class AllFound(Exception):
    """Every planted fault has been found."""


@pytest.fixture(scope="module")
def unnoticed() -> set[str]:
    """Return the faults that no trial found. One run of the trials serves all faults."""
    faulty = {fault.what: fault.planted() for fault in FAULTS}

    def check(trial: Trial) -> None:
        expected = [*observed(Space, trial)]
        for what, model in [*faulty.items()]:
            pairs = zip(expected, observed(model, trial), strict=True)
            if any(right != wrong for right, wrong in pairs):
                del faulty[what]
        if not faulty:
            raise AllFound

    with contextlib.suppress(AllFound):
        each(check)
    return {*faulty}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_finds_a_planted_fault(fault: Fault, unnoticed: set[str]) -> None:
    assert fault.what not in unnoticed


@pytest.mark.parametrize("module", [space, merging])
def test_a_copy_without_a_fault_is_not(module: ModuleType) -> None:
    line = "from __future__ import annotations\n"
    same = Fault("nothing", module, line, line).planted()

    def check(trial: Trial) -> None:
        assert not differ(Space, same, trial)

    each(check, 100)


def test_calls_do_something_and_fail_in_every_way_that_is_modelled() -> None:
    ends: Counter[tuple[str, str]] = Counter()
    tried: Counter[str] = Counter()

    def check(trial: Trial) -> None:
        made = fresh(Space)
        for call in trial.calls:
            if not isinstance(call, Fork):
                kind, end = type(call).__name__, describe(result(call, made, PLACE))
                ends[kind, end if end.startswith("E") else "done"] += 1
                tried[kind] += 1

    each(check, 200)
    rare = [kind for kind, number in tried.items() if ends[kind, "done"] < number / 5]
    assert rare == []
    expected = {
        "SetName": ("EINVAL", "EFAULT", "EBADF", "ENOMEM"),
        "Map": ("EINVAL", "EEXIST"),
        "Unmap": ("EINVAL",),
        "Protect": ("EINVAL", "ENOMEM"),
        "Advise": ("EINVAL", "ENOMEM"),
        "Remap": ("EINVAL", "EFAULT", "ENOMEM"),
        "Touch": ("EFAULT",),
    }
    missing = [
        (kind, code) for kind, codes in expected.items() for code in codes if not ends[kind, code]
    ]
    assert missing == []
