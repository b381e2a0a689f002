"""Literals with newlines spelled out, broken by a mail program, ``fmt`` or a width."""

from __future__ import annotations

import pytest

from procmaps.extraction import Extract, extract

EXPECTED = [
    (0x400000, 0x40B000, b"/usr/bin/cat"),
    (0x1C8A000, 0x1CAB000, b"[heap]"),
    (0x7F3C10000000, 0x7F3C10021000, b""),
]


def facts(dump: Extract) -> list[tuple[int, int, bytes]]:
    return [(m.start, m.end, m.name) for m in dump.mappings]


@pytest.mark.parametrize(
    "text",
    [
        # JSON, broken at blanks
        (
            b'{"pid": 7, "maps": "00400000-0040b000 r-xp 00000000 08:01 1447\n'
            b"/usr/bin/cat\\n01c8a000-01cab000 rw-p 00000000 00:00 0\n"
            b'[heap]\\n7f3c10000000-7f3c10021000 rw-p 00000000 00:00 0 \\n", "comm": "cat"}\n'
        ),
        # JSON in JSON, broken before its literal
        (
            b'{"message": "{\\"pid\\": 7, \\"maps\\":\n'
            b'\\"00400000-0040b000 r-xp 00000000 08:01 1447\n'
            b"/usr/bin/cat\\\\n01c8a000-01cab000 rw-p 00000000 00:00 0\n"
            b"[heap]\\\\n7f3c10000000-7f3c10021000 rw-p 00000000\n"
            b'00:00 0 \\\\n\\", \\"comm\\": \\"cat\\"}"}\n'
        ),
        # the same, in a mail
        (
            b'> {"message": "{\\"pid\\": 7, \\"maps\\":\n'
            b'> \\"00400000-0040b000 r-xp 00000000 08:01 1447\n'
            b"> /usr/bin/cat\\\\n01c8a000-01cab000 rw-p 00000000 00:00 0\n"
            b"> [heap]\\\\n7f3c10000000-7f3c10021000 rw-p 00000000\n"
            b'> 00:00 0 \\\\n\\", \\"comm\\": \\"cat\\"}"}\n'
        ),
        # JSON in JSON in JSON
        (
            b'"{\\"a\\": \\"{\\\\\\"maps\\\\\\": \\\\\\"00400000-0040b000 r-xp 00000000 08:01\n'
            b"1447 /usr/bin/cat\\\\\\\\n01c8a000-01cab000 rw-p 00000000 00:00 0\n"
            b'[heap]\\\\\\\\n7f3c10000000-7f3c10021000 rw-p 00000000 00:00 0 \\\\\\"}\\"}"\n'
        ),
        # the repr of JSON
        (
            b'\'{"maps": "00400000-0040b000 r-xp 00000000 08:01 1447\n'
            b"/usr/bin/cat\\\\n01c8a000-01cab000 rw-p 00000000 00:00 0\n"
            b"[heap]\\\\n7f3c10000000-7f3c10021000 rw-p 00000000 00:00 0 \"}'\n"
        ),
        # with a text before the first mapping
        (
            b'{"message": "maps of 7:\\n00400000-0040b000 r-xp 00000000 08:01 1447\n'
            b"/usr/bin/cat\\n01c8a000-01cab000 rw-p 00000000 00:00 0\n"
            b'[heap]\\n7f3c10000000-7f3c10021000 rw-p 00000000 00:00 0 \\nend of it"}\n'
        ),
        # cut off, with other text below
        (
            b'{"pid": 7, "maps": "00400000-0040b000 r-xp 00000000 08:01 1447\n'
            b"/usr/bin/cat\\n01c8a000-01cab000 rw-p 00000000 00:00 0\n"
            b"[heap]\\n7f3c10000000-7f3c10021000 rw-p 00000000 00:00 0 \\n\n"
            b"\n"
            b"Regards\n"
        ),
    ],
)
def test_unfolds_at_every_depth(text: bytes) -> None:
    (dump,) = extract(text)
    assert facts(dump) == EXPECTED
    assert not dump.doubts


def test_notes_each_break_of_a_folded_line() -> None:
    (dump,) = extract(
        b'{"maps": "00400000-0040b000 r-xp\n00000000 08:01 1447\n/usr/bin/cat\\n'
        b'01c8a000-01cab000 rw-p 00000000 00:00 0\n[heap]\\n"}\n'
    )
    assert dump.origins == ((1, 2, 3), (3, 4))
    breaks = [repair.line for repair in dump.repairs if repair.kind == "wrapped"]
    assert breaks == [2, 3, 4]


JSON_IN_JSON = (
    b'{"m": "{\\"maps\\": \\"00400000-0040b000 r-xp 00000000 08:01 1447     /usr/bin/cat\\\\n'
    b"01c8a000-01cab000 rw-p 00000000 00:00 0       [heap]\\\\n"
    b'7f3c10000000-7f3c10021000 rw-p 00000000 00:00 0 \\"}"}'
)


@pytest.mark.parametrize("width", range(23, 65))
def test_joins_what_a_width_has_cut(width: int) -> None:
    """An address, an escape or a mark may be cut. Three equal lines show that it is a width."""
    rows = [JSON_IN_JSON[at : at + width] for at in range(0, len(JSON_IN_JSON), width)]
    (dump,) = extract(b"\n".join(rows) + b"\n")
    assert facts(dump) == EXPECTED


def test_a_mark_at_a_cut_is_no_quotation() -> None:
    row = b"%08x-%08x rw-p 00000000 00:00 0 [anon:%b]\\n"
    labels = [b"abcdefghijklmno|", b"a|b", b"|", b"bc||"]
    text = b"".join(
        row % (n << 20, (n << 20) + 4096, label) for n, label in enumerate(labels, start=1)
    )
    literal = b"m='" + text + b"'"
    width = literal.index(b"|]")
    rows = [literal[at : at + width] for at in range(0, len(literal), width)]
    assert rows[1].startswith(b"|]")
    (dump,) = extract(b"\n".join(rows) + b"\n")
    assert [m.name for m in dump.mappings] == [b"[anon:%b]" % label for label in labels]
