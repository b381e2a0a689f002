"""Lines of a kernel configuration, each with the reason why it is there."""

from collections.abc import Iterable

from attrs import frozen


@frozen
class Option:
    """``CONFIG_<name>=<value>``. ``why`` is a word for the reader.

    ``releases`` limits it to some releases (empty: all of them).
    """

    name: str
    why: str
    value: str = "y"
    releases: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The line as a ``.config`` has it."""
        return f"CONFIG_{self.name}={self.value}"


def fragment(options: Iterable[Option]) -> str:
    """The text for ``KCONFIG_ALLCONFIG``; a later line for the same name wins."""
    return "".join(f"{line}\n" for line in lines(options))


def lines(options: Iterable[Option]) -> list[str]:
    """The lines, one for each name: the last one wins."""
    return list({option.name: option.line for option in options}.values())


def refused(options: Iterable[Option], config: str) -> tuple[str, ...]:
    """The lines that a finished ``.config`` does not hold. Absent and ``n`` are the same."""
    kept = set(config.split("\n"))
    missing: list[str] = []
    for line in lines(options):
        if line in kept:
            continue
        name, _, value = line.partition("=")
        if value == "n" and not any(other.startswith(f"{name}=") for other in kept):
            continue
        missing.append(line)
    return tuple(missing)
