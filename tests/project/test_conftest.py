"""A skip of any kind fails in CI, and is shown with its reason elsewhere."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

TESTS = Path(__file__).parents[1]

SKIPPING = """
import pytest

def test_skips_inside():
    pytest.skip("no laboratory")

@pytest.mark.skip(reason="not today")
def test_skips_by_mark():
    raise AssertionError

@pytest.mark.parametrize("dump", [])
def test_has_no_parameters(dump):
    raise AssertionError

@pytest.mark.xfail(reason="known")
def test_fails_as_expected():
    raise AssertionError

def test_passes():
    pass
"""

WHOLE_MODULE = "import pytest; pytest.importorskip('no_such_module_anywhere')"


def outcomes(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *, ci: bool
) -> tuple[dict[str, int], str]:
    """Run the sample tests under the project's conftest, in a process and a folder of their own."""
    monkeypatch.setenv("CI", "true" if ci else "")
    folder = pytester.mkpydir("tests")
    (folder / "support").mkdir()
    for file in ("conftest.py", "support/checkout.py", "support/shared.py", "support/tables.py"):
        (folder / file).write_bytes((TESTS / file).read_bytes())
    (folder / "test_sample.py").write_text(SKIPPING)
    (folder / "test_module.py").write_text(WHOLE_MODULE)
    result = pytester.runpytest_subprocess("-rs", "--continue-on-collection-errors")
    return result.parseoutcomes(), result.stdout.str()


def test_a_person_sees_each_skip_with_its_reason(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts, text = outcomes(pytester, monkeypatch, ci=False)
    assert counts == {"passed": 1, "skipped": 4, "xfailed": 1}
    for reason in ("no laboratory", "not today", "empty parameter set", "no_such_module_anywhere"):
        assert reason in text


def test_ci_fails_on_every_kind_of_skip(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts, text = outcomes(pytester, monkeypatch, ci=True)
    assert counts == {"passed": 1, "failed": 1, "errors": 3, "xfailed": 1}
    assert "no laboratory\nWith CI=true nothing may be skipped: install what is missing." in text
