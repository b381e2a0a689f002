"""The program itself: how it starts, what it needs, how it ends."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import SAMPLE, Process, Run


@pytest.mark.parametrize("library", ["click", "rich"])
def test_without_its_libraries_it_says_what_to_install(tmp_path: Path, library: str) -> None:
    # A finder before all others makes the library look as if it were not installed.
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Without:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] == {library!r}:\n"
        f"            raise ModuleNotFoundError(name, name={library!r})\n"
        "sys.meta_path.insert(0, Without())\n"
    )
    package = importlib.util.find_spec("procmaps")
    assert package
    assert package.origin
    path = os.pathsep.join(
        filter(None, (str(tmp_path), str(Path(package.origin).parents[1]), *sys.path))
    )
    result = subprocess.run(
        [sys.executable, "-m", "procmaps", "show", "-"],
        input=SAMPLE,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert result.stderr.decode() == (
        f"procmaps: the command line needs {library}, which is not installed; "
        "run: pip install 'procmaps-spec[cli]'\n"
    )
    assert (result.stdout, result.returncode) == (b"", 2)


def test_a_reader_that_has_seen_enough_ends_it_without_a_word(tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.write_bytes(
        b"".join(
            b"%08x-%08x rw-p 00000000 00:00 0 \n" % (at * 4096, at * 4096 + 4096)
            for at in range(1, 5000)
        )
    )
    with subprocess.Popen(
        [sys.executable, "-m", "procmaps", "show", "--json", dump],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as program:
        assert program.stdout
        assert program.stderr
        assert program.stdout.read(1) == b"{"
        program.stdout.close()
        assert program.stderr.read() == b""
        assert program.wait() == -signal.SIGPIPE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full here")
@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
@pytest.mark.parametrize("times", [1, 5000], ids=["little", "much"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_told_and_is_no_finding(
    form: tuple[str, ...], times: int, unbuffered: str
) -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [sys.executable, "-m", "procmaps", "show", *form, "-"],
            input=b"00400000-00401000 rw-p 00000000 00:00 0 \n" * times,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    last = result.stderr.decode().splitlines()[-1]
    assert last == "procmaps: cannot write to standard output: No space left on device"
    assert b"Traceback" not in result.stderr
    assert result.returncode == 2


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-"])
def test_a_closed_output_is_told_where_anybody_listens(closed: str) -> None:
    result = subprocess.run(
        ["/bin/sh", "-c", f'"$0" -m procmaps --help {closed}', sys.executable],
        capture_output=True,
        check=False,
    )
    told = b"procmaps: cannot write to standard output: it is closed\n"
    assert result.stderr == (told if closed == ">&-" else b"")
    assert result.returncode == 2


def test_an_unknown_command_is_wrong_usage(process: Process) -> None:
    result = process("frobnicate")
    assert b"No such command 'frobnicate'." in result.stderr
    assert result.returncode == 2


def test_help_lists_the_commands(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert " ".join(result.stdout.split()).endswith(
        "Exit codes: 0 fine, 1 findings, 2 wrong usage, unreadable input or unwritable output."
    )


def test_importing_the_library_does_not_import_the_libraries_of_the_command_line() -> None:
    code = "import sys, procmaps; assert not {'click', 'rich', 'lark'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
