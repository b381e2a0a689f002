"""Expected failures: new, changed, fixed and unknown ones, and how the file is updated."""

from __future__ import annotations

from pathlib import Path

import pytest

from procmaps.check.expected_failures import ExpectedFailures, InvalidExpectations
from tests.check.conftest import SPLITS, THREE, Check, needs_awk

LISTED = "wrong:name labels/space-two.maps\nwrong:name names/space.maps\n"


@needs_awk
def test_update_lists_the_failures_and_they_are_expected(check: Check, tmp_path: Path) -> None:
    done = check(*THREE, "--expect", "known.txt", "--update", "--", *SPLITS)
    assert done.returncode == 0
    assert (tmp_path / "known.txt").read_text() == LISTED
    again = check(*THREE, "--expect", "known.txt", "--", *SPLITS)
    assert (again.returncode, again.stdout) == (
        0,
        (
            "3 cases, all as expected: 1 pass, 2 wrong\njudged: name, start\n"
            "profile  dumps  pass  value\n"
            "linux        3     1      2\nlabels       1     0      1\n"
        ),
    )


@needs_awk
@pytest.mark.parametrize(
    ("listed", "first_line"),
    [
        (
            f"# a comment\n{LISTED}wrong:name names/plain.maps  # another\n",
            "names/plain.maps: now passes but is listed as wrong:name; remove it from known.txt",
        ),
        (
            "lost names/space.maps\nwrong:name labels/space-two.maps\n",
            "names/space.maps: wrong:name, expected lost",
        ),
        (
            f"{LISTED}lost names/gone.maps\n",
            ("names/gone.maps: listed as lost in known.txt, but there is no such case; remove it"),
        ),
        ("wrong:name labels/space-two.maps\n", "names/space.maps: wrong:name"),
    ],
    ids=["fixed", "changed", "unknown", "new"],
)
def test_reports_deviations_only(
    check: Check, tmp_path: Path, listed: str, first_line: str
) -> None:
    (tmp_path / "known.txt").write_text(listed)
    done = check(*THREE, "--expect", "known.txt", "--", *SPLITS)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == first_line
    assert "3 cases, 1 not as expected: 1 pass, 2 wrong\n" in done.stdout


@needs_awk
def test_update_keeps_cases_that_were_not_run(check: Check, tmp_path: Path) -> None:
    known = tmp_path / "known.txt"
    known.write_text("lost names/plain.maps\nlost names/gone.maps\nhang labels/space-one.smaps\n")
    check(*THREE, "--expect", "known.txt", "--update", "--", *SPLITS)
    assert known.read_text() == f"hang labels/space-one.smaps\n{LISTED}"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("wrong names/space.maps", 1, "'wrong names/space.maps' is not a failure"),
        ("adapter-fault names/space.maps", 1, "'adapter-fault names/space.maps' is not a failure"),
        ("not-run names/space.maps", 1, "'not-run names/space.maps' is not a failure"),
        ("pass names/space.maps", 1, "'pass names/space.maps' is not a failure"),
        ("\nlost", 2, "'lost' is not a failure"),
        ("lost a/b.maps\nhang a/b.maps", 2, "'a/b.maps' is listed twice"),
    ],
)
def test_rejects_a_line_that_is_not_a_failure(text: str, line: int, reason: str) -> None:
    with pytest.raises(InvalidExpectations) as caught:
        ExpectedFailures.parse(text, "known.txt")
    assert str(caught.value) == (
        f"known.txt, line {line}: {reason}; expected a verdict and a case, such as: wrong:name "
        "names/space.maps"
    )
