"""The comparison of instruction counts reports growth and says what to do."""

from bench import counts

KNOWN = {"python": counts.python(), "ratios": {"native columns of maps": 4.0}}
TITLE = "native columns of maps"


def test_reports_the_change_from_the_recorded_ratio() -> None:
    assert counts.compared(TITLE, 4.02, KNOWN) == (
        "native columns of maps: 4.02, recorded 4.00 (+0.5%)",
        False,
    )


def test_fails_beyond_the_tolerance() -> None:
    line, grew = counts.compared(TITLE, 4.0 * (1.01 + counts.TOLERANCE), KNOWN)
    assert grew
    assert "GREW" in line


def test_does_not_compare_pure_python_across_releases() -> None:
    known = {"python": "2.7", "ratios": {"pure Python columns of maps": 4.0}}
    line, grew = counts.compared("pure Python columns of maps", 40.0, known)
    assert not grew
    assert line.endswith("not compared: recorded under Python 2.7")
