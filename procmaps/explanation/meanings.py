"""The meaning of each part of a line, as a sentence for people."""

from __future__ import annotations

from procmaps.formats.program_labels import find_label
from procmaps.formats.pseudo_names import PSEUDO_NAMES, PseudoName
from procmaps.formats.smaps_fields import FIELDS
from procmaps.formats.vm_flags import UNNAMED_BITS, UNNAMED_MNEMONIC, VM_FLAGS
from procmaps.grammar.loading import Grammar
from procmaps.records.names import Name, UnknownName

_BY_TERMINAL_AND_TEXT = {
    ("READ", b"r"): "Readable.",
    ("READ", b"-"): "Not readable.",
    ("WRITE", b"w"): "Writable.",
    ("WRITE", b"-"): "Not writable.",
    ("EXECUTE", b"x"): "Executable.",
    ("EXECUTE", b"-"): "Not executable.",
    ("SHARING", b"p"): "Private: writes are copied.",
    ("SHARING", b"s"): "Shared.",
    ("SHARING", b"S"): "Shared directly: the file's own memory. Only without an MMU.",
    ("WSL_SHARING", b"p"): "Private: writes are copied.",
    ("WSL_SHARING", b"s"): "Shared.",
    ("WSL_SHARING", b"-"): "Private or shared: WSL1 does not print which.",
    ("QEMU_SHARING", b"p"): "Private: writes are copied.",
    ("QEMU_SHARING", b"s"): "Shared.",
    ("QEMU_SHARING", b"-"): "Shared: QEMU 5.0 to 6.2 print no s.",
    ("CYGWIN_SHARING", b"p"): "Private.",
    ("CYGWIN_SHARING", b"s"): "Shared.",
    ("CYGWIN_SHARING", b"g"): "A guard page.",
    ("RESERVED", b"==="): "Address space that is reserved and not committed.",
}

_BY_RULE = {
    "start": "Start address.",
    "end": "End address, exclusive.",
    "offset": "Offset of the mapping in the file, in bytes.",
    "major": "Major number of the file system's device.",
    "minor": "Minor number of that device.",
    "inode": "Inode of the file; 0 if there is none.",
}

_BY_NAME_TERMINAL = {"OPEN_LABEL": "The start of a label that this line does not close."}
"""For a name without a record type of its own."""

_BY_GROUP = {
    "tid": "The thread's ID.",
    "anon_label": "The label set by the program.",
    "shmem_label": "The label set by the program.",
    "memfd_label": "The name set by the program.",
    "ashmem_label": "The name set by the program.",
    "dmabuf_label": "The name set by the program.",
    "inode_label": "The kind of kernel object.",
    "key": "The key passed to shmget.",
    "socket": "The inode of the socket.",
}
"""By named group in the terminal of a name."""

_BY_NAME_KIND = {"anonymous": "Anonymous memory without a label.", "file": "A file."}


def token_meaning(rule: str, terminal: str, text: bytes, grammar: Grammar) -> str:
    """Return the meaning of a token other than a name or a flag."""
    known = _BY_TERMINAL_AND_TEXT.get((terminal, text)) or _BY_RULE.get(rule)
    if known:
        return known
    if terminal == "KEY":
        field = FIELDS.get(text.removesuffix(b":"))
        return field.meaning if field else "A field that is not in the tables."
    if terminal in ("SIZE", "COUNT"):
        value = int(grammar.captured(terminal, text))
        return f"{value * 1024:,} bytes." if terminal == "SIZE" else f"The number {value}."
    return "The value, a text."


def flag_meaning(word: bytes) -> str:
    """Return the meaning of one word of ``VmFlags``."""
    if info := VM_FLAGS.get(word):
        return info.meaning
    if word == UNNAMED_MNEMONIC:
        names = ", ".join(
            bit.kernel_name for bit in UNNAMED_BITS if bit.printed == UNNAMED_MNEMONIC
        )
        return f"A bit without letters of its own; known ones: {names}."
    return "A flag that is not in the tables."


def name_meaning(name: Name, terminal: str) -> str:
    """Return the meaning of a name column that *terminal* matched."""
    if terminal in _BY_NAME_TERMINAL:
        return _BY_NAME_TERMINAL[terminal]
    if pseudo_name := find_pseudo_name(name):
        return pseudo_name.meaning
    if isinstance(name, UnknownName):
        return "A name that is in no table."
    return _BY_NAME_KIND.get(name.kind, "A name that only this dialect has.")


def group_meaning(group: str, text: bytes) -> str:
    """Return the meaning of *text*, which a named group in the terminal of a name matched."""
    if group in ("anon_label", "shmem_label") and (known := find_label(text)):
        program, row = known
        return f"The label set by the program, as {program.title} does. {row.meaning}"
    return _BY_GROUP.get(group, "A number.")


def find_pseudo_name(name: Name) -> PseudoName | None:
    """Return the table row of a pseudo-name, or None for any other name."""
    of_kind = [row for row in PSEUDO_NAMES if row.kind == name.kind and not row.look_alike]
    text = name.raw.decode("latin-1")
    exact = (row for row in of_kind if row.pattern_text == text and not row.varies)
    return next(exact, None) or next((row for row in of_kind if row.varies), None)
