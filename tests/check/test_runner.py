"""Commands run for real: those that behave, and every way of misbehaving."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from procmaps.check import proc_overlay
from procmaps.check.cases import Case, load
from procmaps.check.reports import explained
from procmaps.check.runner import AdapterBroken, Plan, Runner, plain, reads
from procmaps.check.verdicts import Verdict

MISBEHAVING = str(Path(__file__).parent / "adapters" / "misbehaving.py")
OWN = (sys.executable, "-m", "procmaps.check.adapter")
(SPACE,) = load(("maps",), only=["names/space"])
(LONG,) = load(("maps",), only=["names/long-line-64k"])


def of(way: str, *, batch: bool = False, case: Case = SPACE, timeout: float = 20) -> Verdict:
    command = (sys.executable, MISBEHAVING, way, *(["--batch"] if batch else []))
    with Runner(Plan(command, batch=batch, timeout=timeout)) as runner:
        runner.probe()
        return runner.verdict(case)


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize(
    ("way", "outcome", "detail"),
    [
        ("exception", "crash", "exit status 1: RuntimeError: a parser's own mistake"),
        ("segfault", "crash", "ended by SIGSEGV"),
        ("status", "crash", "exit status 3"),
        ("garbage", "adapter-fault", "standard output is not JSON"),
    ],
)
def test_crashes_and_garbage(way: str, outcome: str, detail: str, *, batch: bool) -> None:
    found = of(way, batch=batch)
    assert (found.outcome, found.detail[: len(detail)]) == (outcome, detail)


@pytest.mark.parametrize("batch", [False, True])
def test_a_hang_is_ended_in_time(*, batch: bool) -> None:
    begun = time.monotonic()
    # The probe has to be answered within the same time.
    found = of("hang", batch=batch, timeout=3)
    assert found == Verdict("hang", detail="not done within 3 s")
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize("way", ["hang-grandchild", "hang-after-answer"])
def test_whoever_keeps_standard_output_open_hangs(way: str) -> None:
    assert of(way, timeout=3).outcome == "hang"


def test_what_a_hanging_command_started_is_ended_too() -> None:
    of("hang-grandchild", timeout=3)
    deadline = time.monotonic() + 10
    # It was killed; that it is gone takes the kernel a moment.
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
    ("way", "outcome"),
    [("nothing", "adapter-fault"), ("typo", "adapter-fault"), ("crash-after-answer", "crash")],
)
def test_other_ways(way: str, outcome: str) -> None:
    assert of(way).outcome == outcome


def test_nothing_at_all_is_told_from_garbage() -> None:
    assert of("nothing").detail == "standard output is empty; print at least []"


def test_output_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("procmaps.check.subprocesses.OUTPUT_LIMIT", 2**20)
    found = of("endless")
    assert found.outcome == "adapter-fault"
    assert found.detail.endswith("MiB on standard output")


def test_a_line_without_end_in_the_batch_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("procmaps.check.subprocesses.OUTPUT_LIMIT", 2**20)
    assert of("endless", batch=True).outcome == "adapter-fault"


def test_a_rejection_of_a_legal_dump() -> None:
    assert of("rejects") == Verdict("rejected", detail="too hard")


def test_a_command_that_reads_nothing() -> None:
    assert of("unread", case=LONG).outcome == "pass"


@pytest.mark.parametrize(
    ("way", "detail"),
    [
        ("wrong-id", "the answer's id is 'another', the request's was 'names/space.maps'"),
        (
            "odd-line",
            "standard output is not JSON: Expecting value: line 1 column 1 (char 0), near 'oops'",
        ),
        ("odd-object", 'an object where an array is due (or {"rejected": "why"})'),
    ],
)
def test_odd_answers_in_the_batch_form(way: str, detail: str) -> None:
    assert of(way, batch=True) == Verdict("adapter-fault", detail=detail)


def test_a_batch_that_ends_half_way_is_begun_anew() -> None:
    """It answers twice and ends, with status 0: whoever is not answered was let down."""
    script = """
import json, sys
for line, _ in zip(sys.stdin, range(2)):
    print(json.dumps({"id": json.loads(line)["id"], "answer": [{}, {}]}), flush=True)
"""
    with Runner(Plan((sys.executable, "-c", script), batch=True)) as runner:
        found = [runner.verdict(SPACE) for _ in range(5)]
    assert [verdict.outcome for verdict in found] == ["pass", "pass", "crash", "pass", "pass"]
    assert found[2].detail == "exit status 0 in place of an answer"


def test_a_batch_goes_on_after_a_crash() -> None:
    command = (sys.executable, MISBEHAVING, "status", "--batch")
    with Runner(Plan(command, batch=True)) as runner:
        found = [runner.verdict(case).outcome for case in (SPACE, plain("maps"), SPACE)]
    assert found == ["crash", "pass", "crash"]


# --- commands that cannot be run ------------------------------------------------------------------


def test_a_command_that_does_not_exist() -> None:
    with Runner(Plan(("/nowhere/parser",))) as runner, pytest.raises(AdapterBroken) as caught:
        runner.probe()
    assert str(caught.value) == (
        "the adapter is broken: /nowhere/parser: it cannot be started: [Errno 2] No such file or "
        "directory: '/nowhere/parser'; it has to answer a plain dump before any case is run, see "
        "docs/protocol.md"
    )


@pytest.mark.parametrize("batch", [False, True])
def test_a_command_that_cannot_answer_the_plain_dump(*, batch: bool) -> None:
    plan = Plan((sys.executable, "-c", "import nothing_of_this_name"), batch=batch)
    with Runner(plan) as runner, pytest.raises(AdapterBroken) as caught:
        runner.probe()
    told = "crash: exit status 1: ModuleNotFoundError: No module named 'nothing_of_this_name'"
    assert caught.value.reason == told


# --- our own, and where dumps are looked for ------------------------------------------------------


def test_our_own_parser_one_process_each() -> None:
    cases = load(("maps", "smaps"), only=["labels/space-one", "damaged/torn-*", "smaps/unknown-t*"])
    with Runner(Plan(OWN, jobs=2)) as runner:
        results = list(runner.run(cases))
    assert [result.case for result in results] == list(cases)
    assert {result.case.id: result.verdict.key for result in results if result.smallest} == {}


def test_our_own_parser_on_everything() -> None:
    """Through the public protocol, as any other parser."""
    with Runner(Plan((*OWN, "--batch"), batch=True, jobs=2)) as runner:
        results = list(runner.run(load()))
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


@pytest.mark.parametrize("place", ["{maps}", "{root}/{pid}/maps", "{root}/4242/maps"])
def test_places_in_the_command(place: str) -> None:
    with Runner(Plan((sys.executable, "-c", READER, place))) as runner:
        runner.probe()
        assert runner.verdict(SPACE).passed


def test_siblings_stand_beside_a_dump() -> None:
    """A tool that wants maps and smaps of one process finds both, of the same case."""
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


def test_what_a_staged_process_has_beside_its_maps() -> None:
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


def test_which_dumps_are_read() -> None:
    assert reads(["x"], ()) == ("maps",)
    assert reads(["x"], ("smaps",)) == ("smaps",)
    assert reads(["x", "--file={smaps_rollup}"], ("maps",)) == ("smaps_rollup",)
    assert reads(["{smaps}", "{maps}"], ()) == ("maps", "smaps")
    assert reads(["{root}"], ("smaps",)) == ("smaps",)


# --- the smallest dump ----------------------------------------------------------------------------


SPLITS = """
import json, sys
print(json.dumps([{"name": line.split()[5].decode() if len(line.split()) > 5 else ""}
                  for line in sys.stdin.buffer.read().split(b"\\n") if line]))
"""


def test_the_smallest_dump_is_one_line() -> None:
    (case,) = load(("maps",), only=["labels/space-leading"])
    with Runner(Plan((sys.executable, "-c", SPLITS))) as runner:
        result = runner.result(case)
    assert result.verdict.key == "wrong:name"
    assert result.smallest is not None
    assert result.smallest.case.data == case.data.split(b"\n")[0] + b"\n"
    assert result.smallest.verdict.key == "wrong:name"
    assert result.smallest.minimal


def test_the_smallest_dump_of_a_faulty_one_is_the_fault() -> None:
    (case,) = load(("maps",), only=["damaged/invalid-words"])
    with Runner(Plan((sys.executable, "-c", SPLITS))) as runner:
        result = runner.result(case)
    assert result.verdict.outcome == "invented"
    assert result.smallest is not None
    assert result.smallest.case.data == case.data.split(b"\n")[1] + b"\n"


def test_without_shrinking_it_is_the_case() -> None:
    with Runner(Plan((sys.executable, "-c", SPLITS), shrink=False)) as runner:
        smallest = runner.result(SPACE).smallest
    assert smallest is not None
    assert (smallest.case, smallest.minimal) == (SPACE, False)


# --- over /proc -----------------------------------------------------------------------------------


def test_without_the_right_to_mount_nothing_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proc_overlay, "obstacle", lambda: "no root")
    with Runner(Plan(("false",), overlay=True)) as runner:
        runner.probe()
        result = runner.result(SPACE)
    assert result.verdict == Verdict("not-run", detail="no root")
    assert result.smallest is None


def test_a_missing_program_is_an_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    told = "the program unshare is missing (Debian: util-linux, mount)"
    assert proc_overlay.obstacle() == told


def test_an_overlay_covers_a_real_process() -> None:
    if told := proc_overlay.obstacle():
        pytest.skip(told)
    plan = Plan((sys.executable, "-c", READER, "/proc/{pid}/maps"), overlay=True)
    with Runner(plan) as runner:
        runner.probe()
        assert [runner.verdict(case).outcome for case in (SPACE, LONG)] == ["pass", "pass"]
    # Nobody else saw any of it.
    assert b"My Program" not in Path("/proc/self/maps").read_bytes()


def test_a_mount_that_fails_is_not_the_tools_fault() -> None:
    script = "echo 'procmaps check: cannot bind' >&2; exit 125"
    if told := proc_overlay.obstacle():
        pytest.skip(told)
    with Runner(Plan(("sh", "-c", script), overlay=True)) as runner:
        assert runner.verdict(SPACE).outcome == "not-run"


def test_what_drives_a_terminal_is_shown_and_not_done() -> None:
    script = "import sys; sys.exit('Error: \\x1b]0;owned\\x07\\r')"
    with Runner(Plan((sys.executable, "-c", script), shrink=False)) as runner:
        result = runner.result(SPACE)
    assert explained(result.verdict) == [r"exit status 1: Error: \x1b]0;owned\x07\x0d"]
