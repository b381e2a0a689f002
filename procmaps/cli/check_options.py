"""The options of ``procmaps check`` as one object, grouped as ``--help`` lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs
import click
from click.shell_completion import CompletionItem

from procmaps.check.comparison import Only
from procmaps.check.fake_proc import placeholders
from procmaps.check.runner import Plan, kinds_to_read
from procmaps.cli.option_rules import Excludes, Requires, Rule
from procmaps.formats.file_kinds import FILE_KINDS, FileKind

_Group = TypeVar("_Group", bound=attrs.AttrsInstance)


@attrs.frozen
class ParserOptions:
    """The parser and the files that it reads."""

    command_line: tuple[str, ...]
    reads: tuple[FileKind, ...]
    only: Only
    batch: bool
    overlay: bool


@attrs.frozen
class CaseOptions:
    """The cases to use."""

    case: tuple[str, ...]
    skip: tuple[str, ...]
    tag: tuple[str, ...]
    profile: tuple[str, ...]
    cases: Path | None


@attrs.frozen
class LookOptions:
    """What to do with the cases instead of running a parser."""

    list_cases: bool
    show: str | None
    export: Path | None


@attrs.frozen
class RunOptions:
    """How to run the parser."""

    jobs: int
    timeout: float
    no_shrink: bool


@attrs.frozen
class KnownOptions:
    """The file of expected failures."""

    expect: Path | None
    update: bool


@attrs.frozen
class ReportOptions:
    """The reports to write."""

    html: Path | None
    markdown: Path | None
    junit: Path | None
    as_json: bool


@attrs.frozen
class FuzzOptions:
    """What to draw instead of running the cases."""

    fuzz: int | None
    producer: str | None
    seed: int | None
    save: Path | None


@attrs.frozen
class CheckOptions:
    """All options of the command."""

    parser: ParserOptions
    cases: CaseOptions
    look: LookOptions
    run: RunOptions
    known: KnownOptions
    report: ReportOptions
    fuzz: FuzzOptions

    @classmethod
    def of(cls, **parameters: Any) -> CheckOptions:  # noqa: ANN401 - click passes them by name
        """Return the options that click has parsed. Raises `click.UsageError`."""
        options = cls(
            parser=_group(ParserOptions, parameters),
            cases=_group(CaseOptions, parameters),
            look=_group(LookOptions, parameters),
            run=_group(RunOptions, parameters),
            known=_group(KnownOptions, parameters),
            report=_group(ReportOptions, parameters),
            fuzz=_group(FuzzOptions, parameters),
        )
        _check_command(options)
        _check_files(options)
        return options

    @property
    def plan(self) -> Plan:
        """Return how to run the parser."""
        return Plan(
            command=self.parser.command_line,
            reads=kinds_to_read(self.parser.command_line, self.parser.reads),
            timeout=self.run.timeout,
            jobs=self.run.jobs,
            batch=self.parser.batch,
            overlay=self.parser.overlay,
            only=self.parser.only,
            shrink=not self.run.no_shrink,
        )


def _group(cls: type[_Group], parameters: dict[str, Any]) -> _Group:
    return cls(**{field.name: parameters[field.name] for field in attrs.fields(cls)})


# --- combinations ---------------------------------------------------------------------------------

_PARSER: Final = ("--only", "--batch", "--overlay")
_SELECTION: Final = ("--case", "--skip", "--tag", "--profile")
_RUN: Final = ("--jobs", "--timeout", "--no-shrink")
_KNOWN: Final = ("--expect", "--update")
_FILES: Final = ("--html", "--markdown", "--junit")
_FUZZ: Final = ("--fuzz", "--producer", "--seed", "--save")

RULES: Final[tuple[Rule, ...]] = (
    Excludes(
        "--list",
        ("--show", "--export", *_PARSER, *_RUN, *_KNOWN, *_FILES, *_FUZZ),
        "it lists cases and runs nothing",
    ),
    Excludes(
        "--show",
        ("--export", "--reads", *_SELECTION, *_PARSER, *_RUN, *_KNOWN, *_FILES, *_FUZZ),
        "it prints one case and runs nothing",
    ),
    Excludes(
        "--export",
        (*_PARSER, *_RUN, *_KNOWN, *_FILES, "--json", *_FUZZ),
        "it writes cases and runs nothing",
    ),
    Excludes(
        "--fuzz",
        (*_SELECTION, "--cases", *_KNOWN, "--jobs", "--no-shrink"),
        "it draws dumps one by one and runs no cases",
    ),
    Requires(("--producer", "--seed", "--save"), "--fuzz", "they concern drawn dumps"),
    Requires(("--update",), "--expect", "it writes that file"),
    Excludes("--batch", ("--overlay",), "a mount is for one run of the command"),
)


def _check_command(options: CheckOptions) -> None:
    """Raise `click.UsageError` for a command that does not go with the options."""
    parser, look = options.parser, options.look
    looks = look.list_cases or look.show is not None or look.export is not None
    if looks and parser.command_line:
        raise click.UsageError("--list, --show and --export take no COMMAND: they run nothing.")
    if looks:
        return
    if not parser.command_line:
        raise click.UsageError("Missing argument '-- COMMAND...', the parser's adapter.")
    words = placeholders(parser.command_line)
    if parser.batch and words:
        raise click.UsageError(
            f"--batch cannot be used with {{{min(words)}}} in COMMAND: each request names its dump."
        )
    if parser.overlay and "pid" not in words:
        raise click.UsageError(
            "--overlay needs {pid} in COMMAND: the dump is bound over /proc/{pid}/maps."
        )
    if words == frozenset({"pid"}) and not parser.overlay:
        raise click.UsageError(
            "{pid} needs --overlay or {root} in COMMAND: without them the process does not exist. "
            "With --overlay (as root) /proc/{pid}/maps is the dump; otherwise {root}/{pid}/maps is."
        )
    named = [kind for kind in FILE_KINDS if kind in words]
    if named and parser.reads and set(named) != set(parser.reads):
        raise click.UsageError(
            f"--reads {parser.reads[0]} contradicts {{{named[0]}}} in COMMAND: leave out --reads."
        )


def _check_files(options: CheckOptions) -> None:
    """Raise `click.UsageError` for one file that is to be written twice."""
    report = options.report
    seen: dict[Path, str] = {}
    for option, path in (
        ("--html", report.html),
        ("--markdown", report.markdown),
        ("--junit", report.junit),
        ("--expect", options.known.expect),
    ):
        # A device such as /dev/null takes any number of reports.
        if path is None or (path.exists() and not path.is_file()):
            continue
        if (other := seen.setdefault(path.resolve(), option)) != option:
            raise click.UsageError(f"{other} and {option} name the same file.")


# --- completion -----------------------------------------------------------------------------------


class Completed(click.ParamType[str]):
    """A word that a shell completes. The command checks it when all options are known."""

    def __init__(self, name: str, known: Callable[[], Iterable[str]]) -> None:
        """Use *name* in messages; call *known* for the words when a shell asks for them."""
        self.name = name
        self._known = known

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """Return the words that start with *incomplete*."""
        del ctx, param
        return [CompletionItem(word) for word in self._known() if word.startswith(incomplete)]
