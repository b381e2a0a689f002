"""What a parser shows by design is expected of it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from corpus.tools.matrix.read_peers import InvalidPeer, NamesShown, Shows, load, read
from corpus.tools.matrix.shapes import escaped_by_lsof, shaped
from procmaps import loads
from procmaps.check.answers import parse_answer
from procmaps.check.cases import Case, Interpretation
from procmaps.check.judging import judge

DUMP = b"""\
400000-401000 r--p 00001000 fd:01 42         /opt/a b
401000-402000 rw-s 00002000 00:01 43         /SYSV00000007 (deleted)
402000-403000 rw-p 00003000 00:00 0          [anon:x]
403000-404000 rw-p 00004000 00:00 0\x20
404000-405000 rw-s 00005000 00:05 44         /dev/zero (deleted)
"""
CASE = Case("shapes/x.maps", "maps", DUMP, tuple(loads(DUMP)))


def names(shows: Shows) -> list[bytes]:
    return [mapping.name.raw for mapping in shaped(shows, CASE).records]


def verdict(member: str, texts: list[str], shows: Shows) -> str:
    """Return the verdict on an answer with *texts* for the first mappings."""
    case = shaped(shows, CASE)
    case = attrs.evolve(case, records=case.records[: len(texts)])
    return judge(case, parse_answer([{member: text} for text in texts])).key


def test_a_parser_without_a_form_of_its_own_shows_the_dump() -> None:
    assert shaped(Shows(), CASE) is CASE


def test_shows_a_text_for_an_empty_column() -> None:
    assert names(Shows(otherwise=("anon_{start:x}",)))[3] == b"anon_403000"
    assert names(Shows(otherwise=("anon_{start:x}",)))[:3] == [m.name.raw for m in CASE.records[:3]]


@pytest.mark.parametrize(
    ("chosen", "hidden"),
    [
        ("with a slash", [2, 3]),
        ("a path", [2, 3]),
        ("with an inode", [2, 3]),
        ("on a device", [1, 2, 3, 4]),
        ("not /dev/zero", [4]),
    ],
)
def test_shows_some_names_only(chosen: NamesShown, hidden: list[int]) -> None:
    found = names(Shows(names=chosen, otherwise=("-",)))
    assert [index for index, name in enumerate(found) if name == b"-"] == hidden


def test_a_hidden_name_may_take_the_offset_along() -> None:
    offsets = [m.offset for m in shaped(Shows(names="on a device", offsets="named"), CASE).records]
    assert offsets == [0x1000, 0, 0, 0, 0]
    assert shaped(Shows(names="on a device"), CASE).records[4].offset == 0x5000


def test_any_of_the_texts_is_right_and_no_other() -> None:
    shows = Shows(names="with a slash", otherwise=("[ a ]", "[ s ]"))
    for member in ("name", "path"):
        for text in ("[ a ]", "[ s ]"):
            given = ["/opt/a b", "/SYSV00000007 (deleted)", text]
            assert verdict("name", given, shows) == "pass"
        third = ["/opt/a b", "/SYSV00000007", "[anon:x]"]
        assert verdict(member, third, shows).startswith("wrong:")


def test_sysv_memory_may_be_shown_by_its_inode() -> None:
    given = ["/opt/a b", "[ shmid=0x2b ]"]
    assert verdict("name", given, Shows(sysv=("[ shmid=0x{inode:x} ]",))) == "pass"
    assert verdict("name", given, Shows()) == "wrong:name"


def test_private_mappings_may_have_another_letter() -> None:
    perms = [str(m.perms) for m in shaped(Shows(private="-"), CASE).records]
    assert perms == ["r---", "rw-s", "rw--", "rw--", "rw-s"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"/a b", b"/a b"),
        (b"/\x01\x1b\x1f", b"/^A^[^_"),
        (b"/\b\t\n\f\r\\", rb"/\b\t\n\f\r\\"),
        (b"/\x7f", rb"/\x7f"),
        (b"/\xff", rb"/\xff"),
        ("/ü".encode(), "/ü".encode()),
        ("/\u2028\x85".encode(), rb"/\xe2\x80\xa8\xc2\x85"),
    ],
)
def test_escapes_names_as_lsof_does(name: bytes, shown: bytes) -> None:
    """By its manual, "OUTPUT", and by lsof 4.95 in C.UTF-8."""
    assert escaped_by_lsof(name) == shown


def test_every_interpretation_of_an_escaped_name_is_right() -> None:
    dump = b"400000-401000 r--p 00000000 fd:01 42         /a\\012b\n"
    other = (Interpretation(0, "octal-ambiguous", rb"/a\012b", deleted=False),)
    case = shaped(
        Shows(escapes="lsof"),
        Case("shapes/y.maps", "maps", dump, tuple(loads(dump)), interpretations=other),
    )
    for text in (r"/a\nb", r"/a\\012b"):
        assert judge(case, parse_answer([{"path": text}])).passed
    assert not judge(case, parse_answer([{"path": r"/a\012b"}])).passed


def test_sizes_are_compared_in_the_parsers_unit() -> None:
    dump = b"400000-402000 r--p 00000000 fd:01 42 /a\nRss: 4 kB\nTHPeligible: 1\nNew: 8 kB\nN: 5\n"
    case = Case("shapes/z.smaps", "smaps", dump, tuple(loads(dump)))
    usage = {"Rss": 4, "THPeligible": 1, "New": 8, "N": 5}
    assert judge(case, parse_answer([{"size": 8, "usage": usage}]), unit=1024).passed
    assert (
        judge(case, parse_answer([{"size": 8192, "usage": usage}]), unit=1024).key == "wrong:size"
    )
    times = {"Rss": 4096, "THPeligible": 1, "New": 8192, "N": 5}
    assert judge(case, parse_answer([{"size": 8192, "usage": times}])).passed


def test_rejects_a_form_that_does_not_exist(tmp_path: Path) -> None:
    for line in ('unit = "MB"', 'units = "kB"'):
        text = (load(["psutil"])[0].folder / "peer.toml").read_text().partition("[shows]")[0]
        file = tmp_path / "peer.toml"
        file.write_text(f"{text}\n[shows]\n{line}\n")
        with pytest.raises(InvalidPeer, match="unit"):
            read(file)
