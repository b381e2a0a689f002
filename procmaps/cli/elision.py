"""Long names shortened to a width: paths lose their first folders, other names their end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

Character = tuple[str, bool]
"""A character as it is printed, or an escape ``\\xNN``; and whether it is an escape."""

LEAST = 12
"""The width that a name always gets, even if the line becomes longer than the terminal."""


def width(characters: Iterable[Character]) -> int:
    """Return how many columns of a terminal *characters* take up; some take two."""
    return sum(cell_len(text) for text, _ in characters)


def elide(characters: Sequence[Character], room: int, more: str) -> Sequence[Character]:
    """Return *characters* shortened to *room* columns; *more* marks what is left out."""
    room = max(room, LEAST)
    if len(characters) * 2 <= room or width(characters) <= room:
        return characters
    room -= cell_len(more)
    mark = (more, False)
    if characters[0][0] != "/":
        return [*fitting(characters, room), mark]
    kept = fitting(characters[::-1], room)[::-1]
    # Whole components, if the last one fits.
    slash = next((index for index, (text, _) in enumerate(kept) if text == "/"), 0)
    return [mark, *kept[slash:]]


def fitting(characters: Sequence[Character], room: int) -> list[Character]:
    """Return as many of the first *characters* as fit into *room* columns."""
    found: list[Character] = []
    for character in characters:
        room -= cell_len(character[0])
        if room < 0:
            break
        found.append(character)
    return found
