"""Write messages of protocol buffers, described by tables of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

from procmaps.exports.fields import Field, Messages


def encode(messages: Messages, name: str, value: Mapping[str, Any]) -> bytes:
    """Return the message *name* of *messages* with the fields of *value*.

    Raises `ValueError` for a number that the field cannot have.
    """
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file_of(messages))
    message = message_factory.GetMessageClass(pool.FindMessageTypeByName(name))()
    try:
        json_format.ParseDict(dict(value), message)
    except json_format.ParseError as error:
        raise ValueError(f"cannot be exported: {error}") from error
    return message.SerializeToString(deterministic=True)


def file_of(messages: Messages) -> descriptor_pb2.FileDescriptorProto:
    """Return the description of *messages* as protobuf wants it."""
    record = {
        "name": "messages.proto",
        "syntax": "proto3",  # lists of numbers are packed
        "message_type": [
            {"name": name, "field": [_field(*item, messages) for item in fields.items()]}
            for name, fields in messages.items()
        ],
    }
    return json_format.ParseDict(record, descriptor_pb2.FileDescriptorProto())


def _field(name: str, field: Field, messages: Messages) -> dict[str, object]:
    other = field.type in messages
    return {
        "name": name,
        "number": field.number,
        "label": "LABEL_REPEATED" if field.repeated else "LABEL_OPTIONAL",
        "type": "TYPE_MESSAGE" if other else f"TYPE_{field.type.upper()}",
        **({"type_name": f".{field.type}"} if other else {}),
    }
