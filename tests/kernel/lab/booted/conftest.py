"""Kernels to boot: those in the cache. With CI=true missing kernels are built."""

from __future__ import annotations

import os

import pytest

from kernel.lab import build, tools
from kernel.lab.build import Image
from kernel.lab.capture import CORPUS
from kernel.lab.errors import LabError, MissingTool
from kernel.lab.kernels import KERNELS, NEEDED, Kernel

IN_CI = os.environ.get("CI") == "true"


def image_of(kernel: Kernel) -> Image:
    """Return the built kernel; skip the test if there is none. With CI=true build it."""
    if IN_CI and kernel in NEEDED:
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


def built(kernel: Kernel) -> bool:
    try:
        return build.find(kernel) is not None
    except LabError:
        return False


# The needed kernels, and others that happen to be built.
PRESENT = [*NEEDED, *(k for k in KERNELS.values() if k not in NEEDED and built(k))]


CAPTURED = [kernel for kernel in PRESENT if (CORPUS / kernel.folder).is_dir()]


@pytest.fixture(params=PRESENT, ids=lambda kernel: kernel.name)
def image(request: pytest.FixtureRequest) -> Image:
    """Give each kernel in turn."""
    kernel: Kernel = request.param
    return image_of(kernel)


@pytest.fixture(params=CAPTURED, ids=lambda kernel: kernel.name)
def captured(request: pytest.FixtureRequest) -> Image:
    """Give each kernel that the corpus has a capture of."""
    kernel: Kernel = request.param
    return image_of(kernel)


@pytest.fixture(scope="session")
def named() -> Image:
    """Give the newest kernel with labels."""
    return image_of(KERNELS["6.12-x86_64-named"])
