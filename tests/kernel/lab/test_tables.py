"""The tables of kernels, architectures, operations and scenarios, and the agent's tables."""

import re

import pytest

from kernel.lab import disk, guest, kconfig, ops, rules, scenarios, tiny_elf
from kernel.lab.architectures import ARCHITECTURES
from kernel.lab.errors import UnknownKernel
from kernel.lab.flavours import FLAVOURS
from kernel.lab.kconfig import Option
from kernel.lab.kernels import KERNELS, NEEDED, named
from kernel.lab.releases import RELEASES
from kernel.lab.scenario_builder import BASE, END, HEAP, GuestInfo
from kernel.lab.scenarios import labels


def test_options_are_unique_and_have_a_reason() -> None:
    for kernel in KERNELS.values():
        names = [option.name for option in kernel.options]
        assert len(names) == len(set(names)), kernel.name
        assert all(option.why for option in kernel.options), kernel.name
        assert named(kernel.name) is kernel


def test_default_kernels() -> None:
    assert [kernel.name for kernel in NEEDED] == [
        "6.12-x86_64-named",
        "6.1-x86_64-named",
        "6.12-x86_64-unnamed",
        "6.1-x86_64-unnamed",
    ]


def test_named_and_unnamed_differ_in_one_line() -> None:
    for release in RELEASES:
        for arch in ARCHITECTURES:
            with_labels = KERNELS[f"{release}-{arch}-named"].fragment
            without = KERNELS[f"{release}-{arch}-unnamed"].fragment
            assert set(with_labels.split("\n")) ^ set(without.split("\n")) == {
                "CONFIG_ANON_VMA_NAME=y",
                "CONFIG_ANON_VMA_NAME=n",
            }


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("plan9", "run `list` for all names"),
        ("6.1-vax-named", "did you mean 6.1-arm-named or 6.12-arm-named or 6.1-s390x-named?"),
    ],
)
def test_error_for_an_unknown_kernel_suggests_similar_names(name: str, hint: str) -> None:
    with pytest.raises(UnknownKernel) as caught:
        named(name)
    assert str(caught.value) == f"unknown kernel {name!r}; {hint}"


def test_options_are_limited_to_releases_that_know_them() -> None:
    line = "CONFIG_X86_USER_SHADOW_STACK=y"
    assert line in KERNELS["6.12-x86_64-named"].fragment
    assert line not in KERNELS["6.1-x86_64-named"].fragment


def test_flavours_name_known_architectures() -> None:
    for flavour in FLAVOURS.values():
        assert set(flavour.architectures) <= set(ARCHITECTURES)
        assert flavour.why


def test_refused_reports_lines_missing_in_the_configuration() -> None:
    config = "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=y\n"
    wanted = [Option("A", "."), Option("B", ".", "n"), Option("C", ".", "n"), Option("D", ".")]
    assert kconfig.refused(wanted, config) == ("CONFIG_C=n", "CONFIG_D=y")


def test_the_last_line_for_an_option_wins() -> None:
    assert kconfig.fragment([Option("A", "."), Option("A", ".", "n")]) == "CONFIG_A=n\n"


def test_heap_starts_at_the_end_of_the_layout() -> None:
    layout = (guest.SOURCES / "layout.ld").read_text()
    starts = [int(value, 16) for value in re.findall(r"^\t\. = (0x\w+);", layout, re.MULTILINE)]
    lengths = [int(value, 16) for value in re.findall(r"^\t\t\. = (0x\w+);", layout, re.MULTILINE)]
    assert starts[-1] + lengths[-1] == HEAP < BASE
    assert f"the break starts at `{HEAP:#x}`" in (guest.SOURCES / "PROTOCOL.md").read_text()


def test_operation_codes_match_the_agent() -> None:
    source = (guest.SOURCES / "run.c").read_text()
    table = re.search(r"static const long calls\[\] = \{(.*?)\n\};", source, re.DOTALL)
    assert table is not None
    numbered = re.findall(r"__NR_(\w+)|/\* (memfd_secret|mseal|map_shadow_stack) \*/", table[1])
    assert tuple(a or b for a, b in numbered) == ops.CALLS
    codes = re.search(r"enum \{\s*OP_MMAP(.*?)\};", source, re.DOTALL)
    assert codes is not None
    value, expected = 99, {}
    for name, start in re.findall(r"OP_(\w+)(?: = (\d+))?", "OP_MMAP" + codes[1]):
        value = int(start) if start else value + 1
        expected[name.lower()] = value
    expected["mmap"] = 100
    assert {name: ops.CODES[name] for name in (*ops.SPECIALS, *ops.PROCESSES)} == expected


def test_all_scenarios_and_rules_have_a_description() -> None:
    assert len(scenarios.SCENARIOS) > 30
    for scenario in scenarios.SCENARIOS.values():
        assert len(scenario.shows) > 20, scenario.name
    for rule in rules.RULES.values():
        assert len(rule.asks) > 5, rule.name


@pytest.mark.parametrize("page", [4096, 65536])
@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_all_scenarios_fit_into_a_program_and_the_area(arch: str, page: int) -> None:
    info = GuestInfo(ARCHITECTURES[arch], page, 0x7FFF0000)
    for scenario in scenarios.SCENARIOS.values():
        if scenario.suits(info):
            builder = scenario.build(info)
            assert builder.program.encode()
            assert BASE <= builder.at(builder.room()) < END, scenario.name


def test_legal_label_bytes_match_the_manual() -> None:
    assert len(labels.LEGAL) == 95 - 5
    assert set(labels.LEGAL) | set(labels.ILLEGAL) == set(range(1, 256))
    assert all(len(label) <= labels.LABEL_MAX for label in labels.LOOKALIKES)
    assert all(set(label) <= set(labels.LEGAL) for label in labels.LOOKALIKES)


def test_the_one_page_programs_fit_into_a_page() -> None:
    for program in (tiny_elf.PROGRAM, tiny_elf.EMPTY):
        assert len(program) == tiny_elf.PAGE
        assert program.startswith(b"\x7fELF\x02\x01\x01")


def test_expected_maps_of_the_one_page_program() -> None:
    assert tiny_elf.expected_maps((0, 0x1A), 2, b"/t/p") == (
        b"00400000-00401000 r-xp 00000000 00:1a 2                                  /t/p\n"
        b"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0"
        b"                  [vsyscall]\n"
    )


def test_romfs_checksum_is_zero_and_the_disk_has_one_partition() -> None:
    image = disk.romfs({b"file": b"content"})
    words = [int.from_bytes(image[n : n + 4]) for n in range(0, min(512, len(image)), 4)]
    assert image.startswith(b"-rom1fs-")
    assert sum(words) % 2**32 == 0
    whole = disk.partitioned_disk({b"file": b"content"})
    assert whole[510:512] == b"\x55\xaa"
    assert whole[disk.PARTITION_OFFSET :] == image
    assert int.from_bytes(whole[446 + 8 : 446 + 12], "little") * 512 == disk.PARTITION_OFFSET


def test_protocol_page_lists_all_operations() -> None:
    page = (guest.SOURCES / "PROTOCOL.md").read_text()
    assert f"Codes 1 to {len(ops.CALLS)} are single system calls" in page
    assert f"`{' '.join(ops.CALLS)}`" in page
    for name in (*ops.SPECIALS, *ops.PROCESSES):
        assert f"| {ops.CODES[name]} | {name} |" in page
