"""``procmaps check`` as a user runs it: what it prints, and its exit status."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from procmaps.check.cases import load
from tests.check.conftest import CHECK, OWN, SPLITS, THREE, Check, environment, needs_awk
from tests.support.checkout import ROOT

pytestmark = needs_awk


def test_prints_each_failure_with_its_sentence_and_smallest_dump(check: Check) -> None:
    done = check(*THREE, "--", *SPLITS)
    assert (done.returncode, done.stderr) == (1, "")
    column = " " * 73
    (two, one) = load(("maps",), only=["labels/space-two", "names/space"])
    first = "      7f2a4c000000-7f2a4c008000 rw-p 00000000 00:00 0"
    second = "      7f2a4c000000-7f2a4c008000 r--p 00002000 fd:01 787324"
    assert done.stdout == (
        "labels/space-two.maps: wrong:name\n"
        f"    {two.shows}\n"
        "    expected name: '[anon:main  arena]'\n"
        "    got      name: '[anon:main'\n"
        "    The smallest dump:\n"
        f"{(first + column)[: 73 + 6]}[anon:main  arena]\n"
        "names/space.maps: wrong:name\n"
        f"    {one.shows}\n"
        "    expected name: '/opt/My Program/bin'\n"
        "    got      name: '/opt/My'\n"
        "    The smallest dump:\n"
        f"{(second + column)[: 73 + 6]}/opt/My Program/bin\n"
        "3 cases: 1 pass, 2 wrong\n"
        "judged: name, start\n"
        "profile  dumps  pass  value\n"
        "linux        3     1      2\n"
        "labels       1     0      1\n"
    )


def test_prints_the_first_lines_of_a_long_dump(check: Check) -> None:
    done = check("--no-shrink", "--case", "header/many-areas", "--", "echo", "[]")
    assert "    A dump:\n" in done.stdout
    assert "      (92 more lines; --html FILE shows all)\n" in done.stdout


def test_says_in_one_line_that_all_is_as_expected(check: Check) -> None:
    done = check(*THREE, "--reads", "smaps", "--jobs", "2", "--", *OWN)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "3 cases, all as expected: 3 pass\njudged: deleted, device, end, inode, keys, "
    )


def test_runs_the_batch_form(check: Check) -> None:
    done = check("--tag", "label", "--batch", "--", *OWN, "--batch")
    assert (done.returncode, done.stderr) == (0, "")


def test_accepts_a_command_that_closes_standard_input(check: Check) -> None:
    """SIGPIPE ends this program on a closed output, but not when an adapter does not read."""
    deaf = ("sh", "-c", "exec 0<&-; echo '[{},{}]'")
    done = check("--case", "names/long-line-64k", "--", *deaf)
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        "1 case, all as expected: 1 pass",
    )


def test_a_closed_pipe_ends_it_in_silence_after_the_reports(tmp_path: Path) -> None:
    command = [*CHECK, "--case", "header/*", "--html", "r.html", "--no-shrink", "--", "echo", "[]"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert "</html>" in (tmp_path / "r.html").read_text("utf-8")


def test_hints_at_a_json_encoder_that_replaces_bytes(check: Check) -> None:
    script = (
        "import json, sys; print(json.dumps([{'name': line.decode('utf-8', 'replace')[73:]} "
        "for line in sys.stdin.buffer.read().split(b'\\n')[:-1]]))"
    )
    done = check("--case", "names/byte-latin1", "--", sys.executable, "-c", script)
    assert done.stdout.endswith(
        "hint: 1 case got U+FFFD for bytes that are not UTF-8. If the adapter's JSON encoder "
        'replaces them, print names as {"base64": "…"}.\n'
    )


def test_escapes_terminal_sequences_of_an_adapter(check: Check) -> None:
    script = "import sys; sys.exit('Error: \\x1b]0;owned\\x07\\nError: \\x1b[31m')"
    names = ("--case", "names/plain", "--case", "damaged/empty.maps")
    probe = (
        f"import sys; sys.stdin.buffer.read() and (print('[{{}}, {{}}]'), sys.exit(0)); {script}"
    )
    done = check(*names, "--", sys.executable, "-c", probe)
    assert "exit status 1: Error: \\x1b[31m\n" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("options", "error", "printed"),
    [
        (("--case", "names/plain"), "", "1 case: 1 not-run\n"),
        (("--fuzz", "1"), "procmaps: not run: ", ""),
    ],
)
def test_reports_cases_that_could_not_be_run(
    options: tuple[str, ...], error: str, printed: str
) -> None:
    # No `unshare` is found, as if there were no right to use it.
    done = subprocess.run(
        [*CHECK, "--overlay", *options, "--", "cat", "/proc/{pid}/maps"],
        capture_output=True, check=False, text=True,
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": "/nowhere"},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(error)
    assert printed in done.stdout


def test_shows_progress_on_a_terminal_only() -> None:
    master, slave = pty.openpty()
    with os.fdopen(master, "rb", buffering=0) as reader:
        done = subprocess.run(
            [*CHECK, *THREE, "--", *SPLITS],
            stdout=subprocess.PIPE,
            stderr=slave,
            check=False,
            env={**environment(), "TERM": "xterm"},
        )
        os.close(slave)
        shown = b""
        try:
            while chunk := reader.read(65536):
                shown += chunk
        except OSError:
            # Linux reports EIO when the other side of a terminal is closed.
            pass
    assert done.returncode == 1
    assert b"checking" in shown
    assert b"checking" not in done.stdout


def test_help_lists_options_under_headings_and_examples(check: Check) -> None:
    text = check("--help").stdout
    headings = [line for line in text.split("\n") if line.endswith(":") and line[0] != " "]
    assert headings[:7] == [
        "The parser:", "The cases:", "The cases themselves, without a parser:",
        "Running the parser:", "Expected failures:", "Reports:",
        "Random dumps instead of the cases:",
    ]  # fmt: skip
    assert "  procmaps check --html report.html -- ./my-adapter\n" in text


def test_the_example_adapter_in_awk_runs(check: Check) -> None:
    """The adapter of docs/check.md, which is wrong on purpose."""
    example = ROOT / "docs" / "examples" / "adapter.awk"
    done = check("--case", "names/space*", "--case", "names/plain", "--", "awk", "-f", str(example))
    assert done.returncode == 1
    assert "got      name: '/opt/My'" in done.stdout
    assert "adapter-fault" not in done.stdout


def test_the_page_shows_real_output(check: Check) -> None:
    page = ROOT / "docs" / "check.md"
    if not page.exists():
        pytest.skip("the wheel tests have no docs/check.md")
    (shown,) = re.findall(r"```\n(names/space.*?)```", page.read_text("utf-8"), re.DOTALL)
    example = ROOT / "docs" / "examples" / "adapter.awk"
    assert shown in check("--case", "names/space", "--", "awk", "-f", str(example)).stdout


FAULTY = """
import json, sys
dump = sys.stdin.buffer.read()
print(json.dumps({"adapter-fault": "no file"} if b"My Program" in dump else [{}, {}]))
"""


def test_a_fault_of_the_adapter_is_no_failure_of_the_parser(check: Check, tmp_path: Path) -> None:
    names = ("--case", "names/space", "--case", "names/plain")
    reports = ("--junit", "r.xml", "--expect", "known.txt", "--update")
    done = check(*names, *reports, "--", sys.executable, "-c", FAULTY)
    assert done.returncode == 2
    assert "a fault of the adapter, not of the parser, in 1 case; the first is names/space" in (
        done.stdout
    )
    assert "the adapter reports a fault of its own: no file" in done.stdout
    assert "2 cases: 1 pass, 1 adapter-fault\n" in done.stdout
    assert "as expected" not in done.stdout
    assert 'failures="0" errors="1"' in (tmp_path / "r.xml").read_text()
    assert (tmp_path / "known.txt").read_text() == ""
