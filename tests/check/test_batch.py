"""The batch form: a crash, a hang and a refusal are the parser's only inside its call."""

from __future__ import annotations

import sys

import pytest

from procmaps.check.answers import AdapterFault, Answer, Rejection
from procmaps.check.batch import BatchCommand, Ended, Request
from procmaps.check.cases import load
from procmaps.check.fake_proc import fake_proc

(PLAIN,) = load(("maps",), only=["names/plain"])
REQUEST = Request(id="a/b.maps", kind="maps", path="/p", root="/r", pid=7)
SCRIPT = """
import json, os, signal, sys, time
def tell(**members):
    print(json.dumps(dict(members, id=identity)), flush=True)
for line in sys.stdin:
    identity = json.loads(line)["id"]
    {body}
"""
CALL = 'tell(phase="call")'
CONVERT = 'tell(phase="convert")'
ANSWER = "tell(answer=[])"
REFUSAL = 'tell(rejected="no")'
CRASH = "os.kill(os.getpid(), signal.SIGSEGV)"
EXIT = "sys.exit()"
HANG = "time.sleep(60)"


def ask(*steps: str, announces: bool = True, timeout: float = 20) -> Answer | Rejection:
    """Ask a command that takes these steps for a request."""
    script = SCRIPT.format(body="; ".join(steps))
    batch = BatchCommand((sys.executable, "-c", script), timeout, announces=announces)
    try:
        return batch.ask(REQUEST)
    finally:
        batch.close()


def fault_of(*steps: str, announces: bool = True, timeout: float = 20) -> str:
    with pytest.raises(AdapterFault) as caught:
        ask(*steps, announces=announces, timeout=timeout)
    return caught.value.reason


def test_an_answer_comes_after_both_phases() -> None:
    assert ask(CALL, CONVERT, ANSWER) == Answer(())


def test_a_refusal_comes_out_of_the_call() -> None:
    assert ask(CALL, REFUSAL) == Rejection("no")


@pytest.mark.parametrize("steps", [(REFUSAL,), (CALL, CONVERT, REFUSAL)])
def test_a_refusal_outside_the_call_is_a_fault(steps: tuple[str, ...]) -> None:
    assert fault_of(*steps) == "refused outside the parser's call: no"


@pytest.mark.parametrize("end", [CRASH, EXIT])
def test_an_end_in_the_call_is_the_parsers_crash(end: str) -> None:
    with pytest.raises(Ended) as caught:
        ask(CALL, end)
    assert caught.value.verdict.outcome == "crash"


@pytest.mark.parametrize("end", [CRASH, EXIT])
@pytest.mark.parametrize("before", [(), (CALL, CONVERT)])
def test_an_end_outside_the_call_is_a_fault(before: tuple[str, ...], end: str) -> None:
    assert fault_of(*before, end).startswith("crash outside the parser's call: ")


def test_a_hang_is_the_parsers_only_in_the_call() -> None:
    with pytest.raises(Ended) as caught:
        ask(CALL, HANG, timeout=6)
    assert caught.value.verdict.outcome == "hang"
    assert fault_of(CALL, CONVERT, HANG, timeout=6).startswith("hang outside the parser's call")
    assert fault_of(HANG, timeout=6).startswith("hang outside the parser's call")


def test_a_command_that_announces_nothing_is_the_parser() -> None:
    assert ask(ANSWER, announces=False) == Answer(())
    assert ask(REFUSAL, announces=False) == Rejection("no")
    with pytest.raises(Ended):
        ask(CRASH, announces=False)


def test_one_announcement_binds_the_command() -> None:
    assert fault_of(CALL, CONVERT, CRASH, announces=False).startswith("crash outside")


def test_phases_that_must_come_are_missed() -> None:
    message = "answered without announcing the phases call and convert"
    assert fault_of(ANSWER) == message
    assert fault_of(CALL, ANSWER) == message


def test_phases_come_in_their_order() -> None:
    assert fault_of(CONVERT) == "announced the phase 'convert', expected 'call'"
    assert fault_of(CALL, CALL) == "announced the phase 'call', expected 'convert'"


def test_a_phase_of_another_request_is_a_fault() -> None:
    reason = fault_of('identity = "x"', CALL)
    assert reason == "the phase's id is 'x', the request's was 'a/b.maps'"


def test_a_fault_that_the_adapter_reports_is_one() -> None:
    step = 'tell(**dict([("adapter-fault", "no file")]))'
    for before in ((), (CALL,), (CALL, CONVERT)):
        reason = fault_of(*before, step)
        assert reason == "the adapter reports a fault of its own: no file"


def test_the_next_request_starts_the_command_again() -> None:
    script = SCRIPT.format(body=f"{CALL}; {CONVERT}; {CRASH}")
    batch = BatchCommand((sys.executable, "-c", script), 20)
    try:
        for _ in range(2):
            with pytest.raises(AdapterFault, match="killed by SIGSEGV"):
                batch.ask(REQUEST)
    finally:
        batch.close()


def test_a_request_has_each_start_address_once() -> None:
    with fake_proc({"maps": PLAIN.data}) as proc:
        request = Request.of(PLAIN, proc)
    assert request.addresses == ("7f2a4c000000", "7ffc12345000")
