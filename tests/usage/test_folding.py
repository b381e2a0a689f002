"""Folding: what differs between threads and builds becomes one word, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import strategies
from procmaps.usage.folding import fold_label, fold_path

LABELS = {
    b"stack_and_tls:1234": b"stack_and_tls:<n>",
    b" glibc: pthread stack: 77": b" glibc: pthread stack: <n>",
    b"OCaml: minor heap 0": b"OCaml: minor heap <n>",
    b"worker12": b"worker<n>",
    b"Worker-Thread12:3": b"Worker-Thread<n>:<n>",
    b"pool#3/arena 17": b"pool#<n>/arena <n>",
    b"buf 0x7f12ab": b"buf <address>",
    b"blob-deadbeef01": b"blob-<hash>",
    b"job 123e4567-e89b-12d3-a456-426614174000": b"job <uuid>",
    b"42": b"<n>",
    # The number is part of the name.
    b"v8": b"v8",
    b"sha256 table": b"sha256 table",
    b"utf16": b"utf16",
    b"base64 buffer": b"base64 buffer",
    b"uint32 pool": b"uint32 pool",
    b"oat/x86_64/boot.art": b"oat/x86_64/boot.art",
    b"libc_malloc": b"libc_malloc",
    b"": b"",
    b"feedback": b"feedback",
}

PATHS = {
    b"/usr/lib/libc.so.6": b"/usr/lib/libc.so.6",
    b"/nix/store/0c5b8vw40d6xfzm2pk3rl9hqjsay4xkd-glibc-2.38/lib/libc.so.6": (
        b"/nix/store/<hash>-glibc-2.38/lib/libc.so.6"
    ),
    b"/root/.cache/bazel/_bazel_root/9c1a2f00e5d14b7a8e6fd0b1c2a3d4e5/bin/app": (
        b"/root/.cache/bazel/_bazel_root/<hash>/bin/app"
    ),
    b"/data/app/~~Yx1_2aBcDeFgHiJkLmNoPq==/com.example-q8RsTuVwXyZ0123456789A==/base.apk": (
        b"/data/app/~~<hash>/com.example-<hash>/base.apk"
    ),
    b"/tmp/perf-1234.map": b"/tmp/perf-1234.map",
}


@pytest.mark.parametrize(("label", "folded"), LABELS.items())
def test_folds_labels(label: bytes, folded: bytes) -> None:
    assert fold_label(label) == folded


@pytest.mark.parametrize(("path", "folded"), PATHS.items())
def test_folds_paths(path: bytes, folded: bytes) -> None:
    assert fold_path(path) == folded


@given(strategies.labels() | strategies.raw_android_names())
def test_folding_twice_changes_nothing_more(label: bytes) -> None:
    assert fold_label(fold_label(label)) == fold_label(label)


@given(strategies.file_names())
def test_folding_a_path_twice_changes_nothing_more(path: bytes) -> None:
    assert fold_path(fold_path(path)) == fold_path(path)


@given(
    st.text("abcxyzXYZ_- :", min_size=1, max_size=12),
    st.text("_- :#", min_size=1, max_size=1),
    st.integers(0, 2**64),
    st.integers(0, 2**64),
    st.sampled_from(["", " end", "/tail"]),
)
def test_labels_that_differ_in_a_number_are_one(
    head: str, separator: str, one: int, other: int, tail: str
) -> None:
    folded = {
        fold_label(f"{head}{separator}{number}{tail}".encode("ascii")) for number in (one, other)
    }
    assert len(folded) == 1


@given(st.binary().filter(lambda text: not any(48 <= byte <= 57 for byte in text)))
def test_without_digits_nothing_is_folded(text: bytes) -> None:
    assert fold_label(text) == text
    assert fold_path(text) == text
