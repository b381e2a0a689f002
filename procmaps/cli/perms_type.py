"""The type of the option ``--perms``: which rights a mapping must have."""

from __future__ import annotations

import click


class PermsType(click.ParamType[str]):
    """The value of ``--perms``."""

    name = "perms"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return *value*, or fail with the forms that are possible."""
        # Few commands are given it, and its expressions take long to compile.
        from procmaps.search.perms_patterns import check_perms  # noqa: PLC0415

        try:
            return check_perms(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
