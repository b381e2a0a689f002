"""Reading what adapters print: every form of the protocol, and the full text of every fault."""

from __future__ import annotations

import pytest

from procmaps.check.answers import AdapterFault, Answer, Rejection, parse_answer, read_answer


def one(printed: bytes) -> dict[str, object]:
    answer = read_answer(printed)
    assert isinstance(answer, Answer)
    (mapping,) = answer.mappings
    return dict(mapping)


@pytest.mark.parametrize("given", ['"7f00"', '"0x7f00"', '"0X7F00"', "32512", "32512.0"])
def test_reads_addresses_in_every_form(given: str) -> None:
    assert one(b'[{"start": %s}]' % given.encode()) == {"start": 0x7F00}


@pytest.mark.parametrize("given", ['"18446744073709551615"', "18446744073709551615"])
def test_reads_inodes_of_64_bits(given: str) -> None:
    assert one(b'[{"inode": %s}]' % given.encode()) == {"inode": 2**64 - 1}


@pytest.mark.parametrize("given", ['"fd:01"', '"FD:1"', '{"major": 253, "minor": 1}'])
def test_reads_devices_in_every_form(given: str) -> None:
    assert one(b'[{"device": %s}]' % given.encode()) == {"device": (0xFD, 1)}


@pytest.mark.parametrize(
    "given", [b'"a\\udcff"', b'"a\xff"', b'{"base64": "Yf8="}', b'{"base64": "Yf8=", "text": "?"}']
)
def test_reads_bytes_that_are_not_utf8(given: bytes) -> None:
    assert one(b'[{"name": %s}]' % given) == {"name": b"a\xff"}


def test_reads_texts_and_null() -> None:
    assert one('[{"name": "größe", "path": null, "label": ""}]'.encode()) == {
        "name": "größe".encode(),
        "path": b"",
        "label": b"",
    }


def test_keeps_a_lone_surrogate_that_encodes_no_byte() -> None:
    assert one(b'[{"name": "\\ud800"}]') == {"name": b"\xed\xa0\x80"}


def test_reads_null_as_an_empty_array() -> None:
    """Go encodes an empty slice as null."""
    assert read_answer(b"null\n") == Answer(())


def test_ignores_a_member_that_is_null() -> None:
    assert one(b'[{"start": null, "usage": null}]') == {}


def test_reads_smaps_fields() -> None:
    printed = (
        b'[{"usage": {"Rss": 4096, "Pss": "4096", "THPeligible": true, "Swap": null, '
        b'"VmFlags": ["rd", "wr"], "Policy": "x"}, "keys": ["Rss", "Pss"]}]'
    )
    assert one(printed) == {
        "usage": {
            b"Rss": 4096,
            b"Pss": b"4096",
            b"THPeligible": 1,
            b"VmFlags": (b"rd", b"wr"),
            b"Policy": b"x",
        },
        "keys": frozenset({b"Rss", b"Pss"}),
    }


def test_keeps_strings_that_are_not_numbers() -> None:
    printed = b'[{"start": "cat:", "inode": "-1", "device": "fd01", "size": "", "perms": "?"}]'
    assert one(printed) == {
        "start": "cat:",
        "inode": "-1",
        "device": "fd01",
        "size": "",
        "perms": "?",
    }


def test_reads_python_values_with_bytes() -> None:
    answer = parse_answer([{"name": b"\xff", "deleted": False, "kind": "file"}])
    assert dict(answer.mappings[0]) == {"name": b"\xff", "deleted": False, "kind": "file"}


def test_reads_a_rejection() -> None:
    assert read_answer(b'{"rejected": "line 1"}') == Rejection("line 1")


KNOWN = "start end size perms offset device inode name path deleted label kind usage keys"

FAULTS = [
    (b" \n", "standard output is empty; print at least []"),
    (
        b"oops",
        "standard output is not JSON: Expecting value: line 1 column 1 (char 0), near 'oops'",
    ),
    (
        rb'[{"start":"7f00","name":"/memfd:a\012b (deleted)"}]',
        (
            r"standard output is not JSON: Invalid \escape: line 1 column 34 (char 33), near "
            r"""'00","name":"/memfd:a\012b (deleted)"}]'; escape backslashes and quotes in names"""
        ),
    ),
    (b"{}", 'expected an array (or {"rejected": "why"}), got an object'),
    (b"5", "expected an array of objects, got 5"),
    (b'"x"', 'expected an array of objects, got "x"'),
    (b"[[]]", "[0] is an array; expected an object"),
    (b'[{}, {"strat": 1}]', f"[1] has the unknown member 'strat'; known are: {KNOWN}"),
    (b'[{"start": 1.5}]', "[0].start is 1.5; expected a number, or a string in hexadecimal"),
    (b'[{"start": true}]', "[0].start is true; expected a number, or a string in hexadecimal"),
    (b'[{"inode": []}]', "[0].inode is an array; expected a number, or a string in decimal"),
    (b'[{"perms": 5}]', '[0].perms is 5; expected a string such as "rw-p"'),
    (
        b'[{"device": {"major": 1}}]',
        (
            '[0].device is an object; expected "major:minor" in hexadecimal, or {"major": number, '
            '"minor": number}'
        ),
    ),
    (b'[{"name": 5}]', '[0].name is 5; expected a string, {"base64": "…"}, or null'),
    (
        b'[{"name": {"base64": "x"}}]',
        '[0].name.base64 is "x"; expected base64 of RFC 4648 with padding',
    ),
    (b'[{"deleted": 1}]', "[0].deleted is 1; expected true or false"),
    (b'[{"kind": 1}]', "[0].kind is 1; expected a string"),
    (b'[{"keys": "Rss"}]', '[0].keys is "Rss"; expected an array of strings'),
    (b'[{"usage": []}]', "[0].usage is an array; expected an object of the fields by their keys"),
    (b'[{"usage": {"Rss": 1.5}}]', "[0].usage.'Rss' is 1.5; expected a whole number"),
    (
        b'[{"usage": {"Rss": {}}}]',
        "[0].usage.'Rss' is an object; expected a number, a string or an array of strings",
    ),
    (b'[{"kind": [1, 2]}]', "[0].kind is an array; expected a string"),
]


@pytest.mark.parametrize(("printed", "reason"), FAULTS)
def test_reports_an_adapter_fault(printed: bytes, reason: str) -> None:
    with pytest.raises(AdapterFault) as caught:
        read_answer(printed)
    assert str(caught.value) == f"not an answer of the adapter protocol: {reason}"


def test_reports_endless_nesting_as_a_fault() -> None:
    with pytest.raises(AdapterFault):
        read_answer(b"[" * 100_000)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN"])
def test_reports_infinite_numbers_as_a_fault(number: str) -> None:
    with pytest.raises(AdapterFault):
        read_answer(b'[{"start": %s}]' % number.encode())
