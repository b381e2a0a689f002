"""A planted fault."""

from __future__ import annotations

import attrs


@attrs.frozen
class Mutant:
    """A file with one change."""

    file: str
    """Path in the checkout."""
    line: int
    before: str
    """The line without the fault, stripped."""
    after: str
    """The line with it; empty if it was removed."""
    source: str
    """The whole file with the fault."""

    @property
    def key(self) -> str:
        """Identify the fault as long as the line stays the same, wherever it moves."""
        return f"{self.file}: {self.before} -> {self.after}"


def mutant(file: str, original: str, changed: str) -> Mutant:
    """Return the mutant whose whole text is *changed*."""
    old, new = original.splitlines(), changed.splitlines()
    pairs = enumerate(zip(old, new, strict=False))
    line = next((number for number, (a, b) in pairs if a != b), min(len(old), len(new)) - 1)
    return Mutant(file, line + 1, old[line].strip(), new[line].strip(), changed)
