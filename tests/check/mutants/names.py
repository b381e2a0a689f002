# ruff: noqa: E501 - rows of tables are read across
"""Parsers that get names wrong on purpose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from tests.check.mutants.base import Answer, Parser, by_lines, lines_of, right

DELETED = b" (deleted)"


def _named(change: Callable[[bytes], bytes]) -> Parser:
    """The right parser with each name changed."""

    def parser(dump: bytes) -> Answer:
        answer = right(dump)
        for item in answer:
            item["name"] = change(item["name"])
        return answer

    return parser


def _labelled(change: Callable[[bytes], bytes]) -> Parser:
    def parser(dump: bytes) -> Answer:
        answer = right(dump)
        for item in answer:
            if item["label"] is not None:
                item["label"] = change(item["label"])
        return answer

    return parser


def _refuse_name(reason: Callable[[bytes], bool]) -> Parser:
    def parser(dump: bytes) -> Answer:
        answer = right(dump)
        if any(reason(item["name"]) for item in answer):
            raise ValueError("a name that the parser does not accept")
        return answer

    return parser


def _is_expression(name: bytes) -> bool:
    try:
        re.compile(name)
    except re.error:
        return False
    return True


def _deleted_is_a_kind(dump: bytes) -> Answer:
    answer = right(dump)
    for item in answer:
        if item["name"].endswith(DELETED):
            item["kind"] = "deleted"
    return answer


def _texts(change: Callable[[bytes], bytes]) -> Parser:
    """The right parser on a text that was changed before."""
    return lambda dump: right(change(dump))


def _fixed_column(column: int) -> Parser:
    def parser(dump: bytes) -> Answer:
        lines = lines_of(dump)
        answer = by_lines(lines)
        for item, line in zip(answer, filter(_is_header, lines), strict=True):
            item["name"] = line[column:]
        return answer

    return parser


def _is_header(line: bytes) -> bool:
    return bool(by_lines([line]))


def _buffer(size: int) -> Parser:
    """fgets() into a buffer: the rest of a long line is the next line."""

    def parser(dump: bytes) -> Answer:
        pieces = [
            line[at : at + size - 1]
            for line in lines_of(dump)
            for at in range(0, len(line), size - 1)
        ]
        return by_lines(pieces)

    return parser


def _from_slash(dump: bytes) -> Answer:
    answer = by_lines(lines_of(dump))
    for item in answer:
        index = item["name"].find(b"/")
        item["name"] = item["name"][index:] if index >= 0 else item["name"]
    return answer


def _split_lines_as_text(dump: bytes) -> Answer:
    lines = dump.decode("latin-1").splitlines()
    return by_lines([line.encode("latin-1") for line in lines])


def _tokens(dump: bytes) -> Answer:
    """sscanf("%s"): a name is what follows up to the next white space of any kind."""
    return _named(lambda name: b"".join(name.split()[:1]))(dump)


def _no_brackets(name: bytes) -> bytes:
    return name[1:-1] if name.startswith(b"[") and name.endswith(b"]") else name


def _normalised(name: bytes) -> bytes:
    try:
        return unicodedata.normalize("NFC", name.decode()).encode()
    except UnicodeDecodeError:
        return name


MUTANTS: dict[str, tuple[str, Parser]] = {
    "split-space": ("the name ends at the first space", _named(lambda n: n.partition(b" ")[0])),
    "split-white-space": ("the name ends at the first white space", _tokens),
    "last-word": ("the name is the last word", _named(lambda n: n.rpartition(b" ")[2])),
    "collapse-spaces": ("spaces in a row become one", _named(lambda n: b" ".join(n.split()))),
    "trim": ("white space at both ends is taken off", _named(bytes.strip)),
    "trim-right": ("white space at the end is taken off", _named(bytes.rstrip)),
    "trim-spaces-right": ("spaces at the end are taken off", _named(lambda n: n.rstrip(b" "))),
    "trim-unicode": ("what Unicode calls space is taken off",
                     _named(lambda n: n.decode("utf-8", "surrogateescape").strip()
                            .encode("utf-8", "surrogateescape"))),
    "trim-cr": ("a carriage return at the end is taken off", _named(lambda n: n.removesuffix(b"\r"))),
    "trim-label": ("white space at the ends of labels is taken off", _labelled(bytes.strip)),
    "label-to-space": ("a label ends at a space", _labelled(lambda n: n.partition(b" ")[0])),
    "label-to-colon": ("a label ends at a colon", _labelled(lambda n: n.partition(b":")[0])),
    "label-to-bracket": ("a label ends at the first bracket", _labelled(lambda n: n.partition(b"]")[0])),
    "empty-label-none": ("the empty label is taken for none",
                         _named(lambda n: b"" if n in (b"[anon:]", b"[anon_shmem:]") else n)),
    "label-30": ("labels are cut to thirty bytes", _labelled(lambda n: n[:30])),
    "column-73": ("the name starts in column 73", _fixed_column(73)),
    "column-49": ("the name starts in column 49", _fixed_column(49)),
    "text-replace": ("bytes that are no UTF-8 are replaced",
                     _named(lambda n: n.decode("utf-8", "replace").encode())),
    "text-ignore": ("bytes that are no UTF-8 are dropped",
                    _named(lambda n: n.decode("utf-8", "ignore").encode())),
    "text-latin1": ("names are taken for Latin-1", _named(lambda n: n.decode("latin-1").encode())),
    "text-ascii": ("names are cut at the first byte above 0x7f",
                   _named(lambda n: re.split(rb"[\x80-\xff]", n)[0])),
    "signed-char": ("bytes above 0x7f are dropped, being negative",
                    _named(lambda n: bytes(b for b in n if b < 128))),
    "unicode-nfc": ("names are normalised", _named(_normalised)),
    "control-characters": ("control characters become question marks",
                           _named(lambda n: re.sub(rb"[\x00-\x1f\x7f]", b"?", n))),
    "tab-is-space": ("a tab becomes a space", _named(lambda n: n.replace(b"\t", b" "))),
    "str-splitlines": ("lines end where str.splitlines() ends them", _split_lines_as_text),
    "buffer-256": ("lines are read into 256 bytes", _buffer(256)),
    "buffer-1k": ("lines are read into 1 KB", _buffer(1024)),
    "buffer-4k": ("lines are read into 4 KB", _buffer(4096)),
    "buffer-16k": ("lines are read into 16 KB", _buffer(16384)),
    "buffer-32k": ("lines are read into 32 KB", _buffer(32768)),
    "name-255": ("names are cut to 255 bytes", _named(lambda n: n[:255])),
    "strip-deleted": ("(deleted) is taken off", _named(lambda n: n.removesuffix(DELETED))),
    "strip-deleted-all": ("every (deleted) is taken off", _named(lambda n: n.replace(DELETED, b""))),
    "deleted-anywhere": ("(deleted) anywhere means unlinked",
                         lambda dump: [item | {"deleted": b"(deleted)" in item["name"]}
                                       for item in right(dump)]),
    "first-slash": ("the name begins at its first slash", _from_slash),
    "base-name": ("only what follows the last slash is kept", _named(lambda n: n.rpartition(b"/")[2])),
    "double-slash": ("slashes in a row become one", _named(lambda n: re.sub(rb"/+", b"/", n))),
    "paths-only": ("names that are no path are dropped", _named(lambda n: n if n[:1] == b"/" else b"")),
    "brackets-off": ("brackets around a name are taken off", _named(_no_brackets)),
    "brackets-dropped": ("names in brackets are dropped, but for heap and stack",
                         _named(lambda n: b"" if n[:1] == b"[" and n not in (b"[heap]", b"[stack]") else n)),
    "heap-anywhere": ("whatever has heap in it is the heap",
                      _named(lambda n: b"[heap]" if b"heap" in n else n)),
    "stack-prefix": ("whatever begins like a stack is the stack",
                     _named(lambda n: b"[stack]" if n.startswith(b"[stack") else n)),
    "anon-dropped": ("labels are taken for no name", _named(lambda n: b"" if n[:6] == b"[anon:" else n)),
    "shmem-is-anon": ("[anon_shmem:…] becomes [anon:…]",
                      _named(lambda n: n.replace(b"[anon_shmem:", b"[anon:"))),
    "unescape-newline": (r"\012 becomes a newline in the column", _named(lambda n: n.replace(rb"\012", b"\n"))),
    "unescape-octal": ("every octal escape is undone",
                       _named(lambda n: re.sub(rb"\\([0-3][0-7]{2})", lambda m: bytes((int(m[1], 8),)), n))),
    "unescape-path": ("every octal escape is undone in paths",
                      lambda dump: [item | {"path": item["path"] and re.sub(
                          rb"\\(0[0-7]{2})", lambda m: bytes((int(m[1], 8),)), item["path"])}
                          for item in right(dump)]),
    "backslash-escapes": ("a backslash escapes what follows", _named(lambda n: re.sub(rb"\\(.)", rb"\1", n))),
    "lower-case": ("names are lower case", _named(bytes.lower)),
    "percent-decoding": ("names are taken for URLs",
                         _named(lambda n: re.sub(rb"%([0-9a-f]{2})", lambda m: bytes((int(m[1], 16),)), n))),
    "memfd-prefix": ("memfds lose their prefix", _named(lambda n: n.replace(b"/memfd:", b""))),
    "comment": ("a number sign begins a comment", _texts(lambda d: re.sub(rb"#[^\n]*", b"", d))),
    "variables": ("variables are replaced by nothing", _named(lambda n: re.sub(rb"\$\{?\w*\}?", b"", n))),
    "commands": ("commands in backticks are run", _named(lambda n: re.sub(rb"`[^`]*`|\$\([^)]*\)", b"", n))),
    "format": ("names are formats of printf()", _named(lambda n: re.sub(rb"%[a-z]", b"0", n))),
    "format-refused": ("a percent sign at the end is refused", _refuse_name(lambda n: n.rstrip(b"]")[-1:] == b"%")),
    "braces": ("names are formats of format()", _named(lambda n: re.sub(rb"\{\w*\}", b"x", n))),
    "braces-refused": ("an opening brace alone is refused", _refuse_name(lambda n: b"{" in n and b"}" not in n)),
    "tilde": ("a tilde is the home directory", _named(lambda n: n.replace(b"~", b"/root"))),
    "glob": ("names are globs", _named(lambda n: n.replace(b"*", b"x").replace(b"?", b"x"))),
    "expression-refused": ("names are regular expressions, and refused if they are none",
                           _refuse_name(lambda n: n[:1] == b"/" and not _is_expression(n))),
    "escape-hexadecimal": (r"\x41 becomes A", _named(lambda n: n.replace(rb"\x41", b"A"))),
    "escape-unicode": (r"\u0041 becomes A", _named(lambda n: n.replace(rb"\u0041", b"A"))),
    "entities": ("character references of HTML are replaced", _named(lambda n: n.replace(b"&lt;", b"<"))),
    "formula": ("a formula gets a quote", _named(lambda n: n.replace(b"=", b"'="))),
    "deleted-is-type": ("what is deleted is of another kind", _deleted_is_a_kind),
    "quotes": ("quotes are taken off", _named(lambda n: n.replace(b'"', b"").replace(b"'", b""))),
}  # fmt: skip
