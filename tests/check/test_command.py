"""``procmaps check`` as a user meets it: processes, exit codes, whole texts, and every report."""

from __future__ import annotations

import html.parser
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from procmaps.check.cases import load
from procmaps.check.expected_failures import InvalidExpectations, parse
from procmaps.check.verdicts import OUTCOMES
from tests.support.checkout import ROOT

Check = Callable[..., "subprocess.CompletedProcess[str]"]

# A parser in another language, in one line: it splits at white space.
PROGRAM = r"""
BEGIN { printf "[" }
{ start = substr($1, 1, index($1, "-") - 1)
  printf "%s{\"start\":\"%s\",\"name\":\"%s\"}", (NR > 1 ? "," : ""), start, $6 }
END { print "]" }
"""
SPLITS = ("awk", PROGRAM)
OWN = (sys.executable, "-m", "procmaps.check.adapter")
THREE = ("--case", "names/plain", "--case", "names/space", "--case", "labels/space-two")


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Run it as a process of its own, in an empty folder."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "procmaps", "check", *arguments],
            capture_output=True,
            check=False,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )

    return call


pytestmark = pytest.mark.skipif(shutil.which("awk") is None, reason="awk is not here")


def test_a_report_for_a_person(check: Check) -> None:
    done = check(*THREE, "--", *SPLITS)
    assert done.returncode == 1
    assert done.stderr == ""
    assert done.stdout == (
        "labels/space-two.maps: wrong:name\n"
        "    expected name: '[anon:main  arena]'\n"
        "    got      name: '[anon:main'\n"
        "names/space.maps: wrong:name\n"
        "    expected name: '/opt/My Program/bin'\n"
        "    got      name: '/opt/My'\n"
        "3 cases: 1 pass, 2 wrong\n"
        "judged: name, start\n"
    )


def test_all_is_well(check: Check) -> None:
    done = check(*THREE, "--reads", "smaps", "--jobs", "2", "--", *OWN)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 cases: 3 pass\njudged: deleted, device, end, inode, keys, ")


def test_the_batch_form(check: Check) -> None:
    done = check("--tag", "label", "--batch", "--", *OWN, "--batch")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_list(check: Check) -> None:
    done = check("--list", "--case", "names/space")
    assert done.stdout == (
        "names/space.maps   One space within.\nnames/space.smaps  One space within.\n"
    )
    data = json.loads(check("--list", "--json").stdout)
    assert [item["case"] for item in data] == [case.id for case in load()]


# --- expected failures ----------------------------------------------------------------------------


def test_expected_failures_and_the_ratchet(check: Check, tmp_path: Path) -> None:
    known = tmp_path / "known.txt"
    done = check(*THREE, "--expect", "known.txt", "--update", "--", *SPLITS)
    assert done.returncode == 0
    listed = "wrong:name labels/space-two.maps\nwrong:name names/space.maps\n"
    assert known.read_text() == listed

    assert check(*THREE, "--expect", "known.txt", "--", *SPLITS).returncode == 0

    known.write_text(f"# what is known\n{listed}wrong:name names/plain.maps  # no longer\n")
    mended = check(*THREE, "--expect", "known.txt", "--", *SPLITS)
    assert mended.returncode == 1
    told = "names/plain.maps: passes, and is listed as wrong:name: take it off the list\n"
    assert mended.stdout.startswith(told)

    known.write_text("lost names/space.maps\nwrong:name labels/space-two.maps\n")
    moved = check(*THREE, "--expect", "known.txt", "--", *SPLITS)
    assert moved.returncode == 1
    told = "names/space.maps: wrong:name, where lost was expected\n"
    assert moved.stdout.startswith(told)

    known.write_text(f"{listed}lost names/gone.maps\n")
    gone = check(*THREE, "--expect", "known.txt", "--", *SPLITS)
    assert gone.returncode == 1
    assert gone.stdout.startswith("names/gone.maps: is listed as lost, and there is no such case\n")


def test_an_update_leaves_the_cases_that_were_not_run(check: Check, tmp_path: Path) -> None:
    known = tmp_path / "known.txt"
    known.write_text("lost names/plain.maps\nlost names/gone.maps\nhang labels/space-one.smaps\n")
    check(*THREE, "--expect", "known.txt", "--update", "--", *SPLITS)
    assert known.read_text() == (
        "hang labels/space-one.smaps\n"
        "wrong:name labels/space-two.maps\n"
        "wrong:name names/space.maps\n"
    )


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("wrong names/space.maps", 1, "'wrong names/space.maps' is no expectation"),
        ("pass names/space.maps", 1, "'pass names/space.maps' is no expectation"),
        ("\nlost", 2, "'lost' is no expectation"),
        ("lost a/b.maps\nhang a/b.maps", 2, "a/b.maps is listed twice"),
    ],
)
def test_a_file_of_expectations_that_is_wrong(text: str, line: int, reason: str) -> None:
    with pytest.raises(InvalidExpectations) as caught:
        parse(text, "known.txt")
    assert str(caught.value) == (
        f"known.txt, line {line}: {reason}; expected a verdict and a case, such as: wrong:name "
        "names/space.maps"
    )


# --- usage ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Error: Missing argument '-- COMMAND...', the parser's adapter.\n"),
        (("--update", "--", "x"), "Error: --update needs --expect FILE, the file to write.\n"),
        (("--seed", "1", "--", "x"), "Error: --producer, --seed and --save belong to --fuzz N.\n"),
        (
            ("--fuzz", "1", "--expect", "x", "--", "x"),
            "Error: --expect lists cases; --fuzz runs none of them.\n",
        ),
        (
            ("--batch", "--overlay", "--", "x"),
            "Error: --batch and --overlay exclude each other: a mount is for one run.\n",
        ),
        (
            ("--case", "nothing/*", "--", "x"),
            "procmaps: no case fits 'nothing/*'; `procmaps check --list` shows all\n",
        ),
        (
            ("--expect", "nowhere", "--", "x"),
            "procmaps: cannot read nowhere: [Errno 2] No such file or directory: 'nowhere'\n",
        ),
        (
            ("--", "/nowhere/parser"),
            (
                "procmaps: the adapter is broken: /nowhere/parser: it cannot be started: [Errno 2] "
                "No such file or directory: '/nowhere/parser'; it has to answer a plain dump "
                "before any case is run, see docs/protocol.md\n"
            ),
        ),
        (
            (*THREE, "--html", "no/such/folder.html", "--", *SPLITS),
            "procmaps: cannot write no/such/folder.html: No such file or directory\n",
        ),
        (
            ("--fuzz", "1", "--producer", "plan9", "--", "x"),
            "procmaps: --producer: ",
        ),
        (
            ("--fuzz", "1", "--producer", "linux-3.10", "--reads", "smaps_rollup", "--", "x"),
            "procmaps: --producer: linux-3.10 prints no smaps_rollup, or how is not established\n",
        ),
    ],
)
def test_wrong_usage(check: Check, arguments: tuple[str, ...], told: str) -> None:
    done = check(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


# --- reports --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four reports of one run, with failures of several sorts, one of them expected."""
    folder = tmp_path_factory.mktemp("reports")
    (folder / "known.txt").write_text("wrong:name names/space.maps\nlost names/gone.maps\n")
    files = ("--junit", "r.xml", "--markdown", "r.md", "--html", "r.html", "--json")
    names = ("names/plain", "names/space", "names/like-html", "labels/like-html", "names/byte-*")
    chosen = [word for name in names if name != "names/like-html" for word in ("--case", name)]
    done = subprocess.run(
        [sys.executable, "-m", "procmaps", "check", *chosen, "--case", "damaged/invalid-words",
         "--expect", "known.txt", *files, "--", *SPLITS],
        capture_output=True, check=False, cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, b"")
    (folder / "r.json").write_bytes(done.stdout)
    return folder


def test_json(reported: Path) -> None:
    report = json.loads((reported / "r.json").read_bytes())
    assert report["version"] == 1
    assert report["command"] == list(SPLITS)
    assert sum(report["counts"].values()) == len(report["results"])
    assert set(report["counts"]) <= set(OUTCOMES)
    by_case = {item["case"]: item for item in report["results"]}
    space = by_case["names/space.maps"]
    assert space["key"] == "wrong:name"
    assert space["differences"] == [
        {"field": "name", "record": 0, "expected": "/opt/My Program/bin", "got": "/opt/My"}
    ]
    assert space["dump"]["text"].endswith("/opt/My Program/bin\n")
    assert by_case["names/plain.maps"]["verdict"] == "pass"
    assert "dump" not in by_case["names/plain.maps"]
    kinds = {item["case"]: item["kind"] for item in report["surprises"]}
    assert "names/space.maps" not in kinds
    assert kinds["names/gone.maps"] == "unknown"
    assert kinds["labels/like-html.maps"] == "new"


def test_junit(reported: Path) -> None:
    suite = ET.parse(reported / "r.xml").getroot()  # noqa: S314 - written by ourselves
    report = json.loads((reported / "r.json").read_bytes())
    cases = {f"{case.get('classname')}/{case.get('name')}": case for case in suite}
    # One more: the case that is listed and does not exist.
    assert len(cases) == len(report["results"]) + 1 == int(suite.get("tests", ""))
    failures = sum(case.find("failure") is not None for case in suite)
    assert failures == int(suite.get("failures", ""))
    assert sum(case.find("error") is not None for case in suite) == int(suite.get("errors", ""))
    assert [child.tag for child in cases["names/space.maps"]] == ["skipped"]
    assert [child.tag for child in cases["labels/like-html.maps"]] == ["failure"]
    assert list(cases["names/plain.maps"]) == []


def test_markdown(reported: Path) -> None:
    text = (reported / "r.md").read_text("utf-8")
    assert "| wrong |" in text
    assert "## names/space.maps: wrong:name\n\nOne space within.\n" in text
    assert "- names/gone.maps: is listed as lost, and there is no such case\n" in text


class Page(html.parser.HTMLParser):
    """The elements, what they refer to, and the text of the rows."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: D102
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:  # noqa: D102
        self.text += data


def test_html(reported: Path) -> None:
    text = (reported / "r.html").read_text("utf-8")
    page = Page()
    page.feed(text)
    assert page.addresses == []
    assert "http" not in text
    assert "url(" not in text
    # A hostile name is text on the page, not an element of it.
    assert "[anon:<b onload=x>&amp;</b>]" in page.text
    assert "b" not in page.tags
    report = json.loads((reported / "r.json").read_bytes())
    assert page.tags.count("details") == sum("dump" in item for item in report["results"])
    assert all(character >= " " or character == "\n" for character in text)


# --- what does not go as planned ------------------------------------------------------------------


def test_a_command_that_reads_nothing_is_no_end(check: Check) -> None:
    """The program takes SIGPIPE as other programs do, but not for its adapter's sake."""
    deaf = ("sh", "-c", "exec 0<&-; echo '[{},{}]'")
    done = check("--case", "names/long-line-64k", "--", *deaf)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "1 case: 1 pass")


# Both say that they hang before they do.
HANGING = """
import pathlib, subprocess, sys
if b"libc.so.6" in sys.stdin.buffer.read():
    print("[{}, {}]")
else:
    pathlib.Path("hangs").touch()
    subprocess.run(["/bin/sleep", "601"])
"""
HANGING_BATCH = """
import json, pathlib, sys, time
for line in sys.stdin:
    request = json.loads(line)
    if "plain" not in request["id"]:
        pathlib.Path("hangs").touch()
        time.sleep(601)
    print(json.dumps({"id": request["id"], "answer": [{}, {}]}), flush=True)
"""


@pytest.mark.parametrize(("options", "script"), [((), HANGING), (("--batch",), HANGING_BATCH)])
def test_ctrl_c_ends_it_at_once(tmp_path: Path, options: tuple[str, ...], script: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "procmaps", "check", "--jobs", "2", "--timeout", "600", *options,
         "--json", "--", sys.executable, "-c", script],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        # A job in the background of a shell inherits that it shall not hear Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (tmp_path / "hangs").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    printed, told = process.communicate(timeout=60)
    assert (process.returncode, printed) == (130, "")
    told_of = len(load(("maps",)))
    assert told == f"procmaps: interrupted after 0 of {told_of}; nothing is reported\n"


def test_what_was_saved_is_run_as_cases(check: Check) -> None:
    found = check("--fuzz", "3", "--seed", "1", "--save", "found/new", "--", *SPLITS)
    assert found.returncode == 1
    for folder in ("found", "found/new"):
        again = check("--cases", folder, "--", *SPLITS)
        assert again.returncode == 1
        assert "\nnew/wrong-name-" in f"\n{again.stdout}"
        assert check("--cases", folder, "--", *OWN).returncode == 0


def test_a_folder_without_cases(check: Check, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{}")
    for folder, why in (
        ("empty", "nothing of that kind is there"),
        ("nowhere", "nothing of that kind is there"),
        ("broken", "KeyError: 'cases'"),
    ):
        done = check("--cases", folder, "--", *SPLITS)
        assert done.returncode == 2
        assert done.stderr == (
            f"procmaps: {folder} is no folder of cases: {why}; it has a manifest.json, or folders "
            "that have one (docs/protocol.md)\n"
        )


@pytest.mark.parametrize(
    ("options", "told", "printed"),
    [
        (("--case", "names/plain"), "", "1 case: 1 not-run\n"),
        (("--fuzz", "1"), "procmaps: not run: ", ""),
    ],
)
def test_what_could_not_be_run_is_no_success(
    options: tuple[str, ...], told: str, printed: str
) -> None:
    # No `unshare` is found, as where there is no right to use it.
    done = subprocess.run(
        [sys.executable, "-m", "procmaps", "check", "--overlay", *options, "--", "cat"],
        capture_output=True, check=False, text=True,
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": "/nowhere"},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(told)
    assert printed in done.stdout


def test_without_hypothesis_there_is_no_fuzzing() -> None:
    script = (
        "import sys; sys.modules['hypothesis'] = None; from procmaps.cli import main; "
        "sys.argv = ['procmaps', 'check', '--fuzz', '1', '--', 'x']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=False, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    told = "procmaps: --fuzz needs hypothesis; run: pip install 'procmaps-spec[test]'\n"
    assert (done.returncode, done.stderr) == (2, told)


def test_a_json_encoder_that_replaces_bytes_is_hinted_at(check: Check) -> None:
    script = (
        "import json, sys; print(json.dumps([{'name': line.decode('utf-8', 'replace')[73:]} "
        "for line in sys.stdin.buffer.read().split(b'\\n')[:-1]]))"
    )
    done = check("--case", "names/byte-latin1", "--", sys.executable, "-c", script)
    assert done.stdout.endswith(
        "hint: in 1 case a byte that is no UTF-8 came back as U+FFFD; where that is the JSON "
        'encoder of the adapter, give names as {"base64": "…"}\n'
    )


def test_a_folder_that_cannot_be_written(check: Check, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    done = check("--fuzz", "8", "--seed", "1", "--save", "taken/new", "--", *SPLITS)
    told = "procmaps: cannot write taken/new: Not a directory\n"
    assert (done.returncode, done.stderr) == (2, told)


def test_the_help_has_its_options_under_headings(check: Check) -> None:
    text = check("--help").stdout
    headings = [line for line in text.split("\n") if line.endswith(":") and line[0] != " "]
    assert headings == [
        "The parser:", "The cases:", "Running it:", "Known failures:", "The report:",
        "Fuzzing, in place of the cases:", "Other:",
    ]  # fmt: skip
    assert "  procmaps check --html report.html -- ./my-adapter\n" in text


# --- progress -------------------------------------------------------------------------------------


def test_progress_is_for_terminals_only() -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "procmaps", "check", *THREE, "--", *SPLITS]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "TERM": "xterm",
    }
    with os.fdopen(master, "rb", buffering=0) as reader:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=slave, check=False, env=environment
        )
        os.close(slave)
        shown = b""
        try:
            while chunk := reader.read(65536):
                shown += chunk
        except OSError:
            # How Linux says that the other side of a terminal is closed.
            pass
    assert done.returncode == 1
    assert b"checking" in shown
    assert b"checking" not in done.stdout


# --- a new author's first try ---------------------------------------------------------------------


def test_the_example_in_awk(check: Check) -> None:
    """The adapter of docs/check.md: it runs, and the report shows what is wrong with it."""
    example = ROOT / "docs" / "examples" / "adapter.awk"
    done = check("--case", "names/space*", "--case", "names/plain", "--", "awk", "-f", str(example))
    assert done.returncode == 1
    assert "got      name: '/opt/My'" in done.stdout
    assert "adapter-fault" not in done.stdout
