"""New captures equal those in the corpus, except for the varying fields."""

from kernel.lab import capture
from kernel.lab.build import Image


def test_new_capture_equals_the_corpus(captured: Image) -> None:
    kept = capture.read(capture.CORPUS / captured.kernel.folder)
    assert capture.compare(kept, capture.take(captured)) == []
