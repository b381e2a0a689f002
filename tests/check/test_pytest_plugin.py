"""The pytest plugin, in runs of pytest of their own."""

from __future__ import annotations

import fnmatch
import os
import sys

import pytest

pytest_plugins = ["pytester"]


RIGHT = """
import pytest
from procmaps import loads

def parse(dump):
    return [{"start": m.start, "name": m.name.raw} for m in loads(dump)]
"""
WRONG = RIGHT.replace("m.name.raw", "m.name.raw.split(b' ')[0]")


def run(pytester: pytest.Pytester, test: str, *more: str) -> pytest.RunResult:
    pytester.makepyfile(test)
    return pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", *more)


def test_a_test_for_each_case(pytester: pytest.Pytester) -> None:
    test = RIGHT + (
        "@pytest.mark.procmaps(reads=('maps', 'smaps'), case='names/space*', skip=['*-two'])\n"
        "def test_it(procmaps_case):\n    procmaps_case.check(parse)\n"
    )
    run(pytester, test).assert_outcomes(passed=14)


def test_without_a_marker_it_is_every_case_of_maps(pytester: pytest.Pytester) -> None:
    test = RIGHT + "def test_it(procmaps_case):\n    procmaps_case.check(parse)\n"
    outcomes = run(pytester, test).parseoutcomes()
    assert outcomes["passed"] >= 300
    assert set(outcomes) == {"passed"}


def test_a_failure_shows_the_dump(pytester: pytest.Pytester) -> None:
    test = WRONG + (
        "@pytest.mark.procmaps(case='names/space')\n"
        "def test_it(procmaps_case):\n    procmaps_case.check(parse)\n"
    )
    result = run(pytester, test)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "names/space.maps: wrong:name",
            "One space within.",
            "mapping 0, name: expected '/opt/My Program/bin', got '/opt/My'",
            "7f2a4c000000-7f2a4c008000 r--p * /opt/My Program/bin",
        ]
    )


def test_expected_failures_and_the_ratchet(pytester: pytest.Pytester) -> None:
    test = WRONG + (
        "@pytest.mark.procmaps(case=['names/space', 'names/plain'], expect='known.txt')\n"
        "def test_it(procmaps_case):\n    procmaps_case.check(parse)\n"
    )
    known = pytester.path / "known.txt"
    known.write_text("wrong:name names/space.maps\n")
    run(pytester, test).assert_outcomes(passed=1, xfailed=1)
    known.write_text("wrong:name names/space.maps\nlost names/plain.maps\n")
    run(pytester, test).assert_outcomes(failed=1, xfailed=1)


def test_an_exception_that_refuses_and_one_that_does_not(pytester: pytest.Pytester) -> None:
    test = (
        "import pytest\n"
        "def refuse(dump):\n    raise ValueError('too hard')\n"
        "def crash(dump):\n    raise KeyError('oops')\n"
        "@pytest.mark.procmaps(case='damaged/invalid-alone')\n"
        "def test_refused(procmaps_case):\n    procmaps_case.check(refuse)\n"
        "@pytest.mark.procmaps(case='names/plain')\n"
        "def test_refused_wrongly(procmaps_case):\n    procmaps_case.check(refuse)\n"
        "@pytest.mark.procmaps(case='names/plain')\n"
        "def test_crash(procmaps_case):\n    procmaps_case.check(crash)\n"
        "@pytest.mark.procmaps(case='damaged/invalid-alone')\n"
        "def test_own(procmaps_case):\n    procmaps_case.check(crash, rejects=KeyError)\n"
    )
    result = run(pytester, test)
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["names/plain.maps: rejected", "*KeyError: 'oops'"])


def test_an_answer_that_is_none(pytester: pytest.Pytester) -> None:
    test = (
        "import pytest\n@pytest.mark.procmaps(case='names/plain')\n"
        "def test_it(procmaps_case):\n    procmaps_case.check(lambda dump: 5)\n"
    )
    result = run(pytester, test)
    result.stdout.fnmatch_lines(
        ["not an answer of the adapter protocol: 5 where an array of objects is due"]
    )


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        ("reads='numa_maps'", "*: reads='numa_maps' is none of maps, smaps, smaps_rollup"),
        ("only='heap'", "*: only='heap' is none of all, executable, file, named"),
        ("cases='x'", "*: the marker procmaps takes by keyword: case, expect, only, reads, *"),
        ("'maps'", "*: the marker procmaps takes by keyword: case, expect, only, reads, *"),
        ("case='no/*'", "*: no case fits 'no/[*]'; `procmaps check --list` shows all"),
        ("expect='no.txt'", "*No such file or directory: *no.txt'"),
    ],
)
def test_a_marker_that_is_wrong(pytester: pytest.Pytester, marker: str, told: str) -> None:
    test = f"import pytest\n@pytest.mark.procmaps({marker})\ndef test_it(procmaps_case): pass\n"
    result = run(pytester, test)
    assert result.ret == pytest.ExitCode.USAGE_ERROR or "errors" in result.parseoutcomes()
    text = result.outlines + result.errlines
    assert any(fnmatch.fnmatch(line, told) for line in text), text


def test_those_who_do_not_use_it_pay_nothing(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plugin is loaded in every run of pytest where the package is installed."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    test = "import sys\ndef test_it(): assert 'procmaps.check' not in sys.modules\n"
    pytester.makepyfile(test)
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)


def test_the_marker_is_documented(pytester: pytest.Pytester) -> None:
    result = run(pytester, "", "--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.procmaps(reads, case, skip, tag, only, expect): *"])
