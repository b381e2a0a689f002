"""Fuzzing any parser: address spaces with hostile names, printed as a kernel would, and shrunk.

What is drawn are records; what is expected are these records. Needs the extra ``test``.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import attrs

from procmaps import producers
from procmaps.check.cases import Case, Interpretation
from procmaps.check.shrinking import Smallest, reduce
from procmaps.check.verdicts import Verdict
from procmaps.formats.file_kinds import FileKind
from procmaps.json_format import JsonObject, to_json
from procmaps.producers.rendering import render
from procmaps.records.mapping import Mapping
from procmaps.records.names import FileBacked

PRODUCER: Final = "linux-6.12"
"""Who prints, where nothing else is asked for."""

Judge = Callable[[Case], Verdict]

_AREAS: Final = 4
"""Mappings of one dump: enough for a neighbour on either side, and quick to draw."""

_READINGS: Final = 16
"""Other originals of one name that a case lists: a path of many ``\\012`` has very many."""


@attrs.define
class _Found(Exception):
    key: str


def fuzz(
    judge: Judge,
    kind: FileKind,
    *,
    examples: int,
    producer: str = PRODUCER,
    seed: int | None = None,
    seen: Callable[[], None] = lambda: None,
) -> list[Smallest]:
    """Draw *examples* address spaces as *producer* prints them; the failures, each of another sort.

    Failures are of one sort where their verdicts have one key. Each is shrunk, first by Hypothesis
    to the simplest values that fail so, then line by line. *seen* is called after every run of the
    parser. One *seed*, one result.
    """
    import hypothesis
    from hypothesis import HealthCheck, Phase

    from procmaps import strategies  # noqa: PLC0415

    smallest: dict[str, Smallest] = {}
    last: dict[str, Smallest] = {}
    left = examples

    def told(case: Case) -> Verdict:
        verdict = judge(case)
        seen()
        return verdict

    def attempt(records: tuple[Mapping, ...]) -> None:
        nonlocal left
        case = drawn(records, kind, producer)
        verdict = told(case)
        # What comes behind the first failure is Hypothesis' own search for a smaller one.
        left -= not last
        if not verdict.passed and verdict.outcome != "not-run" and verdict.key not in smallest:
            # Hypothesis ends with the smallest: the last one of its key is that.
            last[verdict.key] = Smallest(case, verdict)
            raise _Found(verdict.key)

    drawing = strategies.address_spaces(producer, kind, max_size=_AREAS).map(tuple)
    for turn in itertools.count():
        if left < 1:
            break
        test = hypothesis.settings(
            max_examples=left,
            deadline=None,
            database=None,
            print_blob=False,
            # One failure at a time: each is raised with its own key and shrunk by itself.
            report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.filter_too_much,
                HealthCheck.data_too_large,
                HealthCheck.large_base_example,
            ],
        )(hypothesis.given(drawing)(attempt))
        if seed is not None:
            test = hypothesis.seed(seed + turn)(test)
        try:
            test()
        except _Found as found:
            simplest = last[found.key]
            smallest[found.key] = reduce(simplest.case, simplest.verdict, told)
            last.clear()
        else:
            break
    return list(smallest.values())


def check_producer(name: str, kinds: Iterable[FileKind]) -> str:
    """The full name of a producer that prints files of all these *kinds*.

    Raises `procmaps.errors.ProcmapsError` for an unknown name and `ValueError` for a kind that it
    does not print.
    """
    producer = producers.parse(name)
    for kind in kinds:
        if not producer.prints(kind):
            raise ValueError(f"{producer.name} prints no {kind}, or how is not established")
    return producer.name


def drawn(records: tuple[Mapping, ...], kind: FileKind, producer: str) -> Case:
    """The case of *records* as *producer* prints them."""
    return Case(
        id=f"fuzz/drawn.{kind}",
        kind=kind,
        data=render(records, producer),
        records=records,
        shows="An address space that was drawn.",
        source="procmaps.strategies",
        producer=producer,
        tags=frozenset({"fuzz"}),
        interpretations=tuple(_readings(records)),
    )


def _readings(records: tuple[Mapping, ...]) -> Iterator[Interpretation]:
    for number, record in enumerate(records):
        if not isinstance(record.name, FileBacked):
            continue
        for at, reading in enumerate(record.name.interpretations()):
            if at > _READINGS:
                break
            if reading.kind == "file":
                policy = (
                    "octal-ambiguous"
                    if reading.deleted == record.name.deleted
                    else "deleted-ambiguous"
                )
                yield Interpretation(number, policy, reading.value, reading.deleted)


def save(failure: Smallest, folder: Path) -> Path:
    """Write *failure* as a case into *folder*, laid out as a group of ``corpus/cases``.

    The manifest there gains an entry; the path given back is that of the dump. A case with the same
    bytes is written once only.
    """
    case = failure.case
    folder.mkdir(parents=True, exist_ok=True)
    word = failure.verdict.key.replace(":", "-").replace(",", "-").replace(".", "-")
    name = f"{word}-{hashlib.sha256(case.data).hexdigest()[:8]}"
    dump = folder / f"{name}.{case.kind}"
    dump.write_bytes(case.data)
    records = [to_json(record) for record in case.records]
    (folder / f"{name}.json").write_text(json.dumps(records, indent=1) + "\n", "utf-8")
    manifest_path = folder / "manifest.json"
    entries: dict[str, JsonObject] = {}
    if manifest_path.exists():
        entries = json.loads(manifest_path.read_bytes())["cases"]
    entries[name] = _entry(failure)
    manifest = {
        "version": 1,
        "group": folder.name,
        "about": "Found by procmaps check --fuzz.",
        "cases": entries,
    }
    manifest_path.write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    return dump


def _entry(failure: Smallest) -> JsonObject:
    """The manifest's entry of what was found, as ``corpus/schema/manifest.schema.json`` has it."""
    case = failure.case
    entry: JsonObject = {
        "shows": f"A parser got this wrong: {failure.verdict.key}.",
        "source": f"drawn by {case.source}",
        "producer": case.producer,
        "tags": ["fuzz"],
        "files": [case.kind],
        "result": "either" if case.interpretations else "must",
    }
    if case.interpretations:
        entry["interpretations"] = [
            {
                "record": reading.record,
                "policy": reading.policy,
                "path": {"base64": base64.b64encode(reading.path).decode("ascii")},
                "deleted": reading.deleted,
            }
            for reading in case.interpretations
        ]
    return entry
