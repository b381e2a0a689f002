"""Every byte of the input is in an entry, undone, unread, or outside all dumps."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmaps.extraction import ByteSpan, Extract, account_for, extract
from tests.extraction.encoders import LOSSY, PLAIN, Encoder
from tests.support.examples import examples

A = b"00400000-00401000 r-xp 00000000 fd:01 7   /bin/cat"
H = b"00e03000-00e24000 rw-p 00000000 00:00 0                                  [heap]"
MAPPING = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{8} [r-][w-][x-][ps]")


def check_partition(text: bytes, dumps: tuple[Extract, ...]) -> tuple[ByteSpan, ...]:
    """Check that each byte of *text* has one use, and return the uses."""
    spans = account_for(text, dumps)
    assert [span.begin for span in spans] == [0, *(span.end for span in spans)][: len(spans)]
    assert b"".join(text[span.begin : span.end] for span in spans) == text
    assert all(span.begin < span.end for span in spans)
    for dump in dumps:
        ends = [span.end for span in dump.spans]
        assert all(end <= span.begin for end, span in zip(ends, dump.spans[1:], strict=False))
    return spans


def bytes_of(text: bytes, spans: tuple[ByteSpan, ...], kind: str) -> list[bytes]:
    return [text[span.begin : span.end] for span in spans if span.kind == kind]


UNREADABLE = {
    "permissions": b"00402000-00403000 rw-q 00000000 00:00 0 ",
    "end below start": b"00403000-00402000 rw-p 00000000 00:00 0 ",
    "no colon": b"Pss                     4 kB",
    "other text": b"bad",
}
BETWEEN_LINES = {
    "JSON": (b'{"COREDUMP_PROC_MAPS":"', b"\\n", b'\\n"}\n'),
    "one literal after the other": (b'x = "', b'\\n" "', b'\\n";\n'),
    "literals in lines": (b'  "', b'\\n"\n  "', b'\\n";\n'),
    "list": (b'["', b'", "', b'"]\n'),
    "JSON in JSON": (b'{"m": "{\\"maps\\": \\"', b"\\\\n", b'\\\\n\\"}"}\n'),
    "<br/>": (b"<p>", b"<br/>", b"</p>\n"),
    "&#10;": (b"<p>", b"&#10;", b"</p>\n"),
    "spelled": (b"maps: ", b"\\n", b"\\n\n"),
    "quoted": (b"> ", b"\n> ", b"\n"),
    "logged": (b"[ 1.000001] maps: ", b"\n[ 1.000002] maps: ", b"\n"),
    "as it is": (b"", b"\n", b"\n"),
}


@pytest.mark.parametrize("unreadable", UNREADABLE)
@pytest.mark.parametrize("container", BETWEEN_LINES)
def test_reports_a_piece_that_cannot_be_read(container: str, unreadable: str) -> None:
    opened, between, closed = BETWEEN_LINES[container]
    text = opened + between.join((A, UNREADABLE[unreadable], H)) + closed
    (dump,) = extract(text)
    assert [m.name for m in dump.mappings] == [b"/bin/cat", b"[heap]"]
    (skipped,) = dump.skipped
    assert UNREADABLE[unreadable] in skipped.raw
    assert text[skipped.begin : skipped.end] == skipped.raw
    assert skipped.line == text.count(b"\n", 0, skipped.begin) + 1
    spans = check_partition(text, (dump,))
    (unread,) = bytes_of(text, spans, "unread")
    assert unread.rstrip(b"\n") == skipped.raw
    entries = b"".join(bytes_of(text, spans, "entry"))
    assert entries.replace(b"\n", b"") == A + H
    reasons = {"permissions": "malformed", "end below start": "impossible numbers"}
    assert skipped.reason == reasons.get(unreadable, "other text")


def mapping_lines(count: int) -> list[bytes]:
    return [
        b"%08x-%08x r-xp 00000000 fd:01 %d" % (n << 16, (n << 16) + 4096, n + 7)
        + b" " * 30 + b"/bin/cat%d" % n
        for n in range(64, 64 + count)
    ]  # fmt: skip


@pytest.mark.parametrize("encode", [*PLAIN.values(), *LOSSY.values()], ids=[*PLAIN, *LOSSY])
def test_no_mapping_is_outside(encode: Encoder) -> None:
    text = encode(mapping_lines(8))
    dumps = extract(text)
    assert sum(len(dump.mappings) for dump in dumps) == 8
    spans = check_partition(text, dumps)
    for kind in ("outside", "undone", "unread"):
        assert not [part for part in bytes_of(text, spans, kind) if MAPPING.search(part)]


@settings(max_examples=examples(300))
@given(
    st.sampled_from([*PLAIN.values(), *LOSSY.values()]),
    st.lists(st.tuples(st.integers(0, 1 << 12), st.binary(max_size=3)), max_size=6),
)
def test_every_byte_of_a_damaged_container_has_a_use(
    encode: Encoder, damage: list[tuple[int, bytes]]
) -> None:
    text = encode(mapping_lines(6))
    for position, noise in damage:
        at = position % len(text)
        text = text[:at] + noise + text[at + len(noise) :]
    dumps = extract(text)
    check_partition(text, dumps)
    for dump in dumps:
        for skipped in dump.skipped:
            assert text[skipped.begin : skipped.end] == skipped.raw


def test_reports_each_line_of_a_hidden_mapping() -> None:
    """A soft break inside a damaged line: what is skipped has no newline in it."""
    line = b"00400000-00401000 r-xp 00000000 fd:01 7                                  /bin/cat"
    (dump,) = extract(line * 3 + b"=\n" + line * 2)
    assert [skipped.raw[-4:] for skipped in dump.skipped] == [b"cat="]
