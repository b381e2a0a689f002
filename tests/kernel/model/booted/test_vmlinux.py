"""Facts read from built kernels: the size of a mapping, and the option's code."""

from __future__ import annotations

import pytest

from kernel.experiments import vmlinux
from kernel.lab import kernels
from tests.kernel.model.booted.conftest import image_of


@pytest.mark.parametrize(("release", "grown"), [("6.1", 0), ("6.12", 8)])
def test_vm_area_struct_grows_by_a_pointer_unless_a_union_has_room(
    release: str, grown: int
) -> None:
    """`struct vm_area_struct`, include/linux/mm_types.h: 6.1 keeps the label in a union."""
    named, unnamed = (
        image_of(kernels.named(f"{release}-x86_64-{flavour}")) for flavour in ("named", "unnamed")
    )
    with_label, without = (
        vmlinux.struct_size(image, "vm_area_struct", "mm_types.h") for image in (named, unnamed)
    )
    assert with_label - without == grown
    code = [vmlinux.section_sizes(image)["code"] for image in (named, unnamed)]
    assert 0 < code[0] - code[1] < 4096
