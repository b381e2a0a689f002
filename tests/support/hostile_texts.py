"""Texts that try to make a reader slow or large: `HOSTILE_TEXTS`, a generator for each kind.

A generator takes a size in bytes and returns a text of about that size. Twice the size means twice
the repetitions, so a test that compares two sizes sees work or memory that grows faster than the
text. Each repetition of ``grammar/*.lark`` is the place of at least one kind.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Iterable, Iterator

HostileText = Callable[[int], bytes]
"""Takes a size in bytes. Returns a text of about that size; the last line can be cut."""

START = b"1000-2000 "
FIXED = b"rw-p 00000000 00:00 0"
HEADER = START + FIXED
NAMED = HEADER + b" "
ENTRY = b"%x-%x rw-p 00000000 00:00 0                          "
"""A header line of the mapping with this number, without a name; see `entry`."""

FILE = b"7f0000001000-7f0000002000 r-xp 00001000 08:01 42    "
FIELDS = (b"Size:                  4 kB\n", b"Rss:                   0 kB\n", b"VmFlags: rd ex \n")


def entry(number: int, rest: bytes = b"\n") -> bytes:
    """Return the header line of the mapping with this number, with *rest* after its padding."""
    return ENTRY % (number << 12, number + 1 << 12) + rest


def repeated(piece: bytes, head: bytes = b"", tail: bytes = b"") -> HostileText:
    """Return the generator of *head*, then many times *piece*, then *tail*."""
    return lambda size: head + piece * max(1, size // len(piece)) + tail


def numbered(make: Callable[[int], bytes], head: bytes = b"") -> HostileText:
    """Return the generator of *head*, then what *make* returns for each number from 0 on."""

    def text(size: int) -> bytes:
        pieces: list[bytes] = [head]
        found = 0
        for number in itertools.count():
            pieces.append(make(number))
            found += len(pieces[-1])
            if found >= size:
                return b"".join(pieces)
        raise AssertionError

    return text


def cycled(*pieces: bytes, head: bytes = b"") -> HostileText:
    """Return the generator of *head*, then *pieces* in turn."""
    return repeated(b"".join(pieces), head)


# --- one huge line -------------------------------------------------------------------------------

LONG_PARTS: dict[str, tuple[bytes, bytes]] = {
    "start": (b"", b"0"),
    "end": (b"1000-", b"f"),
    "permissions": (START, b"rw-p"),
    "offset": (START + b"rw-p ", b"0"),
    "major": (START + b"rw-p 00000000 ", b"0"),
    "minor": (START + b"rw-p 00000000 00:", b"f"),
    "inode": (START + b"rw-p 00000000 00:00 ", b"0"),
    "pad": (HEADER, b" "),
    "name": (NAMED, b"x"),
    "spaces in name": (NAMED + b"/x", b" "),
    "newlines in name": (NAMED + b"/", rb"\012"),
    "deleted in name": (NAMED + b"/x", b" (deleted)"),
    "deleted and newlines in name": (NAMED + b"/x", rb" (deleted)\012"),
    "backslashes in name": (NAMED + b"/", b"\\"),
    "slashes in name": (NAMED, b"/"),
    "controls in name": (NAMED + b"/", b"\x1b[2J\r\x07"),
    "bytes that are no UTF-8 in name": (NAMED + b"/", b"\xff\xed\xa0\x80"),
    "label": (NAMED + b"[anon:", b"x"),
    "brackets in label": (NAMED + b"[anon:", b"]"),
    "labels in label": (NAMED, b"[anon:"),
    "labels that end in label": (NAMED + b"[anon:", b"x] [anon:"),
    "shmem label": (NAMED + b"[anon_shmem:", b"]["),
    "thread": (NAMED + b"[stack:", b"1"),
    "socket": (NAMED + b"socket:[", b"9"),
    "sysv": (NAMED + b"/SYSV", b"0"),
    "memfd": (NAMED + b"/memfd:", b"a (deleted)"),
    "ashmem": (NAMED + b"/dev/ashmem/", b"/dev/ashmem"),
    "dmabuf": (NAMED + b"/dmabuf:", b"/dmabuf:"),
    "anon inode": (NAMED + b"anon_inode:", b"[io_uring]"),
    "unreachable": (NAMED, b"(unreachable)/"),
    "cygwin heap": (NAMED + b"[win heap ", b"0"),
    "cygwin thread": (NAMED + b"[teb (tid ", b"1"),
    "key": (HEADER + b"\n", b"Ab"),
    "dots and parentheses of key": (HEADER + b"\nA", b"_.()"),
    "blanks before a size": (HEADER + b"\nRss:", b" \t"),
    "blanks before a count": (HEADER + b"\nTHPeligible:", b"\t"),
    "digits of a size": (HEADER + b"\nRss: ", b"1"),
    "digits of a count": (HEADER + b"\nTHPeligible: ", b"1"),
    "text of a field": (HEADER + b"\nNobody: ", b"k B"),
    "flags": (HEADER + b"\nVmFlags: ", b"rd "),
    "flags of controls": (HEADER + b"\nVmFlags: ", b"\x1b] "),
    "spaces of flags": (HEADER + b"\nVmFlags:", b" "),
    "android's name": (HEADER + b"\nName:", b" "),
    "android's label": (HEADER + b"\nName: [anon:", b"]x"),
    "zeros": (b"", b"\0"),
    "letters": (b"", b"a"),
    "high bytes": (b"", b"\xff"),
    "carriage returns": (b"", b"\r"),
    "hyphens": (b"", b"-"),
    "spaces": (b"", b" "),
    "addresses": (b"", b"1000-2000 "),
    "whole header lines": (b"", HEADER + b" "),
    "open brackets": (b"", b"[" ),
    "open braces": (b"", b'{"a":'),
    "quotes": (b"", b'"\\"'),
    "nested quotes": (b'"', b"\\" * 7 + b'"'),
    "markup": (b"<pre>", b"<b>&lt;"),
    "base64 letters": (b"", b"QUJD"),
}  # fmt: skip
"""By kind: how the line begins, and what is repeated in it."""

LONG_LINES: dict[str, HostileText] = {
    f"long line: {name}{how}": repeated(piece, head, tail)
    for name, (head, piece) in LONG_PARTS.items()
    for how, tail in (("", b"\n"), (", then a zero byte", b"\0\n"))
}

# --- many lines that are no mappings -------------------------------------------------------------

JUNK_LINES: dict[str, HostileText] = {
    "junk": repeated(b"what is this?\n"),
    "empty lines": repeated(b"\n"),
    "lines of one letter": repeated(b"a\n"),
    "lines of one digit": repeated(b"1\n"),
    "lines of a zero byte": repeated(b"\0\n"),
    "lines of one high byte": repeated(b"\xff\n"),
    "empty lines that end in CR LF": repeated(b"\r\n"),
    "CR LF but for the last": repeated(HEADER + b" \r\n", tail=b"\n"),
    "lines that end in CR": repeated(HEADER + b" \r"),
    "mail quotes": repeated(b"> > > " + HEADER + b" \n"),
    "quotes of growing depth": numbered(lambda n: b"> " * (n % 60) + HEADER + b" \n"),
    "log prefixes": numbered(lambda n: b"[%5d.%06d] x: " % (n, n) + entry(n)),
    "log lines": numbered(lambda n: b"12:00:%02d server[%d]: GET /%d HTTP/1.1\n" % (n % 60, n, n)),
    "base64 of junk": lambda size: base64.encodebytes(b"junk! " * (size // 8)),
    "base64 of mappings": lambda size: base64.encodebytes((NAMED + b"\n") * (size // 45)),
    "literals": repeated(b'    "' + HEADER + b' \\n"\n'),
    "escaped literals": repeated(HEADER + b" \\\\n\\n"),
    "list items": repeated(b"['" + HEADER + b"', '" + HEADER + b"'],\n"),
    "rows of a table": repeated(b"| 1000 | 2000 | rw-p | 0 | 00:00 | 0 | |\n"),
    "HTML rows": repeated(b"<tr><td>1000-2000</td><td>rw-p</td></tr>\n"),
    "diff lines": repeated(b"+" + HEADER + b" \n-" + HEADER + b" \n"),
    "fences": repeated(b"```\n" + HEADER + b" \n"),
    "UTF-16": lambda size: ((HEADER + b" \n") * (size // 80)).decode().encode("utf-16"),
    "hex dump": repeated(b"00000000: 3130 3030 2d32 3030  1000-200\n"),
    "near-field lines": repeated(b"Rss 4 kB\n"),
    "stray field lines": repeated(FIELDS[0]),
    "stray unknown field lines": numbered(lambda n: b"New%d: %d\n" % (n, n)),
}

NEAR_HEADERS: dict[str, HostileText] = {
    **{
        f"header line cut after {end} bytes": repeated(FILE[:end] + b"\n")
        for end in (1, 12, 13, 14, 25, 26, 27, 29, 30, 31, 32, 39, 40, 42, 43, 45, 46)
    },
    "upper-case header lines": repeated(b"7F00A000-7F00B000 rw-p 00000000 00:00 0 \n"),
    "two spaces": repeated(b"1000-2000  rw-p 00000000 00:00 0 \n"),
    "tabs": repeated(b"1000-2000\trw-p\t00000000\t00:00\t0\n"),
    "too many digits": repeated(b"00000000000001000-2000 rw-p 00000000 00:00 0 \n"),
    "end below start": repeated(b"2000-1000 rw-p 00000000 00:00 0 \n"),
    "device above 32 bits": repeated(b"1000-2000 rw-p 00000000 100000000:00 0 \n"),
    "inode above 64 bits": repeated(b"1000-2000 rw-p 00000000 00:00 18446744073709551616 \n"),
    "zero byte in a name": repeated(NAMED + b"/x\0y\n"),
    "good and bad header lines": cycled(HEADER + b" \n", b"2000-1000" + HEADER[9:] + b"\n"),
    "header lines that may not end": repeated(HEADER + b"\n", tail=HEADER + b"x"),
}

# --- mappings ------------------------------------------------------------------------------------

MAPPINGS: dict[str, HostileText] = {
    "good mappings": numbered(lambda n: entry(n, b"[anon:%d]\n" % n)),
    "equal mappings": repeated(HEADER + b" \n"),
    "mappings and junk": numbered(lambda n: entry(n) + b"junk\n"),
    "shortest mappings": repeated(b"0-0 ---p 0 0:0 0\n"),
    "mappings backward": numbered(lambda n: b"%x-%x" % (2**40 - n, 2**40 - n) + HEADER[9:] + b"\n"),
    "overlaps": numbered(lambda n: b"%x-%x" % (n, n + 100) + HEADER[9:] + b"\n"),
    "repeats": cycled(b"1000-2000" + HEADER[9:] + b" \n"),
    "names that differ": numbered(lambda n: entry(n, b"/%x\n" % (n * 0x9E3779B97F4A7C15 % 2**64))),
    "names with a long common start": numbered(lambda n: entry(n, b"/" + b"x" * 200 + b"%d\n" % n)),
    "names with a long common end": numbered(lambda n: entry(n, b"/%d" % n + b"x" * 200 + b"\n")),
    "names of one byte": numbered(lambda n: entry(n, bytes((33 + n % 90,)) + b"\n")),
    "names that end in CR": numbered(lambda n: entry(n, b"/%d\r\n" % n)),
    "labels that differ": numbered(lambda n: entry(n, b"[anon:%d]\n" % n)),
    "threads": numbered(lambda n: entry(n, b"[stack:%d]\n" % n)),
    "sockets": numbered(lambda n: entry(n, b"socket:[%d]\n" % (2**64 - 5 + n % 9))),
    "sysv keys": numbered(lambda n: entry(n, b"/SYSV%08x (deleted)\n" % n)),
    "deleted files": numbered(lambda n: entry(n, b"/%d (deleted) (deleted)\n" % n)),
    "escaped newlines": numbered(lambda n: entry(n, b"/%d" % n + rb"\012" * 20 + b"\n")),
    "forged lines in names": numbered(lambda n: entry(n, b"/%d" % n + rb"\012" + HEADER + b"\n")),
    "devices that differ": numbered(
        lambda n: b"1000-2000 rw-p 00000000 %x:%x 1 /x\n" % (n % 2**32, n * n % 2**32)
    ),
    # Python's hash of an integer is its remainder modulo 2**61 - 1.
    "inodes with equal hashes": numbered(
        lambda n: b"1000-2000 rw-p 00000000 00:00 %d /x\n" % (n % 8 * (2**61 - 1))
    ),
    "inodes with equal low bits": numbered(
        lambda n: b"1000-2000 rw-p 00000000 00:00 %d /x\n" % ((n << 32) % 2**64)
    ),
    "addresses with equal low bits": numbered(
        lambda n: b"%x-%x rw-p 00000000 00:00 0 /x\n" % ((n << 44) % 2**64, 2**64 - 1)
    ),
    "offsets that differ": numbered(lambda n: b"1000-2000 rw-p %x 00:00 1 /x\n" % (n * n << 12)),
    "numbers of many digits": numbered(
        lambda n: b"%016x-%016x rw-p %016x %016x:%016x %020d /x\n" % (n, n, n, n, n, n)
    ),
}

# --- fields --------------------------------------------------------------------------------------

SOME_FIELDS = (b"Rss", b"Pss", b"Swap", b"Size", b"Locked", b"AnonHugePages", b"Private_Dirty")


def layouts() -> Iterator[bytes]:
    """Yield entries of which hardly any two have the same fields in the same order."""
    orders = itertools.cycle(itertools.permutations(SOME_FIELDS))
    for number, order in enumerate(orders):
        fields = b"".join(b"%b: %d kB\n" % (key, number % 9) for key in order[: 1 + number % 7])
        yield entry(number) + fields


def taken(pieces: Callable[[], Iterable[bytes]]) -> HostileText:
    """Return the generator of the *pieces*, until they have the wanted size."""

    def text(size: int) -> bytes:
        found: list[bytes] = []
        for piece in pieces():
            found.append(piece)
            size -= len(piece)
            if size <= 0:
                break
        return b"".join(found)

    return text


FIELD_LINES: dict[str, HostileText] = {
    "unknown fields in one entry": numbered(lambda n: b"New%d: %d kB\n" % (n, n), HEADER + b"\n"),
    "one unknown field many times in one entry": repeated(b"New: 1 kB\n", HEADER + b"\n"),
    "shortest unknown fields in one entry": repeated(b"A:\n", HEADER + b"\n"),
    "one unknown field in each entry": numbered(lambda n: entry(n) + b"Field%d:   4 kB\n" % n),
    "growing numbers of unknown fields": numbered(lambda n: entry(n) + b"A: 1\n" * (n % 300)),
    "changing numbers of equal fields": numbered(
        lambda n: entry(n) + b"".join(b"F%d: 1 kB\n" % m for m in range(n % 90))
    ),
    "a known field many times in one entry": repeated(b"Rss: 4 kB\n", HEADER + b"\n"),
    "known fields many times in one entry": cycled(*FIELDS, head=HEADER + b"\n"),
    "flags many times in one entry": repeated(b"VmFlags: rd \n", HEADER + b"\n"),
    "flags that differ": numbered(lambda n: entry(n) + b"VmFlags: rd %x \n" % n),
    "flags of one entry that differ": numbered(lambda n: b"VmFlags: %x \n" % n, HEADER + b"\n"),
    "flags of many words": numbered(
        lambda n: entry(n) + b"VmFlags:" + b" rd ex %x" % n * 9 + b"\n"
    ),
    "changing layouts": taken(layouts),
    "two layouts in turn": numbered(
        lambda n: entry(n) + (FIELDS[0] + FIELDS[1] if n % 2 else FIELDS[1] + FIELDS[0])
    ),
    "blocks that differ": numbered(lambda n: entry(n) + b"Size: 4 kB\nRss: %d kB\n" % n),
    "equal blocks": numbered(lambda n: entry(n) + b"".join(FIELDS)),
    "blocks with one more line": numbered(
        lambda n: entry(n) + b"".join(FIELDS) + (b"Pss: 1 kB\n" if n % 3 == 0 else b"")
    ),
    "numbers out of range": numbered(lambda n: entry(n) + b"Rss: 99999999999999999999 kB\n"),
    "numbers out of range after good ones": numbered(
        lambda n: entry(n) + b"Size: 4 kB\nRss: %d kB\n" % (99999999999999999999 if n % 2 else n)
    ),
    "fields of another form": numbered(lambda n: entry(n) + b"Rss: many\nTHPeligible: 4 kB\n"),
    "fields without a value": numbered(lambda n: entry(n) + b"Rss:\nNobody:\nVmFlags:\n"),
    "fields and junk": numbered(lambda n: entry(n) + FIELDS[0] + b"junk\n" + FIELDS[1]),
    "a zero byte in each field": numbered(lambda n: entry(n) + b"Rss: 4\0 kB\n"),
    "long blanks in fields": numbered(lambda n: entry(n) + b"Rss:" + b" " * 300 + b"%d kB\n" % n),
    "rollups": repeated(b"1000-2000 ---p 00000000 00:00 0 [rollup]\nRss: 4 kB\nPss_Anon: 1 kB\n"),
}

# --- dialects ------------------------------------------------------------------------------------

MARKS: dict[str, bytes] = {
    "android": HEADER + b"\nName:           [anon:x]\n",
    "android fault": HEADER + b"          [anon:x<fault>]\n",
    "android open": NAMED + b"[anon:x\n",
    "nommu": b"1000-2000 rw-S 00000000 00:00 0 /x\n",
    "qemu": HEADER + b"\nSize:                   12 kB\n",
    "wsl": HEADER + b" \nPss:                   4 kB\n",
    "freebsd": b"0000000000001000-0000000000002000 rw-p 00000000 00:00 0     /x\n",
    "cygwin": b"1000-2000 ===p 00000000 0000:0000 0\n",
    "cygwin guard": b"1000-2000 rw-g 00000000 0000:0000 0\n",
}
"""Lines that show a dialect; see ``grammar/dialect_markers.lark``."""

BODIES: dict[str, HostileText] = {
    "junk": repeated(b"junk\n"),
    "one line": repeated(b"x"),
    "empty lines": repeated(b"\n"),
    "spaces": repeated(b" "),
    "near-header lines": repeated(b"1000-2000 rw-x\n"),
    "numbers": repeated(b"1000-"),
    "open labels": repeated(NAMED + b"[anon:x\n"),
    "open labels and text": repeated(NAMED + b"[anon:x\n" + b"b\n" * 200),
    "closed brackets": repeated(b"]"),
    "bracket lines": repeated(b"]x\n"),
    "zero bytes": repeated(b"x\n\0"),
    "mappings": repeated(NAMED + b"/x\n"),
    "names of two lines": repeated(NAMED + b"/x\ny\n"),
    "names of many lines": repeated(NAMED + b"/x" + b"\ny" * 50 + b"\n"),
    "fields": repeated(NAMED + b"/x\n" + b"".join(FIELDS)),
    "field-like lines": repeated(b"A:\n"),
    "names lines": repeated(b"Name: [anon:x\n"),
    "open name line": repeated(b"y\n", HEADER + b"\nName: [anon:x"),
    "header and no end": repeated(b"\nx", NAMED + b"/x", b"\0"),
}
"""What follows a mark of a dialect."""

SOME_MARKS = ("android", "nommu", "cygwin")


def after(head: bytes, make: HostileText) -> HostileText:
    """Return the generator of *head*, then what *make* returns."""
    return lambda size: head + make(size)


DIALECTS: dict[str, HostileText] = {
    **{
        f"mark of {mark}, then {body}": after(MARKS[mark], make)
        for mark in SOME_MARKS
        for body, make in BODIES.items()
    },
    **{f"marks of {mark}": repeated(line) for mark, line in MARKS.items()},
    **{
        f"marks of {one} and {other} in turn": cycled(MARKS[one], MARKS[other])
        for one, other in itertools.combinations(("android", "nommu", "qemu", "wsl", "cygwin"), 2)
    },
    "marks of every dialect in turn": cycled(*MARKS.values()),
    "a mark at the end": lambda size: entry(1) * (size // 80) + b"junk\n" + MARKS["cygwin"],
    "marks after junk": repeated(b"junk\n" * 20 + MARKS["android"]),
    "unparsed ranges without a mark": repeated(b"junk\n" + HEADER + b" \n"),
}

HOSTILE_TEXTS: dict[str, HostileText] = {
    **LONG_LINES, **JUNK_LINES, **NEAR_HEADERS, **MAPPINGS, **FIELD_LINES, **DIALECTS,
}  # fmt: skip
"""By kind, the generator of the text."""
