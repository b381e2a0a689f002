"""Each hostile text has about the requested size, and grows with it."""

import pytest

from tests.support.hostile_texts import HOSTILE_TEXTS


@pytest.mark.parametrize("kind", HOSTILE_TEXTS)
def test_size_is_about_the_requested_one(kind: str) -> None:
    small, large = (len(HOSTILE_TEXTS[kind](size)) for size in (20_000, 80_000))
    assert 14_000 <= small <= 30_000
    assert 3.3 < large / small < 4.5
