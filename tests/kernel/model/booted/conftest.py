"""Booted kernels: those in the cache. With CI=true missing kernels are built."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from kernel.lab import build, tools
from kernel.lab.build import Image
from kernel.lab.errors import MissingTool
from kernel.lab.kernels import NEEDED, Kernel, named
from kernel.model import subjects
from kernel.model.differential import Subject


def image_of(kernel: Kernel) -> Image:
    """Return the built kernel; skip the test if there is none. With CI=true build it."""
    if os.environ.get("CI") == "true":
        tools.install([kernel])
        return build.ensure(kernel)
    try:
        tools.require(tools.booting(kernel))
        found = build.find(kernel)
    except MissingTool as error:
        pytest.skip(f"{kernel.name} cannot be booted: {error}")
    if found is None:
        pytest.skip(f"{kernel.name} is not built: run `make lab`")
    return found


@pytest.fixture(scope="module", params=NEEDED, ids=lambda kernel: kernel.name)
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """Give each needed kernel in turn."""
    kernel: Kernel = request.param
    with subjects.booted(image_of(kernel)) as made:
        yield made


@pytest.fixture(scope="session")
def newest() -> Image:
    """Give the newest kernel with labels."""
    return image_of(named("6.12-x86_64-named"))
