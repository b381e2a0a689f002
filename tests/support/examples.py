"""The number of Hypothesis examples, in proportion to the profile."""

from hypothesis import settings

DEFAULT = 100
"""Examples that Hypothesis draws by default. The profiles in conftest.py draw fewer."""


def examples(number: int) -> int:
    """Scale *number* by the profile's ratio to `DEFAULT`; at least 1.

    A plain ``max_examples=`` would override the profile and take as long on a person's machine as
    in CI (see conftest.py).
    """
    return max(1, number * settings().max_examples // DEFAULT)
