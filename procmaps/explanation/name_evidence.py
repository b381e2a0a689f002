"""The evidence in a name column, also by itself."""

from __future__ import annotations

from collections.abc import Iterator

from procmaps.explanation.evidence import ALL_RELEASES, Evidence
from procmaps.explanation.meanings import find_pseudo_name
from procmaps.formats.labels import MAX_LABEL, MAX_LABEL_ANDROID, label_error
from procmaps.formats.releases import Span
from procmaps.grammar.loading import Grammar
from procmaps.records.names import AnonName, AnonShmemName, FileBacked, Name, UnknownName


def name_evidence(name: Name, grammar: Grammar) -> Iterator[Evidence]:
    """Yield the evidence in a name, which *grammar* has parsed."""
    pseudo_name = find_pseudo_name(name)
    if isinstance(name, AnonName | AnonShmemName) and label_error(name.label):
        yield _label_evidence(name.label)
    elif pseudo_name is not None:
        is_mainline = pseudo_name.producer == "Linux"
        source = pseudo_name.source
        if pseudo_name.architectures:
            source += f" ({', '.join(pseudo_name.architectures)})"
        yield Evidence(
            f"the name {pseudo_name.pattern_text}",
            (pseudo_name.span,),
            source,
            vendor="" if is_mainline else pseudo_name.producer,
            earlier_vendor=pseudo_name.earlier_producer,
            or_file=not pseudo_name.pathless,
        )
    elif grammar.terminal("OPEN_LABEL").match(name.raw):
        yield Evidence(
            "a label that this line does not close",
            ALL_RELEASES,
            "seq_print_vma_name() of Android 3.4 to 5.4 does not escape newlines; the line may "
            "also be cut off",
            vendor="Android",
        )
    elif isinstance(name, UnknownName):
        yield Evidence(
            "a name that is in no table",
            (),
            "a driver, a vendor's patch, a newer kernel or another system prints it",
            rule="unknown-name",
        )
    if isinstance(name, FileBacked):
        yield from _path_evidence(name.raw)


def _path_evidence(raw: bytes) -> Iterator[Evidence]:
    if raw.startswith(b"(unreachable)"):
        yield Evidence(
            "(unreachable) before the path",
            (Span.of("2.6.24|2.6.32", "2.6.32|3.4"),),
            "__d_path(), fs/dcache.c of 2.6.32.y",
        )
    if b"\n" in raw:
        yield Evidence(
            "an unescaped newline in the path",
            ALL_RELEASES,
            "Linux started to escape it between 2.6.12 and 2.6.18 (mangle_path()); Linux without "
            "an MMU and gVisor do not escape it",
        )


def _label_evidence(label: bytes) -> Evidence:
    if label_error(label, limit=MAX_LABEL_ANDROID) is None:
        return Evidence(
            f"a label of {len(label)} bytes, more than {MAX_LABEL}",
            ALL_RELEASES,
            f"ANON_VMA_NAME_MAX_LEN is {MAX_LABEL_ANDROID + 1} since android13-5.15, "
            f"{MAX_LABEL + 1} in mainline",
            vendor="Android",
        )
    return Evidence(
        f"a label that prctl rejects ({label_error(label)})",
        ALL_RELEASES,
        'seq_print_vma_name() of Android 3.4 to 5.4 ("NOUPSTREAM: ANDROID: mm: add a field to '
        'store names for private anonymous memory") prints any bytes at the pointer',
        vendor="Android",
    )
