"""The permissions column: `Perms`."""

from __future__ import annotations

import enum
import functools

import attrs


class Sharing(enum.Enum):
    """The fourth permission character."""

    PRIVATE = "p"
    """Copy on write: ``VM_MAYSHARE`` is not set."""
    SHARED = "s"
    """Shared: ``VM_MAYSHARE`` is set. On NOMMU: shared, but a copy of the file."""
    DIRECT = "S"
    """NOMMU only: ``VM_SHARED`` is set too; the pages of the file itself (``nommu_vma_show``)."""
    GUARD = "g"
    """Cygwin only: a guard page."""
    UNKNOWN = "-"
    """Printed as ``-``. WSL 1 of 2016 and 2017 prints it always, so nothing is known. QEMU's user
    mode 5.0 to 6.2 prints it for shared memory (linux-user/syscall.c, open_self_maps())."""


_RIGHTS = "rwx"
_RESERVED = "==="
_LENGTH = 4


@attrs.frozen
class Perms:
    """Access rights of a mapping; ``str(perms) == "rw-p"``.

    read       True if the memory can be read.
    write      True if it can be written.
    execute    True if it can be executed.
    sharing    The fourth character, as a `Sharing`.
    reserved   True for Cygwin's ``===``: address space that is reserved but not backed by memory.

    Permissions equal their text: ``perms == "rw-p"``. Comparison with text that no producer prints,
    such as ``"rw"``, raises `ValueError`; comparison with bytes raises `TypeError`.
    """

    read: bool
    write: bool
    execute: bool
    sharing: Sharing
    reserved: bool = False

    def __str__(self) -> str:
        rights = (
            _RESERVED
            if self.reserved
            else f"{'-r'[self.read]}{'-w'[self.write]}{'-x'[self.execute]}"
        )
        return rights + self.sharing.value

    def __repr__(self) -> str:
        return f"<Perms {self}>"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            other = Perms.from_text(other)
        if isinstance(other, Perms):
            return self._facts == other._facts
        if isinstance(other, bytes | bytearray | memoryview):
            raise TypeError(f"compare permissions with a str such as 'rw-p', not {other!r}")
        return NotImplemented

    def __hash__(self) -> int:
        # Permissions equal their text, so both have one hash.
        return hash(str(self))

    @property
    def _facts(self) -> tuple[object, ...]:
        return self.read, self.write, self.execute, self.sharing, self.reserved

    @property
    def shared(self) -> bool:
        """True if other processes can see writes: for ``s`` and ``S`` only.

        False for ``-``, which means shared in a dump of QEMU 5.0 to 6.2: see `Sharing.UNKNOWN`.
        """
        return self.sharing in (Sharing.SHARED, Sharing.DIRECT)

    @property
    def flags(self) -> int:
        """The permissions as one number, as in the ``perms`` column of a snapshot.

        Read is 1, write 2, execute 4, shared 8: the flags of ``PROCMAP_QUERY``
        (include/uapi/linux/fs.h, 6.11). Direct is 16, guard 32, reserved 64, unknown sharing 128.
        """
        return (
            self.read
            | self.write << 1
            | self.execute << 2
            | self.shared << 3
            | (self.sharing is Sharing.DIRECT) << 4
            | (self.sharing is Sharing.GUARD) << 5
            | self.reserved << 6
            | (self.sharing is Sharing.UNKNOWN) << 7
        )

    @classmethod
    @functools.cache
    def from_flags(cls, flags: int) -> Perms:
        """Return the permissions whose `flags` are *flags*."""
        sharing = (
            Sharing.DIRECT if flags & 16
            else Sharing.GUARD if flags & 32
            else Sharing.UNKNOWN if flags & 128
            else Sharing.SHARED if flags & 8
            else Sharing.PRIVATE
        )  # fmt: skip
        return cls(bool(flags & 1), bool(flags & 2), bool(flags & 4), sharing, bool(flags & 64))

    @classmethod
    @functools.cache
    def from_text(cls, text: str) -> Perms:
        """Return the permissions that print as *text*: four characters such as ``rw-p``.

        Raises `ValueError` for text that no producer prints, `TypeError` for anything but a
        ``str``.
        """
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"expected a str such as 'rw-p', not {type(text).__name__}")
        if reason := _fault(text):
            raise ValueError(f"invalid permissions {text!r}: {reason}")
        read, write, execute = (text[i] == right for i, right in enumerate(_RIGHTS))
        return cls(read, write, execute, Sharing(text[3]), reserved=text.startswith(_RESERVED))


def _fault(text: str) -> str | None:
    """Return the first rule of the permissions column that *text* breaks, or None."""
    if len(text) != _LENGTH:
        return f"expected four characters such as 'rw-p', not {len(text)}"
    if not text.startswith(_RESERVED):
        for number, (char, right) in enumerate(zip(text, _RIGHTS, strict=False), 1):
            if char not in (right, "-"):
                return f"character {number} is {char!r}; expected {right!r} or '-'"
    sharing = [value.value for value in Sharing]
    if text[3] not in sharing:
        return f"character 4 is {text[3]!r}; expected one of {', '.join(map(repr, sharing))}"
    return None
