"""Names of files and of memfds."""

from __future__ import annotations

from kernel.lab import ops
from kernel.lab.scenario_builder import ScenarioBuilder
from kernel.lab.scenarios.table import MAPS, scenario

HOSTILE = (
    b"plain",
    b"line\nfeed",
    b"line\\012feed",
    b"\n",
    b"ends\n",
    b"x (deleted)",
    b" (deleted)",
    b"tab\there",
    b"carriage\rreturn",
    b"crlf\r\n",
    b" leading",
    b"trailing ",
    b"   ",
    b"two  spaces",
    b"back\\slash",
    b"\\134",
    b"octal\\040",
    b"[heap]",
    b"[anon:x]",
    b"[vdso] ",
    b"\xff\xfe\x80",
    b"caf\xc3\xa9",
    b"\xe2\x80\xa8",
    b"\xc2\x85",
    b"\x01\x02\x7f",
    b"\x0b\x0c\x1c\x1d\x1e",
    b"\x1b[31mred",
    b"Size:                  4 kB",
    b"7f0000000000-7f0000001000 r-xp 00000000 08:01 42",
    b"'\"$`;&|<>*?",
    b"n" * 255,
    b"\n" * 255,
)


@scenario()
def file_names(s: ScenarioBuilder) -> None:
    """Files with hostile names: line feeds, a literal backslash 012, spaces, bytes not UTF-8."""
    with s.folder(b"/t/names"):
        for name in HOSTILE:
            s.map(s.open(b"/t/names/" + name), s.room())
        s.snapshot()


@scenario(files=MAPS)
def file_names_unlinked(s: ScenarioBuilder) -> None:
    """The same names after the files were removed."""
    with s.folder(b"/t/gone"):
        for name in HOSTILE:
            file = s.open(b"/t/gone/" + name)
            s.map(file, s.room())
            s.unlink(file)
        s.snapshot()


@scenario(files=MAPS)
def file_deep(s: ScenarioBuilder) -> None:
    """A path of more than 4096 bytes, made by descending into folders of 255 bytes each."""
    with s.folder(b"/t/deep"):
        part = b"d" * 254
        s.do(ops.call("chdir", b"/t/deep"))
        for n in range(20):
            s.do(ops.mkdir(part + b"%c" % (65 + n)))
            s.do(ops.call("chdir", part + b"%c" % (65 + n)))
        path = b"/t/deep/" + b"/".join(part + b"%c" % (65 + n) for n in range(20)) + b"/file"
        s.map(s.open(b"file", shown=path), s.room())
        s.do(ops.call("chdir", b"/"))
        s.snapshot()


@scenario(files=MAPS)
def file_links(s: ScenarioBuilder) -> None:
    """One file under two names, mapped side by side; and one renamed by removing its first name."""
    with s.folder(b"/t/links"):
        at = s.room(4)
        s.map(s.open(b"/t/links/one", 4), at, 2)
        s.do(ops.link(b"/t/links/one", b"/t/links/two"))
        s.map(s.open(b"/t/links/two", 4), at + 2, 2, offset=2 * s.page)
        at = s.room(2)
        first = s.open(b"/t/links/first", 1)
        s.do(ops.link(b"/t/links/first", b"/t/links/second"))
        s.map(first, at)
        s.unlink(first)
        s.map(s.open(b"/t/links/second", 1), s.room())
        s.snapshot()


@scenario(files=MAPS)
def file_detached(s: ScenarioBuilder) -> None:
    """A file on a file system that is no longer mounted anywhere."""
    with s.folder(b"/t/detached"):
        s.map(s.open(b"/t/detached/file", shown=b"/file"), s.room())


MEMFD_NAMES = (
    b"",
    b"plain",
    b"line\nfeed",
    b"line\\012feed",
    b"x (deleted)",
    b"[heap]",
    b"with/slash",
    b"../../etc/passwd",
    b" spaces ",
    b"\xff\x80",
    b"tab\t",
    b"m" * 249,
    b"m" * 250,
)


@scenario(files=("maps", "numa_maps"))
def memfd_names(s: ScenarioBuilder) -> None:
    """Memfd with hostile names, 249 bytes long, and 250 (refused)."""
    for name in MEMFD_NAMES:
        s.map(s.memfd(name), s.room())
