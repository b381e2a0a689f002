"""`redact`: a dump that is safe to attach to a report."""

from __future__ import annotations

import re
from typing import Final

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.formats.smaps_fields import FIELDS
from procmaps.formats.vm_flags import VmFlags
from procmaps.grammar import loading
from procmaps.grammar.compiled_lines import compiled_lines
from procmaps.grammar.parsed_line import FieldLine, HeaderLine, ImpossibleValue, check_header
from procmaps.records.names import DELETED
from procmaps.redaction.addresses import Addresses
from procmaps.redaction.unreadable import unreadable_line
from procmaps.redaction.words import Numbers, Words
from procmaps.snapshots.loading import loads
from procmaps.snapshots.snapshot import Snapshot
from procmaps.snapshots.source_text import SourceText

_START, _END, _INODE, _NAME = 1, 2, 7, 8
"""The groups of a compiled header line."""

_VARIABLE: Final = ("FILE", "OTHER", "OPEN_LABEL")
"""Terminals whose whole text is from outside the kernel."""

_KEY_LENGTH = 8
"""Digits of a SysV key."""

_FLAG_LENGTH = 2


def redact(data: BytesOrStr, *, dialect: str = "auto") -> bytes:
    r"""Return a dump with names and addresses replaced, safe to attach to a report.

    Equal words of paths and labels become equal words of the same shape, different ones different
    words. So the result has the same mappings: sizes, distances inside a cluster, permissions,
    kinds, spaces and escapes in names, figures and flags. A few words that are the same everywhere
    stay, such as ``usr``, ``so`` and ``malloc``. Inodes, thread IDs, SysV keys and the random part
    of addresses are replaced. Lines that cannot be read lose every word.

    What stays can still tell something: how many words a path has, and how long they are.

    Redacting twice changes nothing more. Raises `procmaps.UnknownDialect` as `procmaps.loads` does.
    """
    text = as_bytes(data)
    snapshot = loads(text, errors="collect", dialect=dialect)
    return _Redactor(snapshot).redacted(SourceText.of(text, snapshot.dialect.name))


class _Redactor:
    """Replaces line by line, with one memory for the whole dump."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._grammar = loading.load(snapshot.dialect.name)
        columns = snapshot.columns
        self._addresses = Addresses.of(zip(columns.start, columns.end, strict=True))
        self._words = Words()
        self._numbers = Numbers()
        self._keys: dict[bytes, bytes] = {}
        self._names: dict[bytes, bytes] = {}

    def redacted(self, source: SourceText) -> bytes:
        """Return the redacted text with the line ends of *source*."""
        lines = compiled_lines(self._grammar)
        text, offset = source.text, 0
        parts: list[bytes] = []
        while offset < len(text):
            end, parsed = lines.read(text, offset)
            line = text[offset:end]
            match parsed:
                case HeaderLine():
                    header = self._grammar.header.match(text, offset)
                    assert header is not None  # noqa: S101 - it was matched just now
                    parts.append(self._header(header, is_possible=_is_possible(parsed)))
                case FieldLine():
                    parts.append(self._field(line, parsed))
                case None:
                    parts.append(unreadable_line(line, self._grammar, self._words))
            offset = end
        return SourceText(b"".join(parts), source.newline).input()

    def _header(self, found: re.Match[bytes], *, is_possible: bool) -> bytes:
        """Return a header line: its columns replaced, and everything between them kept.

        One that is not possible stays so: it gets a range that ends below its start.
        """
        parts: list[bytes] = []
        text, offset = found.string, found.start()
        for group in (_START, _END, _INODE, _NAME):
            start, end = found.span(group)
            if start >= 0:
                new = self._column(group, text[start:end])
                if group in (_START, _END) and not is_possible:
                    new = (b"f" if group == _START else b"0") * (end - start)
                parts += (text[offset:start], new)
                offset = end
        return b"".join((*parts, text[offset : found.end()]))

    def _column(self, group: int, text: bytes) -> bytes:
        if group in (_START, _END):
            return b"%0*x" % (len(text), self._addresses.moved(int(text, 16)))
        return self._numbers.replace(text) if group == _INODE else self._name(text)

    def _name(self, raw: bytes) -> bytes:
        if raw not in self._names:
            self._names[raw] = self._new_name(raw)
        return self._names[raw]

    def _new_name(self, raw: bytes) -> bytes:
        terminal = self._grammar.name_terminal(raw)
        if terminal in _VARIABLE:
            prefix = _prefix(terminal, raw)
            suffix = DELETED if raw.endswith(DELETED) else b""
            middle = raw[len(prefix) : len(raw) - len(suffix)]
            return prefix + self._words.replace(middle) + suffix
        found = self._grammar.terminal(terminal).fullmatch(raw)
        assert found is not None  # noqa: S101 - the terminal has matched
        parts: list[bytes] = []
        offset = 0
        for group, text in found.groupdict().items():
            if text is not None:
                start, end = found.span(group)
                parts += (raw[offset:start], self._captured(group, text))
                offset = end
        return b"".join((*parts, raw[offset:]))

    def _captured(self, group: str, text: bytes) -> bytes:
        if group == "key":
            return self._key(text)
        if group in ("tid", "socket"):
            return self._numbers.replace(text)
        return self._words.replace(text)

    def _key(self, text: bytes) -> bytes:
        """Return a SysV key, one for one; 0 is IPC_PRIVATE."""
        if int(text, 16):
            return self._keys.setdefault(text, b"%0*x" % (_KEY_LENGTH, len(self._keys) + 1))
        return text

    def _field(self, line: bytes, parsed: FieldLine) -> bytes:
        if parsed.form == "label":
            if not parsed.text:
                return line
            # The text of the name can be part of the key, too.
            before, _, after = line.rpartition(parsed.text)
            return before + self._name(parsed.text) + after
        # A key that no table knows may be anything: a log has lines such as "ann: 4 kB".
        key = parsed.key if parsed.key in FIELDS else self._words.replace(parsed.key)
        value = line[len(parsed.key) :]
        if not _is_safe(parsed):
            value = self._words.replace(value)
        return key + value


def _is_possible(header: HeaderLine) -> bool:
    try:
        check_header(header)
    except ImpossibleValue:
        return False
    return True


def _prefix(terminal: str, raw: bytes) -> bytes:
    """Return the beginning of a name of `_VARIABLE` that the kernel has written."""
    if terminal == "OPEN_LABEL":
        return b"[anon:"
    # "(unreachable)", or nothing
    return raw[: raw.index(b"/")] if terminal == "FILE" else b""


def _is_safe(field: FieldLine) -> bool:
    """Return whether the value is a number, or flags of two letters each."""
    if field.form == "flags":
        return all(len(word) <= _FLAG_LENGTH for word in VmFlags(field.text))
    return field.form in ("size", "count")
