"""Texts that are no dump: the error says what they are and what to do."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from procmaps import ParseError, loads
from tests.support.dumps import SAMPLE


def archive(kind: str) -> bytes:
    stream = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(stream, "w") as made:
            made.writestr("maps", SAMPLE)
    else:
        with tarfile.open(fileobj=stream, mode="w") as made:
            made.addfile(tarfile.TarInfo("maps"), io.BytesIO())
    return stream.getvalue()


def said(*command: str) -> bytes:
    """Return what a real program prints when it cannot read the file."""
    ended = subprocess.run(
        command, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"}
    )
    assert ended.returncode
    return ended.stderr + ended.stdout


def of_this_process(name: str, size: int = 4096) -> bytes:
    with Path("/proc/self", name).open("rb") as file:
        return file.read(size)


TEXTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "gzip": (lambda: gzip.compress(SAMPLE), "gzip data"),
    "xz": (lambda: lzma.compress(SAMPLE), "xz data"),
    "zip": (lambda: archive("zip"), "zip data"),
    "tar": (lambda: archive("tar"), "tar archive"),
    "ELF": (lambda: Path(sys.executable).resolve().read_bytes()[:4096], "ELF file"),
    "UTF-16": (lambda: SAMPLE.decode().encode("utf-16"), "UTF-16"),
    "JSON": (lambda: b'[\n  {"maps": "x"}\n]\n', "JSON"),
    "HTML": (lambda: b"\n<!DOCTYPE html>\n<html><pre>x</pre>\n", "HTML"),
    "status": (lambda: of_this_process("status"), "/proc/PID/status"),
    "stat": (lambda: of_this_process("stat"), "/proc/PID/stat;"),
    "statm": (lambda: of_this_process("statm"), "/proc/PID/statm"),
    "limits": (lambda: of_this_process("limits"), "/proc/PID/limits"),
    "numa_maps": (lambda: b"00400000 default file=/bin/cat mapped=1 N0=1\n", "numa_maps"),
    "iomem": (lambda: b"00000000-00000fff : Reserved\n", "/proc/iomem"),
    "meminfo": (lambda: Path("/proc/meminfo").read_bytes(), "/proc/meminfo"),
    "pagemap": (lambda: of_this_process("pagemap", 800), "pagemap"),
    "auxv": (lambda: of_this_process("auxv"), "auxv"),
    "cat, no process": (lambda: said("cat", "/proc/4194305/maps"), "no such process"),
    "cat, a folder": (lambda: said("cat", "/proc"), "should have read"),
    "Python": (
        lambda: said(sys.executable, "-c", "open('/proc/4194305/maps')"),
        "should have read",
    ),
    "permission": (lambda: b"cat: /proc/1/smaps: Permission denied\n", "no permission"),
    "errno": (lambda: b"Error: [Errno 3] No such process: 'maps'\n", "no such process"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_says_what_the_text_is(name: str) -> None:
    make, words = TEXTS[name]
    with pytest.raises(ParseError) as raised:
        loads(make())
    assert words in raised.value.hint


def test_error_messages_between_dumps_are_recognised() -> None:
    text = SAMPLE + b"cat: /proc/12/maps: No such file or directory\n" + SAMPLE
    with pytest.raises(ParseError, match="no such process"):
        loads(text)
    assert len(loads(text, errors="collect")) == 2 * len(loads(SAMPLE))


def test_a_later_line_is_not_taken_for_the_start_of_another_format() -> None:
    with pytest.raises(ParseError) as raised:
        loads(SAMPLE + b"{\n")
    assert "JSON" not in raised.value.hint
