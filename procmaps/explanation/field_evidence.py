"""The evidence in a field of ``smaps``: its key, its spacing, its flags."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from procmaps.explanation.evidence import Evidence
from procmaps.formats.smaps_fields import FIELDS
from procmaps.formats.vm_flags import UNNAMED_MNEMONIC, VM_FLAGS
from procmaps.grammar.parsed_line import FieldLine
from procmaps.printable import escape_bytes

_UNKNOWN = "not in the tables; a newer kernel or a vendor's patch prints it"


def field_evidence(line: bytes, field: FieldLine) -> Iterator[Evidence]:
    """Yield the evidence in a field: the releases that print its key, with this spacing."""
    known = FIELDS.get(field.key)
    feature = f"the field {field.key.decode('ascii')}"
    if known is None:
        yield Evidence(feature, (), _UNKNOWN, rule="unknown-field")
        return
    if known.producer != "Linux":
        yield Evidence(feature, (known.span,), known.source, vendor=known.producer)
        return
    source = known.source if known.smaps else f"{known.source}; only in smaps_rollup"
    if field.form == "flags":
        yield Evidence(feature, (known.span,), source)
        yield from _flags_evidence(field.text)
        return
    value = field.value // 1024 if field.form == "size" else field.value
    spans = tuple(each.span for each in known.formats if each.line(value) == line)
    if spans:
        yield Evidence(f"{feature} with this spacing", spans, source)
    else:
        yield Evidence(
            f"{feature} with other spacing",
            (),
            "no release prints these spaces; QEMU's user mode does not align its numbers",
            rule="field-spacing",
        )


def _words(flags: bytes) -> Iterator[bytes]:
    """Yield what `VmFlags.mnemonics` has, without keeping it: a line may have millions."""
    return (match[0] for match in re.finditer(rb"[^ ]+", flags))


@functools.cache
def _flag_evidence(mnemonic: bytes) -> Evidence:
    """Return the evidence of a flag in the tables, one object for all lines."""
    info = VM_FLAGS[mnemonic]
    architectures = f" ({', '.join(info.architectures)})" if info.architectures else ""
    return Evidence(
        f"the flag {info.mnemonic.decode('ascii')} ({info.kernel_name})",
        (info.span,),
        info.source + architectures,
    )


def _flags_evidence(flags: bytes) -> Iterator[Evidence]:
    for word in _words(flags):
        if word in VM_FLAGS:
            yield _flag_evidence(word)
    for word in _words(flags):
        if word != UNNAMED_MNEMONIC and word not in VM_FLAGS:
            yield Evidence(f"the flag {escape_bytes(word)}", (), _UNKNOWN, rule="unknown-flag")
    # A space before the first word and one after each; see `VmFlags.of`.
    if not (flags.startswith(b" ") and flags.endswith(b" ") and b"  " not in flags):
        yield Evidence(
            "flags with other spacing",
            (),
            "show_smap_vma_flags() prints a space before the first flag and after each; QEMU's "
            "user mode and some Android ports print none after the last, gVisor prints two",
            rule="flags-spacing",
        )
