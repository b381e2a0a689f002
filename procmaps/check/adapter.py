"""Our own parser behind the adapter protocol: ``python -m procmaps.check.adapter`` (``--batch``).

``procmaps check -- python -m procmaps.check.adapter`` judges it as it would any other.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any, BinaryIO

from procmaps.check.judge import fields_of
from procmaps.errors import ParseError
from procmaps.json_format import Json, JsonObject
from procmaps.records.mapping import Mapping
from procmaps.records.names import FileBacked
from procmaps.snapshots.loading import loads


def answer(dump: bytes) -> Json:
    """The answer of the protocol to *dump*."""
    try:
        return [object_of(mapping) for mapping in loads(dump)]
    except ParseError as error:
        return {"rejected": str(error)}


def members_of(mapping: Mapping) -> dict[str, Any]:
    """One mapping, with every member that the protocol has, as `procmaps.check.answers.take` does.

    Numbers are int, texts bytes.
    """
    name = mapping.name
    made: dict[str, Any] = {
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
        made["usage"] = fields_of(mapping.usage)
        made["keys"] = list(made["usage"])
    return made


def object_of(mapping: Mapping) -> JsonObject:
    """The same as JSON, in which texts are no bytes."""
    made = members_of(mapping)
    for member in ("name", "path", "label"):
        if made[member] is not None:
            made[member] = {"base64": base64.b64encode(made[member]).decode("ascii")}
    if "usage" in made:
        made["usage"] = {_text(key): _field(value) for key, value in made["usage"].items()}
        made["keys"] = list(made["usage"])
    return made


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _field(value: int | bytes | tuple[bytes, ...]) -> Json:
    if isinstance(value, int):
        return value
    return _text(value) if isinstance(value, bytes) else list(map(_text, value))


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
