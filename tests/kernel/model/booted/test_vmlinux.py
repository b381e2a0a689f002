"""What is read out of built kernels: the label's pointer in each mapping, and the option's code."""

from __future__ import annotations

import pytest

from kernel.experiments import vmlinux
from kernel.lab import kernels
from tests.kernel.model.booted.conftest import image_of


@pytest.mark.parametrize(("release", "grown"), [("6.1", 0), ("6.12", 8)])
def test_a_label_takes_a_pointer_in_each_mapping_where_no_union_has_room(
    release: str, grown: int
) -> None:
    """`struct vm_area_struct`, include/linux/mm_types.h: 6.1 keeps the label in a union."""
    named, unnamed = (
        image_of(kernels.named(f"{release}-x86_64-{flavour}")) for flavour in ("named", "unnamed")
    )
    assert vmlinux.vma_bytes(named) - vmlinux.vma_bytes(unnamed) == grown
    assert 0 < vmlinux.sizes(named)["code"] - vmlinux.sizes(unnamed)["code"] < 4096
