"""Convert records to the bytes that a named producer would print: `render` and `path_name`.

The formats are data in `procmaps.producers`. This module applies them and rejects records that the
producer could never have printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NoReturn

import attrs

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.engines.usage_block_table import MISSING
from procmaps.errors import CannotRender
from procmaps.formats.labels import label_error
from procmaps.formats.releases import Release
from procmaps.formats.vm_flags import UNNAMED_MNEMONIC, VM_FLAGS, VmFlags
from procmaps.grammar.loading import load as load_grammar
from procmaps.printable import escape_bytes
from procmaps.producers import PATHLESS, Producer, SmapsLine, as_producer
from procmaps.records.mapping import Mapping
from procmaps.records.names import DELETED, NEWLINE, AnonName, AnonShmemName, FileBacked, Name
from procmaps.records.perms import Perms
from procmaps.records.usage import Usage

_KB = 1024


def render(
    records: Iterable[Mapping], producer: Producer | str | None = None, *, strict: bool = True
) -> bytes:
    """Return the text that *producer* would print for *records*: maps, smaps or smaps_rollup.

    *producer* is a `Producer` or a name for `procmaps.producers.parse`; the default is the newest
    mainline kernel. Records with a ``usage`` become smaps entries; a single ``[rollup]`` with usage
    becomes smaps_rollup. ``loads(render(records, producer), dialect=producer.dialect)`` returns the
    same records, except that `FileBacked.escaped` is always as for that producer.

    Raises `CannotRender` for the first record that the producer could not have printed: a number
    that is too large, a name of another kernel, a name with bytes that parse differently, a missing
    or unknown field or flag, flags in another order. With ``strict=False`` numbers and names are
    printed unchanged, and of the fields those that both the producer and the record have. Raises
    `UnknownProducer` for an unknown name.
    """
    return b"".join(_entries(_mappings(records), as_producer(producer), strict=strict))


def _mappings(records: Iterable[Mapping]) -> tuple[Mapping, ...]:
    """Return *records* as a tuple. Raises `TypeError` for anything that is not a `Mapping`."""
    found = tuple(records)
    for record in found:
        if not isinstance(record, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"expected an iterable of Mapping, not of {type(record).__name__}")
    return found


def path_name(
    path: BytesOrStr, producer: Producer | str | None = None, *, deleted: bool = False
) -> Name:
    """Return the name column that *producer* prints for the file at *path*.

    *path* is the original, with unescaped newlines; *deleted* is true for an unlinked file. The
    result is usually a `FilePath`. It is another record if the text parses as one: ``/memfd:x``
    unlinked becomes a `Memfd`.

    Raises `ValueError` for a path that is empty, contains NUL or does not begin with a slash.
    """
    path = as_bytes(path)
    if not path.startswith(b"/") or b"\0" in path:
        raise ValueError(
            f"not an absolute path: {path!r}; expected a leading slash and no NUL byte"
        )
    producer = as_producer(producer)
    # mangle_path(m, path, "\n"), fs/seq_file.c: a newline becomes \012, nothing else changes.
    printed = path.replace(b"\n", NEWLINE) if producer.escapes_newlines else path
    return load_grammar(producer.dialect).parse_name(printed + DELETED * deleted)


@attrs.frozen
class _Refusal:
    """Raises `CannotRender` for one record."""

    producer: Producer
    record: int

    def __call__(self, part: str, reason: str) -> NoReturn:
        raise CannotRender(self.producer.name, self.record, part, reason)


def _entries(records: tuple[Mapping, ...], producer: Producer, *, strict: bool) -> Iterator[bytes]:
    for number, record in enumerate(records):
        refuse = _Refusal(producer, number)
        if strict:
            _check_kind(records, record, producer, refuse)
            _check_header(record, producer, refuse)
            _check_name(record.name, producer, refuse)
            _check_gap(record, producer, refuse)
            _check_line(record, producer, refuse)
        yield _header(record, producer) + b"\n"
        if record.usage is None:
            continue
        rollup = record.name.kind == "rollup"
        lines = producer.rollup if rollup else producer.smaps
        if strict:
            _check_usage(record.usage, lines, producer, refuse)
        yield from _field_lines(record.usage, lines)


# --- output ------------------------------------------------------------------------------


def _header(record: Mapping, producer: Producer) -> bytes:
    return producer.header.line(_prefix(record, producer), record.name.raw)


def _prefix(record: Mapping, producer: Producer) -> bytes:
    return producer.header.prefix(
        record.start,
        record.end,
        str(record.perms),
        record.offset,
        (record.device.major, record.device.minor),
        record.inode,
    )


def _field_lines(usage: Usage, lines: tuple[SmapsLine, ...]) -> Iterator[bytes]:
    for line in lines:
        value = getattr(usage, line.field.attribute)
        if value is not None and line.format is not None:
            yield line.format.line(_printed(value, line)) + b"\n"


def _printed(value: int | Name | VmFlags, line: SmapsLine) -> int | bytes:
    """Return *value* as printed in the line: a size in kB, a text unchanged."""
    if isinstance(value, int):
        return value // _KB if line.field.unit == "kB" else value
    return value.raw


# --- checks ------------------------------------------------------------------------------

_Refuse = Callable[[str, str], NoReturn]


def _check_kind(
    records: tuple[Mapping, ...], record: Mapping, producer: Producer, refuse: _Refuse
) -> None:
    """Check that all records are of one file and that the producer has it."""
    if (record.usage is None) != (records[0].usage is None):
        refuse("usage", "only some records have it; a file is either maps or smaps")
    if record.name.kind == "rollup":
        if record.usage is None or len(records) > 1:
            refuse("name", "[rollup] is not a mapping; it must be the only record and have usage")
        if not producer.rollup:
            refuse("usage", "it has no smaps_rollup")
    elif record.usage is not None and not producer.smaps:
        refuse("usage", "it has no smaps")


_HEXADECIMAL = ("start", "end", "offset")
"""Numbers that the file and error messages print in hexadecimal."""


def _check_header(record: Mapping, producer: Producer, refuse: _Refuse) -> None:
    layout = producer.header
    limits = (
        ("start", record.start, layout.address_bits),
        ("end", record.end, layout.address_bits),
        ("offset", record.offset, layout.offset_bits),
        ("inode", record.inode, layout.inode_bits),
        ("device.major", record.device.major, layout.device_bits[0]),
        ("device.minor", record.device.minor, layout.device_bits[1]),
    )
    for part, number, bits in limits:
        if not 0 <= number < 1 << bits:
            shown = f"{number:#x}" if part in _HEXADECIMAL else str(number)
            refuse(part, f"{shown} does not fit in {bits} bits")
    if record.end < record.start:
        refuse("end", f"{record.end:#x} is below the start, {record.start:#x}")
    perms = record.perms
    if perms.sharing.value not in layout.sharing or (perms.reserved and not layout.reserved):
        refuse("perms", f"it never prints {perms}")
    if Perms.from_text(str(perms)) != perms:
        refuse("perms", "reserved memory cannot have other rights")


def _check_gap(record: Mapping, producer: Producer, refuse: _Refuse) -> None:
    name = record.name.raw
    if name and not producer.header.padding(len(_prefix(record, producer)), name):
        refuse("name", "it would directly follow the inode, without a space")


def _check_line(record: Mapping, producer: Producer, refuse: _Refuse) -> None:
    """Check that a name with newlines is read as one name, and not as further lines."""
    if b"\n" in record.name.raw:
        line = _header(record, producer) + b"\n"
        if load_grammar(producer.dialect).line_end(line, 0) != len(line):
            refuse("name", "its newline would end the line")


def _check_name(name: Name, producer: Producer, refuse: _Refuse) -> None:
    if name.raw.startswith(b" "):
        refuse("name", "a name cannot begin with a space: it would parse as padding")
    if b"\0" in name.raw:
        refuse("name", "a name cannot contain a NUL byte")
    bare = name.raw.rstrip(b"\r")
    if bare != name.raw and load_grammar(producer.dialect).parse_name(bare).kind != name.kind:
        refuse("name", "its CR would parse as a part of the line end")
    if isinstance(name, AnonName | AnonShmemName):
        _check_label(name.label, producer, refuse)
    elif b"\n" in name.raw and producer.escapes_newlines:
        refuse("name", r"it prints a newline as \012; use path_name() to make the name")
    if (
        isinstance(name, FileBacked)
        and name.escaped != producer.escapes_newlines
        and NEWLINE in name.raw
    ):
        refuse("name", r"it does not escape \012 in the same way; use path_name() to make the name")
    _check_read("name", name, producer, refuse)
    if not isinstance(name, FileBacked) and name.raw and name.kind != "rollup":
        _check_pathless(name, producer, refuse)


def _check_read(part: str, name: Name, producer: Producer, refuse: _Refuse) -> None:
    """Check that the bytes parse as the same record."""
    read = load_grammar(producer.dialect).parse_name(name.raw)
    if isinstance(read, FileBacked) and isinstance(name, FileBacked):
        # Records of other producers are accepted if there is nothing to escape.
        read = attrs.evolve(read, escaped=name.escaped)
    if read != name:
        kind = type(read).__name__
        other = f"another {kind}" if isinstance(name, type(read)) else kind
        refuse(part, f"its bytes, {name.raw!r}, parse as {other}")


def _check_label(label: bytes, producer: Producer, refuse: _Refuse) -> None:
    rule = producer.labels
    if rule is None:
        return
    if rule.checked:
        reason = label_error(label, limit=rule.limit)
    else:
        too_long = len(label) > rule.limit
        reason = f"it has {len(label)} bytes; the limit is {rule.limit}" if too_long else None
    if reason:
        refuse("name", f"the kernel refuses this label: {reason}")


def _check_pathless(name: Name, producer: Producer, refuse: _Refuse) -> None:
    """Check that the producer prints this pseudo-name."""
    kinds = producer.pathless
    if kinds is not None and name.kind in PATHLESS - kinds:
        refuse("name", f"it never prints {escape_bytes(name.raw)}")


def _check_usage(
    usage: Usage, lines: tuple[SmapsLine, ...], producer: Producer, refuse: _Refuse
) -> None:
    known = {line.field.attribute: line for line in lines}
    if usage.extra:
        refuse("usage.extra", f"it has no field {escape_bytes(usage.extra[0].key)}")
    for attribute in attrs.fields_dict(Usage):
        value = None if attribute == "extra" else getattr(usage, attribute)
        line = known.get(attribute)
        if value is not None and line is None:
            refuse(f"usage.{attribute}", "it has no such field here")
        if line is None:
            continue
        if value is None and line.required:
            refuse(f"usage.{attribute}", "it always prints this field, but the record has no value")
        if value is not None:
            _check_value(value, line, producer, refuse)


def _check_value(
    value: int | Name | VmFlags, line: SmapsLine, producer: Producer, refuse: _Refuse
) -> None:
    part = f"usage.{line.field.attribute}"
    if line.format is None:
        refuse(part, "the format of this field is not established")
    if isinstance(value, int):
        if not 0 <= value < MISSING:
            refuse(part, f"{value} is not a number from 0 to {MISSING - 1}")
        if line.field.unit == "kB" and value % _KB:
            refuse(part, f"{value} bytes are not a whole number of kB")
    if isinstance(value, Name):
        _check_read(part, value, producer, refuse)
    if isinstance(value, AnonName):
        _check_label(value.label, producer, refuse)
    if isinstance(value, VmFlags):
        _check_flags(value, part, producer, refuse)


def _check_flags(flags: VmFlags, part: str, producer: Producer, refuse: _Refuse) -> None:
    words = b"".join(b" " + word for word in flags)
    # Linux prints the space after the colon even if no flag follows.
    if flags.raw != (words + producer.flags_tail if words else producer.flags_tail):
        refuse(part, f"its mnemonics are not spaced as in {flags.raw!r}")
    if producer.release is not None:
        _check_bits(flags, part, producer.release, refuse)


def _check_bits(flags: VmFlags, part: str, release: Release, refuse: _Refuse) -> None:
    """Check that the release has every flag, and that flags are in the order of their bits."""
    last = -1
    for word in flags:
        if word == UNNAMED_MNEMONIC:
            last += 1
            continue
        info = VM_FLAGS.get(word)
        if info is None or info.span.covers(release) is False:
            refuse(part, f"it has no flag {escape_bytes(word)}")
        later = [bit for bit in info.bits_at(release) if bit > last]
        if not later:
            refuse(
                part,
                f"it prints flags in the order of their bits: {escape_bytes(word)} comes earlier",
            )
        last = min(later)
