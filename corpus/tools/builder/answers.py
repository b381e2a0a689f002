"""The right answers to each dump, in the very form that adapters print (``docs/protocol.md``).

A harness in another language compares them member by member, and needs no other judge.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Iterable, Iterator

from corpus.tools.builder.model import DELETED, OCTAL, Case, Json
from corpus.tools.builder.printer import MEMBERS

_KEYS = {member: key for key, member in MEMBERS.items()}
_EXACT = 2**53
"""Above this a double is not exact, so a number is a string."""


def of_case(case: Case) -> dict[str, list[Json]]:
    """Return the answers to each kind of dump, the plainest first."""
    return {kind: list(_of_kind(case, kind)) for kind in case.texts}


def to_json(answers: dict[str, list[Json]]) -> bytes:
    """Return the content of ``NAME.answers.json``, with one mapping on each line."""
    kinds = ",\n".join(
        f"{_dump(kind)}: [\n" + ",\n".join(map(_one, given)) + "\n]"
        for kind, given in answers.items()
    )
    return f"{{\n{kinds}\n}}\n".encode()


def _one(answer: Json) -> str:
    head = f'{{"policies": {_dump(answer["policies"])}, '
    if answer.get("rejected"):
        return head + '"rejected": true}'
    mappings = ",\n".join(f"  {_dump(mapping)}" for mapping in answer["answer"])
    return head + (f'"answer": [\n{mappings}\n]}}' if mappings else '"answer": []}')


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _of_kind(case: Case, kind: str) -> Iterator[Json]:
    allowed = case.either or ({"records": list(range(len(case.records)))},)
    for choice in allowed:
        policies = [choice["policy"]] if "policy" in choice else []
        if choice.get("rejected"):
            yield {"policies": policies, "rejected": True}
            continue
        for mappings in itertools.product(
            *(list(_mappings(case, index, kind)) for index in choice["records"])
        ):
            more = {policy for policy, _ in mappings if policy}
            answer = [mapping for _, mapping in mappings]
            yield {"policies": [*policies, *sorted(more)], "answer": answer}


def _mappings(case: Case, index: int, kind: str) -> Iterator[tuple[str, Json]]:
    """Yield each right form of one mapping, with the policy that it follows."""
    mapping = _mapping(case.records[index], kind)
    yield "", mapping
    for item in case.interpretations:
        if item["record"] == index:
            path = _text(base64.b64decode(item["path"]["base64"]))
            yield item["policy"], mapping | {"path": path, "deleted": item["deleted"]}


def _mapping(record: Json, kind: str) -> Json:
    start, end = int(record["start"], 16), int(record["end"], 16)
    name, device = record["name"], record["device"]
    raw = base64.b64decode(name["base64"])
    made: Json = {
        "start": f"{start:x}",
        "end": f"{end:x}",
        "size": _number(end - start),
        "perms": record["perms"],
        "offset": f"{int(record['offset'], 16):x}",
        "device": f"{device['major']:02x}:{device['minor']:02x}",
        "inode": _number(int(record["inode"])),
        "name": _text(raw),
        "kind": name["kind"],
        "path": _text(_path(raw, name)) if "deleted" in name else None,
        "deleted": name.get("deleted", False),
        "label": _text(base64.b64decode(name["label"]["base64"])) if "label" in name else None,
    }
    return made if kind == "maps" else made | {"usage": dict(_fields(record["usage"]))}


def _path(raw: bytes, name: Json) -> bytes:
    """Return the most likely path of a file whose name column is *raw*."""
    printed = raw.removesuffix(DELETED) if name["deleted"] else raw
    return printed.replace(OCTAL, b"\n") if name["escaped"] else printed


def _fields(usage: Json) -> Iterable[tuple[str, object]]:
    for member, value in usage.items():
        if member == "vm_flags":
            yield "VmFlags", value["flags"]
        elif member == "name":
            yield "Name", _text(base64.b64decode(value["base64"]))
        elif member == "extra":
            for field in value:
                yield field["key"], _unknown(base64.b64decode(field["base64"]))
        else:
            yield _KEYS[member], _number(value)


def _unknown(value: bytes) -> object:
    """Return a number with kB in bytes, a plain number as it is, and any other text."""
    text = value.strip(b" \t")
    match = re.fullmatch(rb"([0-9]+)( kB)?", text)
    return _number(int(match[1]) * (1024 if match[2] else 1)) if match else _text(text)


def _number(value: int) -> int | str:
    return value if value <= _EXACT else str(value)


def _text(raw: bytes) -> object:
    """Return a string if *raw* is UTF-8, otherwise its base64."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode("ascii")}
