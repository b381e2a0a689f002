"""Running programs of several toolchains."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.live.programs.building import build

KINDS = ("python", "32-bit", "go", "rust", "java")


@pytest.fixture(scope="session", params=KINDS)
def program(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, int]]:
    """A program that runs: its kind and process ID."""
    kind = str(request.param)
    command = build(kind, tmp_path_factory.mktemp("program"))
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        assert process.stdout.readline(), "the program failed; its error is above"
        yield kind, process.pid
    finally:
        process.kill()
        process.communicate()
