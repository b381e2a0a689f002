"""What the figures count: plain failures, by weight and by who prints the dump."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from corpus.tools.matrix import run_peers
from corpus.tools.matrix.answer import short_answer
from corpus.tools.matrix.expected import Expected, Failure
from corpus.tools.matrix.read_peers import load
from corpus.tools.matrix.results import Finding, Results, Row
from procmaps.check.cases import Case, Likely
from procmaps.check.verdicts import Difference, Verdict

(PSUTIL, GDB, SMEM) = load(["psutil", "gdb", "smem"])
PASS, LOST, REFUSED = Verdict("pass"), Verdict("lost"), Verdict("rejected")
FAULT = Verdict("adapter-fault")
WRONG = Verdict("wrong", (Difference("name", "a", "b"),))
MARK = Verdict("wrong", (Difference("name", "a", "?", blemish="control-characters"),))


def case(
    identity: str, *, likely: Likely = "kernels", control: str = "", disputed: str = ""
) -> Case:
    return Case(
        identity, "maps", b"", (), feature="label", likely=likely, control=control,
        disputed=disputed,
    )  # fmt: skip


def row(verdicts: Mapping[str, Verdict], findings: Mapping[str, Finding]) -> Row:
    return Row(peer=PSUTIL, verdicts=verdicts, findings=findings)


def test_disputed_failures_and_those_of_the_control_are_no_plain_failures() -> None:
    tally = row(
        {"a": PASS, "b": LOST, "c": WRONG, "d": REFUSED, "e": FAULT, "f": MARK},
        {
            "b": Finding("mapping"),
            "c": Finding("value", caused=False),
            "d": Finding("refusal", "malformed-lines"),
            "e": Finding(""),
            "f": Finding("blemish"),
        },
    ).total
    assert (tally.asked, tally.passed, tally.failed) == (3, 1, 2)
    assert (tally.disputed, tally.anyway, tally.faults) == (1, 1, 1)
    assert dict(tally.weights) == {"mapping": 1, "blemish": 1}
    assert dict(tally.outcomes) == {"lost": 1, "wrong": 1}


def test_nothing_asked_is_no_share() -> None:
    assert row({}, {}).total.share == 0
    assert row({"a": FAULT}, {"a": Finding("")}).total.asked == 0


def test_the_best_share_on_dumps_of_kernels_in_use_comes_first() -> None:
    cases = [case("a"), case("b"), case("c", likely="hypothetical")]
    lost = Finding("mapping")
    rows = [
        Row(peer=PSUTIL, verdicts={"a": PASS, "b": LOST, "c": PASS}, findings={"b": lost}),
        Row(peer=GDB, verdicts={"a": PASS, "c": LOST}, findings={"c": lost}),
        Row(peer=SMEM, verdicts={"a": PASS, "b": PASS}),
    ]
    found = Results(cases, rows)
    assert [one.peer.name for one in found.ranked()] == ["smem", "gdb", "psutil"]
    assert found.by_likely() == {"kernels": ["a", "b"], "other-systems": [], "hypothetical": ["c"]}


def test_idioms_come_last_and_are_no_programs() -> None:
    idiom = attrs.evolve(PSUTIL, class_="idiom", language="awk")
    lost = Finding("mapping")
    found = Results(
        [case("a")],
        [
            Row(peer=idiom, verdicts={"a": PASS}),
            Row(peer=GDB, verdicts={"a": LOST}, findings={"a": lost}),
        ],
    )
    assert [one.peer.name for one in found.ranked()] == ["gdb", "psutil"]
    assert (found.programs, found.idioms, found.languages) == ({"gdb"}, {"psutil"}, {"C++"})


def test_a_failure_that_the_control_shows_too_is_not_caused_by_the_feature() -> None:
    cases = [case("g/a.maps", control="g/plain.maps"), case("g/plain.maps")]
    verdicts = {"g/a.maps": WRONG, "g/plain.maps": WRONG}
    found = run_peers.findings_of(PSUTIL, cases, verdicts)
    assert found == {
        "g/a.maps": Finding("value", caused=False),
        "g/plain.maps": Finding("value"),
    }
    verdicts["g/plain.maps"] = PASS
    assert run_peers.findings_of(PSUTIL, cases, verdicts) == {"g/a.maps": Finding("value")}


def test_only_the_part_that_the_feature_causes_is_weighed() -> None:
    cases = [case("g/a.maps", control="g/plain.maps"), case("g/plain.maps")]
    inode = Verdict("wrong", (Difference("inode", "1", "2"),))
    both = attrs.evolve(MARK, differences=MARK.differences + inode.differences)
    found = run_peers.findings_of(PSUTIL, cases, {"g/a.maps": both, "g/plain.maps": inode})
    assert found["g/a.maps"] == Finding("blemish")


def test_a_disputable_failure_has_its_policy() -> None:
    cut = case("g/a.maps", disputed="no-last-newline")
    verdicts = {"g/a.maps": LOST}
    assert run_peers.findings_of(PSUTIL, [cut], verdicts) == {
        "g/a.maps": Finding("mapping", "no-last-newline")
    }
    reader = attrs.evolve(PSUTIL, process_files=False)
    assert run_peers.findings_of(reader, [cut], verdicts) == {"g/a.maps": Finding("mapping")}


def test_a_failure_that_means_something_else_now_is_reported() -> None:
    known = Expected(version="1", fails={"a": Failure("lost", (0,), "mapping")})
    assert list(known.changed_findings({"a": Finding("mapping")})) == []
    for now, words in (
        (Finding("value"), "a failure of the weight value"),
        (Finding("mapping", "linux-2.4"), "a failure that the policy linux-2.4 explains"),
        (Finding("mapping", caused=False), "a failure of its control"),
    ):
        (line,) = known.changed_findings({"a": now})
        assert line == f"a: expected a failure of the weight mapping, got {words}"


def test_the_classes_count_programs_once_and_no_idioms() -> None:
    failing = row({"g/a.maps": LOST}, {"g/a.maps": Finding("mapping")})
    peers = (
        attrs.evolve(PSUTIL, program="one"),
        attrs.evolve(GDB, program="one"),
        attrs.evolve(SMEM, class_="idiom"),
    )
    rows = [attrs.evolve(failing, peer=peer) for peer in peers]
    found = {item.title: item for item in short_answer(Results([case("g/a.maps")], rows))}
    broken = found["A label without spaces"]
    assert (broken.asked, broken.broken) == (1, ("one",))
