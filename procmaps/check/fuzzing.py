"""Fuzz a parser: draw address spaces with hostile names, print them as a kernel does, shrink.

The drawn records are the expected answer. Needs the extra ``test``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import attrs

from procmaps import producers
from procmaps.check.cases import Case, Interpretation
from procmaps.check.processes import Cancelled
from procmaps.check.shrinking import ShrunkFailure, shrink
from procmaps.check.verdicts import Verdict
from procmaps.formats.file_kinds import FileKind
from procmaps.producers.rendering import render
from procmaps.records.mapping import Mapping
from procmaps.records.names import DELETED, NEWLINE, FileBacked

PRODUCER: Final = "linux-6.12"
"""The producer that prints the dumps unless another is asked for."""

Judge = Callable[[Case], Verdict]

_MAX_MAPPINGS: Final = 4
"""Mappings in one dump: enough for a neighbour on either side, and quick to draw."""

_MAX_INTERPRETATIONS: Final = 16
"""Interpretations of one name that a case lists one by one. Many ``\\012`` have very many."""


@attrs.define
class _Failed(Exception):
    """Reports a failed case to Hypothesis; *key* identifies the kind of failure."""

    key: str


def fuzz(
    judge: Judge,
    kind: FileKind,
    *,
    examples: int,
    producer: str = PRODUCER,
    seed: int | None = None,
    on_run: Callable[[], None] = lambda: None,
) -> Iterator[ShrunkFailure]:
    """Draw *examples* address spaces as *producer* prints them; return one failure of each kind.

    Failures are of one kind if their verdicts have the same key. Each is shrunk: first to the
    simplest values by Hypothesis, then line by line. *on_run* is called after every run of the
    parser. The same *seed* draws the same dumps. On Ctrl-C the failure in work is returned as it
    is, then `KeyboardInterrupt` is raised; the same holds for `Cancelled`.
    """
    import hypothesis
    from hypothesis import HealthCheck, Phase

    from procmaps import strategies  # noqa: PLC0415

    reported: set[str] = set()
    simplest: dict[str, ShrunkFailure] = {}
    remaining = examples

    def run(case: Case) -> Verdict:
        verdict = judge(case)
        on_run()
        return verdict

    def attempt(records: tuple[Mapping, ...]) -> None:
        nonlocal remaining
        case = drawn_case(records, kind, producer)
        verdict = run(case)
        # After the first failure Hypothesis only looks for a simpler one.
        remaining -= not simplest
        if not verdict.passed and verdict.outcome != "not-run" and verdict.key not in reported:
            # Hypothesis runs the simplest example last, so the last one of a key is the simplest.
            simplest[verdict.key] = ShrunkFailure(case, verdict, minimal=False)
            raise _Failed(verdict.key)

    address_spaces = strategies.address_spaces(producer, kind, max_size=_MAX_MAPPINGS).map(tuple)
    for turn in itertools.count():
        if remaining < 1:
            return
        test = hypothesis.settings(
            max_examples=remaining,
            deadline=None,
            database=None,
            print_blob=False,
            # One failure at a time: each is raised with its own key and shrunk by itself.
            report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.filter_too_much,
                HealthCheck.data_too_large,
                HealthCheck.large_base_example,
            ],
        )(hypothesis.given(address_spaces)(attempt))
        if seed is not None:
            test = hypothesis.seed(seed + turn)(test)
        try:
            test()
        except _Failed as failed:
            failure = simplest[failed.key]
            reported.add(failed.key)
            simplest.clear()
            yield from _shrunk(failure, run)
        except (KeyboardInterrupt, Cancelled):
            yield from simplest.values()
            raise
        else:
            return


def _shrunk(failure: ShrunkFailure, judge: Judge) -> Iterator[ShrunkFailure]:
    """Yield *failure* with the smallest dump, or as it is if the shrinking is interrupted."""
    try:
        shrunk = shrink(failure.case, failure.verdict, judge)
    except (KeyboardInterrupt, Cancelled):
        yield failure
        raise
    yield shrunk


def check_producer(name: str, kinds: Iterable[FileKind]) -> str:
    """Return the full name of a producer that prints files of all these *kinds*.

    Raises `procmaps.errors.ProcmapsError` for an unknown name, and `ValueError` for a kind that the
    producer does not print.
    """
    producer = producers.parse(name)
    for kind in kinds:
        if not producer.prints(kind):
            raise ValueError(f"{producer.name} prints no {kind}, or its format is not established")
    return producer.name


def drawn_case(records: tuple[Mapping, ...], kind: FileKind, producer: str) -> Case:
    """Return the case of *records* as *producer* prints them."""
    return Case(
        id=f"fuzz/drawn.{kind}",
        kind=kind,
        data=render(records, producer),
        records=records,
        shows="A randomly drawn address space.",
        source="procmaps.strategies",
        producer=producer,
        tags=frozenset({"fuzz"}),
        interpretations=tuple(_interpretations(records)),
    )


def _interpretations(records: tuple[Mapping, ...]) -> Iterator[Interpretation]:
    for index, record in enumerate(records):
        name = record.name
        if not isinstance(name, FileBacked):
            continue
        for path, deleted in _originals(name):
            policy = "octal-ambiguous" if deleted == name.deleted else "deleted-ambiguous"
            yield Interpretation(index, policy, path, deleted)


def _originals(name: FileBacked) -> Iterator[tuple[bytes, bool]]:
    """Yield the paths that print as *name*, and whether each is of an unlinked file."""
    files = (item for item in name.interpretations() if item.kind == "file")
    first = list(itertools.islice(files, _MAX_INTERPRETATIONS + 1))
    if len(first) <= _MAX_INTERPRETATIONS:
        yield from ((item.value, item.deleted) for item in first)
        return
    # A parser restores every newline or none.
    marked = [(name.raw.removesuffix(DELETED), True)] if name.deleted else []
    for printed, deleted in (*marked, (name.raw, False)):
        yield printed.replace(NEWLINE, b"\n"), deleted
        yield printed, deleted
