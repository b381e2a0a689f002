"""What a campaign starts from: pieces of the corpora, and a dictionary made from the grammars."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from procmaps.formats.dialects import DIALECTS
from procmaps.formats.smaps_fields import FIELDS
from procmaps.formats.vm_flags import VM_FLAGS
from procmaps.grammar import loading
from tests.trials.recording import ROOT

CORPORA = (ROOT / "corpus" / "cases", ROOT / "corpus" / "captures")

LENGTH, PIECES = 900, 4
"""Bytes of a seed, and seeds of one file. Short seeds run fast; a file repeats what it prints."""

_TOKENS = re.compile(
    r"\\(?P<escaped>\W)|(?P<literal>[^\\\[()|^$.*+?{}])"
    r"|\\.|\[(?:\\.|[^\]\\])*\]|\(\?P?<\w+>|\(\?[:=!]|\{\d+,?\d*\}|.",
    re.DOTALL,
)
"""The tokens of an expression of a grammar; the two groups are literal characters."""


def seeds() -> Iterator[bytes]:
    """Yield pieces of every dump in the corpora, each from the start of a line."""
    for corpus in CORPORA:
        for file in sorted(corpus.rglob("*maps*")):
            if file.is_file() and file.suffix != ".json":
                yield from _pieces(file.read_bytes())


def _pieces(text: bytes) -> Iterator[bytes]:
    step = max(LENGTH, len(text) // PIECES)
    for offset in range(0, max(len(text), 1), step):
        start = text.rfind(b"\n", 0, offset) + 1
        yield text[start : start + LENGTH]


def made_seeds(count: int) -> Iterator[bytes]:
    """Yield short texts of lines of the corpora, some unreadable: blocks repeated, then altered.

    The same *count* gives the same texts. One more has as many distinct names as a text can.
    """
    chance = random.Random(count)  # texts are made from a seed
    lines = [*dict.fromkeys(line for seed in seeds() for line in seed.splitlines(keepends=True))]
    fields = [line for line in lines if line[:1].isupper()]
    headers = [line for line in lines if line[:1] in b"0123456789abcdef"]
    junk = (b"junk\n", b"\n") * (len(fields) // 10)
    for _ in range(count):
        block = b"".join(chance.choices((*fields, *junk), k=chance.randrange(5)))
        yield b"".join(
            chance.choice(headers)
            + chance.choice((block, block, b""))
            + b"".join(chance.choices(fields, k=chance.randrange(2)))
            for _ in range(chance.randrange(1, 5))
        )
    yield b"".join(b"0-1 r--p 0 0:0 0 %d\n" % number for number in range(50))


def write_seeds(folder: Path, texts: Iterable[bytes]) -> int:
    """Write each distinct text to a file named by its hash; return how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    distinct = {hashlib.sha256(text).hexdigest()[:16]: text for text in texts}
    for name, text in distinct.items():
        (folder / name).write_bytes(text)
    return len(distinct)


def words() -> set[bytes]:
    """Return the literal texts of all grammars, the keys of all fields, and all flags."""
    found = {field.key + b":" for field in FIELDS.values()}
    found |= {*VM_FLAGS}
    for dialect in DIALECTS:
        rules = loading.load(dialect.name).rules
        for terminal in rules.terminals:
            text = rules.literal(terminal)
            pieces = [text] if text else _literals(rules.pattern(terminal))
            found |= {piece.encode("latin-1") for piece in pieces}
    return {word for word in found if len(word) > 1}


def _literals(pattern: str) -> list[str]:
    """Return the runs of literal characters in an expression."""
    tokens = _TOKENS.finditer(pattern)
    return "".join(token["escaped"] or token["literal"] or "\n" for token in tokens).split("\n")


def dictionary() -> str:
    """Return `words` in the form of libFuzzer."""
    lines = ('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in sorted(words()))
    return "".join(lines)
