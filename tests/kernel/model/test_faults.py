"""Faults planted in the model, which random trials must find.

The comparison with a kernel is only as good as its trials. Here the model plays the kernel, and a
copy with one fault plays the model.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from attrs import frozen
from hypothesis import HealthCheck, Phase, given, seed, settings

from kernel import model
from kernel.model import (
    as_records,
    fork,
    kernel_differences,
    madvise,
    merging,
    mmap,
    mprotect,
    mremap,
    naming,
    sealing,
    space,
    splitting,
    touch,
    userfault,
)
from kernel.model.areas import FILES, Areas
from kernel.model.calls import Fork, Trial, describe, result
from kernel.model.soak import SCOPE
from kernel.model.space import Space
from kernel.model.strategies import trials
from kernel.model.vma import File, Flag, Vma

pytestmark = pytest.mark.slow

HEAP, STACK, STACK_END = 0x10050000, 0x7FFFFFFF7000, 0x7FFFFFFFF000
TRIALS = 400
TURNS = 6
AREAS = Areas(
    HEAP,
    STACK,
    tuple(File(b"/" + n.encode(), nameless=n != "linked", length=1 << 24) for n in FILES),
)


COPIED = (merging, *space.CALL_MODULES, space)


@frozen
class Fault:
    """A change of one line of the model."""

    name: str
    module: ModuleType
    old: str
    new: str

    def planted(self) -> type[Space]:
        """Return the class ``Space`` of a copy of the model that has the fault."""
        with pytest.MonkeyPatch.context() as patch:
            copy: ModuleType | None = None
            for module in COPIED:
                copy = self._copy(module)
                # What imports this module next gets the copy.
                patch.setitem(sys.modules, module.__name__, copy)
                patch.setattr(model, module.__name__.rpartition(".")[2], copy)
        assert copy is not None
        found: type[Space] = copy.Space
        return found

    def _copy(self, module: ModuleType) -> ModuleType:
        source = inspect.getsource(module)
        if module is self.module:
            assert source.count(self.old) == 1, self.name
            source = source.replace(self.old, self.new)
        copy = ModuleType(module.__name__)
        exec(compile(source, module.__name__, "exec"), vars(copy))  # noqa: S102 - our own source
        return copy


FAULTS = (
    Fault("labels keep nothing apart", merging, "        and vma.text == wanted.text\n", ""),
    Fault(
        "a fork does not lengthen the chain of an anon_vma",
        fork,
        "(AnonVma(), vma.chain + 1)",
        "(AnonVma(), vma.chain)",
    ),
    Fault(
        "a hole is no error",
        madvise,
        "    if holes:\n        raise CallFailed(errno.ENOMEM)\n",
        "",
    ),
    Fault(
        "a split that fails is ENOMEM",
        madvise,
        "errno.EAGAIN if failure.errno == errno.ENOMEM else failure.errno",
        "failure.errno",
    ),
    Fault(
        "a file is skipped",
        naming,
        "        if not nameable:\n            raise CallFailed(errno.EBADF)\n",
        "        if not nameable:\n            return vma\n",
    ),
    Fault(
        "the upper split comes first",
        splitting,
        "    if vma.start < start:\n"
        "        vma = split_within_limit(space, vma, start)\n"
        "    if vma.end > end:\n"
        "        split_within_limit(space, vma, end)\n",
        "    if vma.end > end:\n"
        "        split_within_limit(space, vma, end)\n"
        "    if vma.start < start:\n"
        "        vma = split_within_limit(space, vma, start)\n",
    ),
    Fault(
        "any attribute names",
        naming,
        "if not space.features.labels or not known:",
        "if not space.features.labels:",
    ),
    Fault(
        "80 bytes are a label",
        naming,
        "label_error(text) is not None",
        "label_error(text, limit=80) is not None",
    ),
    Fault(
        "a first write never reuses a neighbour's anon_vma",
        touch,
        "found = merging.reusable_anon(vma, after) or merging.reusable_anon(vma, before)",
        "found = None",
    ),
    Fault(
        "memory that moves keeps its offset",
        mremap,
        "    if untouched:\n        offset = to // PAGE\n",
        "",
    ),
    Fault(
        "memory that becomes writable is not accounted",
        mprotect,
        "        if not vma.flags & counted:\n            flags |= Flag.ACCOUNT\n",
        "        pass\n",
    ),
    Fault(
        "userfaultfds keep nothing apart",
        merging,
        "        and vma.userfault is wanted.userfault\n",
        "",
    ),
    Fault("a registration survives a fork", fork, "vma.flags & ~UFFD", "vma.flags"),
    Fault(
        "a child registers its own memory", fork, "userfault_owner=owner", "userfault_owner=None"
    ),
    Fault("a registration moves", mremap, "    _forget_userfault(space, to)\n", ""),
    Fault(
        "another descriptor takes a registration over",
        userfault,
        "            raise CallFailed(errno.EBUSY)\n",
        "            pass\n",
    ),
    Fault(
        "sealed memory can be unmapped",
        mmap,
        "    if any(vma.flags & Flag.SEALED and vma.start < end for vma in space.vmas[low:]):\n",
        "    if False:\n",
    ),
    Fault("sealed memory can be protected", mprotect, "if vma.flags & Flag.SEALED:", "if False:"),
    Fault("a seal ignores holes", sealing, "    _check_covered(space, start, end)\n", ""),
    Fault(
        "droppable memory is kept by a fork",
        mmap,
        "Flag.NORESERVE | Flag.WIPEONFORK | Flag.DONTDUMP",
        "Flag.NORESERVE | Flag.DONTDUMP",
    ),
)


def fresh(kind: type[Space]) -> Space:
    """Return a process with a stack and an empty heap."""
    made = kind(kernel_differences.of("6.12"), start_brk=HEAP, brk=HEAP, start_stack=STACK_END - 64)
    made.vmas.append(Vma(STACK, STACK_END, Flag.READ | Flag.WRITE | Flag.GROWSDOWN, STACK >> 12))
    return made


def observed(kind: type[Space], trial: Trial) -> Iterator[object]:
    """Yield each result and the maps after it, which the comparison with a kernel also uses."""
    made = fresh(kind)
    if trial.room is not None:
        made.limit = len(made.vmas) + trial.room
    for call in trial.calls:
        inside = made.fork() if isinstance(call, Fork) else made
        for one in call.calls if isinstance(call, Fork) else (call,):
            yield describe(result(one, inside, AREAS))
            inodes = {vma.file: (0, 1, 1) for vma in inside.vmas if vma.file is not None}
            yield list(as_records.mappings(inside, inodes))
            yield [vma.flags for vma in inside.vmas]


def differ(one: type[Space], other: type[Space], trial: Trial) -> bool:
    """Return whether this trial distinguishes the two models."""
    pairs = zip(observed(one, trial), observed(other, trial), strict=True)
    return any(left != right for left, right in pairs)


def each(check: Callable[[Trial], None], number: int = TRIALS, turn: int = 1) -> None:
    """Check so many random trials, different ones in each turn.

    Hypothesis also draws from the constants of the loaded modules, so another choice of tests draws
    other trials.
    """

    @seed(turn)
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
    """Return the faults that no trial found. The same trials serve all faults.

    A turn varies few trials, so a rare one may be missing in it, but not in all.
    """
    faulty = {fault.name: fault.planted() for fault in FAULTS}

    def check(trial: Trial) -> None:
        expected = [*observed(Space, trial)]
        for name, kind in [*faulty.items()]:
            pairs = zip(expected, observed(kind, trial), strict=True)
            if any(right != wrong for right, wrong in pairs):
                del faulty[name]
        if not faulty:
            raise AllFound

    with contextlib.suppress(AllFound):
        for turn in range(TURNS):
            each(check, turn=turn)
    return {*faulty}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_finds_a_planted_fault(fault: Fault, unnoticed: set[str]) -> None:
    assert fault.name not in unnoticed


@pytest.mark.parametrize("module", [space, merging])
def test_finds_nothing_in_a_copy_without_fault(module: ModuleType) -> None:
    line = "from __future__ import annotations\n"
    same = Fault("nothing", module, line, line).planted()

    def check(trial: Trial) -> None:
        assert not differ(Space, same, trial)

    each(check, 100)


def test_random_calls_succeed_and_fail_with_all_modelled_errnos() -> None:
    ends: Counter[tuple[str, str]] = Counter()
    tried: Counter[str] = Counter()

    def check(trial: Trial) -> None:
        made = fresh(Space)
        for call in trial.calls:
            if not isinstance(call, Fork):
                kind, end = type(call).__name__, describe(result(call, made, AREAS))
                ends[kind, end if end.startswith("E") else "done"] += 1
                tried[kind] += 1

    each(check, 200)
    rare = [kind for kind, number in tried.items() if ends[kind, "done"] < number / 5]
    assert rare == []
    expected = {
        "SetName": ("EINVAL", "EFAULT", "EBADF", "ENOMEM"),
        "Map": ("EINVAL", "EEXIST"),
        "Unmap": ("EINVAL", "EPERM"),
        "Protect": ("EINVAL", "ENOMEM", "EPERM"),
        "Advise": ("EINVAL", "ENOMEM"),
        "Remap": ("EINVAL", "EFAULT", "ENOMEM", "EPERM"),
        "Seal": ("EINVAL", "ENOMEM"),
        "Register": ("EINVAL", "EBUSY"),
        "Unregister": ("EINVAL",),
        "Touch": ("EFAULT",),
    }
    missing = [
        (kind, code) for kind, codes in expected.items() for code in codes if not ends[kind, code]
    ]
    assert missing == []
