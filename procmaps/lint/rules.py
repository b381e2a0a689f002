"""The rules, as data. A test checks that ``docs/lint.md`` has the same table."""

from __future__ import annotations

from typing import Literal

import attrs

Severity = Literal["error", "warning", "note"]


@attrs.frozen
class Rule:
    """A kind of damage, edit or ambiguity.

    id         The name on the command line and in reports.
    severity   *error*: text is lost or unreadable. *warning*: the dump is probably damaged,
               edited, or from an unknown system. *note*: correct, but ambiguous.
    summary    What the rule finds.
    why        The probable cause, or the consequence.
    once       Whether the rule is about the kernel, not about one line. Then each of its messages
               is reported once per dump, at the first line, with a count.
    """

    id: str
    severity: Severity
    summary: str
    why: str
    once: bool = False


_TABLE = (
    Rule("unparsed", "error", "A line that the grammar does not accept.",
         "It is neither a mapping nor a field: it is damaged, or belongs to another text."),
    Rule("cut-off", "error", "The last line has no line end.",
         "The kernel ends every line, so the dump is cut off, perhaps inside a number or a name."),
    Rule("empty", "warning", "The dump is empty.",
         "Kernel threads and zombies have no mappings; for other processes the dump was lost."),
    Rule("repeated", "warning", "A mapping has the same range as the mapping before it.",
         "A torn read: memory changed between two reads of the file. Or dumps were joined."),
    Rule("overlap", "warning", "A mapping starts below the end of the mapping before it.",
         "A torn read: memory changed between two reads of the file. Or dumps were joined."),
    Rule("backward", "warning", "A mapping starts below the start of the mapping before it.",
         "A torn read: memory changed between two reads of the file. Or dumps were joined."),
    Rule("joined", "warning", "A mapping where another dump starts.",
         "Dumps of several processes were joined, or lines were moved."),
    Rule("hidden-addresses", "warning", "Every address is 0.",
         "A kernel with grsecurity's PROC_MEMMAP hides the addresses of other users' processes.",
         once=True),
    Rule("suspicious", "warning", "A line that a name may have forged.",
         "If newlines in names are printed unescaped, a program can write whole lines."),
    Rule("line-ends", "warning", "Every line ends in CR LF, or in CR CR LF.",
         "The kernel writes LF: another program changed the text of the dump."),
    Rule("layout", "warning", "A header line with widths or spaces that no Linux prints.",
         "Spaces were trimmed or added, or another system printed it."),
    Rule("trimmed", "warning", "Unnamed memory without a space at the end of its line.",
         "Linux prints one since 2.4.27: spaces were trimmed, or QEMU's user mode printed it."),
    Rule("unaligned", "warning", "An address or offset that is not a multiple of 4096.",
         "Linux has no smaller pages."),
    Rule("word-size", "warning", "Names padded for 32 bits and for 64 bits in one dump.",
         "A kernel has one word size: the dump was joined from several, or edited."),
    Rule("field-spacing", "warning", "A field with spacing that no release prints.",
         "It was edited, or printed by a system that only resembles Linux."),
    Rule("field-order", "warning", "Fields in an order that no release prints.",
         "They were edited, or printed by a system that only resembles Linux."),
    Rule("flags-spacing", "warning", "Flags with spacing that Linux does not print.",
         "A trailing space was trimmed, or another system printed them."),
    Rule("size-field", "warning", "The field Size differs from the size of the address range.",
         "Only a stack's hidden guard page (until 4.12) may make it 4 kB larger."),
    Rule("filtered", "warning", "An smaps entry without fields that every release prints.",
         "Lines were removed, as by grep, or the dump is cut off.", once=True),
    Rule("unknown-field", "warning", "A field that is not in the tables.",
         "It is kept. A newer kernel or a vendor's patch prints it.", once=True),
    Rule("unknown-flag", "warning", "A flag that is not in the tables.",
         "It is kept. A newer kernel or a vendor's patch prints it.", once=True),
    Rule("unknown-name", "warning", "A name that is not in the tables.",
         "It is kept. A driver, a newer kernel or a vendor's patch prints it.", once=True),
    Rule("unnamed-flag", "note", "??, a bit without letters of its own.",
         "Several bits print like this; the dump does not show which of them is set.", once=True),
    Rule("vendor", "note", "A feature that only a vendor's patch prints.",
         "Mainline's documentation does not describe it.", once=True),
    Rule("releases", "warning", "Two features that no single release prints.",
         "The dump was joined from several or edited, or comes from a kernel with backports."),
    Rule("ambiguous-newline", "note", r"\012 in a path or a name.",
         "It is a newline or four literal characters: the kernel does not escape backslashes."),
    Rule("ambiguous-deleted", "note", 'A path that ends in " (deleted)".',
         "The file is unlinked, or literally named so: the kernel prints both alike."),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.id: rule for rule in _TABLE}
"""Every rule by its ID, in the order of the documentation."""
