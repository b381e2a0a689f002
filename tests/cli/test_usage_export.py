"""``procmaps usage --export``: a file for a viewer."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Process, Run
from tests.support.dumps import SAMPLE, SMAPS_AFTER, SMAPS_BEFORE


def test_prints_text_and_writes_files(run: Run, tmp_path: Path) -> None:
    printed = run("usage", "--export", "folded", "--figures", "pss", "-", stdin=SMAPS_BEFORE)
    assert "file;/usr/lib/libc.so.6 76800\n" in printed.stdout
    file = tmp_path / "memory.json"
    run("usage", "--export", "speedscope", "-o", str(file), "-", stdin=SMAPS_BEFORE)
    record = json.loads(file.read_text())
    assert record["name"] == "standard input"
    assert [each["name"] for each in record["profiles"]][:3] == ["pss", "rss", "uss"]


def test_writes_binary_formats(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "memory"
    result = run("usage", "--export", "pprof", "-o", str(file), "-", stdin=SMAPS_BEFORE)
    assert (result.stdout, result.exit_code) == ("", 0)
    assert b"session cache" in gzip.decompress(file.read_bytes())
    run("usage", "--export", "perfetto", "-o", str(file), "-", stdin=SMAPS_BEFORE)
    # Perfetto groups by the names of smaps, so they are the default.
    assert b"[anon:session cache:0]" in file.read_bytes()


def test_several_files_become_one_export(run: Run, tmp_path: Path) -> None:
    for name, text in (("a", SMAPS_BEFORE), ("b", SMAPS_AFTER)):
        (tmp_path / name).write_bytes(text)
    files = (str(tmp_path / "a"), str(tmp_path / "b"))
    lines = run("usage", "--export", "folded", "--by", "kind", *files).stdout.splitlines()
    assert f"{files[0]};heap 3145728" in lines
    assert f"{files[1]};heap 3145728" in lines


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--export", "pproff", "-"), "unknown format 'pproff'; did you mean pprof?"),
        (("--export", "folded", "--json", "-"), "--export cannot be used with --json"),
        (("--export", "folded", "-t", "-"), "--export cannot be used with --total"),
        (("-o", "x", "-"), "--output needs --export"),
        (("--export", "folded", "--figures", "ksm", "-"), "no mapping has any of these figures"),
        (("--export", "folded", "-o", "/no/such/file", "-"), "cannot write /no/such/file"),
    ],
)
def test_wrong_usage_is_refused(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("usage", *arguments, stdin=SMAPS_BEFORE)
    assert message in result.stderr
    assert (result.stdout, result.exit_code) == ("", 2)


def test_sizes_of_maps_can_be_exported(run: Run) -> None:
    result = run("usage", "--sizes", "--export", "folded", "--by", "kind", "-", stdin=SAMPLE)
    assert "heap 135168\n" in result.stdout


def test_a_missing_library_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.protobuf", None)
    monkeypatch.delitem(sys.modules, "procmaps.exports.messages", raising=False)
    result = run("usage", "--export", "pprof", "-", stdin=SMAPS_BEFORE)
    assert "--export pprof needs protobuf, which is not installed; run: pip install" in (
        result.stderr
    )
    assert result.exit_code == 2


def test_usage_without_an_export_loads_no_protobuf(process: Process) -> None:
    result = process("usage", "-", stdin=SMAPS_BEFORE, PYTHONPROFILEIMPORTTIME="1")
    assert result.returncode == 0
    assert b"google.protobuf" not in result.stderr
