"""The rules, as data; ``docs/lint.md`` is the same table for people."""

from __future__ import annotations

from typing import Literal

import attrs

Severity = Literal["error", "warning", "note"]


@attrs.frozen
class Rule:
    """One thing that a dump can have against it."""

    id: str
    """How the rule is called on the command line and in reports."""
    severity: Severity
    """*error*: text is lost or unreadable. *warning*: no kernel prints it so, or a kernel did at a
    bad moment. *note*: right, and not certain."""
    what: str
    """What stands in the dump."""
    why: str
    """Why that matters."""


_TABLE = (
    Rule("unparsed", "error", "A line that no rule of the grammar accepts.",
         "It is no mapping and no field: it was damaged, or is of something else."),
    Rule("cut-off", "error", "The last line has no line end.",
         "The kernel ends every line: the dump was cut off, perhaps within a number or a name."),
    Rule("repeated", "warning", "A mapping has the same range as the mapping before it.",
         "A torn read: memory changed between two reads of the file. Or dumps were joined."),
    Rule("overlap", "warning", "A mapping starts below the end of the mapping before it.",
         "A torn read: memory changed between two reads of the file. Or dumps were joined."),
    Rule("backward", "warning", "A mapping starts below the start of the mapping before it.",
         "A torn read: memory changed between two reads of the file. Or dumps were joined."),
    Rule("suspicious", "warning", "A line that a name may have forged.",
         "Where a newline in a name is printed as it is, a program can write lines of its own."),
    Rule("line-ends", "warning", "Lines end in CR LF.",
         "The kernel writes LF: the dump went through something that changes text."),
    Rule("layout", "warning", "A header line whose widths or spaces no Linux prints.",
         "Spaces were trimmed or added, or another system printed it."),
    Rule("trimmed", "warning", "Unnamed memory without a space at the end of its line.",
         "Linux prints one since 2.4.27: spaces were trimmed, or QEMU's user mode printed it."),
    Rule("unaligned", "warning", "An address or an offset that is no multiple of 4096.",
         "No page is smaller."),
    Rule("word-size", "warning", "Names padded for 32 bits and for 64 bits in one dump.",
         "One kernel has one word size: the dump was put together or edited."),
    Rule("field-spacing", "warning", "A field spaced as no release spaces it.",
         "It was edited, or printed by something that only looks like Linux."),
    Rule("field-order", "warning", "Fields in an order that no release prints.",
         "It was edited, or printed by something that only looks like Linux."),
    Rule("flags-spacing", "warning", "Flags spaced as Linux does not space them.",
         "A trailing space was trimmed, or another system printed them."),
    Rule("size-field", "warning", "The field Size is not the size of the address range.",
         "Only a stack's hidden guard page (until 4.12) may make it 4 kB larger."),
    Rule("unknown-field", "warning", "A field that no table knows.",
         "It is kept; a vendor's or a newer kernel prints it."),
    Rule("unknown-flag", "warning", "A flag that no table knows.",
         "It is kept; a vendor's or a newer kernel prints it."),
    Rule("unnamed-flag", "note", "??, a bit without letters of its own.",
         "Several bits print so: which one it was cannot be told."),
    Rule("vendor", "note", "What only a vendor's patched kernel prints.",
         "Mainline's documentation does not describe it."),
    Rule("releases", "warning", "Two things that no one release prints together.",
         "The dump was put together from several, edited, or comes of a kernel with backports."),
    Rule("ambiguous-newline", "note", r"\012 in a path or a name.",
         r"It stands for a newline or for the four characters: the kernel escapes no backslash."),
    Rule("ambiguous-deleted", "note", "A file whose path ends in (deleted).",
         "It was unlinked, or is called so: the kernel prints both alike."),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.id: rule for rule in _TABLE}
"""Every rule by its id, in the order of the documentation."""


@attrs.frozen
class Finding:
    """A rule, and where it found something."""

    rule: Rule
    line: int
    """From 1."""
    message: str
    raw: bytes
    """The line, without its line end."""
