"""Texts that people take for a dump: other files, error messages, other formats.

`foreign_text_hint` says what such a text is and what to do. It only chooses the hint of an error;
whether a line can be read is decided by the grammar alone.
"""

from __future__ import annotations

import re

import attrs

from procmaps.snapshots.hints import hint

_HEAD = 512
"""Bytes at the start of a text that show its format. tar has its mark at byte 257."""


@attrs.frozen
class _Format:
    """One kind of text: the start of its first line, or of its first bytes, and the hint."""

    start: re.Pattern[bytes]
    hint: str


def _format(start: bytes, python: str, command_line: str = "") -> _Format:
    return _Format(re.compile(start, re.DOTALL), hint(python, command_line))


def _compressed(magic: bytes, name: str, tool: str) -> _Format:
    return _format(magic, f"This is {name} data: decompress it first, as with `{tool}`.")


def _other_file(start: bytes, name: str) -> _Format:
    return _format(
        start,
        f"This looks like {name}; procmaps reads /proc/PID/maps, smaps and smaps_rollup: read one "
        "of these instead.",
    )


_BINARY = (
    _compressed(rb"\x1f\x8b", "gzip", "gzip -dc"),
    _compressed(rb"\x1f\x9d", "compress(1)", "gzip -dc"),
    _compressed(rb"\xfd7zXZ\0", "xz", "xz -dc"),
    _compressed(rb"\x28\xb5\x2f\xfd", "zstd", "zstd -dc"),
    _compressed(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)", "bzip2", "bzip2 -dc"),
    _compressed(rb"\x04\x22M\x18", "lz4", "lz4 -dc"),
    _compressed(rb"PK(?:\x03\x04|\x05\x06)", "zip", "unzip -p"),
    _compressed(rb"7z\xbc\xaf\x27\x1c", "7-Zip", "7z x -so"),
    _format(rb".{257}ustar", "This is a tar archive: unpack it first, as with `tar xf`."),
    _format(rb"\x7fELF", "This is an ELF file, such as a program or a core dump."),
    _format(rb"MDMP", "This is a minidump; some contain a copy of maps as a stream of their own."),
    _format(rb"PERFILE2", "This is perf's data: `perf script --show-mmap-events` prints mappings."),
    _format(rb"\xef\xbb\xbf", "The file starts with a UTF-8 byte order mark: remove its 3 bytes."),
    _format(
        rb"\xff\xfe|\xfe\xff", "The byte order mark shows that this is UTF-16: decode it first."
    ),
    _format(
        rb".{0,200}?\0.{0,200}?\0.{0,8}\0",
        "This is binary, such as /proc/PID/pagemap, mem, auxv or cmdline, or a core dump.",
    ),
)

_TEXT = (
    _format(
        rb"\s*(?:\{|\[\s*[\{\"\[])",
        "This looks like JSON; procmaps reads the text that the kernel prints. procmaps.extract() "
        "finds a dump inside it.",
        "This looks like JSON; procmaps reads the text that the kernel prints. `procmaps extract` "
        "finds a dump inside it.",
    ),
    _format(
        rb"\s*<(?:!|\?|[A-Za-z])",
        "This is HTML or XML: save the raw text. procmaps.extract() finds a dump inside it.",
        "This is HTML or XML: save the raw text. `procmaps extract` finds a dump inside it.",
    ),
    _other_file(rb"Name:\t", "/proc/PID/status"),
    _other_file(rb"[0-9]+ \([^\n]*\) [A-Za-z] -?[0-9]+ ", "/proc/PID/stat"),
    _other_file(rb"[0-9]+(?: [0-9]+){6} *(?:\n|\Z)", "/proc/PID/statm"),
    _other_file(
        rb"[0-9a-f]+ (?:default|prefer|bind|interleave|local|weighted|static|relative)\b",
        "/proc/PID/numa_maps",
    ),
    _other_file(rb"Limit +Soft Limit ", "/proc/PID/limits"),
    _other_file(rb" *[0-9a-f]+-[0-9a-f]+ : ", "/proc/iomem or /proc/ioports"),
    _other_file(rb"MemTotal: ", "/proc/meminfo"),
    _other_file(rb"0x[0-9a-f]+-0x[0-9a-f]+ +[0-9]+ ", "/proc/vmallocinfo"),
    _other_file(rb"[0-9a-f]{8,16} [A-Za-z] [^\n ]", "/proc/kallsyms or the output of nm"),
    _other_file(rb"total [0-9]+\n|l[r-][w-][x-]------ ", "a listing of /proc/PID/map_files"),
)

FORMATS = (*_BINARY, *_TEXT)
"""Other formats by their first bytes or their first line. The first that fits counts."""

_ENDED = hint(
    "This is an error message of the program that read the file: there was no such process. It may "
    "have ended. Read the file again while the process runs."
)
_DENIED = hint(
    "This is an error message of the program that read the file: it had no permission. Read the "
    "file as the user of the process or as root."
)
_FAILED = hint(
    "This is an error message of the program that should have read the file. Solve that first."
)

MESSAGES = (
    (re.compile(rb"[^\n]*(?:No such process|No such file or directory)\b"), _ENDED),
    (re.compile(rb"[^\n]*(?:Permission denied|Operation not permitted)\b"), _DENIED),
    (
        re.compile(
            rb"[^\n]*\[Errno [0-9]+\]|Traceback \(most recent call last\)|(?:[^\n:]*: )?[Ee]rror: "
            rb"|[^\n]*(?:Input/output error|Is a directory|command not found|Cannot allocate memory"
            rb"|Invalid argument|[Rr]ead-only file system|Bad address|timed out)$",
            re.MULTILINE,
        ),
        _FAILED,
    ),
)
"""Error messages, which programs write between dumps, too. The first that fits counts."""


def foreign_text_hint(text: bytes, line: bytes, number: int) -> str:
    """Return the hint for *line*, which is line *number* of *text*; empty if none fits.

    The first line shows another format of the whole text. An error message can be any line.
    """
    if number == 1:
        head = text[:_HEAD]
        for known in FORMATS:
            if known.start.match(head):
                return known.hint
    return next((said for message, said in MESSAGES if message.match(line)), "")
