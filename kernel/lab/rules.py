"""One program for each rule of ``prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME)``.

The rules are those of prctl(2) and of the kernel's code in the 6.1 and 6.12 trees: prctl_set_vma()
and is_valid_name_char() (kernel/sys.c), madvise_set_anon_name(), madvise_walk_vmas() and
madvise_update_vma() (mm/madvise.c).
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from kernel.lab import ops
from kernel.lab.protocol import Outcome, Ref
from kernel.lab.scenario_builder import FAR, HEAP, GuestInfo, ScenarioBuilder


@frozen
class Rule:
    """A question about naming. ``ask`` returns the call whose errno answers it."""

    name: str
    asks: str
    ask: Callable[[ScenarioBuilder], Ref]

    def build(self, guest: GuestInfo) -> tuple[ScenarioBuilder, Ref]:
        """Return the rule's operations for this guest, and the call in question."""
        scene = ScenarioBuilder(guest, ("maps",))
        answer = self.ask(scene)
        scene.snapshot()
        return scene, answer


RULES: dict[str, Rule] = {}


def _rule(ask: Callable[[ScenarioBuilder], Ref]) -> Callable[[ScenarioBuilder], Ref]:
    RULES[ask.__name__] = Rule(ask.__name__, " ".join((ask.__doc__ or "").split()), ask)
    return ask


def _on_anonymous(s: ScenarioBuilder, label: bytes) -> Ref:
    s.anon(at := s.room())
    return s.label(at, 1, label)


@_rule
def plain_label(s: ScenarioBuilder) -> Ref:
    """A label on private anonymous memory."""
    return _on_anonymous(s, b"label")


@_rule
def null_clears(s: ScenarioBuilder) -> Ref:
    """NULL instead of a label."""
    s.anon(at := s.room(), label=b"to be taken off")
    return s.label(at, 1, None)


@_rule
def empty_label(s: ScenarioBuilder) -> Ref:
    """A label of no bytes."""
    return _on_anonymous(s, b"")


@_rule
def length_79(s: ScenarioBuilder) -> Ref:
    """79 bytes and the NUL: the maximum, ANON_VMA_NAME_MAX_LEN (80)."""
    return _on_anonymous(s, b"x" * 79)


@_rule
def length_80(s: ScenarioBuilder) -> Ref:
    """80 bytes and the NUL: one too many."""
    return _on_anonymous(s, b"x" * 80)


def _bad_byte(byte: int) -> None:
    def ask(s: ScenarioBuilder) -> Ref:
        return _on_anonymous(s, b"a" + bytes((byte,)))

    ask.__name__ = f"byte_{byte:02x}"
    ask.__doc__ = f"A label that contains the byte {bytes((byte,))!r}."
    _rule(ask)


for _byte in (0x01, 0x09, 0x0A, 0x0D, 0x1F, 0x20, 0x24, 0x5B, 0x5C, 0x5D, 0x60, 0x7E, 0x7F, 0xFF):
    _bad_byte(_byte)


@_rule
def bad_pointer(s: ScenarioBuilder) -> Ref:
    """A label at an address that is not mapped."""
    s.anon(at := s.room())
    return s.do(ops.name(s.at(at), s.page, FAR))


@_rule
def unknown_attribute(s: ScenarioBuilder) -> Ref:
    """PR_SET_VMA with attribute 1."""
    s.anon(at := s.room())
    return s.do(ops.call("prctl", ops.PR_SET_VMA, 1, s.at(at), s.page, b"label"))


@_rule
def address_not_aligned(s: ScenarioBuilder) -> Ref:
    """An address one byte into a page."""
    s.anon(at := s.room(2), 2)
    return s.do(ops.name(s.at(at) + 1, s.page, b"label"))


@_rule
def length_rounded_up(s: ScenarioBuilder) -> Ref:
    """A length of one byte: the whole page gets the label."""
    s.anon(at := s.room(2), 2)
    return s.do(ops.name(s.at(at), 1, b"label"))


@_rule
def length_0(s: ScenarioBuilder) -> Ref:
    """A length of zero."""
    s.anon(at := s.room())
    return s.do(ops.name(s.at(at), 0, b"label"))


@_rule
def length_rounds_to_0(s: ScenarioBuilder) -> Ref:
    """The largest length: rounding it up to pages gives zero."""
    s.anon(at := s.room())
    return s.do(ops.name(s.at(at), _largest(s), b"label"))


@_rule
def range_wraps(s: ScenarioBuilder) -> Ref:
    """A length that takes the end of the range below its start."""
    s.anon(at := s.room())
    return s.do(ops.name(s.at(at), _largest(s) - 2 * s.page + 1, b"label"))


def _largest(s: ScenarioBuilder) -> int:
    return int(2**s.guest.architecture.bits) - 1


@_rule
def label_before_address(s: ScenarioBuilder) -> Ref:
    """An invalid pointer and an unaligned address: the order of the checks."""
    s.anon(at := s.room(2), 2)
    return s.do(ops.name(s.at(at) + 1, s.page, FAR))


@_rule
def nothing_mapped(s: ScenarioBuilder) -> Ref:
    """A range without any mapping."""
    return s.label(s.room(2), 2, b"label")


@_rule
def hole_in_the_middle(s: ScenarioBuilder) -> Ref:
    """Two mappings with a hole between them: both get the label."""
    at = s.room(3)
    s.anon(at)
    s.anon(at + 2)
    return s.label(at, 3, b"label")


@_rule
def linked_file(s: ScenarioBuilder) -> Ref:
    """A mapping of a file that has a name."""
    file = s.open(b"/t/rule_linked")
    s.map(file, at := s.room())
    answer = s.label(at, 1, b"label")
    s.do(ops.unlink(b"/t/rule_linked"))
    return answer


@_rule
def file_in_the_middle(s: ScenarioBuilder) -> Ref:
    """Anonymous memory, a file, anonymous memory: only the memory before the file is named."""
    file = s.open(b"/t/rule_middle")
    at = s.room(3)
    s.anon(at)
    s.map(file, at + 1)
    s.anon(at + 2)
    answer = s.label(at, 3, b"label")
    s.do(ops.unlink(b"/t/rule_middle"))
    return answer


@_rule
def unlinked_file(s: ScenarioBuilder) -> Ref:
    """A mapping of a tmpfs file that was unlinked before it was mapped."""
    file = s.open(b"/t/rule_unlinked")
    s.unlink(file)
    s.map(file, at := s.room())
    return s.label(at, 1, b"label")


@_rule
def unlinked_later(s: ScenarioBuilder) -> Ref:
    """A mapping of a tmpfs file that was unlinked after it was mapped."""
    file = s.open(b"/t/rule_later")
    s.map(file, at := s.room())
    s.unlink(file)
    return s.label(at, 1, b"label")


@_rule
def shared_anonymous(s: ScenarioBuilder) -> Ref:
    """Shared anonymous memory."""
    s.anon(at := s.room(), flags="shared")
    return s.label(at, 1, b"label")


@_rule
def memfd(s: ScenarioBuilder) -> Ref:
    """A shared mapping of a memfd."""
    s.map(s.memfd(b"memory"), at := s.room())
    return s.label(at, 1, b"label")


@_rule
def memfd_private(s: ScenarioBuilder) -> Ref:
    """A private mapping of a memfd."""
    s.map(s.memfd(b"memory"), at := s.room(), 1, "rw", "private")
    return s.label(at, 1, b"label")


@_rule
def system_v(s: ScenarioBuilder) -> Ref:
    """A System V segment."""
    segment = s.do(ops.shmget(0, s.page))
    s.do(ops.shmat(segment, s.at(at := s.shared_room(1))))
    answer = s.label(at, 1, b"label")
    s.do(ops.shm_remove(segment))
    return answer


@_rule
def heap(s: ScenarioBuilder) -> Ref:
    """The heap."""
    start = s.do(ops.brk(0))
    s.do(ops.brk(HEAP + 0x10000))
    return s.do(ops.name(start, 0x10000, b"label"))


@_rule
def stack(s: ScenarioBuilder) -> Ref:
    """The stack."""
    return s.do(ops.name(s.guest.stack, s.page, b"label"))


@_rule
def sealed(s: ScenarioBuilder) -> Ref:
    """Memory that mseal(2) has sealed, if the kernel has that call."""
    s.anon(at := s.room())
    s.do(ops.call("mseal", s.at(at), s.page, 0))
    return s.label(at, 1, b"label")


@_rule
def map_count_limit(s: ScenarioBuilder) -> Ref:
    """A label that would split a mapping at the map-count limit."""
    limit = s.do(ops.open_(b"/proc/sys/vm/max_map_count", "wronly"))
    s.anon(at := s.room(3), 3)
    s.do(ops.write(limit, b"1"))
    answer = s.label(at + 1, 1, b"label")
    s.do(ops.write(limit, b"65530"))
    return answer


def answer(outcome: Outcome, asked: Ref) -> int:
    """Return the errno of the call, or 0."""
    return outcome.results[asked.index].errno
