"""Fixtures and hooks for every test: real dumps, Hypothesis profiles, no skip in CI."""

import importlib
import os
import pkgutil
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

import procmaps
from procmaps import _resources
from tests.support import shared, tables

IN_CI = os.environ.get("CI") == "true"

# CI draws the same examples each time, so that a new failure comes from a change. Elsewhere fewer
# are drawn, and different ones each time. A deadline would only fail on a busy machine.
hypothesis.settings.register_profile("full", deadline=None, max_examples=50, derandomize=True)
hypothesis.settings.register_profile("quick", deadline=None, max_examples=20)
hypothesis.settings.load_profile("full" if IN_CI or "TEST_ALL" in os.environ else "quick")


def pytest_configure(config: pytest.Config) -> None:
    """Bring the tables of the grammar up to date in a checkout, as after an edit.

    Every test would do without them, but processes that tests start would each compile them.
    """
    if not hasattr(config, "workerinput") and _resources.is_checkout():
        tables.refresh()


@pytest.fixture(scope="session", autouse=True)
def _everything_loaded() -> None:
    """Import every module before any test draws.

    Hypothesis draws from the constants of the loaded modules. A module that is loaded between two
    examples would make the second draw differ from the first.
    """
    for module in pkgutil.walk_packages(procmaps.__path__, "procmaps."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


@pytest.fixture(scope="session")
def shared_dumps() -> Path:
    """Return the folder of real dumps, or skip the test."""
    return shared.need_dumps()


def _fail_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure in CI: a test skipped there runs nowhere.

    pytest also reports an expected failure as skipped; that one is left alone.
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
