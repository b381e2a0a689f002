"""The values of parsed rules: the transformer inside Lark, and the records of names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from procmaps.grammar.parsed_line import MAX_U64, FieldLine, HeaderLine
from procmaps.grammar.to_regex import bare
from procmaps.records import names
from procmaps.records.perms import Perms

if TYPE_CHECKING:
    from lark import Token

Build = Callable[[bytes, bytes, bool], names.Name]
"""Takes the name column, the group that its terminal captured, and whether the producer escapes
newlines. Returns the record."""


def _build_socket(raw: bytes, number: int) -> names.Name:
    """Return a socket; an inode has 64 bits, so no kernel prints a larger number."""
    return names.Socket(raw, number) if number <= MAX_U64 else names.UnknownName(raw)


BUILDS: dict[str, Build] = {
    "HEAP": lambda raw, _, __: names.Heap(raw),
    "STACK": lambda raw, _, __: names.Stack(raw),
    "THREAD_STACK": lambda raw, tid, _: names.ThreadStack(raw, int(tid)),
    "ANON": lambda raw, label, _: names.AnonName(raw, label),
    "OPEN_LABEL": lambda raw, _, __: names.UnknownName(raw),
    "ANON_SHMEM": lambda raw, label, _: names.AnonShmemName(raw, label),
    "SYSV": lambda raw, key, escaped: names.SysV(raw, int(key, 16), escaped=escaped),
    "MEMFD": lambda raw, label, escaped: names.Memfd(raw, label, escaped=escaped),
    "ASHMEM": lambda raw, label, escaped: names.Ashmem(raw, label, escaped=escaped),
    "DMABUF": lambda raw, label, escaped: names.DmaBuf(raw, label, escaped=escaped),
    "ANON_INODE": lambda raw, label, _: names.AnonInode(raw, label),
    "SOCKET": lambda raw, number, _: _build_socket(raw, int(number)),
    "FILE": lambda raw, _, escaped: names.FilePath(raw, escaped=escaped),
    "OTHER": lambda raw, _, __: names.UnknownName(raw),
}
"""By terminal of ``grammar/name.lark``, except the fixed names, which have rules of their own."""


def build_name(
    rule: str, terminal: str, raw: bytes, captured: bytes, *, escaped: bool
) -> names.Name:
    """Return the record of the column *raw*, which *terminal* of *rule* matched."""
    if rule == "special":
        return names.Special(raw, terminal.lower())
    if rule == "kernel_file":
        return names.KernelFile(raw, terminal.lower(), escaped=escaped)
    return BUILDS[terminal](raw, captured, escaped)


class LineTransformer:
    """The transformer inside Lark, which calls the method named after a recognised rule."""

    captured: Callable[[str, bytes], bytes]
    """Returns the group that a terminal captured; set by `procmaps.grammar.loading.load`."""

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
