"""The pseudo-names are listed once each, with what the readers of the list rely on."""

from __future__ import annotations

import re

import pytest

from procmaps.explanation.meanings import find_pseudo_name
from procmaps.formats.pseudo_names import PLACEHOLDERS, PSEUDO_BY_TEXT, PSEUDO_NAMES, PseudoName
from procmaps.formats.releases import Release
from procmaps.grammar import loading


def by_text(name: PseudoName) -> str:
    return name.pattern_text


@pytest.mark.parametrize("name", PSEUDO_NAMES, ids=by_text)
def test_every_name_is_described(name: PseudoName) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name.kind)
    assert name.meaning.endswith(".")
    assert name.source
    assert PSEUDO_BY_TEXT[name.pattern_text] is name


def test_every_name_is_listed_once() -> None:
    assert len(PSEUDO_BY_TEXT) == len(PSEUDO_NAMES)


@pytest.mark.parametrize("name", PSEUDO_NAMES, ids=by_text)
def test_no_name_begins_or_ends_with_a_space(name: PseudoName) -> None:
    assert not name.pattern_text.startswith(" ")
    assert not name.pattern_text.endswith(" ")


@pytest.mark.parametrize("name", PSEUDO_NAMES, ids=by_text)
def test_paths_are_file_backed_and_brackets_are_not_with_two_exceptions(
    name: PseudoName,
) -> None:
    bracketed = name.pattern_text.startswith("[")
    exceptions = {"[anon_shmem:LABEL]", "[stack:NUMBER]"}
    assert name.file_backed is (not bracketed or name.pattern_text in exceptions)


@pytest.mark.parametrize("name", PSEUDO_NAMES, ids=by_text)
def test_words_in_capitals_are_placeholders(name: PseudoName) -> None:
    # SYSV, SGX are the kernel's own capitals.
    words = set(re.findall(r"[A-Z]{2,}", name.pattern_text.replace("SYSV", "").replace("SGX", "")))
    assert words <= set(PLACEHOLDERS)
    assert name.varies is bool(words)


def test_every_placeholder_is_used() -> None:
    assert {part for name in PSEUDO_NAMES for part in name.parts[1::2]} == set(PLACEHOLDERS)


EXAMPLES = {"LABEL": "a b", "TID": "42", "KEY": "0000abcd", "INODE": "4711", "CLASS": "kvm-vcpu:0",
            "NUMBER": "7"}  # fmt: skip
LINUX = loading.load("linux")


@pytest.mark.parametrize("name", PSEUDO_NAMES, ids=by_text)
def test_the_grammar_parses_each_as_the_kind_in_the_table(name: PseudoName) -> None:
    text = "".join(EXAMPLES.get(part, part) for part in name.parts)
    read = LINUX.parse_name(text.encode())
    assert read.kind == name.kind
    assert (find_pseudo_name(read) is name) is not name.look_alike


FIXED = [
    step for (step,) in LINUX.expansions("name") if step.path[-1] in ("special", "kernel_file")
]


@pytest.mark.parametrize("terminal", [step.name for step in FIXED])
def test_every_fixed_name_of_the_grammar_has_a_row(terminal: str) -> None:
    (row,) = (name for name in PSEUDO_NAMES if name.kind == terminal.lower())
    assert LINUX.terminal(terminal).fullmatch(row.pattern_text.encode())


@pytest.mark.parametrize("raw", [b"/SYSVKEY (deleted)", b"/NUMBER (deleted)", b"socket:[INODE]"])
def test_a_placeholder_does_not_occur_in_a_fixed_name(raw: bytes) -> None:
    assert find_pseudo_name(LINUX.parse_name(raw)) is None


def texts_at(release: str) -> set[str]:
    asked = Release.parse(release)
    return {
        name.pattern_text
        for name in PSEUDO_NAMES
        if name.producer == "Linux" and not name.file_backed and name.span.covers(asked)
    }


# Read in the kernels' get_vma_name(), arch_vma_name() and special mappings, not from the table.
KERNEL_6_1 = {"[heap]", "[stack]", "[anon:LABEL]", "[rollup]", "[vdso]", "[vdso_data]", "[vvar]",
              "[vsyscall]", "[vectors]", "[sigpage]", "[uprobes]", "[kuser]"}  # fmt: skip

# csky and nios2 still return these two from arch_vma_name(), which is not asked any more.
KERNEL_6_12 = KERNEL_6_1 - {"[vdso_data]", "[kuser]"}


@pytest.mark.parametrize(
    ("release", "texts"),
    [
        ("2.6.11", set[str]()),
        ("2.6.12", {"[heap]", "[stack]", "[vdso]"}),
        ("6.1", KERNEL_6_1),
        ("6.12", KERNEL_6_12),
        ("7.1", KERNEL_6_12 | {"[vvar_vclock]", "[uprobes-trampoline]", "[gic]"}),
    ],
)
def test_each_release_has_the_bracketed_names_that_its_source_has(
    release: str, texts: set[str]
) -> None:
    assert texts_at(release) == texts


def test_labels_of_shared_memory_came_after_those_of_private_memory() -> None:
    shared, private = PSEUDO_BY_TEXT["[anon_shmem:LABEL]"], PSEUDO_BY_TEXT["[anon:LABEL]"]
    assert [private.span.covers(Release.parse(text)) for text in ("5.16", "5.17")] == [False, True]
    assert [shared.span.covers(Release.parse(text)) for text in ("6.1.9", "6.2")] == [False, True]


def test_thread_stacks_have_names_in_some_releases_only() -> None:
    span = PSEUDO_BY_TEXT["[stack:TID]"].span
    answers = [span.covers(Release.parse(text)) for text in ("3.3", "3.4", "4.4", "4.5")]
    assert answers == [False, True, True, False]
