"""Captures taken again are those in the corpus, apart from the declared varying fields."""

import pytest

from kernel.lab import capture
from kernel.lab.build import Image


def test_a_capture_taken_again_is_the_one_in_the_corpus(image: Image) -> None:
    folder = capture.CORPUS / image.kernel.name
    if not folder.is_dir():
        pytest.skip(f"{image.kernel.name} is built, but not in the corpus")
    assert capture.compare(capture.read(folder), capture.take(image)) == []
