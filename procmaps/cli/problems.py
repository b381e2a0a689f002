"""What is wrong with a text, on standard error."""

from __future__ import annotations

from procmaps.cli.style import console, count, print_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from procmaps.snapshots.problem import Problem
    from procmaps.snapshots.snapshot import Snapshot

_SHOWN = 20
"""Problems that are printed: a file that is no dump has one in nearly every line."""


def print_problems(title: str, snapshot: Snapshot) -> None:
    """Print the first problems of *snapshot*, and how many there are."""
    print_all_problems(title, snapshot.problems)


def print_all_problems(title: str, problems: Sequence[Problem]) -> None:
    """Print the first of *problems*, and how many there are."""
    if not problems:
        return
    from procmaps.cli.hints import problem_message  # noqa: PLC0415 - few texts have a problem

    err = console(err=True)
    heading = f"{count(len(problems), 'problem')} in {title}"
    print_line(err, [(f"\n{heading}", "bold red")])
    for problem in problems[:_SHOWN]:
        print_line(err, problem_message(problem))
    if (more := len(problems) - _SHOWN) > 0:
        print_line(err, f"{more:,} more; procmaps lint --all lists them")
