"""Names of users, for tables; other forms have their numbers."""

from __future__ import annotations

from procmaps.printable import visible


def user_name(user: int) -> str:
    """Return the name of the user ID *user*, or its number if this system does not know it."""
    import pwd  # noqa: PLC0415 - only for tables with users

    try:
        return visible(pwd.getpwuid(user).pw_name)
    except (KeyError, OverflowError):
        return str(user)
