"""Running commands: those that work, and every way of misbehaving."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from procmaps.check import proc_overlay
from procmaps.check.cases import Case, load
from procmaps.check.display import explain
from procmaps.check.runner import AdapterBroken, Plan, Result, Runner, kinds_to_read, plain_case
from procmaps.check.verdicts import Verdict

MISBEHAVING = str(Path(__file__).parent / "adapters" / "misbehaving.py")
OWN = (sys.executable, "-m", "procmaps.check.adapter")
(SPACE,) = load(("maps",), only=["names/space"])
(LONG,) = load(("maps",), only=["names/long-line-64k"])


def verdict_on(
    mode: str, *, batch: bool = False, case: Case = SPACE, timeout: float = 20
) -> Verdict:
    command = (sys.executable, MISBEHAVING, mode, *(["--batch"] if batch else []))
    with Runner(Plan(command, batch=batch, timeout=timeout)) as runner:
        runner.probe()
        return runner.verdict(case)


def run_all(runner: Runner, cases: Sequence[Case]) -> list[Result]:
    results: list[Result] = []
    runner.run(cases, results.append)
    return results


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize(
    ("mode", "outcome", "detail"),
    [
        ("exception", "crash", "exit status 1: RuntimeError: a parser's own mistake"),
        ("segfault", "crash", "killed by SIGSEGV"),
        ("status", "crash", "exit status 3"),
        ("garbage", "adapter-fault", "standard output is not JSON"),
    ],
)
def test_reports_crashes_and_garbage(mode: str, outcome: str, detail: str, *, batch: bool) -> None:
    found = verdict_on(mode, batch=batch)
    assert (found.outcome, found.detail[: len(detail)]) == (outcome, detail)


@pytest.mark.parametrize("batch", [False, True])
def test_kills_a_hanging_command_in_time(*, batch: bool) -> None:
    begun = time.monotonic()
    # The probe has to be answered within the same time.
    found = verdict_on("hang", batch=batch, timeout=6)
    assert found == Verdict("hang", detail="no answer within 6 s")
    assert time.monotonic() - begun < 120


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["hang-grandchild", "hang-after-answer"])
def test_reports_a_hang_if_standard_output_stays_open(mode: str) -> None:
    assert verdict_on(mode, timeout=6).outcome == "hang"


@pytest.mark.slow
def test_kills_the_children_of_a_hanging_command() -> None:
    verdict_on("hang-grandchild", timeout=6)
    deadline = time.monotonic() + 60
    # The kernel needs a moment to remove a killed process.
    while b"/bin/sleep\x00600\x00" in list(_command_lines()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _command_lines() -> Iterator[bytes]:
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            # It may have ended since.
            with contextlib.suppress(OSError):
                yield (process / "cmdline").read_bytes()


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [("nothing", "adapter-fault"), ("typo", "adapter-fault"), ("crash-after-answer", "crash")],
)
def test_reports_other_misbehaviour(mode: str, outcome: str) -> None:
    assert verdict_on(mode).outcome == outcome


def test_reports_empty_output() -> None:
    assert verdict_on("nothing").detail == "standard output is empty; print at least []"


def test_reports_endless_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("procmaps.check.subprocesses.OUTPUT_LIMIT", 2**20)
    found = verdict_on("endless")
    assert found.outcome == "adapter-fault"
    assert found.detail.endswith("MiB on standard output")


def test_reports_an_endless_line_in_the_batch_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("procmaps.check.subprocesses.OUTPUT_LIMIT", 2**20)
    assert verdict_on("endless", batch=True).outcome == "adapter-fault"


def test_reports_the_rejection_of_a_legal_dump() -> None:
    assert verdict_on("rejects") == Verdict("rejected", detail="too hard")


def test_accepts_a_command_that_reads_nothing() -> None:
    assert verdict_on("unread", case=LONG).outcome == "pass"


@pytest.mark.parametrize(
    ("mode", "detail"),
    [
        ("wrong-id", "the answer's id is 'another', the request's was 'names/space.maps'"),
        (
            "odd-line",
            "standard output is not JSON: Expecting value: line 1 column 1 (char 0), near 'oops'",
        ),
        ("odd-object", 'expected an array (or {"rejected": "why"}), got an object'),
    ],
)
def test_reports_wrong_answers_in_the_batch_form(mode: str, detail: str) -> None:
    assert verdict_on(mode, batch=True) == Verdict("adapter-fault", detail=detail)


def test_restarts_a_batch_command_that_ended() -> None:
    """The command answers twice and exits with status 0: the third request is a crash."""
    script = """
import json, sys
for line, _ in zip(sys.stdin, range(2)):
    print(json.dumps({"id": json.loads(line)["id"], "answer": [{}, {}]}), flush=True)
"""
    with Runner(Plan((sys.executable, "-c", script), batch=True)) as runner:
        found = [runner.verdict(SPACE) for _ in range(5)]
    assert [verdict.outcome for verdict in found] == ["pass", "pass", "crash", "pass", "pass"]
    assert found[2].detail == "exit status 0 without an answer"


def test_restarts_a_batch_command_that_crashed() -> None:
    command = (sys.executable, MISBEHAVING, "status", "--batch")
    with Runner(Plan(command, batch=True)) as runner:
        found = [runner.verdict(case).outcome for case in (SPACE, plain_case("maps"), SPACE)]
    assert found == ["crash", "pass", "crash"]


# --- commands that cannot be run ------------------------------------------------------------------


def test_rejects_a_command_that_does_not_exist() -> None:
    with Runner(Plan(("/nowhere/parser",))) as runner, pytest.raises(AdapterBroken) as caught:
        runner.probe()
    assert str(caught.value) == (
        "the adapter is broken: /nowhere/parser: cannot start it: No such file or directory; "
        "it must answer a plain dump before any case is run: read it from standard input, print a "
        "JSON array with an object for each mapping, exit with status 0 (`procmaps help protocol`)"
    )


@pytest.mark.parametrize("batch", [False, True])
def test_rejects_a_command_that_cannot_answer_a_plain_dump(*, batch: bool) -> None:
    plan = Plan((sys.executable, "-c", "import nothing_of_this_name"), batch=batch)
    with Runner(plan) as runner, pytest.raises(AdapterBroken) as caught:
        runner.probe()
    reason = "crash: exit status 1: ModuleNotFoundError: No module named 'nothing_of_this_name'"
    assert caught.value.reason == reason


# --- our own parser, and where it finds dumps -----------------------------------------------------


def test_our_own_parser_passes_in_one_process_per_case() -> None:
    cases = load(("maps", "smaps"), only=["labels/space-one", "damaged/torn-*", "smaps/unknown-t*"])
    with Runner(Plan(OWN, jobs=2)) as runner:
        results = run_all(runner, cases)
    assert {result.case.id for result in results} == {case.id for case in cases}
    assert {result.case.id: result.verdict.key for result in results if result.shrunk} == {}


def test_our_own_parser_passes_every_case() -> None:
    """It uses the public protocol, like any other parser."""
    with Runner(Plan((*OWN, "--batch"), batch=True, jobs=2)) as runner:
        results = run_all(runner, load())
    assert {r.case.id: r.verdict.key for r in results if not r.verdict.passed} == {}
    assert len(results) >= 300


@pytest.mark.parametrize("kind", ["maps", "smaps", "smaps_rollup"])
def test_our_own_adapter_refuses_arguments(kind: str) -> None:
    with Runner(Plan((*OWN, f"--{kind}"))) as runner, pytest.raises(AdapterBroken) as caught:
        runner.probe()
    assert "exit status 2" in caught.value.reason


READER = """
import json, sys
from pathlib import Path
from procmaps.check.adapter import answer
print(json.dumps(answer(Path(sys.argv[1]).read_bytes())))
"""


@pytest.mark.parametrize("path", ["{maps}", "{root}/{pid}/maps", "{root}/4242/maps"])
def test_fills_in_placeholders(path: str) -> None:
    with Runner(Plan((sys.executable, "-c", READER, path))) as runner:
        runner.probe()
        assert runner.verdict(SPACE).passed


def test_provides_all_kinds_of_a_case() -> None:
    """A tool that reads maps and smaps of one process finds both, from the same case."""
    script = """
import sys
from pathlib import Path
both = [Path(path).read_bytes() for path in sys.argv[1:]]
assert both[1].startswith(both[0].split(b"\\n")[0])
print("[{}, {}]")
"""
    plan = Plan((sys.executable, "-c", script, "{maps}", "{smaps}"))
    with Runner(plan, load()) as runner:
        assert runner.verdict(SPACE).passed


def test_fake_proc_has_the_other_files_that_tools_read() -> None:
    script = """
import sys
from pathlib import Path
root = Path(sys.argv[1])
assert (root / "4242" / "stat").read_bytes().startswith(b"4242 (decoy) S ")
assert len((root / "4242" / "stat").read_bytes().split()) == 52
assert b"MemTotal:" in (root / "meminfo").read_bytes()
print("[{}, {}]")
"""
    with Runner(Plan((sys.executable, "-c", script, "{root}"))) as runner:
        assert runner.verdict(SPACE).passed


def test_chooses_the_kinds_to_read() -> None:
    assert kinds_to_read(["x"], ()) == ("maps",)
    assert kinds_to_read(["x"], ("smaps",)) == ("smaps",)
    assert kinds_to_read(["x", "--file={smaps_rollup}"], ("maps",)) == ("smaps_rollup",)
    assert kinds_to_read(["{smaps}", "{maps}"], ()) == ("maps", "smaps")
    assert kinds_to_read(["{root}"], ("smaps",)) == ("smaps",)


# --- shrinking ------------------------------------------------------------------------------------


SPLITS = """
import json, sys
print(json.dumps([{"name": line.split()[5].decode() if len(line.split()) > 5 else ""}
                  for line in sys.stdin.buffer.read().split(b"\\n") if line]))
"""


def test_shrinks_a_dump_to_one_line() -> None:
    (case,) = load(("maps",), only=["labels/space-leading"])
    with Runner(Plan((sys.executable, "-c", SPLITS))) as runner:
        result = runner.result(case)
    assert result.verdict.key == "wrong:name"
    assert result.shrunk is not None
    assert result.shrunk.case.data == case.data.split(b"\n")[0] + b"\n"
    assert result.shrunk.verdict.key == "wrong:name"
    assert result.shrunk.minimal


def test_shrinks_an_invalid_dump_to_its_invalid_line() -> None:
    (case,) = load(("maps",), only=["damaged/invalid-words"])
    with Runner(Plan((sys.executable, "-c", SPLITS))) as runner:
        result = runner.result(case)
    assert result.verdict.outcome == "invented"
    assert result.shrunk is not None
    assert result.shrunk.case.data == case.data.split(b"\n")[1] + b"\n"


def test_shows_the_whole_case_without_shrinking() -> None:
    with Runner(Plan((sys.executable, "-c", SPLITS), shrink=False)) as runner:
        shrunk = runner.result(SPACE).shrunk
    assert shrunk is not None
    assert (shrunk.case, shrunk.minimal) == (SPACE, False)


# --- over /proc -----------------------------------------------------------------------------------


def test_reports_not_run_without_the_right_to_mount(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proc_overlay, "obstacle", lambda: "no root")
    with Runner(Plan(("false",), overlay=True)) as runner:
        runner.probe()
        result = runner.result(SPACE)
    assert result.verdict == Verdict("not-run", detail="no root")
    assert result.shrunk is None


def test_reports_a_missing_program_as_an_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    message = "the program unshare is missing (Debian: util-linux, mount)"
    assert proc_overlay.obstacle() == message


def test_overlay_covers_a_real_process() -> None:
    if obstacle := proc_overlay.obstacle():
        pytest.skip(obstacle)
    plan = Plan((sys.executable, "-c", READER, "/proc/{pid}/maps"), overlay=True)
    with Runner(plan) as runner:
        runner.probe()
        assert [runner.verdict(case).outcome for case in (SPACE, LONG)] == ["pass", "pass"]
    # No other process saw the overlay.
    assert b"My Program" not in Path("/proc/self/maps").read_bytes()


def test_reports_not_run_if_a_mount_fails() -> None:
    script = "echo 'procmaps check: cannot bind' >&2; exit 125"
    if obstacle := proc_overlay.obstacle():
        pytest.skip(obstacle)
    with Runner(Plan(("sh", "-c", script), overlay=True)) as runner:
        assert runner.verdict(SPACE).outcome == "not-run"


def test_escapes_terminal_sequences_in_details() -> None:
    script = "import sys; sys.exit('Error: \\x1b]0;owned\\x07\\r')"
    with Runner(Plan((sys.executable, "-c", script), shrink=False)) as runner:
        result = runner.result(SPACE)
    assert explain(result.verdict) == [r"exit status 1: Error: \x1b]0;owned\x07\x0d"]
