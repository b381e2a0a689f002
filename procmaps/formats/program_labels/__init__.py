"""The labels that programs give to their memory: who prints which, since when, and what it means.

`usage` takes its presets from this table, `explain` the meaning of a label, and docs/labels.md its
rows. Each example label is either in a capture of `corpus/captures/programs` or known from the
program's source alone; docs/labels.md says which.
"""

from __future__ import annotations

from procmaps.formats.program_labels.allocators import ALLOCATORS
from procmaps.formats.program_labels.applications import APPLICATIONS
from procmaps.formats.program_labels.browsers import BROWSERS
from procmaps.formats.program_labels.c_libraries import C_LIBRARIES
from procmaps.formats.program_labels.model import LabellingProgram, ProgramLabel
from procmaps.formats.program_labels.runtimes import RUNTIMES

__all__ = ["PROGRAMS", "LabellingProgram", "ProgramLabel", "find_label"]

PROGRAMS: tuple[LabellingProgram, ...] = (
    *C_LIBRARIES,
    *RUNTIMES,
    *ALLOCATORS,
    *BROWSERS,
    *APPLICATIONS,
)
"""Every known program, in the order in which their labels are tried."""


def find_label(label: bytes) -> tuple[LabellingProgram, ProgramLabel] | None:
    """Return the first row whose pattern matches the whole *label*, with its program, or None.

    Any program can use any label, so this is a likely owner and no proof.
    """
    for program in PROGRAMS:
        for row in program.labels:
            if row.compiled.fullmatch(label):
                return program, row
    return None
