"""A pytest plugin for authors of parsers in Python: the conformance suite, a test for each case.

    import pytest

    @pytest.mark.procmaps(reads="maps", expect="known.txt")
    def test_parser(procmaps_case):
        procmaps_case.check(lambda dump: [{"start": m.start} for m in my.parse(dump)])

The members are those of ``docs/protocol.md``; texts may be ``bytes``. Without the marker it is
every case of maps. Failures listed in the file of *expect* are expected: one that passes fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

from procmaps.errors import ProcmapsError

if TYPE_CHECKING:
    from procmaps.check.cases import Case

MARKER = "procmaps"
FIXTURE = "procmaps_case"

_OPTIONS = frozenset({"reads", "case", "skip", "tag", "only", "expect"})


@attrs.frozen
class CaseUnderTest:
    """What the fixture `procmaps_case` gives."""

    case: Case
    """All that is known of it; `Case.data` is the dump."""
    only: str = "all"

    @property
    def data(self) -> bytes:
        """The dump."""
        return self.case.data

    def check(
        self,
        parse: Callable[[bytes], object],
        *,
        rejects: type[Exception] | tuple[type[Exception], ...] = ValueError,
    ) -> None:
        """Call *parse* with the dump, and fail unless the suite takes what it gives back.

        An exception of *rejects* means that the parser refuses the dump; any other is raised on.
        """
        from procmaps.check.answers import AdapterFault, Answer, Rejection, take  # noqa: PLC0415
        from procmaps.check.judge import judge  # noqa: PLC0415
        from procmaps.check.reports import explained, shown  # noqa: PLC0415

        answer: Answer | Rejection
        try:
            answer = take(parse(self.data))
        except AdapterFault as fault:
            pytest.fail(str(fault), pytrace=False)
        except rejects as error:
            answer = Rejection(f"{type(error).__name__}: {error}")
        verdict = judge(self.case, answer, only=self.only)  # type: ignore[arg-type]
        if not verdict.passed:
            told = [f"{self.case.id}: {verdict.key}", self.case.shows, *explained(verdict)]
            pytest.fail("\n".join([*told, "", *shown(self.data)]), pytrace=False)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(reads, case, skip, tag, only, expect): which cases of the conformance suite of "
        "/proc/PID/maps the fixture procmaps_case stands for; see procmaps.pytest_plugin",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each case, named after it."""
    if FIXTURE not in metafunc.fixturenames:
        return
    from procmaps.check.cases import load  # noqa: PLC0415
    from procmaps.check.judge import ONLY  # noqa: PLC0415
    from procmaps.formats.file_kinds import FILE_KINDS  # noqa: PLC0415

    marker = metafunc.definition.get_closest_marker(MARKER)
    options = {} if marker is None else dict(marker.kwargs)
    where = metafunc.definition.nodeid
    if (marker is not None and marker.args) or not _OPTIONS.issuperset(options):
        known = ", ".join(sorted(_OPTIONS))
        raise pytest.UsageError(f"{where}: the marker {MARKER} takes by keyword: {known}")
    kinds = _words(options.get("reads", "maps"))
    only = options.get("only", "all")
    if unknown := sorted(set(kinds) - set(FILE_KINDS)):
        raise pytest.UsageError(f"{where}: reads={unknown[0]!r} is none of {', '.join(FILE_KINDS)}")
    if only not in ONLY:
        raise pytest.UsageError(f"{where}: only={only!r} is none of {', '.join(ONLY)}")
    try:
        cases = load(
            [kind for kind in FILE_KINDS if kind in kinds],
            only=_words(options.get("case", ())),
            skip=_words(options.get("skip", ())),
            tags=_words(options.get("tag", ())),
        )
        expected = _expected(metafunc, options.get("expect"))
    except (ProcmapsError, OSError) as error:
        raise pytest.UsageError(f"{where}: {error}") from error
    metafunc.parametrize(
        FIXTURE,
        [
            pytest.param(
                CaseUnderTest(case, only),
                id=case.id,
                marks=[pytest.mark.xfail(strict=True, reason=expected[case.id])]
                if case.id in expected
                else [],
            )
            for case in cases
        ],
    )


def _words(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _expected(metafunc: pytest.Metafunc, name: str | None) -> dict[str, str]:
    """The file of expected failures, found beside the test's own."""
    if name is None:
        return {}
    from procmaps.check.expected_failures import parse  # noqa: PLC0415

    file = Path(metafunc.definition.path).parent / name
    return parse(file.read_text("utf-8"), str(file))
