"""The audit catches an adapter that says what its parser did not."""

from __future__ import annotations

import difflib
import itertools
import sys
from pathlib import Path

import attrs
import pytest

from corpus.tools.audit import __main__ as command
from corpus.tools.audit.raw_results import InvalidRaw, differences, read_raw
from corpus.tools.audit.replaying import problems
from corpus.tools.audit.sampling import draw
from corpus.tools.matrix import expected, installing, read_peers
from corpus.tools.matrix.read_peers import AUDITS, Peer
from corpus.tools.matrix.running import Judged
from procmaps.check import cases
from procmaps.check.answers import Answer, AnswerMapping, Rejection, parse_answer
from procmaps.check.completed_run import CompletedRun
from procmaps.check.processes import ProcessGroup
from procmaps.check.verdicts import Verdict

EVERY = cases.load(("maps",), only=["names/*"])


def line(**texts: str) -> bytes:
    return " ".join(f"{key}={text.encode().hex()}" for key, text in texts.items()).encode() + b"\n"


def said(**members: object) -> AnswerMapping:
    return parse_answer([members]).mappings[0]


def differing(printed: bytes, answer: AnswerMapping) -> list[str]:
    (raw,) = read_raw(printed)
    return [text.partition(":")[0] for text in differences(raw, answer)]


# --- what an audit program prints -----------------------------------------------------------------


def test_reads_a_line_for_each_mapping() -> None:
    assert read_raw(line(name="/a b", size="7") + b"name= \n") == [
        {"name": b"/a b", "size": b"7"},
        {"name": b""},
    ]


@pytest.mark.parametrize("printed", [b"name", b"name=2", b"name=zz", b"Warning: x"])
def test_rejects_other_output(printed: bytes) -> None:
    with pytest.raises(InvalidRaw, match="expected member=HEX"):
        read_raw(printed)


@pytest.mark.parametrize(
    ("texts", "members"),
    [
        ({"start": "7f00"}, {"start": 0x7F00}),
        ({"start": "0x7f00"}, {"start": "7f00"}),
        ({"size": "4096", "inode": "7"}, {"size": 4096, "inode": "7"}),
        ({"perms": "rw-p"}, {"perms": "rw-p"}),
        ({"read": "true", "write": "false", "execute": "False"}, {"perms": "r--"}),
        ({"shared": "true", "private": "false"}, {"perms": "rw-s"}),
        ({"shared": "false", "private": "false"}, {"perms": "rw-"}),
        ({"device": "fd:01"}, {"device": {"major": 253, "minor": 1}}),
        ({"major": "253", "minor": "1"}, {"device": "fd:01"}),
        ({"device": "odd"}, {"device": "odd"}),
        ({"name": "/a b"}, {"name": "/a b"}),
        ({"usage.Rss": "4"}, {"usage": {"Rss": 4}}),
        ({"kind": "sysv"}, {"kind": "sysv"}),
        ({"end": "", "usage.Pss": ""}, {}),
    ],
)
def test_the_same_values_agree(texts: dict[str, str], members: dict[str, object]) -> None:
    assert differing(line(**texts), said(**members)) == []


@pytest.mark.parametrize(
    ("texts", "members"),
    [
        ({"start": "7f00"}, {"start": 0x7F01}),
        ({"start": "odd"}, {"start": 7}),
        ({"perms": "rw-S"}, {"perms": "rw-p"}),
        ({"read": "false"}, {"perms": "r--"}),
        ({"shared": "true"}, {"perms": "rw-p"}),
        ({"private": "true"}, {"perms": "rw-"}),
        ({"device": "fd:01"}, {"device": "fd:02"}),
        ({"minor": "1"}, {"device": "fd:02"}),
        ({"name": "[anon]"}, {"name": ""}),
        ({"usage.Rss": "4"}, {"usage": {"Rss": 4096}}),
        ({"size": "4096"}, {}),
        ({"name": ""}, {}),
        ({}, {"end": 4096}),
        ({}, {"usage": {"Rss": 4}}),
    ],
)
def test_another_value_differs(texts: dict[str, str], members: dict[str, object]) -> None:
    printed = line(**texts) if texts else line(kind="")
    answer = said(**members) if texts else said(kind="", **members)
    assert len(differing(printed, answer)) == 1


# --- verdicts -------------------------------------------------------------------------------------


ANSWER = Answer((said(name="/a"),))


def found(verdict: str, answer: Answer | Rejection | None, second: CompletedRun) -> list[str]:
    outcome = Verdict(verdict, detail="killed by SIGSEGV")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    return list(problems(Judged(outcome, b"", answer), second))


def test_an_answer_agrees_with_the_second_call() -> None:
    assert found("pass", ANSWER, CompletedRun(line(name="/a"), b"", 0)) == []
    assert found("pass", ANSWER, CompletedRun(line(name="/b"), b"", 0))
    assert found("pass", ANSWER, CompletedRun(line(name="/a") * 2, b"", 0))
    assert found("lost", Answer(()), CompletedRun(line(name="/a"), b"", 0))
    assert found("pass", ANSWER, CompletedRun(b"noise", b"", 0))
    assert found("pass", ANSWER, CompletedRun(b"", b"ValueError: no", 1))
    assert found("pass", ANSWER, CompletedRun(b"", b"", 0, timed_out=True))


def test_a_refusal_is_in_the_parsers_words() -> None:
    refusal = Rejection("cannot read '/proc/17/maps': no")
    words = b"Traceback\nError: cannot read '/proc/4711/maps': no\n"
    assert found("rejected", refusal, CompletedRun(b"", words, 3)) == []
    assert found("rejected", refusal, CompletedRun(b"", b"KeyError: 'Size'", 1))
    assert found("rejected", refusal, CompletedRun(line(name="/a"), words, 0))
    assert found("rejected", refusal, CompletedRun(b"", words, -11))


def test_a_crash_and_a_hang_happen_again() -> None:
    assert found("crash", None, CompletedRun(b"", b"", -11)) == []
    assert found("crash", None, CompletedRun(b"", b"", 101)) == []
    assert found("crash", None, CompletedRun(b"", b"", 0))
    assert found("crash", None, CompletedRun(b"", b"ValueError", 1))
    assert found("hang", None, CompletedRun(b"", b"", 0, timed_out=True)) == []
    assert found("hang", None, CompletedRun(b"", b"", 0))


def test_a_fault_of_the_adapter_is_never_right() -> None:
    assert found("adapter-fault", None, CompletedRun(b"", b"", 0))


# --- the sample -----------------------------------------------------------------------------------


def test_draws_passes_and_failures_of_every_parser() -> None:
    peers = [peer for peer in read_peers.load() if not peer.reason]
    every = cases.load()
    drawn = draw(peers, every, verdicts=200, seed=1)
    assert set(drawn) == {peer.name for peer in peers}
    assert sum(map(len, drawn.values())) >= 200
    for peer in peers:
        ids = [case.id for case in drawn[peer.name]]
        fails = expected.load(peer).fails
        assert len(set(ids)) == len(ids) >= 2
        failing = sum(case in fails for case in ids)
        assert failing >= min(1, len(fails))
        assert failing < len(ids)


def test_a_seed_draws_the_same_again_and_another_seed_others() -> None:
    peers = read_peers.load(["psutil", "gopsutil"])
    every = cases.load(("smaps",))
    one, same, other = (draw(peers, every, verdicts=60, seed=seed) for seed in (1, 1, 2))
    assert one == same != other


# --- a planted adapter ----------------------------------------------------------------------------


PARSER = """
def parse(dump):
    return [line.split(None, 5) for line in open(dump)]
"""
AUDIT = """
import sys
from parser_of_lines import parse
for fields in parse(sys.argv[1]):
    start, _, end = fields[0].partition("-")
    name = fields[5].rstrip("\\n") if len(fields) > 5 else ""
    for member, text in (("start", start), ("end", end), ("name", name)):
        print(member + "=" + text.encode().hex(), end=" ")
    print()
"""
ADAPTER = """
from parser_of_lines import parse
from protocol import column, serve

def record(fields):
    start, _, end = fields[0].partition("-")
    name = fields[5].rstrip("\\n") if len(fields) > 5 else ""
    return {"start": start, "end": end, "name": column(name)}

serve(lambda request: request["path"], parse, lambda lines: map(record, lines))
"""
WRONG = {
    "right": ("", ""),
    "a derived end": ('"end": end', '"end": int(start, 16) + 4096'),
    "a changed name": ("column(name)", 'column(name.replace("[", ""))'),
    "a lost mapping": ("map(record, lines)", "map(record, lines[1:])"),
    "a refusal of its own": ("record(fields):", 'record(fields):\n    raise ValueError("no")'),
    "a member that it made up": ('"end": end', '"end": end, "inode": 7'),
}


@pytest.fixture
def peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Peer:
    """Return a parser of our own with an audit program, installed."""
    monkeypatch.setattr(read_peers, "FOLDER", tmp_path / "peers")
    monkeypatch.setenv(installing.VARIABLE, str(tmp_path / "cache"))
    folder = tmp_path / "peers" / "planted"
    folder.mkdir(parents=True)
    (folder / "adapter.py").write_text(ADAPTER)
    (folder / "audit.py").write_text(AUDIT)
    (psutil,) = [attrs.evolve(p, name="planted", python=sys.executable) for p in PSUTIL]
    planted = attrs.evolve(psutil, reads=("maps",), shows=read_peers.Shows())
    site = installing.folder_of(planted) / "site"
    site.mkdir(parents=True)
    (site / "parser_of_lines.py").write_text(PARSER)
    return planted


PSUTIL = read_peers.load(["psutil"])


@pytest.mark.parametrize("change", WRONG)
def test_a_planted_wrong_adapter_is_caught(peer: Peer, change: str) -> None:
    right, wrong = WRONG[change]
    source = ADAPTER.replace(right, wrong) if right else ADAPTER
    assert (source == ADAPTER) == (change == "right")
    peer.adapter.write_text(source)
    with ProcessGroup() as group:
        audited = command.audit(peer, EVERY[:4], "", group)
    assert not audited.obstacle
    assert len(audited.replays) == 4
    caught = [item.case for item in audited.replays if item.problems]
    assert bool(caught) == (change != "right")


def test_a_parser_without_an_audit_program_is_reported(peer: Peer) -> None:
    (peer.folder / "audit.py").unlink()
    with ProcessGroup() as group:
        found = command.audit(peer, EVERY[:1], "", group)
    assert found.obstacle.startswith("it has no audit")


def test_a_machine_without_decoys_is_reported(peer: Peer) -> None:
    refused = attrs.evolve(peer, overlay=True)
    assert command.audit(refused, EVERY[:1], "no root", ProcessGroup()).obstacle == "no root"


def test_every_parser_that_runs_has_an_audit_program() -> None:
    missing = [peer.name for peer in read_peers.load() if not peer.reason and not peer.audit]
    assert missing == []


def test_audit_programs_share_no_code_with_adapters() -> None:
    every = [peer.audit for peer in read_peers.load() if peer.audit is not None]
    for file in (*every, *AUDITS.iterdir()):
        if file.is_file():
            text = file.read_text()
            for word in ("protocol", "Protocol", "from debugger", "from pmap", "Pprof", "adapter"):
                assert word not in text, f"{file}: {word}"
    shared = {file.stem for file in AUDITS.iterdir() if file.is_file()}
    assert shared
    for peer in read_peers.load():
        if not peer.reason:
            assert not {name for name in shared if name in peer.adapter.read_text()}


def test_no_two_audits_repeat_each_other() -> None:
    """What two rows of one library share is in one file. Imports and the like may be repeated."""
    texts = {
        peer.name: peer.audit.read_text().splitlines()
        for peer in read_peers.load()
        if peer.audit is not None
    }
    for (one, lines), (other, others) in itertools.combinations(texts.items(), 2):
        match = difflib.SequenceMatcher(None, lines, others, autojunk=False).find_longest_match()
        assert match.size < 30, f"{one} and {other}: {lines[match.a : match.a + match.size]}"
