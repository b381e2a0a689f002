"""Types of parameters: they check a value, suggest the right one, and complete it in a shell."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from io import FileIO
from typing import TYPE_CHECKING, Any

import click

from procmaps.cli.suggestions import unknown
from procmaps.printable import visible

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _item(value: str, **attributes: str) -> CompletionItem[Any]:
    """Return a completion."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only to complete

    return CompletionItem(value, **attributes)


class Word(click.ParamType[str]):
    """One of a fixed set of words, such as a dialect."""

    def __init__(self, name: str, known: Callable[[], Iterable[str]]) -> None:
        """Use *name* in messages; call *known* for the words when they are first needed."""
        self.name = name
        self._known = known

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return *value*, or fail with a suggestion."""
        known = list(self._known())
        if value not in known:
            self.fail(unknown(self.name, value, known), param, ctx)
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """Return the words that start with *incomplete*."""
        del ctx, param
        return [_item(word) for word in self._known() if word.startswith(incomplete)]


class WordList(click.ParamType[tuple[str, ...]]):
    """Words of a fixed set, separated by commas."""

    def __init__(self, name: str, known: Callable[[], Iterable[str]]) -> None:
        """Use *name* in messages; call *known* for the words when they are first needed."""
        self.name = name
        self._known = known

    def convert(
        self,
        value: str | tuple[str, ...],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, ...]:
        """Return the words of *value*, or fail with a suggestion for the first unknown one."""
        if isinstance(value, tuple):
            return value
        known = list(self._known())
        words = tuple(word.strip() for word in value.split(","))
        for word in words:
            if word not in known:
                self.fail(unknown(self.name, word, known), param, ctx)
        return words

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """Return the lists that complete the last word of *incomplete*."""
        del ctx, param
        before, comma, last = incomplete.rpartition(",")
        used = before.split(",")
        return [
            _item(before + comma + word)
            for word in self._known()
            if word.startswith(last) and word not in used
        ]


class InputFile(click.ParamType[str]):
    """The name of an input file, kept as given; a shell completes file names."""

    name = "file"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """Let the shell complete *incomplete* as a file name."""
        del ctx, param
        return [_item(incomplete, type="file")]


class ProcessOrFile(InputFile):
    """The number of a process or the name of a file; a shell completes both."""

    name = "pid or file"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """Return the processes whose number starts with *incomplete*; otherwise complete files."""
        if not incomplete.isdigit():
            return super().shell_complete(ctx, param, incomplete)
        return [
            _item(entry.name, help=_command(entry))
            for entry in os.scandir("/proc")
            if entry.name.isdigit() and entry.name.startswith(incomplete)
        ]


def _command(process: os.DirEntry[str]) -> str:
    try:
        with FileIO(f"{process.path}/comm") as file:
            return visible(file.read().removesuffix(b"\n"))
    except OSError:
        return ""


def joined(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the words of a repeated `WordList` option as one list."""
    return tuple(word for words in lists for word in words)
