"""A Python program that names its own memory, inside the laboratory: it is seen by name there."""

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
    """Give this very Python with the project and its tests of naming, for a guest."""
    try:
        return python.entries(ARCHITECTURES["x86_64"], "cli,test", PARTS)
    except LabError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=NEEDED, ids=lambda kernel: kernel.name)
def guest(request: pytest.FixtureRequest, files: tuple[Entry, ...]) -> Iterator[Guest]:
    """Give each kernel that the laboratory needs, with a Python in it."""
    kernel: Kernel = request.param
    with python.boot(image_of(kernel), files) as booted:
        yield booted


def run(guest: Guest, *arguments: bytes) -> tuple[int, str]:
    """Wait status of Python with these arguments, and what it printed."""
    status, said = python.run(guest, *arguments)
    return status, said.decode()


def test_a_program_names_its_memory_and_is_seen_by_name(guest: Guest) -> None:
    kernel = guest.image.kernel
    labels = kernel.flavour.name == "named"
    newest = kernel.release.name == "6.12"
    status, said = run(guest, b"tests/kernel/model/booted/own_memory.py")
    assert status == 0, said
    first, _, shown = said.partition("\n")
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
        assert b64decode(seen["truth"]) == label
    # The text alone cannot tell a newline from the four characters that stand for it.
    assert memfd["original"] == (MEMFD_ORIGINAL if newest else None)
    assert memfd["kind"] == "memfd"
    assert b64decode(memfd["truth"]) == b"line\nfeed"
    # PROCMAP_QUERY, since 6.11
    assert {seen["method"] for seen in facts["seen"]} == {"ioctl" if newest else "text"}

    rows = [row for row in csv.DictReader(io.StringIO(shown)) if row["name"].startswith("[anon:")]
    by_label = {row["name"]: (int(row["size"]), int(row["rss"])) for row in rows}
    expected = {f"[anon:cache of thread {n}]": ((n + 1) * PAGE, PAGE) for n in range(4)}
    expected["[anon:the middle]"] = (PAGE, 0)
    assert by_label == (expected if labels else {})


def test_the_tests_of_naming_hold_inside(guest: Guest) -> None:
    """What the host's kernel can mostly only fail at is really done here, and by Python."""
    status, said = run(
        guest, *(b"-m", b"pytest", b"-p", b"no:cacheprovider"), b"tests/live/test_anon_names.py"
    )
    assert status == 0, said
    counts = re.search(r"(\d+) passed, (\d+) xfailed", said)
    assert counts, said
    labels = guest.image.kernel.flavour.name == "named"
    without = "this kernel was built without CONFIG_ANON_VMA_NAME"
    assert (without in said) is not labels, said
    assert (int(counts[2]) == 2) is labels, said
