"""Our own parser behind the adapter protocol: ``python -m procmaps.check.adapter`` (``--batch``).

``procmaps check -- python -m procmaps.check.adapter`` judges it as it would any other.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import BinaryIO

from procmaps.check.judging import fields_of
from procmaps.errors import ParseError
from procmaps.jsonform import Json, JsonObject
from procmaps.loading import loads
from procmaps.names import AnonInode, AnonName, AnonShmemName, Backed, Labelled
from procmaps.records import Mapping


def answer(dump: bytes) -> Json:
    """The answer of the protocol to *dump*."""
    try:
        return [object_of(mapping) for mapping in loads(dump)]
    except ParseError as error:
        return {"rejected": str(error)}


def object_of(mapping: Mapping) -> JsonObject:
    """One mapping, with every member that the protocol has."""
    name = mapping.name
    made: JsonObject = {
        "start": hex(mapping.start),
        "end": hex(mapping.end),
        "size": mapping.size,
        "perms": str(mapping.perms),
        "offset": hex(mapping.offset),
        "device": str(mapping.device),
        "inode": str(mapping.inode),
        "name": _coded(name.raw),
        "kind": name.kind,
        "path": _coded(name.path) if isinstance(name, Backed) else None,
        "deleted": isinstance(name, Backed) and name.deleted,
        "label": _coded(name.label)
        if isinstance(name, AnonName | AnonShmemName | AnonInode | Labelled)
        else None,
    }
    if mapping.usage is not None:
        fields = fields_of(mapping.usage)
        made["usage"] = {
            key.decode("ascii", "surrogateescape"): _field(value) for key, value in fields.items()
        }
        made["keys"] = [key.decode("ascii", "surrogateescape") for key in fields]
    return made


def _coded(raw: bytes) -> JsonObject:
    return {"base64": base64.b64encode(raw).decode("ascii")}


def _field(value: int | bytes | tuple[bytes, ...]) -> Json:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return [word.decode("utf-8", "surrogateescape") for word in value]


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """The batch form: one request a line, one answer a line."""
    for line in requests:
        request = json.loads(line)
        made = answer(Path(request["path"]).read_bytes())
        reply = made if isinstance(made, dict) else {"answer": made}
        answers.write(json.dumps({"id": request["id"], **reply}).encode() + b"\n")
        answers.flush()


def main(arguments: list[str]) -> int:
    """Answer for the dump on standard input, or serve with ``--batch``; 2 for anything else."""
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
