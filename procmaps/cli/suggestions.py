"""Suggestions for misspelt words: ``did you mean heap?``."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean X or Y?`` for words like *word*, or an empty text."""
    import difflib  # noqa: PLC0415 - needed only for a misspelt word

    alike = difflib.get_close_matches(word, list(known))
    return f"; did you mean {' or '.join(alike)}?" if alike else ""


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """Return the message for a *word* that is not in *known*: a suggestion, or the whole list."""
    known = list(known)
    hint = did_you_mean(word, known) or f"; known are: {', '.join(known)}"
    return f"unknown {what} {word!r}{hint}"
