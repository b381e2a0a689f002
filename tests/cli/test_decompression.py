"""Compressed input: every format, from a file and a pipe, damaged, cut off, too large."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from procmaps.cli import decompression
from tests.cli.conftest import Run
from tests.support.dumps import SAMPLE

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "zstd": zstd.compress,
    "bzip2": bz2.compress,
}
FORMATS = pytest.mark.parametrize("name", COMPRESS)


def test_every_format_is_tested() -> None:
    assert {known.name for known in decompression.FORMATS} == set(COMPRESS)


@FORMATS
def test_every_command_reads_compressed_files(run: Run, tmp_path: Path, name: str) -> None:
    file = tmp_path / "dump"
    file.write_bytes(COMPRESS[name](SAMPLE))
    assert "  4 mappings  " in run("show", str(file)).stdout
    assert run("lint", str(file)).stdout == "no findings in 1 file\n"
    assert run("extract", "--text", str(file)).stdout_bytes == SAMPLE


@FORMATS
def test_compressed_standard_input_is_read(run: Run, name: str) -> None:
    compressed = COMPRESS[name](SAMPLE)
    assert run("extract", "--text", "-", stdin=compressed).stdout_bytes == SAMPLE


@FORMATS
def test_files_in_one_after_another_are_read(run: Run, name: str) -> None:
    first, second = SAMPLE[:100], SAMPLE[100:]
    compressed = COMPRESS[name](first) + COMPRESS[name](second)
    assert run("extract", "--text", "-", stdin=compressed).stdout_bytes == SAMPLE


@FORMATS
def test_an_empty_file_is_read(run: Run, name: str) -> None:
    result = run("show", "-", stdin=COMPRESS[name](b""))
    assert result.stdout == "standard input  maps  0 mappings  format: linux\n"


@FORMATS
@pytest.mark.parametrize("damage", ["cut off", "changed"])
@pytest.mark.parametrize("command", ["show", "lint", "extract"])
def test_damaged_data_is_an_error(run: Run, name: str, damage: str, command: str) -> None:
    compressed = COMPRESS[name](SAMPLE)
    half = len(compressed) // 2
    flipped = compressed[:half] + bytes([compressed[half] ^ 0xFF]) + compressed[half + 1 :]
    result = run(command, "-", stdin=compressed[:-1] if damage == "cut off" else flipped)
    message = f"procmaps: cannot read standard input: its {name} data is damaged or cut off ("
    assert result.stderr.startswith(message)
    assert len(result.stderr.splitlines()) == 1
    assert (result.stdout, result.exit_code) == ("", 2)


@FORMATS
def test_data_that_expands_beyond_the_limit_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(decompression, "LIMIT", 4 << 20)
    bomb = COMPRESS[name](bytes(64 << 20))
    result = run("show", "-", stdin=bomb)
    assert "standard input: it expands to more than 4 MiB; if that is right, pipe it in" in (
        result.stderr
    )
    assert result.exit_code == 2


def test_text_is_not_taken_for_compressed(run: Run) -> None:
    assert "contains no dump" in run("extract", "-", stdin=b"BZh9 is how bzip2 starts").stderr
