"""Wrong usage of ``procmaps check``: each message, always with exit status 2."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from procmaps.cli.app import cli
from tests.check.conftest import SPLITS, THREE, Check, environment, needs_awk


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Error: Missing argument '-- COMMAND...', the parser's adapter.\n"),
        (("--update", "--", "x"), "Error: --update needs --expect: it writes that file.\n"),
        (("--seed", "1", "--", "x"), "Error: --seed needs --fuzz: they concern drawn dumps.\n"),
        (
            ("--fuzz", "1", "--expect", "x", "--", "x"),
            "--fuzz cannot be used with --expect: it draws dumps one by one and runs no cases.\n",
        ),
        (
            ("--fuzz", "1", "--case", "x", "--", "x"),
            "--fuzz cannot be used with --case: it draws dumps one by one and runs no cases.\n",
        ),
        (
            ("--fuzz", "1", "--jobs", "2", "--", "x"),
            "--fuzz cannot be used with --jobs: it draws dumps one by one and runs no cases.\n",
        ),
        (
            ("--list", "--html", "x"),
            "Error: --list cannot be used with --html: it lists cases and runs nothing.\n",
        ),
        (
            ("--show", "names/space", "--tag", "x"),
            "Error: --show cannot be used with --tag: it prints one case and runs nothing.\n",
        ),
        (
            ("--export", "x", "--json"),
            "Error: --export cannot be used with --json: it writes cases and runs nothing.\n",
        ),
        (
            ("--batch", "--overlay", "--", "x", "{pid}"),
            "--batch cannot be used with --overlay: a mount is for one run of the command.\n",
        ),
        (
            ("--batch", "--", "x", "{maps}"),
            "--batch cannot be used with {maps} in COMMAND: each request names its dump.\n",
        ),
        (
            ("--overlay", "--", "x"),
            "--overlay needs {pid} in COMMAND: the dump is bound over /proc/{pid}/maps.\n",
        ),
        (
            ("--", "x", "{pid}"),
            (
                "{pid} needs --overlay or {root} in COMMAND: without them the process does not "
                "exist. With --overlay (as root) /proc/{pid}/maps is the dump; otherwise "
                "{root}/{pid}/maps is.\n"
            ),
        ),
        (
            ("--reads", "maps", "--", "x", "{smaps}"),
            "--reads maps contradicts {smaps} in COMMAND: leave out --reads.\n",
        ),
        (
            ("--html", "same", "--junit", "same", "--", "x"),
            "Error: --html and --junit name the same file.\n",
        ),
        (("--reads", "numa_maps", "--", "x"), "unknown kind of file 'numa_maps'"),
        (("--only", "files", "--", "x"), "unknown set of mappings 'files'; did you mean file?"),
        (
            ("--case", "names/spcae", "--", "x"),
            (
                "procmaps: no case matches 'names/spcae'; did you mean names/space or "
                "names/socket? `procmaps check --list` lists all cases\n"
            ),
        ),
        (("--show", "names/spcae"), "no case matches 'names/spcae'; did you mean names/space"),
        (
            ("--tag", "delted", "--", "x"),
            (
                "procmaps: no case has the tag 'delted'; did you mean deleted? `procmaps check "
                "--list` lists all cases\n"
            ),
        ),
        (
            ("--expect", "nowhere", "--", "x"),
            (
                "procmaps: cannot read nowhere: No such file or directory; --update creates it\n"
            ),
        ),
        (
            ("--", "/nowhere/parser"),
            (
                "procmaps: the adapter is broken: /nowhere/parser: cannot start it: No such file "
                "or directory; it must answer a plain dump before any case is run: read it from "
                "standard input, print a JSON array with an object for each mapping, exit with "
                "status 0 (`procmaps help protocol`)\n"
            ),
        ),
        (("--fuzz", "1", "--producer", "plan9", "--", "x"), "procmaps: --producer: "),
        (
            ("--fuzz", "1", "--producer", "linux-3.10", "--reads", "smaps_rollup", "--", "x"),
            (
                "procmaps: --producer: linux-3.10 prints no smaps_rollup, or its format is not "
                "established\n"
            ),
        ),
    ],
)  # fmt: skip
def test_rejects_wrong_usage(check: Check, arguments: tuple[str, ...], message: str) -> None:
    done = check(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", ["--html", "--markdown", "--junit"])
def test_rejects_an_unwritable_report_before_the_run(
    check: Check, tmp_path: Path, option: str
) -> None:
    done = check(*THREE, option, "no/such/report", "--", "touch", "ran")
    assert done.returncode == 2
    assert done.stderr == "procmaps: cannot write no/such/report: No such file or directory\n"
    assert not (tmp_path / "ran").exists()


def test_rejects_an_unwritable_expectation_file_before_the_run(
    check: Check, tmp_path: Path
) -> None:
    done = check(*THREE, "--update", "--expect", "no/known.txt", "--", "touch", "ran")
    assert done.returncode == 2
    assert done.stderr == "procmaps: cannot write no/known.txt: No such file or directory\n"
    assert not (tmp_path / "ran").exists()


def test_rejects_a_folder_without_cases(check: Check, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{}")
    for folder, reason in (
        ("empty", "it has no manifest.json"),
        ("nowhere", "it has no manifest.json"),
        ("broken", "KeyError: 'cases'"),
    ):
        done = check("--cases", folder, "--", "x")
        assert done.returncode == 2
        assert done.stderr == (
            f"procmaps: cannot read cases from {folder}: {reason}; a folder of cases contains a "
            "manifest.json, or folders with one, as `procmaps check --export DIR` writes them\n"
        )


@needs_awk
def test_rejects_an_unwritable_folder_for_failures(check: Check, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    done = check("--fuzz", "8", "--seed", "1", "--save", "taken/new", "--", *SPLITS)
    message = "procmaps: cannot write taken/new: Not a directory\n"
    assert (done.returncode, done.stderr) == (2, message)


@pytest.mark.parametrize(
    ("package", "arguments"),
    [("hypothesis", ("--fuzz", "1")), ("jinja2", ("--html", "r.html"))],
)
def test_names_a_missing_package(package: str, arguments: tuple[str, ...], tmp_path: Path) -> None:
    script = (
        f"import sys; sys.modules[{package!r}] = None; from procmaps.cli import main; "
        f"sys.argv = ['procmaps', 'check', *{arguments!r}, '--', 'x']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=False, text=True,
        cwd=tmp_path, env=environment(),
    )  # fmt: skip
    message = f"procmaps: {arguments[0]} needs the package {package}; run: pip install {package}\n"
    assert (done.returncode, done.stderr) == (2, message)


@pytest.mark.parametrize(
    ("option", "incomplete", "word"),
    [
        ("--case", "names/spa", "names/space"),
        ("--show", "names/space.s", "names/space.smaps"),
        ("--tag", "del", "deleted"),
        ("--producer", "linux-6.1", "linux-6.12"),
        ("--reads", "sm", "smaps_rollup"),
        ("--only", "exe", "executable"),
    ],
)
def test_completes_words(option: str, incomplete: str, word: str) -> None:
    completion = ShellComplete(cli, {}, "procmaps", "_PROCMAPS_COMPLETE")
    found = [item.value for item in completion.get_completions(["check", option], incomplete)]
    assert word in found
    assert all(value.startswith(incomplete) for value in found)
