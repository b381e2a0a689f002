"""The values of parsed rules: the transformer inside Lark."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from procmaps.grammar.lark_parser import bare
from procmaps.grammar.parsed_line import FieldLine, HeaderLine
from procmaps.records.perms import Perms

if TYPE_CHECKING:
    from lark import Token


class LineTransformer:
    """The transformer inside Lark, which calls the method named after a recognised rule."""

    def __init__(self, captured: Callable[[str, bytes], bytes]) -> None:
        """*captured* returns the group that a terminal captures in a text."""
        self.captured = captured

    def header(self, parts: list[Any]) -> HeaderLine:
        """Return the seven values and the name, which can be missing."""
        start, end, perms, offset, (major, minor), inode, *name = parts
        return HeaderLine(
            start, end, perms, offset, major, minor, inode, bytes_of(name[0]) if name else b""
        )

    def start(self, parts: list[Token]) -> int:
        """Return a hexadecimal number."""
        return int(parts[0].value, 16)

    end = offset = major = minor = start

    def perms(self, parts: list[Token]) -> int:
        """Return the bits of the permissions."""
        text = b"".join(map(bytes_of, parts))
        return Perms.from_text(text.decode("ascii")).flags

    def device(self, parts: list[int]) -> tuple[int, int]:
        """Return the major and the minor number."""
        return (parts[0], parts[1])

    def inode(self, parts: list[Token]) -> int:
        """Return a decimal number."""
        return int(parts[0].value)

    def flags(self, parts: list[Token]) -> FieldLine:
        """Return the text after ``VmFlags:``."""
        return FieldLine(b"VmFlags", "flags", 0, bytes_of(parts[0]) if parts else b"")

    def size(self, parts: list[Token]) -> FieldLine:
        """Return a size in bytes. It is printed in kB, which are units of 1024 bytes."""
        key, text = map(bytes_of, parts)
        return FieldLine(key[:-1], "size", int(self.captured("SIZE", text)) * 1024, text)

    def count(self, parts: list[Token]) -> FieldLine:
        """Return a number without a unit."""
        key, text = map(bytes_of, parts)
        return FieldLine(key[:-1], "count", int(self.captured("COUNT", text)), text)

    def text(self, parts: list[Token]) -> FieldLine:
        """Return the text after any other key."""
        key, *text = map(bytes_of, parts)
        return FieldLine(key[:-1], "text", 0, b"".join(text))

    def label(self, parts: list[Token]) -> FieldLine:
        """Return Android's ``Name:`` line."""
        return FieldLine(b"Name", "label", 0, bytes_of(parts[0]) if parts else b"")

    def line(self, parts: list[HeaderLine | FieldLine]) -> HeaderLine | FieldLine:
        """Return the one part of a line."""
        return parts[0]

    field = line

    def name(self, parts: list[Token | tuple[str, str]]) -> tuple[str, str]:
        """Return the rule and the terminal that matched the column."""
        (part,) = parts
        return part if isinstance(part, tuple) else ("name", bare(part.type))

    def special(self, parts: list[Token]) -> tuple[str, str]:
        """Return the same for a fixed name in brackets."""
        return "special", bare(parts[0].type)

    def kernel_file(self, parts: list[Token]) -> tuple[str, str]:
        """Return the same for a file that the kernel makes for itself."""
        return "kernel_file", bare(parts[0].type)


def bytes_of(token: Token) -> bytes:
    """Return the bytes of a token. With ``use_bytes`` the value is bytes, although typed as str."""
    return cast("bytes", token.value)
