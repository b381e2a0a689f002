"""The adapter of our own parser: ``python -m procmaps.check.adapter`` (``--batch``).

``procmaps check -- python -m procmaps.check.adapter`` judges it like any other parser.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any, BinaryIO

from procmaps.check.usage_fields import fields_of
from procmaps.errors import ParseError
from procmaps.json_format import Json, JsonObject
from procmaps.records.mapping import Mapping
from procmaps.records.names import FileBacked
from procmaps.snapshots.loading import loads


def answer(dump: bytes) -> Json:
    """Return the answer to *dump*, as the protocol has it."""
    try:
        return [object_of(mapping) for mapping in loads(dump)]
    except ParseError as error:
        return {"rejected": str(error)}


def members_of(mapping: Mapping) -> dict[str, Any]:
    """Return one mapping with every member of the protocol: numbers as int, texts as bytes."""
    name = mapping.name
    members: dict[str, Any] = {
        "start": mapping.start,
        "end": mapping.end,
        "size": mapping.size,
        "perms": str(mapping.perms),
        "offset": mapping.offset,
        "device": str(mapping.device),
        "inode": mapping.inode,
        "name": name.raw,
        "kind": name.kind,
        "path": mapping.path,
        "deleted": isinstance(name, FileBacked) and name.deleted,
        "label": mapping.label,
    }
    if mapping.usage is not None:
        members["usage"] = fields_of(mapping.usage)
        members["keys"] = list(members["usage"])
    return members


def object_of(mapping: Mapping) -> JsonObject:
    """Return `members_of` *mapping* as JSON: texts as ``{"base64": …}``."""
    members = members_of(mapping)
    for member in ("name", "path", "label"):
        if members[member] is not None:
            members[member] = {"base64": base64.b64encode(members[member]).decode("ascii")}
    if "usage" in members:
        members["usage"] = {_text(key): _field(value) for key, value in members["usage"].items()}
        members["keys"] = list(members["usage"])
    return members


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _field(value: int | bytes | tuple[bytes, ...]) -> Json:
    if isinstance(value, int):
        return value
    return _text(value) if isinstance(value, bytes) else list(map(_text, value))


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each line of *requests* with one line: the batch form."""
    for line in requests:
        request = json.loads(line)
        given = answer(Path(request["path"]).read_bytes())
        reply = given if isinstance(given, dict) else {"answer": given}
        answers.write(json.dumps({"id": request["id"], **reply}).encode() + b"\n")
        answers.flush()


def main(arguments: list[str]) -> int:
    """Answer the dump on standard input, or all requests with ``--batch``; return the status."""
    if arguments == ["--batch"]:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    elif not arguments:
        sys.stdout.buffer.write(json.dumps(answer(sys.stdin.buffer.read())).encode() + b"\n")
    else:
        sys.stderr.write("usage: python -m procmaps.check.adapter [--batch] < DUMP\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
