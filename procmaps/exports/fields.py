"""Tables of the fields of protocol buffers.

The numbers and types of fields never change, so a table stays right. Code that protoc generates
would need the runtime of its own release.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs


@attrs.frozen
class Field:
    """A field of a message.

    number     Its number.
    type       ``string``, ``int64`` … or the name of another message of the table.
    repeated   Whether it is a list.
    """

    number: int
    type: str
    repeated: bool = False


Messages = Mapping[str, Mapping[str, Field]]
"""The fields of each message, by name."""
