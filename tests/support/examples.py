"""How many examples a property is tried on: by the profile, in proportion."""

from hypothesis import settings

USUAL = 100
"""Examples that Hypothesis draws where nothing is said, and in CI."""


def examples(number: int) -> int:
    """As many as *number* is of `USUAL`, of what the profile draws; at least 1.

    A plain ``max_examples=`` would outvote the profile, and take as long on a person's machine as
    in CI (see conftest.py).
    """
    return max(1, number * settings().max_examples // USUAL)
