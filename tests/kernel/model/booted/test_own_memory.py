"""A Python program in a guest names its own memory, and the library shows the names."""

from __future__ import annotations

import csv
import io
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator

import pytest

from kernel.lab import python
from kernel.lab.architectures import ARCHITECTURES
from kernel.lab.errors import LabError
from kernel.lab.initramfs import Entry
from kernel.lab.kernels import NEEDED, Kernel
from kernel.lab.vm import Guest
from tests.kernel.model.booted.conftest import image_of

PARTS = (
    "tests/conftest.py",
    "tests/support",
    "tests/live",
    "tests/kernel/model/booted/own_memory.py",
)
PAGE = 4096
MEMFD_ORIGINAL = b64encode(b"/memfd:line\nfeed (deleted)").decode()


@pytest.fixture(scope="session")
def files() -> tuple[Entry, ...]:
    """Give this Python with the project and its tests of naming, for a guest."""
    try:
        return python.entries(ARCHITECTURES["x86_64"], "cli,elf,export,test", PARTS)
    except LabError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=NEEDED, ids=lambda kernel: kernel.name)
def guest(request: pytest.FixtureRequest, files: tuple[Entry, ...]) -> Iterator[Guest]:
    """Give each needed kernel, booted with Python."""
    kernel: Kernel = request.param
    with python.boot(image_of(kernel), files) as booted:
        yield booted


def run(guest: Guest, *arguments: bytes) -> tuple[int, str]:
    """Return the wait status and the output of Python."""
    status, output = python.run(guest, *arguments)
    return status, output.decode()


def test_names_of_a_programs_own_memory_are_shown(guest: Guest) -> None:
    kernel = guest.image.kernel
    labels = kernel.flavour.name == "named"
    newest = kernel.release.name == "6.12"
    status, output = run(guest, b"tests/kernel/model/booted/own_memory.py")
    assert status == 0, output
    first, _, shown = output.partition("\n")
    facts = json.loads(first)

    assert facts["supported"] is labels
    assert facts["refused"] == ("" if labels else "NamingUnsupported")
    # Shared memory takes labels since 6.2.
    by_release = "" if newest else "NotNameable"
    assert facts["refused shared"] == (by_release if labels else "NamingUnsupported")
    assert not facts["refused portable"]
    *private, memfd = facts["seen"]
    asked = [*(f"cache of thread {n}" for n in range(4)), "the middle"]
    assert [seen["asked"] for seen in private] == asked
    for seen in private:
        assert seen["kind"] == ("anon" if labels else "anonymous")
        label = seen["asked"].encode() if labels else b""
        assert b64decode(seen["original"]) == (b"[anon:%s]" % label if labels else b"")
        assert b64decode(seen["resolved"]) == label
    # The text alone does not distinguish a newline from its four-character escape.
    assert memfd["original"] == (MEMFD_ORIGINAL if newest else None)
    assert memfd["kind"] == "memfd"
    assert b64decode(memfd["resolved"]) == b"line\nfeed"
    # PROCMAP_QUERY, since 6.11
    assert {seen["method"] for seen in facts["seen"]} == {"ioctl" if newest else "text"}

    rows = [row for row in csv.DictReader(io.StringIO(shown)) if row["name"].startswith("[anon:")]
    by_label = {row["name"]: (int(row["size"]), int(row["rss"])) for row in rows}
    expected = {f"[anon:cache of thread {n}]": ((n + 1) * PAGE, PAGE) for n in range(4)}
    expected["[anon:the middle]"] = (PAGE, 0)
    assert by_label == (expected if labels else {})


def test_the_tests_of_naming_pass_in_a_guest(guest: Guest) -> None:
    """Most hosts have kernels without labels, which can only fail these tests' calls."""
    status, output = run(
        guest, *(b"-m", b"pytest", b"-p", b"no:cacheprovider"), b"tests/live/test_anon_names.py"
    )
    assert status == 0, output
    counts = re.search(r"(\d+) passed, (\d+) xfailed", output)
    assert counts, output
    labels = guest.image.kernel.flavour.name == "named"
    without = "this kernel was built without CONFIG_ANON_VMA_NAME"
    assert (without in output) is not labels, output
    assert (int(counts[2]) == 2) is labels, output
