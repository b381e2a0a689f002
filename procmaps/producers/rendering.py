"""From records to the bytes that a named producer would print: `render`, and `path_name`.

What is printed how is data, in `procmaps.producers`; this module lays it out, and refuses what the
producer could never have printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NoReturn

import attrs

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.engines.usage_table import MISSING
from procmaps.errors import CannotRender, escape_bytes
from procmaps.formats.labels import label_fault
from procmaps.formats.releases import Release
from procmaps.formats.vm_flags import UNNAMED_BIT, VMFLAGS, VmFlags
from procmaps.grammar.loading import load as load_grammar
from procmaps.producers import PATHLESS, FieldLine, Producer, as_producer
from procmaps.records.mapping import Mapping
from procmaps.records.names import DELETED, NEWLINE, AnonName, AnonShmemName, FileBacked, Name
from procmaps.records.perms import Perms
from procmaps.records.usage import Usage

_KB = 1024


def render(
    records: Iterable[Mapping], producer: Producer | str | None = None, *, strict: bool = True
) -> bytes:
    """The text that *producer* would print for *records*, in their order: maps, smaps or rollup.

    *producer* is a `procmaps.producers.Producer`, or a name for `procmaps.producers.parse`; without
    one it is the newest mainline kernel. Records with a ``usage`` become entries of smaps, a
    single ``[rollup]`` with one becomes smaps_rollup. The text reads back as the same records:
    ``loads(render(records, producer), dialect=producer.dialect)``, except that a path is `escaped`
    then as the producer does it.

    Raises `CannotRender` for the first record that the producer could not have printed: too large a
    number, a name of another kernel, one whose bytes are read otherwise, a field or flag it lacks,
    flags in another order, no value for a field it always prints. With
    ``strict=False`` such records are printed as far as the layout allows: numbers and names as they
    are, lines that the producer has and the record too. What reads back then is what was printed.
    Raises `procmaps.errors.UnknownProducer` for a name of none.
    """
    return b"".join(_entries(tuple(records), as_producer(producer), strict=strict))


def path_name(
    path: BytesOrStr, producer: Producer | str | None = None, *, deleted: bool = False
) -> Name:
    """The name column that *producer* prints for the file at *path*, as a record.

    *path* is the original, newlines and all; *deleted*: the file was unlinked. The record is a
    `procmaps.records.names.FilePath`, or what else the text reads as: ``/memfd:x`` unlinked is a
    memfd's.

    Raises `ValueError` for a path that is empty, holds NUL or does not begin with a slash.
    """
    path = as_bytes(path)
    if not path.startswith(b"/") or b"\0" in path:
        raise ValueError(f"not an absolute path: {path!r}; expected a slash first and no NUL byte")
    producer = as_producer(producer)
    # mangle_path(m, path, "\n"), fs/seq_file.c: a newline becomes \012, nothing else changes.
    printed = path.replace(b"\n", NEWLINE) if producer.escapes else path
    return load_grammar(producer.dialect).parse_name(printed + DELETED * deleted)


@attrs.frozen
class _Refusal:
    """What is wrong with the record at hand."""

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
        yield _header(record, producer) + b"\n"
        if record.usage is None:
            continue
        rollup = record.name.kind == "rollup"
        lines = producer.rollup if rollup else producer.smaps
        if strict:
            _check_usage(record.usage, lines, producer, refuse)
        yield from _below(record.usage, lines)


# --- what is printed ------------------------------------------------------------------------------


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


def _below(usage: Usage, lines: tuple[FieldLine, ...]) -> Iterator[bytes]:
    for line in lines:
        value = getattr(usage, line.field.attribute)
        if value is not None and line.format is not None:
            yield line.format.line(_printed(value, line)) + b"\n"


def _printed(value: int | Name | VmFlags, line: FieldLine) -> int | bytes:
    """*value* as the line has it: a size in kB, a text as it stood."""
    if isinstance(value, int):
        return value // _KB if line.field.unit == "kB" else value
    return value.raw


# --- what is refused ------------------------------------------------------------------------------

_Refuse = Callable[[str, str], NoReturn]


def _check_kind(
    records: tuple[Mapping, ...], record: Mapping, producer: Producer, refuse: _Refuse
) -> None:
    """All records are of one file, and the producer has that file."""
    if (record.usage is None) != (records[0].usage is None):
        refuse("usage", "some records have it and some do not: maps or smaps, not both")
    if record.name.kind == "rollup":
        if record.usage is None or len(records) > 1:
            refuse("name", "[rollup] stands alone, with its sums: it is no mapping")
        if not producer.rollup:
            refuse("usage", "it prints no smaps_rollup")
    elif record.usage is not None and not producer.smaps:
        refuse("usage", "it prints no smaps")


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
            refuse(part, f"{number} is not a number of {bits} bits")
    if record.end < record.start:
        refuse("end", "it is below the start")
    perms = record.perms
    if perms.sharing.value not in layout.sharing or (perms.reserved and not layout.reserved):
        refuse("perms", f"it never prints {perms}")
    if Perms.from_text(str(perms)) != perms:
        refuse("perms", "reserved memory has no rights besides")


def _check_gap(record: Mapping, producer: Producer, refuse: _Refuse) -> None:
    name = record.name.raw
    if name and not producer.header.padding(len(_prefix(record, producer)), name):
        refuse("name", "it would stand directly behind the inode")


def _check_name(name: Name, producer: Producer, refuse: _Refuse) -> None:
    if name.raw.startswith(b" "):
        refuse("name", "no name begins with a space: it would be taken for padding")
    if b"\0" in name.raw:
        refuse("name", "no name holds a NUL byte")
    if isinstance(name, AnonName | AnonShmemName):
        _check_label(name.label, producer, refuse)
    elif b"\n" in name.raw and producer.escapes:
        refuse("name", r"it prints a newline as \012: make the name by path_name()")
    if isinstance(name, FileBacked) and name.escaped != producer.escapes and NEWLINE in name.raw:
        refuse("name", r"\012 means another thing there: make the name by path_name()")
    _check_read("name", name, producer, refuse)
    if not isinstance(name, FileBacked) and name.raw and name.kind != "rollup":
        _check_pathless(name, producer, refuse)


def _check_read(part: str, name: Name, producer: Producer, refuse: _Refuse) -> None:
    """The bytes are what the record says they are."""
    read = load_grammar(producer.dialect).parse_name(name.raw)
    if isinstance(read, FileBacked) and isinstance(name, FileBacked):
        # Where there is nothing to escape, the records of other producers do.
        read = attrs.evolve(read, escaped=name.escaped)
    if read != name:
        kind = type(read).__name__
        other = f"another {kind}" if isinstance(name, type(read)) else kind
        refuse(part, f"its bytes, {name.raw!r}, read as {other}")


def _check_label(label: bytes, producer: Producer, refuse: _Refuse) -> None:
    rule = producer.labels
    if rule is None:
        return
    if rule.checked:
        fault = label_fault(label, limit=rule.limit)
    else:
        long = len(label) > rule.limit
        fault = f"it has {len(label)} bytes, {rule.limit} at most" if long else None
    if fault:
        refuse("name", f"the kernel refuses this label: {fault}")


def _check_pathless(name: Name, producer: Producer, refuse: _Refuse) -> None:
    """A pseudo-name in place of a path is one that this producer prints."""
    kinds = producer.pathless
    if kinds is not None and name.kind in PATHLESS - kinds:
        refuse("name", f"it never prints {name}")


def _check_usage(
    usage: Usage, lines: tuple[FieldLine, ...], producer: Producer, refuse: _Refuse
) -> None:
    known = {line.field.attribute: line for line in lines}
    if usage.extra:
        refuse("usage.extra", f"it has no field {usage.extra[0].key.decode('ascii', 'replace')}")
    for attribute in attrs.fields_dict(Usage):
        value = None if attribute == "extra" else getattr(usage, attribute)
        line = known.get(attribute)
        if value is not None and line is None:
            refuse(f"usage.{attribute}", "it has no such field here")
        if line is None:
            continue
        if value is None and line.required:
            refuse(f"usage.{attribute}", "it always prints this field, and the record has no value")
        if value is not None:
            _check_value(value, line, producer, refuse)


def _check_value(
    value: int | Name | VmFlags, line: FieldLine, producer: Producer, refuse: _Refuse
) -> None:
    part = f"usage.{line.field.attribute}"
    if line.format is None:
        refuse(part, "how it prints this field is not established")
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
    # Linux prints the space behind the colon even where no flag follows.
    if flags.raw != (words + producer.flags_tail if words else producer.flags_tail):
        refuse(part, f"it does not space mnemonics as in {flags.raw!r}")
    if producer.release is not None:
        _check_bits(flags, part, producer.release, refuse)


def _check_bits(flags: VmFlags, part: str, release: Release, refuse: _Refuse) -> None:
    """Each flag is one of the release's, and they stand in the order of their bits."""
    last = -1
    for word in flags:
        if word == UNNAMED_BIT:
            last += 1
            continue
        info = VMFLAGS.get(word)
        if info is None or info.span.covers(release) is False:
            refuse(part, f"it has no flag {escape_bytes(word)}")
        behind = [bit for bit in info.bits_at(release) if bit > last]
        if not behind:
            refuse(
                part,
                f"it prints flags in the order of their bits, and {escape_bytes(word)} earlier",
            )
        last = min(behind)
