"""Figures of pages beside the truth, in booted kernels: the tests of `tests/pages` run there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from kernel.lab import python
from kernel.lab.architectures import ARCHITECTURES
from kernel.lab.errors import LabError
from kernel.lab.initramfs import Entry
from kernel.lab.kernels import NEEDED, Kernel
from kernel.lab.vm import Guest
from tests.kernel.lab.booted.conftest import image_of

PARTS = ("tests/conftest.py", "tests/support", "tests/live", "tests/pages")
NAMED = [kernel for kernel in NEEDED if kernel.flavour.name == "named"]


@pytest.fixture(scope="session")
def files() -> tuple[Entry, ...]:
    """Give this Python with the project and its tests of pages, for a guest."""
    try:
        return python.entries(ARCHITECTURES["x86_64"], "cli,elf,export,test", PARTS)
    except LabError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=NAMED, ids=lambda kernel: kernel.name)
def guest(request: pytest.FixtureRequest, files: tuple[Entry, ...]) -> Iterator[Guest]:
    """Give each kernel with labels, booted with Python."""
    kernel: Kernel = request.param
    with python.boot(image_of(kernel), files) as booted:
        yield booted


FILES = ("test_truth.py", "test_faults.py", "changed_machine.py")
TESTS = 42


def test_the_tests_of_pages_pass_in_a_guest(guest: Guest) -> None:
    options = (b"-m", b"pytest", b"-q", b"-pno:cacheprovider")
    status, output = python.run(guest, *options, *(f"tests/pages/{f}".encode() for f in FILES))
    text = output.decode()
    assert status == 0, text
    assert re.search(rf"^{TESTS} passed in ", text, re.MULTILINE), text
