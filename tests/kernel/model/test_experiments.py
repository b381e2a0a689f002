"""The experiments without a kernel: the model's figures, and figures of kernels not built."""

from __future__ import annotations

import pytest

from kernel.experiments import measuring, merging
from kernel.lab.scenario_builder import BASE
from kernel.model import kernel_differences
from kernel.model.space import Space
from kernel.model.vma import PAGE, Flag


@pytest.mark.parametrize("row", measuring.kept("merging")["counts"], ids=str)
def test_model_counts_as_many_mappings_as_the_kernel(row: dict[str, object]) -> None:
    space = Space(kernel_differences.of("6.12"))
    labelled = row["labelled"]
    assert isinstance(labelled, int)
    assert merging.modelled(space, str(row["labels"]), labelled) == row["mappings"]


def test_model_reaches_the_limit_with_the_same_call_as_the_kernel() -> None:
    kept = measuring.kept("merging")["limit"]
    space = Space(kernel_differences.of("6.12"))
    for page in range(kept["mappings_before"] - 1):
        space.mmap(0x1000000 + 2 * page * PAGE, PAGE, Flag.READ)
    pages = kept["limit"] + 100
    space.mmap(BASE, pages * PAGE, merging.RW)
    found = merging.until_refused(space, pages)
    assert found == (kept["labels_until_refused"], kept["refused_with"])


def test_keeps_figures_of_a_kernel_that_is_not_built(capsys: pytest.CaptureFixture[str]) -> None:
    name = "6.12-arm64-strdup"
    assert measuring.previous_figures("fork", name) == measuring.kept("fork")["kernels"][name]
    assert capsys.readouterr().out == (
        f"fork: {name} is not built (`python -m kernel.lab build {name}`); keeping its "
        "previous figures\n"
    )


def test_rejects_a_kernel_without_build_and_figures() -> None:
    with pytest.raises(measuring.KernelMissing) as caught:
        measuring.previous_figures("fork", "6.12-mips-strdup")
    assert str(caught.value) == (
        "fork: 6.12-mips-strdup is not built: run `python -m kernel.lab build 6.12-mips-strdup`"
    )
