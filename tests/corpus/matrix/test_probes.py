"""The names of the tables, and what trying them on a peer means."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

from corpus.tools.matrix import expected, names, probes, read_peers
from corpus.tools.matrix.expected import Expected
from corpus.tools.matrix.names import Effect
from corpus.tools.matrix.probes import KINDS, InvalidProbe, Probe
from corpus.tools.matrix.probing import compare
from corpus.tools.matrix.results import Row, Tried
from corpus.tools.matrix.running import Judged
from procmaps import loads
from procmaps.check.answers import Answer, Rejection
from procmaps.check.cases import Case
from procmaps.check.judging import judge
from procmaps.check.verdicts import Verdict

PROBES = probes.load()
BY_ID = {probe.id: probe for probe in PROBES}
GLIBC = BY_ID["label-glibc"]


# --- the dumps ------------------------------------------------------------------------------------


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_a_probe_has_its_name_once_and_is_read_back(probe: Probe) -> None:
    for kind in KINDS:
        case = probe.case(kind)
        assert case.data.count(probe.name + b"\n") == 1
        assert tuple(loads(case.data)) == case.records


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_the_control_differs_in_the_name_only(probe: Probe) -> None:
    for kind in KINDS:
        named, control = probe.case(kind), probe.control(kind)
        assert named.data != control.data
        changed = [
            (one, other)
            for one, other in zip(named.records, control.records, strict=True)
            if one != other
        ]
        ((one, other),) = changed
        assert attrs.evolve(one, name=other.name) == other
        assert other.name.raw in (b"", b"/opt/plain/lib.so")


def test_the_names_that_the_readme_has_had_are_tried() -> None:
    printed = {probe.name for probe in probes.of_table("readme", PROBES)}
    assert {
        b"[anon:libc_malloc]",
        b"[anon: glibc: malloc]",
        b"[anon:two  spaces]",
        b"[anon:/bin/sh (deleted)]",
        b"[anon_shmem:pool]",
    } <= printed


ENTRY = """
[[probe]]
id = "x"
form = "anon"
text = "a"
printed_for = "any program"
likely = "kernels"
tables = ["matrix"]
"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ENTRY.replace('form = "anon"', 'form = "anno"'), "x: form is 'anno', expected one of"),
        (ENTRY.replace('text = "a"\n', ""), "x: unknown or missing: text"),
        (ENTRY + 'colour = "red"\n', "x: unknown or missing: colour"),
        (ENTRY.replace('["matrix"]', '["front"]'), "x: unknown table front"),
        (ENTRY + ENTRY, "x: the id occurs twice"),
    ],
)
def test_an_invalid_entry_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "probes.toml"
    file.write_text(text)
    with pytest.raises(InvalidProbe, match=re.escape(reason)):
        probes.load(file)


# --- one peer -------------------------------------------------------------------------------------


def judged(case: Case, *named: bytes | None, **more: object) -> Judged:
    """Return the verdict on the answer that has these names and all addresses; None: no name."""
    mappings = [
        {"start": record.start, **more, **({} if name is None else {"name": name})}
        for record, name in zip(case.records, named, strict=True)
    ]
    answer = Answer(tuple(mappings))
    return Judged(judge(case, answer), case.data, answer)


NAMED, CONTROL = GLIBC.case("maps"), GLIBC.control("maps")
RIGHT = judged(CONTROL, b"", b"[stack]")


def test_a_name_that_is_shown_is_read() -> None:
    assert compare(judged(NAMED, GLIBC.name, b"[stack]"), RIGHT) == Tried("pass")


def test_a_name_that_is_cut_is_broken_and_its_text_is_kept() -> None:
    tried = compare(judged(NAMED, b"[anon:", b"[stack]"), RIGHT)
    assert tried == Tried("wrong:name", "shows", "[anon:", caused=True, weight="value")


def test_a_question_mark_for_a_control_character_is_a_blemish_and_breaks_nothing() -> None:
    probe = BY_ID["android-tab"]
    named = judged(probe.case("maps"), b"[anon:a?b]", b"[stack]")
    tried = compare(named, judged(probe.control("maps"), b"", b"[stack]"))
    assert tried is not None
    assert (tried.caused, tried.weight, tried.breaks) == (True, "blemish", False)
    (found,) = names.results([Row(peer=PEERS[0], probes={"android-tab.maps": tried})], [probe])
    assert (found.programs.broken, found.programs.asked, found.programs.effects) == (0, 1, ())
    title, name = PEERS[0].title, PEERS[0].name
    assert found.programs.blemishes == (Effect("shows", "[anon:a?b]", (title,), (name,)),)


def test_a_name_that_is_not_shown_does_not_count() -> None:
    assert compare(judged(NAMED, None, None), judged(CONTROL, None, None)) is None


def test_a_failure_that_the_control_shows_too_is_not_put_down_to_the_name() -> None:
    named = judged(NAMED, GLIBC.name, b"[stack]", inode=7)
    control = judged(CONTROL, b"", b"[stack]", inode=7)
    assert compare(named, control) == Tried("wrong:inode")
    cut = judged(NAMED, b"[anon:", b"[stack]", inode=7)
    tried = compare(cut, control)
    assert tried is not None
    assert (tried.caused, tried.shown) == (True, "[anon:")


def test_a_field_that_the_name_spoils_is_named() -> None:
    tried = compare(judged(NAMED, GLIBC.name, b"[stack]", inode=7), RIGHT)
    assert tried is not None
    assert (tried.how, tried.caused) == ("misreads inode", True)


def test_a_refused_dump_counts_for_a_peer_that_shows_nothing() -> None:
    refused = Rejection("line 1")
    named = Judged(judge(NAMED, refused), NAMED.data, refused)
    tried = compare(named, RIGHT)
    assert tried is not None
    assert (tried.how, tried.caused) == ("refuses the dump", True)
    control = Judged(judge(CONTROL, refused), CONTROL.data, refused)
    assert compare(named, control) == Tried("rejected", shows=False)


def test_a_fault_of_the_adapter_is_no_result_of_the_parser() -> None:
    fault = Judged(Verdict("adapter-fault", detail="no JSON"), b"")
    cut = judged(NAMED, b"[anon:", b"[stack]")
    assert compare(fault, RIGHT) == compare(cut, fault) == Tried("adapter-fault", shows=False)
    assert result_of(Tried("adapter-fault", shows=False), None, None) == (0, 0, [], ())


def test_a_changed_result_is_reported() -> None:
    was = Tried("wrong:name", "shows", "[anon:\x1b", caused=True)
    known = Expected(version="1", probes={"label-glibc.maps": was})
    assert list(known.changed_probes({"label-glibc.maps": was})) == []
    assert list(known.changed_probes({"label-glibc.maps": Tried("pass")})) == [
        r"probes/label-glibc.maps: expected wrong:name shows [anon:\x1b, got pass"
    ]
    (line,) = known.changed_probes({})
    assert line.endswith(r"[anon:\x1b, got a name that it does not show")


def test_results_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_peers, "FOLDER", tmp_path)
    (tmp_path / "psutil").mkdir()
    (peer,) = (attrs.evolve(known) for known in PEERS if known.name == "psutil")
    given = Expected(
        version="1",
        probes={"a.maps": Tried("pass"), "b.maps": Tried("lost", "loses it", caused=True)},
    )
    expected.save(peer, given)
    assert expected.load(peer) == given


PEERS = read_peers.load(["psutil", "smem", "gdb"])

# --- all peers ------------------------------------------------------------------------------------


def result_of(*tried: Tried | None, programs: tuple[str, str, str] = ("a", "a", "b")) -> object:
    rows = [
        Row(
            peer=attrs.evolve(peer, program=program, title=f"row {number}"),
            probes={} if one is None else {"label-glibc.maps": one},
        )
        for number, (peer, program, one) in enumerate(zip(PEERS, programs, tried, strict=True))
    ]
    (result,) = names.results(rows, [GLIBC])
    found = result.programs
    return found.broken, found.asked, [effect.parsers for effect in found.effects], found.anyway


CUT = Tried("wrong:name", "shows", "[anon:", caused=True)


def test_a_program_counts_once() -> None:
    assert result_of(CUT, CUT, None) == (1, 1, [("row 0", "row 1")], ())
    assert result_of(CUT, Tried("pass"), Tried("pass")) == (1, 2, [("row 0",)], ())


def test_only_programs_that_show_the_name_or_fail_for_it_are_asked() -> None:
    assert result_of(None, None, Tried("pass")) == (0, 1, [], ())
    assert result_of(None, None, attrs.evolve(CUT, shows=False)) == (1, 1, [("row 2",)], ())
    assert result_of(None, None, Tried("rejected", shows=False)) == (0, 0, [], ("row 2",))


def test_different_effects_are_apart_the_frequent_one_first() -> None:
    joined = attrs.evolve(CUT, shown="[anon: glibc")
    assert result_of(joined, CUT, CUT, programs=("a", "b", "c")) == (
        3, 3, [("row 1", "row 2"), ("row 0",)], ()
    )  # fmt: skip


def test_a_wrong_sum_of_all_mappings_says_nothing_about_a_name() -> None:
    wrong = {"label-glibc.maps": Tried("wrong:usage.Pss", shows=False)}
    rows = [Row(peer=attrs.evolve(PEERS[0], view="total"), probes=wrong)]
    (found,) = names.results(rows, [GLIBC])
    assert (found.programs.asked, found.programs.anyway) == (0, ())


def test_idioms_are_counted_apart() -> None:
    idiom, program = attrs.evolve(PEERS[0], class_="idiom"), PEERS[1]
    rows = [Row(peer=peer, probes={"label-glibc.maps": CUT}) for peer in (idiom, program)]
    (found,) = names.results(rows, [GLIBC])
    assert (found.programs.broken, found.programs.effects[0].peers) == (1, (program.name,))
    assert (found.idioms.broken, found.idioms.effects[0].peers) == (1, (idiom.name,))
