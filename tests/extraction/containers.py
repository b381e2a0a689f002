"""Wrap whole dumps in containers at random, and check what comes back.

`python -m tests.extraction.containers --texts 10000 --seed 1` tries that many texts. The dumps are
those of ``shared/dumps``; without that folder, those of ``corpus/captures``.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs

from procmaps import loads
from procmaps.extraction import Doubt, Extract, PartialMapping, account_for, extract
from tests.extraction.encoders import (
    JOINED,
    LOSSY,
    PLAIN,
    QUOTES,
    REMARKS,
    Encoder,
    whole,
    wrapped,
)
from tests.support.checkout import ROOT
from tests.support.shared import dump_files

_HEADER = re.compile(rb"[0-9a-f]{1,16}-[0-9a-f]{1,16} [r-][w-][x-][ps] ")

_OTHER_SPACES = re.compile(rb"(?:\xc3\x82)?\xc2\xa0|\xe3\x80\x80|&nbsp;|\xa0(?= )")
"""What the encoders of `LOSSY` write for one of two spaces, also inside a name."""

_MIN_RECURRING = 2
"""Mappings of a source that has a number: the number must occur again before it counts."""

_MAPPINGS_PER_DAMAGE = 4
"""Mappings that one damage can change: the line it is in, its neighbours, and a repeated one."""

_MIN_WIDTH = 32
"""Columns of a mail, at least: a range of addresses of 64 bits is never broken."""

_MAX_LINES = 12
"""Lines of a dump in one text, at most."""


@attrs.frozen
class Facts:
    """A mapping as the original has it."""

    start: int
    end: int
    perms: str
    offset: int
    inode: int
    name: bytes


@attrs.frozen
class Text:
    """A text with one or several dumps in containers."""

    containers: tuple[str, ...]
    text: bytes
    originals: tuple[tuple[bytes, ...], ...]
    """The lines of each dump."""
    only_padding_lost: bool = False
    """Whether the containers may have changed blanks inside the lines."""
    damages: tuple[int, ...] = ()
    """Where bytes were overwritten, removed or repeated."""


@attrs.frozen
class Verdict:
    """What came back of one text."""

    complete: bool
    """Whether every mapping came back equal, and nothing else."""
    faults: tuple[str, ...]
    """Wrong values, invented mappings, mappings that nothing reports."""


# --- originals ------------------------------------------------------------------------------------


def originals() -> list[list[bytes]]:
    """Return the lines of every whole dump."""
    files = dump_files() or sorted((ROOT / "corpus" / "captures").rglob("*"))
    found = (file.read_bytes() for file in files if file.is_file())
    texts = (text for text in found if _HEADER.match(text) and b"\r" not in text)
    return [text.removesuffix(b"\n").split(b"\n") for text in texts]


def excerpt(lines: Sequence[bytes], rng: random.Random) -> list[bytes]:
    """Return consecutive lines of a dump, from one header line on; whole entries only."""
    headers = [index for index, line in enumerate(lines) if _HEADER.match(line)]
    first = rng.randrange(len(headers))
    last = first + rng.randint(2, _MAX_LINES)
    end = headers[last] if last < len(headers) else len(lines)
    begin = headers[first]
    if end - begin > 4 * _MAX_LINES:
        end = max(index for index in headers if index <= begin + 4 * _MAX_LINES)
    return [*lines[begin : max(end, begin + 1)]]


def facts(lines: Sequence[bytes]) -> list[Facts]:
    """Return the mappings of a dump, read by the parser of whole dumps."""
    return [
        Facts(m.start, m.end, str(m.perms), m.offset, m.inode, m.name.raw)
        for m in loads(whole(lines), errors="collect")
    ]


# --- containers -----------------------------------------------------------------------------------

_OF_MAPS = (
    "capitals", "0x", "Markdown table", "Jira table", "box of columns", "CSV", "HTML table", "cell",
    "cell of HTML", "cell of several", "more columns", "HTML columns", "CSV columns", *JOINED,
    *REMARKS,
)  # fmt: skip
"""Encoders for the columns of mappings only."""

_OF_NAMES = (
    "Jira page", "bold names", "links", "tags before", "Markdown names", "code names",
    "Jira names", "BBCode names", "Markdown lines", "BBCode lines", "coloured lines", *REMARKS,
)  # fmt: skip
"""Encoders whose marks and remarks are known only beside a path, or a name of the kernel's."""


def has_odd_names(lines: Sequence[bytes]) -> bool:
    """Return whether a name is neither a path nor the kernel's: those of dumps made by hand."""
    names = (mapping.name.raw for mapping in loads(whole(lines), errors="collect"))
    return any(name and not name.startswith((b"/", b"[", b"anon_inode:")) for name in names)


_OUTER = ("> ", "> > ", "| ", "// ", "# ", "indented", "dmesg", "journal", "logcat")
"""Encoders that add a prefix to each line, and so can be put around any other text."""

_SOURCES: dict[str, Callable[[int, int], bytes]] = {
    "compose": lambda source, _: b"%-5b | " % (b"web", b"db")[source],
    "syslog": lambda s, n: b"Jan 01 10:%02d:%02d h a[%d]: " % (n // 60 % 60, n % 60, s + 9),
    "logcat": lambda s, n: b"06-01 12:00:00.%03d %5d %5d F DEBUG   : " % (n % 1000, s + 7, s + 7),
    "strace": lambda source, _: b"[pid %5d] " % (source + 99),
    "quotation": lambda source, _: b"> " * (source + 1),
}

_NUMBERED = ("syslog", "logcat", "strace")
"""The sources that differ only in the number of a process."""


def nested(lines: Sequence[bytes], rng: random.Random) -> tuple[tuple[str, ...], bytes, bool]:
    """Return a dump in one container, or in one inside another."""
    has_fields = any(not _HEADER.match(line) for line in lines)
    every = PLAIN | LOSSY | JOINED | REMARKS | _wrapped(rng)
    left_out = (*(_OF_MAPS if has_fields else ()), *(_OF_NAMES if has_odd_names(lines) else ()))
    inner = {name: encode for name, encode in every.items() if name not in left_out}
    name = rng.choice([*inner])
    text = inner[name](lines)
    if name not in _OUTER and rng.random() < 0.25 and text.isascii():
        outer = rng.choice(_OUTER)
        return (outer, name), PLAIN[outer](text.removesuffix(b"\n").split(b"\n")), name not in PLAIN
    return (name,), text, name not in PLAIN


def _wrapped(rng: random.Random) -> dict[str, Encoder]:
    """Return encoders for mails of a random width, one for each kind of quotation."""
    width = rng.randint(_MIN_WIDTH, 100)
    return {f"wrapped, {name}": wrapped(width, *quote) for name, quote in QUOTES.items()}


def interleaved(dumps: Sequence[Sequence[bytes]], rng: random.Random) -> tuple[str, bytes]:
    """Return the lines of two dumps in turns, each with the prefix of its source."""
    few = min(len(facts(lines)) for lines in dumps) < _MIN_RECURRING
    name = rng.choice([name for name in _SOURCES if not (few and name in _NUMBERED)])
    queues = [[*lines] for lines in dumps]
    rows: list[bytes] = []
    while any(queues):
        source = rng.choice([n for n, queue in enumerate(queues) if queue])
        for _ in range(min(rng.randint(1, 4), len(queues[source]))):
            rows.append(_SOURCES[name](source, len(rows)) + queues[source].pop(0))
    return name, whole(rows)


def generator(seed: str) -> random.Random:
    """Return a source of choices that are the same for the same *seed*."""
    return random.Random(seed)  # noqa: S311 - for tests, not for secrets


def make(dumps: Sequence[list[bytes]], rng: random.Random) -> Text:
    """Return one text at random."""
    kind = rng.random()
    first = excerpt(rng.choice(dumps), rng)
    second = excerpt(rng.choice(dumps), rng)
    if kind < 0.15:
        name, text = interleaved((first, second), rng)
        return Text(("interleaved", name), text, (tuple(first), tuple(second)))
    containers, text, is_lossy = nested(first, rng)
    if kind < 0.25:
        text, damages = damaged(text, rng)
        return Text(("damaged", *containers), text, (tuple(first),), is_lossy, damages)
    return Text(containers, text, (tuple(first),), is_lossy)


def damaged(text: bytes, rng: random.Random) -> tuple[bytes, tuple[int, ...]]:
    """Return *text* with bytes overwritten, removed or repeated in a few places, and these.

    The bytes between two places are those of the original, in their order.
    """
    places = sorted({rng.randrange(max(1, len(text))) for _ in range(rng.randint(1, 4))})
    pieces: list[bytes] = []
    found: list[int] = []
    done = 0
    for at in places:
        if at < done:
            continue
        size = rng.randint(1, 3)
        pieces.append(text[done:at])
        match rng.randrange(3):
            case 0:
                pieces.append(bytes(rng.choices(b"q%*\t ;", k=size)))
                done = at + size
            case 1:
                done = at + size
            case _:
                pieces.append(text[at : at + 40])
                done = at
        found.append(sum(map(len, pieces)))
    return b"".join((*pieces, text[done:])), tuple(found)


# --- verdicts -------------------------------------------------------------------------------------


def judge(made: Text) -> Verdict:
    """Extract the dumps of a text and compare them with the originals."""
    dumps = extract(made.text)
    faults = [*_unaccounted(made.text, dumps)]
    expected = [fact for lines in made.originals for fact in facts(lines)]
    found = [_fact(mapping) for dump in dumps for mapping in dump.mappings]
    wrong = Counter(_comparable(fact, made) for fact in found)
    wrong.subtract(_comparable(fact, made) for fact in expected)
    surplus, missing = [*(+wrong).elements()], [*(-wrong).elements()]
    is_complete = not (surplus or missing)
    doubts = [doubt for dump in dumps for doubt in dump.doubts]
    for fact in [*surplus]:
        if original := next((each for each in missing if _is_doubted(fact, each, doubts)), None):
            surplus.remove(fact)
            missing.remove(original)
    if made.damages and "UTF-16" in made.containers:
        # A byte that is lost changes all characters after it, and all evidence in them.
        return Verdict(not faults and is_complete, tuple(faults))
    if made.damages:
        faults += _far_from_damages(made, dumps, surplus)
        return Verdict(not faults and is_complete, tuple(faults))
    reported = [skipped.raw for dump in dumps for skipped in dump.skipped]
    reported += [doubt.text for doubt in doubts if doubt.kind == "joined"]
    faults += [f"wrong or invented: {fact}" for fact in surplus]
    faults += [f"lost: {fact}" for fact in missing if not _is_in(fact, reported)]
    if not faults and len(made.originals) > 1:
        faults += _mixed(made, dumps)
    return Verdict(is_complete, tuple(faults))


def _far_from_damages(
    made: Text, dumps: Sequence[Extract], surplus: Sequence[Facts]
) -> Iterator[str]:
    """Yield a fault for each wrong mapping that no damage explains."""
    if len(surplus) > len(made.damages) * _MAPPINGS_PER_DAMAGE:
        yield f"{len(surplus)} wrong after {len(made.damages)} damages: {surplus[-1]}"
    damaged_lines = {made.text.count(b"\n", 0, place) + 1 for place in made.damages}
    near = {line + step for line in damaged_lines for step in (-1, 0, 1)}
    for dump in dumps:
        for mapping in dump.mappings:
            fact = _comparable(_fact(mapping), made)
            if fact in surplus and near.isdisjoint(mapping.lines):
                yield f"wrong far from damages: {fact}"


def _is_doubted(found: Facts, original: Facts, doubts: Sequence[Doubt]) -> bool:
    """Return whether a doubt says exactly how the name of *found* differs from *original*."""
    if attrs.evolve(found, name=b"") != attrs.evolve(original, name=b""):
        return False
    return any(_explains(doubt, found.name, original.name) for doubt in doubts)


def _explains(doubt: Doubt, found: bytes, original: bytes) -> bool:
    text = b" ".join(doubt.text.split())
    if doubt.kind == "perhaps more":
        return original.startswith((found + text, found + b" " + text))
    if found == text:
        return bool(original) and original in text
    return found.endswith(text) and found.removesuffix(text).rstrip() == original


def _is_in(fact: Facts, texts: Sequence[bytes]) -> bool:
    """Return whether one of the *texts* has the mapping, readable for a person."""
    return any(b"%08x" % fact.start in text.lower() for text in texts)


def _fact(mapping: PartialMapping) -> Facts:
    return Facts(
        mapping.start,
        mapping.end,
        (mapping.perms or b"").decode("ascii"),
        mapping.offset or 0,
        mapping.inode or 0,
        mapping.name,
    )


def _comparable(fact: Facts, made: Text) -> Facts:
    """Return a mapping without what its containers cannot keep: the blanks in a row in a name."""
    if not made.only_padding_lost:
        return fact
    return attrs.evolve(fact, name=b" ".join(_OTHER_SPACES.sub(b" ", fact.name).split()))


def _unaccounted(text: bytes, dumps: Sequence[Extract]) -> Iterator[str]:
    """Yield the faults in the use of the bytes: a gap, an overlap, an undone mapping."""
    spans = account_for(text, dumps)
    if b"".join(text[span.begin : span.end] for span in spans) != text:
        yield "bytes without a use"
    for span in spans:
        if span.kind == "undone" and _HEADER.search(text, span.begin, span.end):
            yield f"undone: {text[span.begin : span.end]!r}"
    for dump in dumps:
        for skipped in dump.skipped:
            if text[skipped.begin : skipped.end] != skipped.raw:
                yield f"not in the text: {skipped}"


def _mixed(made: Text, dumps: Sequence[Extract]) -> Iterator[str]:
    """Yield a fault for each dump with mappings of two originals."""
    ranges = [{(fact.start, fact.end) for fact in facts(lines)} for lines in made.originals]
    for dump in dumps:
        own = {(mapping.start, mapping.end) for mapping in dump.mappings}
        if not any(own <= each for each in ranges):
            yield f"two originals in one dump of lines {dump.first_line}-{dump.last_line}"


# --- command --------------------------------------------------------------------------------------


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Try many texts, print the results by container, and return 1 if there were faults."""
    parser = argparse.ArgumentParser("python -m tests.extraction.containers", description=__doc__)
    parser.add_argument("--texts", type=int, default=1000, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="write each text with a fault")
    options = parser.parse_args(arguments)
    dumps = originals()
    texts: Counter[str] = Counter()
    complete: Counter[str] = Counter()
    faulty: Counter[str] = Counter()
    for number in range(options.texts):
        made = make(dumps, generator(f"{options.seed}/{number}"))
        verdict = judge(made)
        name = " in ".join(reversed(made.containers))
        texts[name] += 1
        complete[name] += verdict.complete
        if verdict.faults:
            faulty[name] += 1
            say(f"{number}: {name}: {len(verdict.faults)} faults, {verdict.faults[0]}")
            if options.save:
                options.save.mkdir(parents=True, exist_ok=True)
                (options.save / str(number)).write_bytes(made.text)
    total, good, bad = texts.total(), complete.total(), faulty.total()
    for name, count in sorted(faulty.items()):
        say(f"{name}: {count} of {texts[name]} with faults")
    say(f"{total:,} texts of {len(dumps)} dumps: {good:,} complete, {bad:,} with faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
