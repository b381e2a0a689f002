"""The rules of lint: each has a smallest dump, and none applies to what kernels print."""

from __future__ import annotations

from pathlib import Path

import pytest

from procmaps.lint import RULES, lint
from procmaps.lint.mapping_checks import MAX_MESSAGES
from tests.support.dumps import SAMPLE

_FILE = b"00400000-00452000 r-xp 00000000 08:02 173521                             "
_ANON = b"7f0000100000-7f0000200000 rw-p 00000000 00:00 0"

# The fields that every release prints, below the last mapping of the sample.
_SIZE = b"Size:               1024 kB\n"
_RSS = b"Rss:                   4 kB\n"
_REST = (
    b"Shared_Clean:          0 kB\n"
    b"Shared_Dirty:          0 kB\n"
    b"Private_Clean:         0 kB\n"
    b"Private_Dirty:         4 kB\n"
)
_SMAPS = SAMPLE + _SIZE + _RSS + _REST

EXAMPLES: dict[str, tuple[bytes, int, str]] = {
    "unparsed": (
        SAMPLE + b"x\n",
        5,
        "column 1: expected an address, 1 to 16 hexadecimal digits in lower case, found 'x'",
    ),
    "cut-off": (SAMPLE.removesuffix(b"\n"), 4, "the last line has no line end"),
    "repeated": (
        (_ANON + b" \n") * 2,
        2,
        "mapping 0x7f0000100000-0x7f0000200000 has the same range as the mapping before it",
    ),
    "overlap": (
        _ANON
        + b" \n"
        + _ANON.replace(b"00-7f", b"01-7f", 1)
        .replace(b"10000", b"18000", 1)
        .replace(b"01-", b"00-")
        + b" \n",
        2,
        (
            "mapping 0x7f0000180000-0x7f0000200000 starts below 0x7f0000200000, the end of the "
            "mapping before it"
        ),
    ),
    "backward": (
        _ANON + b" \n" + b"7f0000000000-7f0000300000 rw-p 00000000 00:00 0 \n",
        2,
        (
            "mapping 0x7f0000000000-0x7f0000300000 starts below 0x7f0000100000, the start of the "
            "mapping before it"
        ),
    ),
    "joined": (
        _ANON + b" \n" + _FILE + b"/a\n",
        2,
        (
            "mapping 0x400000-0x452000 lies below 0x7f0000100000, the start of the mapping before "
            "it: another dump starts here, or lines were moved"
        ),
    ),
    "hidden-addresses": (
        b"00000000-00000000 r-xp 00000000 08:02 173521                             /a\n" * 2,
        1,
        "every address is 0",
    ),
    "line-ends": (SAMPLE.replace(b"\n", b"\r\n"), 1, "every line ends in CR LF"),
    "layout": (
        _FILE[:-5] + b"/a\n",
        1,
        "the name in column 68: Linux pads to column 49 (32 bit) or 73 (64 bit), counted from 0",
    ),
    "trimmed": (_ANON + b"\n", 1, "no space after the inode of unnamed memory"),
    "unaligned": (
        _FILE.replace(b"00452000", b"00452010") + b"/a\n",
        1,
        "the end 0x452010 is not a multiple of 4096",
    ),
    "word-size": (
        b"00300000-00301000 r-xp 00000000 08:02 173521     /a\n" + _FILE + b"/a\n",
        2,
        "the word size differs from that of line 1",
    ),
    "field-spacing": (
        SAMPLE + _SIZE + b"Rss:   4 kB\n" + _REST,
        6,
        (
            "the field Rss with other spacing: no release prints these spaces; QEMU's user mode "
            "does not align its numbers"
        ),
    ),
    "field-order": (
        SAMPLE + _RSS + _SIZE + _REST,
        5,
        "no release prints the fields in this order",
    ),
    "flags-spacing": (
        _SMAPS + b"VmFlags: rd\n",
        11,
        (
            "flags with other spacing: show_smap_vma_flags() prints a space before the first flag "
            "and after each; QEMU's user mode and some Android ports print none after the last, "
            "gVisor prints two"
        ),
    ),
    "size-field": (
        SAMPLE + b"Size:                  8 kB\n" + _RSS + _REST,
        4,
        "Size is 8 kB, but the address range has 1024 kB",
    ),
    "unknown-field": (
        _SMAPS + b"Colour: red\n",
        11,
        "the field Colour: not in the tables; a newer kernel or a vendor's patch prints it",
    ),
    "unknown-flag": (
        _SMAPS + b"VmFlags: rd zz \n",
        11,
        "the flag zz: not in the tables; a newer kernel or a vendor's patch prints it",
    ),
    "unnamed-flag": (_SMAPS + b"VmFlags: rd ?? \n", 11, "?? is a bit without letters of its own"),
    "filtered": (
        SAMPLE + _SIZE + _RSS,
        4,
        (
            "an entry without Shared_Clean, Shared_Dirty, Private_Clean, Private_Dirty, which "
            "every release prints"
        ),
    ),
    "unknown-name": (
        _ANON + b" " * 26 + b"[shmm]\n",
        1,
        (
            "a name that is in no table: a driver, a vendor's patch, a newer kernel or another "
            "system prints it"
        ),
    ),
    "vendor": (
        _FILE + b"/dev/ashmem (deleted)\n",
        1,
        "the name /dev/ashmem (deleted): from Android's patches",
    ),
    "releases": (
        SAMPLE + b"7f0000200000-7f0000300000 rw-p 00000000 00:00 0                          "
        b"[stack:12]\n",
        5,
        (
            "no release prints both the name [stack:TID] (since 3.4, until 4.5) and the name "
            "[anon:LABEL] of line 3 (since 5.17)"
        ),
    ),
    "ambiguous-newline": (
        _FILE + rb"/a\012b" + b"\n",
        1,
        r"/a\012b: \012 is a newline or four literal characters",
    ),
    "ambiguous-deleted": (
        _FILE + b"/a (deleted)\n",
        1,
        '/a (deleted): either unlinked, or literally named "… (deleted)"',
    ),
    "empty": (b"", 1, "the dump is empty"),
}


@pytest.mark.parametrize("rule", EXAMPLES)
def test_rule_applies_to_its_example_and_no_other_rule_does(rule: str) -> None:
    dump, line, message = EXAMPLES[rule]
    (found,) = lint(dump)
    assert (found.rule.id, found.line, found.message) == (rule, line, message)


ONCE = [rule for rule in EXAMPLES if RULES[rule].once]


@pytest.mark.parametrize("rule", ONCE)
def test_rule_about_the_kernel_is_reported_once_with_a_count(rule: str) -> None:
    dump, line, message = EXAMPLES[rule]
    # A field needs a header line above it; a name brings its own.
    header = b"7f0000200000-7f0000300000 rw-p 00000000 00:00 0 \n"
    again = header + dump.removeprefix(SAMPLE) if dump.startswith(SAMPLE) else dump
    (found,) = [each for each in lint(dump + again * 2) if each.rule.id == rule]
    mappings = 3 * (2 if rule == "hidden-addresses" else 1)
    assert (found.line, found.message, found.count) == (line, message, mappings)


def test_unknown_fields_are_reported_by_name() -> None:
    found = list(lint(_SMAPS + b"Colour: red\nShape: round\nShape: flat\n"))
    assert [(each.line, each.rule.id, each.count) for each in found] == [
        (11, "unknown-field", 1),
        (12, "unknown-field", 2),
    ]


def test_every_rule_has_an_example() -> None:
    # The rule "suspicious" needs a dialect with newlines in names; it has a test of its own.
    assert set(EXAMPLES) | {"suspicious"} == set(RULES)


def test_line_that_a_name_may_have_forged_is_suspicious() -> None:
    forged = _ANON + b" \n" + _FILE + b"/a\n"
    (found,) = lint(forged, dialect="nommu")
    assert (found.rule.id, found.line) == ("suspicious", 2)


def test_an_smaps_entry_whose_fields_are_below_another_is_suspicious() -> None:
    forged = _ANON + b" \n" + _ANON.replace(b"7f00", b"7f01") + b" \n" + _SIZE + _RSS + _REST
    for dialect in ("android", "nommu", "gvisor"):
        assert ("suspicious", 1) in [(f.rule.id, f.line) for f in lint(forged, dialect=dialect)]
    assert "suspicious" not in rules(forged)
    assert "suspicious" not in {f.rule.id for f in lint(_SMAPS, dialect="linux")}


def rules(text: bytes) -> set[str]:
    return {finding.rule.id for finding in lint(text)}


def test_android_labels_are_compatible_with_old_releases() -> None:
    old = b"a0000000-a0001000 rw-p 00000000 00:00 0          [stack:7]\n"
    label = b"a0001000-a0002000 rw-p 00000000 00:00 0          [anon:x]\n"
    ashmem = b"a0002000-a0003000 rw-s 00000000 00:04 159        /dev/ashmem/x (deleted)\n"
    assert rules(old + label) == {"releases"}
    assert rules(old + label + ashmem) == {"vendor"}
    fields = b"Name:           [anon:x]\nSize:                  4 kB\nVmFlags: dw \n"
    assert "releases" not in rules(label + fields)


def test_no_findings_in_a_kernel_dump() -> None:
    assert list(lint(SAMPLE)) == []
    assert list(lint(SAMPLE.decode())) == []


@pytest.mark.parametrize("file", ["maps", "smaps", "smaps_rollup"])
def test_no_certain_findings_in_the_dump_of_this_process(file: str) -> None:
    found = list(lint(Path("/proc/self", file).read_bytes()))
    certain = [each for each in found if each.rule.severity != "note"]
    torn = {"repeated", "overlap", "backward"}
    assert [each for each in certain if each.rule.id not in torn] == []


def test_after_many_messages_of_a_rule_the_others_are_counted_together() -> None:
    header = b"00001000-00002000 rw-p 00000000 00:00 0 \n"
    keys = [b"New%d" % number for number in range(MAX_MESSAGES + 9)]
    text = header + b"".join(key + b": 1 kB\n" for key in [*keys, keys[0]])
    found = [each for each in lint(text) if each.rule.id == "unknown-field"]
    assert [each.line for each in found] == [*range(2, MAX_MESSAGES + 3)]
    assert [each.count for each in found] == [2, *[1] * (MAX_MESSAGES - 1), 9]
    assert (
        found[-1].message
        == f"after {MAX_MESSAGES} others: all further messages of this rule, together"
    )


def test_findings_of_an_entry_come_in_the_order_of_lines() -> None:
    header = b"00001001-00002000 rw-p 00000000 00:00 0 \n"
    text = header + b"Rss: 4 kB\nSize:                  9 kB\nRss: 4 kB\n"
    lines = [each.line for each in lint(text)]
    assert lines == sorted(lines)
    assert [each.line for each in lint(text) if each.rule.id == "field-order"] == [2]
