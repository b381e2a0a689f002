"""A pytest plugin for authors of parsers in Python: one test for each conformance case.

    import pytest

    @pytest.mark.procmaps(reads="maps", expect="known.txt")
    def test_parser(procmaps_case):
        procmaps_case.check(lambda dump: [{"start": m.start} for m in my.parse(dump)])

The dump is ``bytes``. The members are those of ``procmaps check``; texts may be ``bytes``. Without
the marker every case of maps is used. Only deviations from the failures listed in the file *expect*
fail. ``pytest --procmaps-update`` writes that file.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from procmaps.errors import ProcmapsError

if TYPE_CHECKING:
    from procmaps.check.cases import Case
    from procmaps.check.comparison import Only
    from procmaps.check.expected_failures import ExpectedFailures, Surprise
    from procmaps.check.verdicts import Verdict

MARKER = "procmaps"
FIXTURE = "procmaps_case"

_OPTIONS = frozenset({"reads", "case", "skip", "tag", "profile", "only", "expect"})


@attrs.define(eq=False)
class _ExpectFile:
    """A file of expected failures, and the verdicts of this session that concern it."""

    path: Path | None
    """None for a test without *expect*."""
    expected: ExpectedFailures
    updates: bool
    """Whether ``--procmaps-update`` is given."""
    verdicts: dict[str, Verdict] = attrs.field(factory=dict[str, "Verdict"])


@attrs.define(eq=False)
class CaseUnderTest:
    """The value of the fixture `procmaps_case`."""

    case: Case
    """The case. `Case.data` is the dump."""
    only: Only
    _file: _ExpectFile
    _checked: bool = False

    @property
    def data(self) -> bytes:
        """Return the dump."""
        return self.case.data

    def check(
        self,
        parse: Callable[[bytes], object],
        *,
        rejects: type[Exception] | tuple[type[Exception], ...] = ValueError,
    ) -> None:
        """Call *parse* with the dump as ``bytes``, and fail unless it returns a right answer.

        *parse* returns a list with a mapping of members for each line of the dump. An exception of
        *rejects* means that the parser refuses the dump. Any other is a crash, and is raised again
        unless the file of expected failures lists it.
        """
        from procmaps.check.answers import (  # noqa: PLC0415 - only for those who use the fixture
            AdapterFault,
            Answer,
            Rejection,
            parse_answer,
        )
        from procmaps.check.judging import judge  # noqa: PLC0415
        from procmaps.check.verdicts import Verdict  # noqa: PLC0415

        self._checked = True
        answer: Answer | Rejection
        try:
            answer = parse_answer(parse(self.data))
        except AdapterFault as fault:
            verdict = Verdict("adapter-fault", detail=str(fault))
        except rejects as error:
            answer = Rejection(f"{type(error).__name__}: {error}")
            verdict = judge(self.case, answer, only=self.only)
        except Exception as error:
            verdict = Verdict("crash", detail=f"{type(error).__name__}: {error}")
            if isinstance(error, TypeError):
                error.add_note("procmaps: the dump that the parser is called with is bytes")
            if not self._file.updates and self.case.id not in self._file.expected.keys:
                raise
        else:
            verdict = judge(self.case, answer, only=self.only)
        self._report(verdict)

    def _report(self, verdict: Verdict) -> None:
        """Fail for a surprise; mark an expected failure, and a disputable choice, as such."""
        from procmaps.check.attribution import policy_of  # noqa: PLC0415

        policy = policy_of(self.case, verdict, proc_only=False)
        if policy and self.case.id not in self._file.expected.keys:
            pytest.xfail(f"policy {policy}: {verdict.key}")
        self._file.verdicts[self.case.id] = verdict
        if verdict.outcome == "adapter-fault":
            # What the test passed on is no answer. This says nothing about the parser.
            pytest.fail(verdict.detail, pytrace=False)
        if self._file.updates and self._file.path is not None:
            if not verdict.passed:
                pytest.xfail(f"{verdict.key}, written to {self._file.path.name}")
            return
        surprise = self._file.expected.surprise(self.case.id, verdict)
        if surprise is not None:
            pytest.fail(self._describe(surprise, verdict), pytrace=False)
        if not verdict.passed:
            pytest.xfail(verdict.key)

    def _describe(self, surprise: Surprise, verdict: Verdict) -> str:
        from procmaps.check.display import dump_lines, explain  # noqa: PLC0415
        from procmaps.printable import visible  # noqa: PLC0415

        lines = [f"{surprise.kind}: {visible(str(surprise))}"]
        if not verdict.passed:
            lines += [visible(self.case.shows), *explain(verdict), "", *dump_lines(self.data)]
        return "\n".join(lines)

    def finish(self) -> None:
        """Fail if the case is listed but was never judged."""
        key = self._file.expected.keys.get(self.case.id)
        if key is not None and not self._checked and not self._file.updates:
            pytest.fail(
                f"{self.case.id}: listed as {key} in {self._file.expected.source}, but the test "
                "did not call procmaps_case.check()",
                pytrace=False,
            )


# --- hooks ----------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--procmaps-update``."""
    parser.getgroup(MARKER).addoption(
        "--procmaps-update",
        action="store_true",
        help="write the failures of this run to the files in expect= of the marker procmaps",
    )


_FILES = pytest.StashKey[dict[Path, _ExpectFile]]()


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(reads, case, skip, tag, profile, only, expect): select the cases of the "
        "/proc/PID/maps suite for the fixture procmaps_case; see procmaps.pytest_plugin",
    )
    config.stash[_FILES] = {}
    if config.getoption("procmaps_update") and hasattr(config, "workerinput"):
        raise pytest.UsageError("--procmaps-update cannot be used with xdist: run it without -n")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each case, named by the case."""
    if FIXTURE not in metafunc.fixturenames:
        return
    from procmaps.check.cases import load  # noqa: PLC0415 - only for those who use the fixture
    from procmaps.formats.file_kinds import FILE_KINDS  # noqa: PLC0415

    test = metafunc.definition.nodeid
    options = _marker_options(metafunc)
    kinds = _words(options.get("reads", "maps"))
    try:
        cases = load(
            [kind for kind in FILE_KINDS if kind in kinds],
            only=_words(options.get("case", ())),
            skip=_words(options.get("skip", ())),
            tags=_words(options.get("tag", ())),
            profiles=_words(options.get("profile", ())),
        )
        file = _expect_file(metafunc, options.get("expect"))
    except ProcmapsError as error:
        raise pytest.UsageError(f"{test}: {error}") from error
    only = options.get("only", "all")
    values: list[CaseUnderTest | Surprise] = [CaseUnderTest(case, only, file) for case in cases]
    ids = [case.id for case in cases]
    for surprise in file.expected.unknown(case.id for case in load()):
        if not file.updates:
            values.append(surprise)
            ids.append(surprise.case)
    metafunc.parametrize(FIXTURE, values, ids=ids, indirect=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the files of expected failures, with ``--procmaps-update``."""
    for file in session.config.stash[_FILES].values():
        if file.updates and file.path is not None and file.verdicts:
            from procmaps.check.cases import load  # noqa: PLC0415
            from procmaps.check.whole_files import whole_file  # noqa: PLC0415

            text = file.expected.updated(file.verdicts, [case.id for case in load()])
            with whole_file(file.path) as replaced:
                replaced.replace(text)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Report which files ``--procmaps-update`` has written."""
    if not config.getoption("procmaps_update"):
        return
    written = [file for file in config.stash[_FILES].values() if file.verdicts]
    for file in written:
        failures = sum(not verdict.passed for verdict in file.verdicts.values())
        terminalreporter.write_line(f"procmaps: {file.path}: {failures} expected failures written")
    if not written:
        terminalreporter.write_line(
            "procmaps: nothing to update: no test that ran has expect= in its marker"
        )


@pytest.fixture
def procmaps_case(request: pytest.FixtureRequest) -> Generator[CaseUnderTest, None, None]:
    """Return the case of this test."""
    value: CaseUnderTest | Surprise = request.param
    if not isinstance(value, CaseUnderTest):
        pytest.fail(f"{value.kind}: {value}", pytrace=False)
    yield value
    value.finish()


# --- the marker -----------------------------------------------------------------------------------


def _marker_options(metafunc: pytest.Metafunc) -> dict[str, Any]:
    """Return the keywords of the test's marker. Raises `pytest.UsageError`."""
    from procmaps.check.comparison import ONLY  # noqa: PLC0415
    from procmaps.formats.file_kinds import FILE_KINDS  # noqa: PLC0415

    marker = metafunc.definition.get_closest_marker(MARKER)
    if marker is None:
        return {}
    test = metafunc.definition.nodeid
    options = dict(marker.kwargs)
    if marker.args or not _OPTIONS.issuperset(options):
        known = ", ".join(sorted(_OPTIONS))
        raise pytest.UsageError(f"{test}: the marker {MARKER} takes these keywords only: {known}")
    values: dict[str, tuple[str, ...]] = {"reads": FILE_KINDS, "only": tuple(ONLY)}
    for keyword, allowed in values.items():
        for word in _words(options.get(keyword, ())):
            if word not in allowed:
                raise pytest.UsageError(
                    f"{test}: {keyword}={word!r} is not one of {', '.join(allowed)}"
                )
    return options


def _words(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _expect_file(metafunc: pytest.Metafunc, name: str | None) -> _ExpectFile:
    """Return the file of expected failures, relative to the test's own file."""
    from procmaps.check.expected_failures import ExpectedFailures  # noqa: PLC0415

    updates = bool(metafunc.config.getoption("procmaps_update"))
    if name is None:
        return _ExpectFile(None, ExpectedFailures(), updates)
    path = Path(metafunc.definition.path).parent / name
    files = metafunc.config.stash[_FILES]
    if path not in files:
        files[path] = _ExpectFile(path, _read_expected(path, name, updates=updates), updates)
    return files[path]


def _read_expected(path: Path, name: str, *, updates: bool) -> ExpectedFailures:
    from procmaps.check.expected_failures import ExpectedFailures  # noqa: PLC0415

    if updates and not path.exists():
        return ExpectedFailures(name)
    try:
        return ExpectedFailures.parse(path.read_text("utf-8"), name)
    except FileNotFoundError as error:
        raise pytest.UsageError(
            f"{path} does not exist; create it: pytest --procmaps-update"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise pytest.UsageError(f"cannot read {path}: {error}") from error
