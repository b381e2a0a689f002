"""What holds for every test: where the real dumps are, and that CI skips nothing."""

import importlib
import os
import pkgutil
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

import procmaps
from tests.support import shared

IN_CI = os.environ.get("CI") == "true"

# A time limit for each example fails on a busy machine and says nothing of the code. A person
# waits for the result, so fewer examples are drawn, other ones each time. In CI Hypothesis loads a
# profile of its own: no limit, five times the examples, and the same ones each time.
hypothesis.settings.register_profile("procmaps", deadline=None, max_examples=20)
if not IN_CI:
    hypothesis.settings.load_profile("procmaps")


@pytest.fixture(scope="session", autouse=True)
def _everything_loaded() -> None:
    """Load the modules that the package loads late, before any test draws.

    Hypothesis draws from the constants of the modules that are there: one that came between two
    examples would make the second draw differ from the first.
    """
    for module in pkgutil.walk_packages(procmaps.__path__, "procmaps."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


@pytest.fixture(scope="session")
def shared_dumps() -> Path:
    """Give the folder of real dumps; the test is skipped where there is none."""
    return shared.need_dumps()


def _fail_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure with CI=true: what CI does not run, nobody runs.

    An expected failure also counts as skipped inside pytest, and stays what it is.
    """
    if not (IN_CI and report.skipped) or hasattr(report, "wasxfail"):
        return
    where = report.longrepr
    reason = f"{where[0]}:{where[1]}: {where[2]}" if isinstance(where, tuple) else str(where)
    report.outcome = "failed"
    report.longrepr = f"{reason}\nWith CI=true nothing may be skipped: install what is missing."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_in_ci(report)
    return report
