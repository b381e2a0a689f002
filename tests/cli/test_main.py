"""The program itself: how it starts, what it needs, how it ends."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from procmaps.cli.app import COMMANDS, SUMMARIES, cli
from procmaps.cli.command import Command
from procmaps.cli.extras import install_command
from procmaps.cli.manual import PAGES
from tests.cli.conftest import Process, Run
from tests.support.dumps import SAMPLE
from tests.support.signals import as_in_foreground


@pytest.mark.parametrize("library", ["click", "rich"])
def test_reports_a_missing_library_and_how_to_install_it(tmp_path: Path, library: str) -> None:
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
        f"run: {install_command('cli')}\n"
    )
    assert (result.stdout, result.returncode) == (b"", 2)


@pytest.fixture
def long_dump(tmp_path: Path) -> Path:
    """A dump whose output fills every pipe."""
    dump = tmp_path / "dump"
    dump.write_bytes(
        b"".join(
            b"%08x-%08x rw-p 00000000 00:00 0\n" % (page * 4096, page * 4096 + 4096)
            for page in range(1, 5000)
        )
    )
    return dump


@pytest.mark.parametrize(
    "command",
    [
        ["show"],
        ["show", "--json"],
        ["show", "--csv"],
        ["lint", "--all"],
        ["lint", "--json"],
        ["extract"],
        ["extract", "--json"],
        ["extract", "--text"],
    ],
    ids=" ".join,
)
def test_a_closed_pipe_ends_every_command_silently(command: list[str], long_dump: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "procmaps", *command, long_dump],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as program:
        assert program.stdout
        assert program.stderr
        assert program.stdout.read(1)
        program.stdout.close()
        assert program.stderr.read() == b""
        assert program.wait() == -signal.SIGPIPE


@pytest.mark.parametrize("command", ["show", "explain", "lint", "extract"])
def test_ctrl_c_ends_every_command_with_130(command: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "procmaps", command, "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=as_in_foreground,  # noqa: PLW1509 - no threads
    ) as program:
        assert program.stdin
        # More than a pipe holds: when all is written, the command has begun to read.
        program.stdin.write(SAMPLE * 1000)
        program.stdin.flush()
        program.send_signal(signal.SIGINT)
        output, errors = program.communicate()
        assert (output, errors.strip(), program.returncode) == (b"", b"", 130)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full here")
@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
@pytest.mark.parametrize("times", [1, 5000], ids=["little", "much"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_an_error_and_no_finding(
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
def test_a_closed_output_is_an_error(closed: str) -> None:
    result = subprocess.run(
        ["/bin/sh", "-c", f'"$0" -m procmaps --help {closed}', sys.executable],
        capture_output=True,
        check=False,
    )
    printed = b"procmaps: cannot write to standard output: it is closed\n"
    assert result.stderr == (printed if closed == ">&-" else b"")
    assert result.returncode == 2


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("shwo", "No such command 'shwo'. Did you mean 'show'?"),
        ("frobnicate", "No such command 'frobnicate'."),
        ("--verison", "No such option '--verison'. Did you mean '--version'?"),
    ],
)
def test_an_unknown_command_or_option_is_wrong_usage(
    process: Process, typed: str, message: str
) -> None:
    result = process(typed)
    assert message in result.stderr.decode()
    assert (result.stdout, result.returncode) == (b"", 2)


# --- help -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_help_lists_every_command_with_its_whole_summary(
    monkeypatch: pytest.MonkeyPatch, run: Run, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    result = run("--help")
    words = " ".join(result.stdout.split())
    for name, summary in SUMMARIES.items():
        assert f"{name} {summary}" in words
    assert result.exit_code == 0


def test_help_lists_commands_without_importing_them() -> None:
    code = (
        "import sys\nfrom procmaps.cli.app import cli\n"
        "try: cli(['--help'])\nexcept SystemExit: pass\n"
        "assert not {f'procmaps.cli.{name}' for name in ('show', 'lint')} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def command_of(name: str) -> Command:
    command = cli.get_command(click.Context(cli), name)
    assert isinstance(command, Command)
    return command


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("columns", [60, 80])
def test_every_help_has_examples_and_fits(name: str, columns: int) -> None:
    command = command_of(name)
    parent = click.Context(cli, info_name="procmaps")
    context = click.Context(command, parent, name, terminal_width=columns)
    lines = command.get_help(context).splitlines()
    assert command.examples
    assert lines[lines.index("Examples:") + 1 :] == [f"  {each}" for each in command.examples]
    assert max(len(line) for line in lines[: lines.index("Examples:")]) <= columns


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_in_an_example_exists(name: str) -> None:
    command = command_of(name)
    known = {spelling for parameter in command.params for spelling in parameter.opts}
    for example in command.examples:
        typed = re.findall(r"(?<= )--?[a-z][\w-]*", example.partition(f"procmaps {name}")[2])
        typed = typed[: typed.index("--")] if "--" in typed else typed
        assert {option for option in typed if option != "-n"} <= known


@pytest.mark.parametrize("topic", [*COMMANDS, *PAGES])
def test_every_topic_can_be_printed(run: Run, topic: str) -> None:
    result = run("help", topic)
    assert result.stdout
    assert result.exit_code == 0
    if topic in COMMANDS:
        assert result.stdout == run(topic, "--help").stdout


def test_help_lists_the_topics(run: Run) -> None:
    words = run("help").stdout.split()
    assert {*COMMANDS, *PAGES} <= set(words)


def test_an_unknown_topic_is_refused_with_a_suggestion(run: Run) -> None:
    result = run("help", "jsno")
    assert "unknown topic 'jsno'; did you mean json?" in result.stderr
    assert result.exit_code == 2


# --- the library ----------------------------------------------------------------------------------


def test_importing_the_library_does_not_import_the_libraries_of_the_command_line() -> None:
    code = "import sys, procmaps; assert not {'click', 'rich', 'lark'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
