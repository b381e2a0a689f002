"""The evidence in a field of ``smaps``: its key, its spacing, its flags."""

from __future__ import annotations

from collections.abc import Iterator

from procmaps.explanation.evidence import Evidence
from procmaps.formats.smaps_fields import FIELDS
from procmaps.formats.vm_flags import UNNAMED_MNEMONIC, VM_FLAGS, VmFlags
from procmaps.grammar.parsed_line import FieldLine

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
        yield from _flags_evidence(VmFlags(field.text))
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


def _flags_evidence(flags: VmFlags) -> Iterator[Evidence]:
    for info in flags.known():
        architectures = f" ({', '.join(info.architectures)})" if info.architectures else ""
        yield Evidence(
            f"the flag {info.mnemonic.decode('ascii')} ({info.kernel_name})",
            (info.span,),
            info.source + architectures,
        )
    for word in flags.unknown:
        if word != UNNAMED_MNEMONIC and word not in VM_FLAGS:
            shown = word.decode("ascii", "backslashreplace")
            yield Evidence(f"the flag {shown}", (), _UNKNOWN, rule="unknown-flag")
    if flags != VmFlags.of(*flags):
        yield Evidence(
            "flags with other spacing",
            (),
            "show_smap_vma_flags() prints a space before the first flag and after each; QEMU's "
            "user mode and some Android ports print none after the last, gVisor prints two",
            rule="flags-spacing",
        )
