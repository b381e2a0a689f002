"""Faults: what a failure consists of, in words that fit every dump with the same mistake."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Final

import attrs

from corpus.tools.fuzz.marks import PLAIN, collapsed, kinds_of, show, unescape
from procmaps.check.cases import Case
from procmaps.check.failure_reasons import reason_of
from procmaps.check.verdicts import Difference, Verdict
from procmaps.formats.smaps_fields import FIELDS
from procmaps.printable import escape_bytes

_NUMBER = re.compile(r"(?:0x[0-9a-f]+|[0-9]+)\Z")
_DEVICE = re.compile(r"(?P<major>[0-9a-f]+):(?P<minor>[0-9a-f]+)\Z")
_KNOWN_KEYS: Final = frozenset(field.key.decode() for field in FIELDS.values())
_MODULI: Final = (8, 16, 31, 32, 63, 64)
_LARGEST: Final = frozenset(2**bits - 1 for bits in (31, 32, 63, 64))
_BUFFER: Final = 64
"""Characters of a cut text from which it is taken for cut by its length."""
_LONGEST: Final = 6
"""Kinds in a description of a replaced text. Longer ones are all alike."""

_QUOTED = re.compile(r"""(?<!\w)b?(["'`])((?:\\.|(?!\1).)*)\1(?!\w)""", re.DOTALL)
"""Matches a quoted text, with its escapes. The marks depend on the text in some languages."""
_SHORTEST: Final = 4
"""Shorter parts of a dump are also parts of words."""


@attrs.frozen(order=True)
class Fault:
    """One mistake of a parser."""

    where: str
    """The member, ``name`` or ``name of a neighbour``; or the outcome, ``rejected``."""
    what: str
    """How the answer differs from what is expected, or the words of a refusal."""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def faults_of(case: Case, control: Case | None, verdict: Verdict) -> frozenset[Fault]:
    """Return the faults in *verdict*, a failure on *case*, as the parser receives it.

    Only what differs from *control*, the same dump without the feature, is the case's own; the
    other mappings are neighbours. *verdict* is the part of the failure that the control does not
    have, see `procmaps.check.attribution.own_verdict`.
    """
    if verdict.passed:
        return frozenset()
    if verdict.outcome in ("wrong", "lost", "invented") and verdict.differences:
        known = () if control is None else control.records
        own = frozenset(at for at, record in enumerate(case.records) if record not in known)
        return frozenset(
            fault for difference in verdict.differences for fault in _faults(difference, own)
        )
    return frozenset({Fault(verdict.outcome, _words(verdict, case))})


def _words(verdict: Verdict, case: Case) -> str:
    """Return the words of a refusal without the parts of the dump in them."""
    said = verdict.detail
    names = [record.name.raw for record in case.records]
    parts = {part for part in (*case.data.split(b"\n"), *names) if len(part) >= _SHORTEST}
    for part in sorted(parts, key=len, reverse=True):
        for form in (part.decode("utf-8", "replace"), escape_bytes(part), repr(part)[2:-1]):
            said = said.replace(form, "…")
    shown = case.data.decode("utf-8", "replace")
    said = _QUOTED.sub(lambda match: match[0] if _is_word(match[2], shown) else "…", said)
    return reason_of(attrs.evolve(verdict, detail=said), case.data)


def _is_word(quoted: str, dump: str) -> bool:
    """Whether a quoted text is of the parser's own words, such as the name of a key."""
    return quoted.isidentifier() and quoted not in dump


def _faults(difference: Difference, own: frozenset[int]) -> Iterator[Fault]:
    field = difference.field
    if field.startswith("usage.") and field.removeprefix("usage.") not in _KNOWN_KEYS:
        field = "usage of an unknown field"
    neighbour = difference.record is not None and difference.record not in own
    if field == "mapping":
        where = "a neighbour" if neighbour else field
        yield Fault(where, "invented" if difference.record is None else "lost")
    elif neighbour:
        # How depends on both, on what was drawn and on the neighbour.
        yield Fault("a neighbour", f"another {field}")
    elif field == "keys":
        yield from (Fault(field, what) for what in _keys(difference))
    elif field.startswith("device"):
        yield from (Fault(field, what) for what in _of_devices(difference))
    elif _NUMBER.match(difference.expected) and _NUMBER.match(difference.got):
        yield Fault(field, _of_numbers(int(difference.expected, 0), int(difference.got, 0)))
    else:
        expected, got = unescape(difference.expected), unescape(difference.got)
        yield from (Fault(field, what) for what in _of_texts(expected, got))


def _keys(difference: Difference) -> Iterator[str]:
    for word, keys in (("missing", difference.expected), ("extra", difference.got)):
        for key in keys.split():
            yield f"{word} {key if key in _KNOWN_KEYS else 'unknown key'}"


def _of_devices(difference: Difference) -> Iterator[str]:
    expected, got = _DEVICE.match(difference.expected), _DEVICE.match(difference.got)
    if expected is None or got is None:
        yield "another text"
        return
    for half in ("major", "minor"):
        if expected[half] != got[half]:
            yield f"{half} {_of_numbers(int(expected[half], 16), int(got[half], 16))}"


def _of_numbers(expected: int, got: int) -> str:
    if any(got == expected % 2**bits for bits in _MODULI):
        # A small rest fits several.
        return "modulo a power of 2"
    if got in _LARGEST:
        return "the largest number of a type"
    if got == int(float(expected)):
        return "rounded to a double"
    if got == expected * 1024 or got * 1024 == expected:
        return "in another unit"
    return "0" if got == 0 else "another number"


def _of_texts(expected: bytes, got: bytes) -> Iterator[str]:
    """Yield how *got* is made of *expected*: cut, without a part, with parts replaced."""
    if not got:
        yield "nothing shown"
        return
    had, has = kinds_of(expected), kinds_of(got)
    for start, end, at, until in _edits(_characters(expected), _characters(got)):
        lost, put = collapsed(had[start:end]), collapsed(has[at:until])
        if len(had) == end - start:
            yield "another text"
        elif not put and end == len(had) and start >= _BUFFER and lost[0] in PLAIN:
            yield "cut by its length"
        elif not put and end == len(had):
            yield f"cut from {_show(lost[:1])}{' only' if len(lost) == 1 else ''}"
        elif not put and start == 0:
            first = had[end]
            yield "begins at '/'" if first == "/" else f"begins after {_show(lost[-1:])}"
        elif len(put) == 1:
            # One character for each, as replacements of what cannot be shown are.
            yield from (f"{_show((kind,))} becomes {_show(put)}" for kind in set(lost) - set(put))
        else:
            yield f"{_show(lost)} becomes {_show(put)}"


def _edits(text: str, shown: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield what is replaced by what: ranges of *text*, and of *shown*."""
    if text.startswith(shown):
        yield len(shown), len(text), len(shown), len(shown)
        return
    if text.endswith(shown):
        yield 0, len(text) - len(shown), 0, 0
        return
    matcher = difflib.SequenceMatcher(None, text, shown, autojunk=False)
    for tag, *ranges in matcher.get_opcodes():
        if tag != "equal":
            start, end, at, until = ranges
            yield start, end, at, until


def _characters(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _show(kinds: tuple[str, ...]) -> str:
    if len(kinds) > _LONGEST:
        return "a longer text"
    return " ".join(show(kinds)) or "nothing"
