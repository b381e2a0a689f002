"""Every before/after picture of the model's docstrings comes true, in each release it knows."""

from __future__ import annotations

from types import ModuleType

import pytest

from kernel.model import features, pictures, space
from kernel.model.calls import FILES, Place, result
from kernel.model.pictures import Case
from kernel.model.space import Space
from kernel.model.vma import File

CASES = pictures.cases(space)
PLACE = Place(
    0, 0, tuple(File(b"/" + name.encode(), nameless=False, length=1 << 20) for name in FILES)
)


def test_there_is_a_picture_for_each_call_that_splits_or_merges() -> None:
    called = {case.where for case in CASES}
    assert {
        f"Space.{name}"
        for name in ("_merge_existing", "_modify", "munmap", "mmap", "mprotect", "name", "mremap")
    } <= called


@pytest.mark.parametrize("release", features.RELEASES)
@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.where}:{case.before}to{case.after}"
)
def test_picture(case: Case, release: str) -> None:
    model = Space(features.of(release))
    for call in case.setup:
        assert result(call, model, PLACE) >= 0
    assert pictures.drawn(model) == pictures.runs(case.before)
    for call, number in case.calls:
        got = result(call, model, PLACE)
        assert min(got, 0) == number, call
    assert pictures.drawn(model) == pictures.runs(case.after)


def test_a_picture_without_its_second_half_is_refused() -> None:
    module = ModuleType("module", "Text.\n\n    |--|\n    name 0 2 a\n\nMore text.")
    with pytest.raises(ValueError, match="module: 1 pictures make 0 cases") as caught:
        pictures.cases(module)
    assert str(caught.value) == (
        "module: 1 pictures make 0 cases; a case is a picture, its calls and a picture, with "
        "empty lines around"
    )


def test_a_missing_border_is_refused() -> None:
    with pytest.raises(ValueError, match="border") as caught:
        pictures.runs("|--aa|")
    assert str(caught.value) == "'|--aa|': '--aa' is no single mapping: a border is missing"
