"""The pytest plugin, in pytest runs of their own."""

from __future__ import annotations

import fnmatch
import os
import re
import sys

import pytest

from procmaps.check.cases import load
from tests.support.checkout import ROOT

pytest_plugins = ["pytester"]


RIGHT = """
import pytest
from procmaps import loads

def parse(dump):
    return [{"start": m.start, "name": m.name.raw} for m in loads(dump)]
"""
WRONG = RIGHT.replace("m.name.raw", "m.name.raw.split(b' ')[0]")
TEST = "def test_it(procmaps_case):\n    procmaps_case.check(parse)\n"


def run(pytester: pytest.Pytester, test: str, *more: str) -> pytest.RunResult:
    pytester.makepyfile(test)
    return pytester.runpytest_inprocess("-q", "-p", "no:cacheprovider", *more)


def test_makes_one_test_for_each_case(pytester: pytest.Pytester) -> None:
    test = RIGHT + (
        "@pytest.mark.procmaps(reads=('maps', 'smaps'), case='names/space*', skip=['*-two'])\n"
        + TEST
    )
    run(pytester, test).assert_outcomes(passed=14)


def test_uses_every_case_of_maps_without_a_marker(pytester: pytest.Pytester) -> None:
    outcomes = run(pytester, RIGHT + TEST).parseoutcomes()
    outcomes.pop("warnings", None)  # this process has imported other plugins
    assert outcomes == {"passed": len(load(("maps",)))}


def test_selects_a_profile(pytester: pytest.Pytester) -> None:
    test = RIGHT + "@pytest.mark.procmaps(profile='labels', case='labels/space-*')\n" + TEST
    run(pytester, test).assert_outcomes(passed=12)


def test_a_disputable_choice_is_no_failure(pytester: pytest.Pytester) -> None:
    lost = "def parse(dump):\n    return []\n" + "import pytest\n"
    test = lost + "@pytest.mark.procmaps(case='damaged/invalid-words')\n" + TEST
    result = run(pytester, test, "-rx")
    result.assert_outcomes(xfailed=1)
    result.stdout.fnmatch_lines(["*policy malformed-lines: lost*"])


def test_shows_the_dump_of_a_failure(pytester: pytest.Pytester) -> None:
    test = WRONG + "@pytest.mark.procmaps(case='names/space')\n" + TEST
    result = run(pytester, test)
    result.assert_outcomes(failed=1)
    (case,) = load(("maps",), only=["names/space"])
    result.stdout.fnmatch_lines(
        [
            "new: names/space.maps: wrong:name",
            case.shows,
            "mapping 0, name: expected '/opt/My Program/bin', got '/opt/My'",
            "7f2a4c000000-7f2a4c008000 r--p * /opt/My Program/bin",
        ]
    )


EXPECTING = "@pytest.mark.procmaps(case=['names/space', 'names/plain'], expect='known.txt')\n"


@pytest.mark.parametrize(
    ("listed", "outcomes", "message"),
    [
        ("wrong:name names/space.maps\n", {"passed": 1, "xfailed": 1}, ""),
        ("", {"passed": 1, "failed": 1}, "new: names/space.maps: wrong:name"),
        (
            "lost names/space.maps\n",
            {"passed": 1, "failed": 1},
            "changed: names/space.maps: wrong:name, expected lost",
        ),
        (
            "wrong:name names/space.maps\nlost names/plain.maps\n",
            {"failed": 1, "xfailed": 1},
            ("fixed: names/plain.maps: now passes but is listed as lost; remove it from known.txt"),
        ),
        (
            "wrong:name names/space.maps\nlost names/gone.maps\n",
            {"passed": 1, "xfailed": 1, "errors": 1},
            (
                "unknown: names/gone.maps: listed as lost in known.txt, but there is no such "
                "case; remove it"
            ),
        ),
    ],
    ids=["expected", "new", "changed", "fixed", "unknown"],
)
def test_reports_deviations_from_expected_failures(
    pytester: pytest.Pytester, listed: str, outcomes: dict[str, int], message: str
) -> None:
    (pytester.path / "known.txt").write_text(listed)
    result = run(pytester, WRONG + EXPECTING + TEST)
    result.assert_outcomes(**outcomes)
    if message:
        result.stdout.fnmatch_lines([message])


def test_update_writes_the_failures(pytester: pytest.Pytester) -> None:
    result = run(pytester, WRONG + EXPECTING + TEST, "--procmaps-update")
    result.assert_outcomes(passed=1, xfailed=1)
    known = pytester.path / "known.txt"
    assert known.read_text() == "wrong:name names/space.maps\n"
    result.stdout.fnmatch_lines([f"procmaps: {known}: 1 expected failures written"])
    run(pytester, WRONG + EXPECTING + TEST).assert_outcomes(passed=1, xfailed=1)


def test_update_keeps_cases_that_were_not_run(pytester: pytest.Pytester) -> None:
    known = pytester.path / "known.txt"
    known.write_text("hang labels/space-one.maps\nlost names/gone.maps\nlost names/plain.maps\n")
    run(pytester, WRONG + EXPECTING + TEST, "--procmaps-update")
    assert known.read_text() == "hang labels/space-one.maps\nwrong:name names/space.maps\n"


def test_update_lists_a_crash(pytester: pytest.Pytester) -> None:
    test = WRONG + "def parse(dump):\n    raise KeyError('oops')\n" + EXPECTING + TEST
    run(pytester, test, "--procmaps-update").assert_outcomes(xfailed=2)
    assert (pytester.path / "known.txt").read_text() == (
        "crash names/plain.maps\ncrash names/space.maps\n"
    )
    run(pytester, test).assert_outcomes(xfailed=2)


def test_update_without_a_file_says_so(pytester: pytest.Pytester) -> None:
    test = RIGHT + "@pytest.mark.procmaps(case='names/plain')\n" + TEST
    result = run(pytester, test, "--procmaps-update")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["procmaps: nothing to update: *"])


def test_update_is_rejected_with_xdist(pytester: pytest.Pytester) -> None:
    result = run(pytester, WRONG + EXPECTING + TEST, "--procmaps-update", "-n", "1")
    assert result.ret != 0
    text = "\n".join(result.outlines + result.errlines)
    assert "--procmaps-update cannot be used with xdist: run it without -n" in text
    assert not (pytester.path / "known.txt").exists()


def test_a_listed_case_that_is_never_checked_fails(pytester: pytest.Pytester) -> None:
    (pytester.path / "known.txt").write_text("lost names/plain.maps\n")
    test = RIGHT + EXPECTING + "def test_it(procmaps_case): assert procmaps_case.data\n"
    result = run(pytester, test)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            (
                "names/plain.maps: listed as lost in known.txt, but the test did not call "
                "procmaps_case.check()"
            )
        ]
    )


def test_rejects_and_crashes_are_told_apart(pytester: pytest.Pytester) -> None:
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
    result.stdout.fnmatch_lines(["new: names/plain.maps: rejected", "*KeyError: 'oops'"])


def test_a_parser_of_str_is_told_that_dumps_are_bytes(pytester: pytest.Pytester) -> None:
    test = (
        "import pytest\n@pytest.mark.procmaps(case='names/plain')\n"
        "def test_it(procmaps_case):\n    procmaps_case.check(lambda dump: dump.split('\\n'))\n"
    )
    result = run(pytester, test)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*procmaps: the dump that the parser is called with is bytes"])


def test_rejects_an_answer_that_is_not_a_list(pytester: pytest.Pytester) -> None:
    test = (
        "import pytest\n@pytest.mark.procmaps(case='names/plain')\n"
        "def test_it(procmaps_case):\n    procmaps_case.check(lambda dump: 5)\n"
    )
    result = run(pytester, test)
    result.stdout.fnmatch_lines(
        ["not an answer of the adapter protocol: expected an array of objects, got 5"]
    )


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("reads='numa_maps'", "*: reads='numa_maps' is not one of maps, smaps, smaps_rollup"),
        ("only='heap'", "*: only='heap' is not one of all, executable, file, named"),
        ("cases='x'", "*: the marker procmaps takes these keywords only: case, expect, only, *"),
        ("'maps'", "*: the marker procmaps takes these keywords only: case, expect, only, *"),
        ("case='no/*'", "*: no case matches 'no/[*]'; `procmaps check --list` lists all cases"),
        ("expect='no.txt'", "*no.txt does not exist; create it: pytest --procmaps-update"),
    ],
)
def test_rejects_a_wrong_marker(pytester: pytest.Pytester, marker: str, message: str) -> None:
    test = f"import pytest\n@pytest.mark.procmaps({marker})\ndef test_it(procmaps_case): pass\n"
    result = run(pytester, test)
    assert result.ret == pytest.ExitCode.USAGE_ERROR or "errors" in result.parseoutcomes()
    text = result.outlines + result.errlines
    assert any(fnmatch.fnmatch(line, message) for line in text), text


def test_imports_nothing_for_those_who_do_not_use_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pytest loads the plugin in every run where the package is installed."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    test = "import sys\ndef test_it(): assert 'procmaps.check' not in sys.modules\n"
    pytester.makepyfile(test)
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)


def test_describes_its_marker_and_option(pytester: pytest.Pytester) -> None:
    result = run(pytester, "", "--markers")
    result.stdout.fnmatch_lines(
        ["@pytest.mark.procmaps(reads, case, skip, tag, profile, only, expect): *"]
    )
    assert "--procmaps-update" in run(pytester, "", "--help").stdout.str()


def test_the_code_of_the_page_works_when_pasted(pytester: pytest.Pytester) -> None:
    page = ROOT / "docs" / "check.md"
    if not page.exists():
        pytest.skip("the wheel carries no docs/check.md")
    (code,) = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    pytester.makepyfile(code)
    options = ("-q", "-p", "no:cacheprovider")
    first = pytester.runpytest_subprocess(*options, "--procmaps-update").parseoutcomes()
    assert set(first) == {"passed", "xfailed"}
    again = pytester.runpytest_subprocess(*options).parseoutcomes()
    assert again == first
