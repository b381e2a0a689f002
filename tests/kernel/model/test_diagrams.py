"""The diagrams in the model's docstrings are correct for each release that it knows."""

from __future__ import annotations

from types import ModuleType

import pytest

from kernel.model import diagrams, kernel_differences
from kernel.model.areas import FILES, Areas
from kernel.model.calls import result
from kernel.model.diagrams import Case
from kernel.model.space import CALL_MODULES, Space
from kernel.model.vma import File

CASES = diagrams.cases(*CALL_MODULES)
AREAS = Areas(
    0, 0, tuple(File(b"/" + name.encode(), nameless=False, length=1 << 20) for name in FILES)
)


def test_functions_that_split_or_merge_have_a_diagram() -> None:
    assert {case.function for case in CASES} >= {
        *("merge_existing", "modify", "munmap", "mmap", "mprotect", "name", "mremap"),
    }


@pytest.mark.parametrize("release", kernel_differences.RELEASES)
@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.function}:{case.before}to{case.after}"
)
def test_diagram(case: Case, release: str) -> None:
    model = Space(kernel_differences.of(release))
    for call in case.setup:
        assert result(call, model, AREAS) >= 0
    assert diagrams.draw(model) == diagrams.parse(case.before)
    for call, number in case.calls:
        got = result(call, model, AREAS)
        assert min(got, 0) == number, call
    assert diagrams.draw(model) == diagrams.parse(case.after)


def test_rejects_a_diagram_without_its_result() -> None:
    module = ModuleType("module", "Text.\n\n    |--|\n    name 0 2 a\n\nMore text.")
    with pytest.raises(ValueError, match="1 diagrams in 0 cases") as caught:
        diagrams.cases(module)
    assert str(caught.value) == (
        "module: 1 diagrams in 0 cases; a case is a diagram, calls and a diagram, with empty "
        "lines around"
    )


def test_rejects_a_missing_border() -> None:
    with pytest.raises(ValueError, match="put a") as caught:
        diagrams.parse("|--aa|")
    assert str(caught.value) == (
        "'|--aa|': '--aa' is not one mapping: put a | between different pages"
    )
