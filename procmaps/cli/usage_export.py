"""``procmaps usage --export``: sums in the format of a profile viewer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from procmaps.cli.errors import CliError, Unreadable
from procmaps.cli.extras import install_command
from procmaps.exports import EXPORTED, to_folded, to_perfetto, to_pprof, to_speedscope
from procmaps.usage import Account, Key

Accounts = Sequence[tuple[str, Account]]


@attrs.frozen
class Format:
    """A format of a viewer.

    make     Returns the file: of accounts with their titles, and the names of figures.
    binary   Whether a terminal must not get it.
    keys     How memory is grouped if nothing else is asked for; empty: as usual.
    """

    make: Callable[[Accounts, Sequence[str]], bytes]
    binary: bool = False
    keys: tuple[Key, ...] = ()


FORMATS: Final[Mapping[str, Format]] = {
    "pprof": Format(
        lambda accounts, figures: to_pprof(accounts, figures, time_ns=time.time_ns()), binary=True
    ),
    "perfetto": Format(
        lambda accounts, figures: to_perfetto(
            accounts, figures, time_ns=time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        ),
        binary=True,
        keys=("name",),
    ),
    "speedscope": Format(to_speedscope),
    "folded": Format(to_folded),
}
"""The formats, by the word that chooses them."""


def exported(name: str, accounts: Accounts, figures: Sequence[str]) -> bytes:
    """Return *accounts* in the format *name*; without *figures*, the usual ones.

    Raises `CliError` if a library is missing or no mapping has any of the figures, and
    `Unreadable` for a figure that the format cannot have.
    """
    if figures and not any(
        account.total.column(each).value is not None for _, account in accounts for each in figures
    ):
        raise CliError(f"no mapping has any of these figures: {', '.join(figures)}")
    try:
        return FORMATS[name].make(accounts, figures or EXPORTED)
    except ModuleNotFoundError as missing:
        if not (missing.name or "").startswith("google"):
            raise
        raise CliError(
            f"--export {name} needs protobuf, which is not installed; run: "
            f"{install_command('export')}"
        ) from missing
    except ValueError as error:
        raise Unreadable(f"--export {name}: {error}") from error
