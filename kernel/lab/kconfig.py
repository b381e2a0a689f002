"""Lines of a kernel configuration, each with its reason."""

from collections.abc import Iterable

from attrs import frozen


@frozen
class Option:
    """``CONFIG_<name>=<value>``. ``why`` is the reason.

    ``releases`` limits the line to some releases (empty: all).
    """

    name: str
    why: str
    value: str = "y"
    releases: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The line of a ``.config``."""
        return f"CONFIG_{self.name}={self.value}"


def fragment(options: Iterable[Option]) -> str:
    """Return the text for ``KCONFIG_ALLCONFIG``; the last line for a name wins."""
    return "".join(f"{line}\n" for line in lines(options))


def lines(options: Iterable[Option]) -> list[str]:
    """Return the lines, one for each name; the last one wins."""
    return list({option.name: option.line for option in options}.values())


def refused(options: Iterable[Option], config: str) -> tuple[str, ...]:
    """Return the lines that a finished ``.config`` lacks. A missing option counts as ``n``."""
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
