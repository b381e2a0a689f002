"""Captures taken again are those in the corpus, apart from the declared varying fields."""

from kernel.lab import capture
from kernel.lab.build import Image


def test_a_capture_taken_again_is_the_one_in_the_corpus(captured: Image) -> None:
    kept = capture.read(capture.CORPUS / captured.kernel.name)
    assert capture.compare(kept, capture.take(captured)) == []
