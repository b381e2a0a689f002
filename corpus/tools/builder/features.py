# ruff: noqa: E501 - rows of tables are read across
"""The features that cases show, who prints such dumps, and the failures that are disputable."""

from __future__ import annotations

FEATURES: dict[str, str] = {
    "plain": "An ordinary dump without anything special",
    # labels
    "label": "A label without spaces",
    "label-space": "A label with spaces",
    "label-look-alike": "A label that looks like something else",
    "label-interpreted": "A label that a later stage of a parser interprets",
    "label-seen": "A label seen in the wild",
    "label-shared": "A label of shared memory, `[anon_shmem:…]`",
    "label-shared-space": "A label of shared memory with spaces",
    "label-shared-look-alike": "A label of shared memory that looks like something else",
    "label-long": "A label of more than 79 bytes, as Android prints them",
    "label-raw": "A label of arbitrary bytes, as older Android kernels print them",
    "label-newline": "A label with a raw newline, as older Android kernels print them",
    "label-adjacent": "Labels on adjacent mappings",
    # names
    "kernel-name": "A name that the kernel sets",
    "unnamed": "Mappings without a name",
    "memory-file": "memfd, System V, ashmem, dma-buf and other files without a path",
    "path-space": "A path with spaces",
    "path-bytes": "A path with control characters",
    "path-utf8": "A path in UTF-8 beyond ASCII",
    "path-not-utf8": "A path that is not UTF-8",
    "path-deleted": "The mark ` (deleted)`",
    "path-newline": "A newline in a path, printed as `\\012`",
    "path-backslash": "A backslash in a path",
    "path-long": "A long path or line",
    "path-look-alike": "A path that looks like something else",
    "path-interpreted": "A path that a later stage of a parser interprets",
    "path-other": "A path with punctuation",
    # the header line
    "address": "Addresses of unusual width or value",
    "perms": "Each combination of permissions",
    "offset": "Offsets of unusual width or value",
    "inode": "Inodes of unusual width or value",
    "device": "Device numbers of unusual width or value",
    "width": "A header line of unusual width",
    "many-mappings": "Many mappings",
    "old-format": "The format of an older kernel",
    "adjacent": "Adjacent mappings that differ in one property",
    # fields
    "fields-of-release": "The fields of an older kernel",
    "fields-differ": "Fields that one mapping has and the next does not",
    "fields-vendor": "Fields of one vendor's kernels",
    "field-unknown": "A field that no kernel prints today",
    "field-key": "A field with an unusual key",
    "field-value": "A field with an unusual value",
    "name-like-field": "A name that looks like a field",
    "name-line": "The line Name of older Android kernels",
    "flag": "A flag of VmFlags",
    "flags-unusual": "VmFlags in an unusual form",
    "flag-unknown": "A flag that no kernel prints today",
    "rollup": "The rollup",
    # other systems and damage
    "padding-line": "A line without a mapping: padding on Android",
    "other-system": "The format of another system",
    "raw-newline": "A raw newline in a path",
    "line-ends": "Ends of lines and of the file",
    "torn": "A dump that ends early or lacks a part",
    "repeated": "A mapping printed twice by a torn read",
    "malformed": "A line that no producer prints",
}
"""What each feature is, as a title. A failure of a case is a failure of its feature only if the case's
control does not fail in the same way."""

LIKELY: dict[str, str] = {
    "kernels": "printed by Linux kernels in use, 3.10 and later, or Android's",
    "other-systems": "printed by other systems, or by older kernels",
    "hypothetical": "damaged after it was printed, or not printed by any known system",
}

DISPUTED: dict[str, str] = {
    "malformed-lines": "How a parser treats lines that no producer prints is its own policy.",
    "no-last-newline": "A program that reads /proc alone never sees a last line without its newline.",
    "control-characters": "A program that prints to a terminal may print ? for a control character.",
    "linux-2.4": "Linux 2.4 is history: a parser need not read its format.",
}
"""Policies that a failure may be due to. Such a failure is reported under its policy."""
