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
    """``VM_MAYSHARE``; on NOMMU: shared, but by a copy."""
    DIRECT = "S"
    """NOMMU only: ``VM_SHARED`` too, the very pages of the file (``nommu_vma_show``)."""
    GUARD = "g"
    """Cygwin only: a guard page."""
    UNTOLD = "-"
    """WSL1 of 2016 and 2017 only: it does not tell."""


@attrs.frozen
class Perms:
    """Access rights: ``str(perms) == "rw-p"``."""

    read: bool
    write: bool
    execute: bool
    sharing: Sharing
    reserved: bool = False
    """Cygwin's ``===``: address space that is reserved, not backed."""

    def __str__(self) -> str:
        rights = (
            "===" if self.reserved else f"{'-r'[self.read]}{'-w'[self.write]}{'-x'[self.execute]}"
        )
        return rights + self.sharing.value

    @property
    def shared(self) -> bool:
        """True for every sharing but private (as Cygwin's guard pages are), and but untold."""
        return self.sharing in (Sharing.SHARED, Sharing.DIRECT)

    @property
    def bits(self) -> int:
        """As in the ``perms`` column: read 1, write 2, execute 4, shared 8, and what few have.

        Those are direct 16, guard 32, reserved 64 and untold 128. The first four are the flags of
        ``PROCMAP_QUERY`` (include/uapi/linux/fs.h, 6.11).
        """
        return (
            self.read
            | self.write << 1
            | self.execute << 2
            | self.shared << 3
            | (self.sharing is Sharing.DIRECT) << 4
            | (self.sharing is Sharing.GUARD) << 5
            | self.reserved << 6
            | (self.sharing is Sharing.UNTOLD) << 7
        )

    @classmethod
    @functools.cache
    def from_bits(cls, bits: int) -> Perms:
        """The permissions whose `bits` are *bits*."""
        sharing = (
            Sharing.DIRECT if bits & 16
            else Sharing.GUARD if bits & 32
            else Sharing.UNTOLD if bits & 128
            else Sharing.SHARED if bits & 8
            else Sharing.PRIVATE
        )  # fmt: skip
        return cls(bool(bits & 1), bool(bits & 2), bool(bits & 4), sharing, bool(bits & 64))

    @classmethod
    @functools.cache
    def from_text(cls, text: str) -> Perms:
        """The permissions that print as *text*, four characters such as ``rw-p``.

        Raises `ValueError` where no producer prints such a text.
        """
        read, write, execute = (text[i : i + 1] == c for i, c in enumerate("rwx"))
        perms = cls(read, write, execute, Sharing(text[3:]), reserved=text[:3] == "===")
        if str(perms) != text:
            msg = f"not permissions as any producer prints them: {text!r}"
            raise ValueError(msg)
        return perms
