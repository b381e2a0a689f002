"""Rules: the presets place real labels, and a user's file is read or refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from procmaps import InvalidRules, Name, loads, strategies
from procmaps.formats.pseudo_names import PSEUDO_NAMES
from procmaps.usage import Rules, account, presets

PRESETS = Rules.preset()

PLACES = {
    b"[anon: glibc: malloc arena]": (b"glibc", b"malloc arena"),
    b"[anon: glibc: pthread stack: 4711]": (b"glibc", b"pthread stack"),
    b"[anon: glibc: pthread user stack: 4711]": (b"glibc", b"pthread user stack"),
    b"[anon: glibc: loader malloc]": (b"glibc", b"loader malloc"),
    b"[anon: Go: heap]": (b"Go", b"heap"),
    b"[anon:jemalloc_pg_overcommit]": (b"jemalloc", b"pg_overcommit"),
    b"[anon:tcmalloc_region_NORMAL]": (b"tcmalloc", b"NORMAL"),
    b"[anon:tcmalloc_region_COLD_page_8192_lfr_16_nallocs_32_nobjects_64_dense_1_released_0]": (
        b"tcmalloc",
        b"COLD",
    ),
    b"[anon:mimalloc]": (b"mimalloc",),
    b"[anon:scudo:primary]": (b"scudo", b"primary"),
    b"[anon:GWP-ASan Guard Page]": (b"GWP-ASan", b"Guard Page"),
    b"[anon:partition_alloc]": (b"Chromium", b"partition_alloc"),
    b"[anon:v8]": (b"Chromium", b"v8"),
    b"[anon:js-sandbox-memory]": (b"Firefox", b"js-sandbox-memory"),
    b"[anon:zend_alloc]": (b"PHP", b"alloc"),
    b"[anon:Ruby:GC:default:heap_page_body_allocate]": (
        b"Ruby",
        b"GC",
        b"default:heap_page_body_allocate",
    ),
    b"[anon:OCaml: minor heap 3]": (b"OCaml", b"minor heap <n>"),
    b"[anon:cpython:jit]": (b"CPython", b"jit"),
    b"[anon:native_heap:jemalloc meta]": (b"native heap", b"jemalloc meta"),
    b"[anon:ArkTS Heap25467non movable space]": (b"Ark", b"ArkTS Heap", b"non movable space"),
    b"[anon:ArkTS Heap]": (b"Ark", b"ArkTS Heap"),
    b"[anon:dalvik-main space (region space)]": (b"dalvik", b"main space (region space)"),
    b"[anon:dalvik-LinearAlloc]": (b"dalvik", b"LinearAlloc"),
    b"[anon:stack_and_tls:20791]": (b"bionic", b"stack_and_tls"),
    b"[anon:libc_malloc]": (b"bionic", b"libc_malloc"),
    # Without a rule: split and folded.
    b"[anon:My Pool: worker 3/queue]": (b"My Pool", b"worker <n>", b"queue"),
    b"[anon:session cache:17]": (b"session cache",),
    b"[anon:17:4]": (b"<n>:<n>",),
    b"[anon:]": (b"",),
    b"[anon:::]": (b"::",),
    b"/memfd:wayland-shm 17 (deleted)": (b"wayland-shm <n>",),
    rb"/memfd:two\012lines (deleted)": (b"two\nlines",),
    b"/memfd:" + rb"\012" * 400 + b" (deleted)": (b"\n" * 400,),
    b"/usr/lib/libc.so.6 (deleted)": (b"/usr/lib/libc.so.6",),
    b"[heap]": (),
    b"": (),
}

WITHOUT_RULE = frozenset(
    (
        *(b"[anon:My Pool: worker 3/queue]", b"[anon:session cache:17]", b"[anon:17:4]"),
        *(b"[anon:]", b"[anon:::]"),
    )
)

DUMPSYS = {
    b"[heap]": (b"Native Heap",),
    b"[anon:scudo:primary]": (b"Native Heap",),
    b"[stack]": (b"Stack",),
    b"[anon:stack_and_tls:1]": (b"Stack",),
    b"/system/lib64/libart.so": (b".so mmap",),
    b"/data/app/base.apk": (b".apk mmap",),
    b"/data/app/oat/arm64/base.odex": (b".dex mmap", b"App dex"),
    b"/data/app/oat/arm64/base.vdex": (b".dex mmap", b"App vdex"),
    b"/system/framework/boot-core.vdex": (b".dex mmap", b"Boot vdex"),
    b"/system/framework/arm64/boot.oat": (b".oat mmap",),
    b"/system/framework/arm64/boot.art": (b".art mmap", b"Boot art"),
    b"[anon:dalvik-/system/framework/boot.art]": (b".art mmap", b"Boot art"),
    b"/dev/kgsl-3d0": (b"Gfx dev",),
    b"/dev/ashmem/CursorWindow: x (deleted)": (b"Cursor",),
    b"/dev/ashmem/other (deleted)": (b"Ashmem",),
    b"/dev/binderfs/binder": (b"Other dev",),
    b"/memfd:jit-cache (deleted)": (b"Dalvik Other", b"App code cache"),
    b"/memfd:jit-zygote-cache (deleted)": (b"Dalvik Other", b"Zygote code cache"),
    b"[anon:dalvik-main space]": (b"Dalvik Heap", b"Heap"),
    b"[anon:dalvik-free list large object space]": (b"Dalvik Heap", b"Large objects"),
    b"[anon:dalvik-non moving space]": (b"Dalvik Heap", b"Non moving"),
    b"[anon:dalvik-zygote space]": (b"Dalvik Heap", b"Zygote"),
    b"[anon:dalvik-LinearAlloc]": (b"Dalvik Other", b"LinearAlloc"),
    b"[anon:dalvik-card table]": (b"Dalvik Other", b"Accounting"),
    b"[anon:whatever]": (b"Unknown",),
    b"/usr/share/zoneinfo": (b"Other mmap",),
    b"": (b"Unknown",),
}


def name_of(raw: bytes) -> Name:
    """Return the record of a name column, as a kernel prints it."""
    (mapping,) = loads(b"1000-2000 rw-p 00000000 00:00 0 " + raw + b"\n")
    return mapping.name


@pytest.mark.parametrize(("raw", "place"), PLACES.items())
def test_the_default_presets_place_real_labels(raw: bytes, place: tuple[bytes, ...]) -> None:
    assert PRESETS.place(name_of(raw)) == place


@pytest.mark.parametrize(("raw", "place"), DUMPSYS.items())
def test_dumpsys_has_the_categories_of_android(raw: bytes, place: tuple[bytes, ...]) -> None:
    assert Rules.preset("dumpsys").place(name_of(raw)) == place


@pytest.mark.parametrize("pseudo", PSEUDO_NAMES, ids=lambda pseudo: pseudo.pattern_text)
def test_dumpsys_places_every_name_that_kernels_print(pseudo: object) -> None:
    text = str(getattr(pseudo, "pattern_text")).encode()  # noqa: B009 - typed as an object
    assert Rules.preset("dumpsys").place(name_of(text))


def test_every_preset_has_a_source_and_every_owner_of_the_places_is_one() -> None:
    owners = {rule.group[0] for rule in PRESETS.rules}
    labels = {raw for raw in PLACES if raw.startswith(b"[anon:")}
    known = [owner for raw in labels - WITHOUT_RULE for owner in PLACES[raw][:1]]
    assert len(known) > 20
    assert set(known) <= owners
    assert all(rule.source for preset in presets() for rule in preset.rules)
    assert all(preset.title for preset in presets())


@given(strategies.names())
def test_every_name_has_a_place_and_no_part_is_empty_but_an_empty_label(name: Name) -> None:
    place = PRESETS.place(name)
    assert all(place) or place == (b"",)


# --- .bss -----------------------------------------------------------------------------------------

BSS = loads(
    b"1000-2000 r-xp 00000000 08:01 7 /system/lib64/liba.so\nRss: 4 kB\n"
    b"2000-3000 rw-p 00000000 00:00 0\nRss: 8 kB\n"
    b"3000-4000 ---p 00000000 00:00 0\nRss: 0 kB\n"
    b"5000-6000 rw-p 00000000 00:00 0\nRss: 16 kB\n"
)


def test_unnamed_memory_directly_after_a_library_belongs_to_it() -> None:
    found = account(BSS, "group", rules=Rules.preset("dumpsys"))
    assert {group.name: group.mappings for group in found.groups} == {b".so mmap": 3, b"Unknown": 1}


# --- a user's file --------------------------------------------------------------------------------

OWN = rb"""
[[rule]]
label = 'my-pool/(\w+)/.*'
group = ['my pool', '\1']

[[rule]]
path = '/opt/.*'
kind = ['file', 'memfd']
group = 'optional'
"""


def test_a_file_of_rules_comes_first(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_bytes(OWN)
    rules = Rules.load(tmp_path / "rules.toml") + PRESETS
    assert rules.place(name_of(b"[anon:my-pool/io42/x]")) == (b"my pool", b"io42")
    assert rules.place(name_of(b"[anon:my-pool/worker42/x]")) == (b"my pool", b"worker<n>")
    assert rules.place(name_of(b"/opt/x.so")) == (b"optional",)
    assert rules.place(name_of(b"[anon: Go: heap]")) == (b"Go", b"heap")


@pytest.mark.parametrize(
    ("text", "rule", "reason"),
    [
        (b"[[rule]", 0, "is not TOML"),
        (b"\xff", 0, "is not TOML"),
        (b"[[rules]]", 0, "has the unknown table 'rules'; expected [[rule]]"),
        (b"rule = 1", 0, "has no array of tables [[rule]]"),
        (b"rule = [1]", 1, "is not a table"),
        (b"[[rule]]\nlabel = 'a'", 1, "needs group: a word or a list of words"),
        (b"[[rule]]\nlabel = 'a'\ngroup = []", 1, "needs group"),
        (b"[[rule]]\nlabel = 'a'\ngroup = ['']", 1, "needs group"),
        (b"[[rule]]\ngroup = 'a'", 1, "has no condition: give label, path, name, kind or after"),
        (b"[[rule]]\nlable = 'a'\ngroup = 'a'", 1, "has the unknown member 'lable'"),
        (b"[[rule]]\nlabel = 1\ngroup = 'a'", 1, "needs label: a regular expression in quotes"),
        (b"[[rule]]\nlabel = '('\ngroup = 'a'", 1, "has no valid regular expression for label"),
        (
            b"[[rule]]\nlabel='a'\ngroup='a'\n[[rule]]\nlabel='(a)'\ngroup='\\2'",
            2,
            r"refers to \2 but captures 1 texts",
        ),
        (b"[[rule]]\nkind='heap'\ngroup='\\1'", 1, r"refers to \1 but captures 0 texts"),
        (b"[[rule]]\nkind='hepa'\ngroup='a'", 1, "has the unknown kind 'hepa'"),
    ],
)
def test_refuses_files_that_are_no_rules(text: bytes, rule: int, reason: str) -> None:
    with pytest.raises(InvalidRules) as caught:
        Rules.loads(text)
    assert caught.value.rule == rule
    assert caught.value.reason.startswith(reason)


def test_rejects_unknown_presets() -> None:
    with pytest.raises(ValueError, match=r"^unknown preset 'andriod'; known are: glibc, android"):
        Rules.preset("andriod")
