"""What the first report of hostile texts found beside costs, and the tests of what holds now."""

from __future__ import annotations

import attrs


@attrs.frozen
class Point:
    """A finding, and the tests that fail if it comes back."""

    once: str
    now: str
    shown_by: tuple[str, ...]
    """Files and folders of the checkout."""


POINTS = (
    Point(
        "60 names collide under every key of the hash of names",
        "SipHash-1-3 with a secret key, and no large dictionary of numbers of a text",
        (
            "tests/engines/native/test_keyed_hash.py",
            "tests/records/storage/test_sharing.py",
            "tests/usage/test_matching.py",
        ),
    ),
    Point(
        "memory up to 850 times the text, and quadratic time",
        "linear, and the small multiples that these tests have as bounds",
        (
            "tests/engines/test_limits.py",
            "tests/explanation/test_limits.py",
            "tests/extraction/test_limits.py",
        ),
    ),
    Point(
        "strict reading reads 14 MB before it reports line 1",
        "it stops at the first error",
        ("tests/snapshots/test_strict.py",),
    ),
    Point(
        "flags, file names and words of adapters reach the terminal and reports as they are",
        "all text passes through procmaps/printable.py",
        (
            "tests/package/test_printable.py",
            "tests/cli/test_hostile_bytes.py",
            "tests/check/test_hostile_reports.py",
        ),
    ),
    Point(
        "a full disk leaves half a file",
        "files are replaced whole or not at all",
        ("tests/check/test_whole_files.py", "tests/check/test_full_disk.py"),
    ),
    Point(
        "SIGTERM leaves the adapter, its children and folders",
        "a signal leaves nothing, of adapters and of the laboratory's emulators",
        ("tests/check/test_left_processes.py", "tests/kernel/lab/test_ended.py"),
    ),
    Point(
        "flooding with `--batch` is called a hang",
        "it is rejected as a flood, in linear time",
        ("tests/check/test_batch.py", "tests/check/test_streams.py"),
    ),
    Point(
        "names that end in CR, and sockets above 2^63, do not survive",
        "they do, and are drawn by the strategies",
        ("tests/snapshots/test_line_ends.py", "tests/json_format"),
    ),
    Point(
        "closed standard input, EMFILE and roots of bytes give tracebacks",
        "each has a documented error",
        (
            "tests/cli/test_standard_streams.py",
            "tests/live/test_exhausted.py",
            "tests/live/test_processes.py",
        ),
    ),
    Point(
        "the wheel depends on the folder of its build",
        "wheel and sdist have the same bytes wherever they are built",
        ("tests/wheel/test_reproducible.py",),
    ),
    Point(
        "raw names inject lines",
        "what is detected and what cannot be has an example each",
        ("SECURITY.md", "tests/project/test_security.py"),
    ),
    Point(
        "limits, bombs, descriptors, threads and forks were not tried",
        "the result or an error, never less",
        (
            "tests/engines/test_memory_limits.py",
            "tests/cli/test_limits.py",
            "tests/cli/test_decompression.py",
            "tests/package/test_threads_and_forks.py",
        ),
    ),
    Point(
        "nothing says what is shipped and required",
        "a lock with hashes, licences, and an SBOM in the wheel",
        (".ci/dev.lock", "tests/project/test_supply.py", "tests/wheel/test_sbom.py"),
    ),
)
