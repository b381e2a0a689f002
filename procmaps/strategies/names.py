"""Strategies for the name column."""

from __future__ import annotations

import functools

from hypothesis import strategies as st

from procmaps.formats.dialects import LINUX
from procmaps.formats.pseudo_names import PLACEHOLDERS, PSEUDO_NAMES, PseudoName
from procmaps.grammar.loading import load as load_grammar
from procmaps.producers import Producer, as_producer
from procmaps.producers.rendering import path_name
from procmaps.records.names import NEWLINE, Name, Unnamed
from procmaps.strategies.text import (
    COMPONENTS,
    any_bytes,
    file_names,
    labels,
    raw_android_names,
)


def names(producer: Producer | str | None = None) -> st.SearchStrategy[Name]:
    """Draw name columns that *producer* can print and that have one interpretation in its text.

    Where newlines are not escaped a name can forge whole lines; such names are not drawn. Without a
    producer it is the newest mainline kernel.
    """
    return _names(as_producer(producer))


@functools.cache
def _names(producer: Producer) -> st.SearchStrategy[Name]:
    record_of = load_grammar(producer.dialect).parse_name

    def file(path: bytes, deleted: bool) -> Name:  # noqa: FBT001 - Hypothesis passes it by position
        return path_name(path, producer, deleted=deleted)

    files = st.builds(file, file_names(), st.booleans())
    pseudo = [_pseudo(name, producer) for name in PSEUDO_NAMES if _possible(name, producer)]
    drawn = (text.map(record_of) for text in (*pseudo, *_own_names(producer)))
    found = st.one_of(st.just(Unnamed()), files, *drawn)
    return found.filter(lambda name: stands_alone(name, producer))


def _possible(name: PseudoName, producer: Producer) -> bool:
    if name.kind == "rollup":
        return False
    if name.producer not in ("Linux", "Android" if producer.kind == "android" else "Linux"):
        return False
    if name.pathless and producer.pathless is not None:
        return name.kind in producer.pathless
    return producer.release is not None and name.span.covers(producer.release) is not False


def _own_names(producer: Producer) -> list[st.SearchStrategy[bytes]]:
    """Return a strategy for each terminal that the producer's dialect adds to Linux's names."""
    grammar, linux = load_grammar(producer.dialect), load_grammar(LINUX.name)
    known = {step.name for (step,) in linux.expansions("name")}
    own = (step.name for (step,) in grammar.expansions("name") if step.name not in known)
    return [st.from_regex(grammar.terminal(terminal), fullmatch=True) for terminal in own]


def _pseudo(name: PseudoName, producer: Producer) -> st.SearchStrategy[bytes]:
    """Draw the texts of a pseudo-name as *producer* prints them."""
    parts = [_part(piece, name, producer) for piece in name.parts]
    return st.tuples(*parts).map(b"".join)


def _part(piece: str, name: PseudoName, producer: Producer) -> st.SearchStrategy[bytes]:
    decimal = st.integers(0, 2**31 - 1).map(lambda number: b"%d" % number)
    top = (1 << producer.header.inode_bits) - 1
    inode = st.integers(0, top) | st.sampled_from((0, 1, top - 1, top))
    texts: dict[str, st.SearchStrategy[bytes]] = {
        "TID": decimal,
        "NUMBER": decimal,
        "INODE": inode.map(lambda number: b"%d" % number),
        "KEY": st.integers(0, 2**32 - 1).map(lambda key: b"%08x" % key),
        "CLASS": st.sampled_from(
            (b"[perf_event]", b"[io_uring]", b"kvm-vcpu:0", b"bpf-map", b"x y")
        ),
        "LABEL": own_labels(producer)
        if name.kind in ("anon", "anon_shmem")
        else _file_label(producer),
    }
    return texts[piece] if piece in PLACEHOLDERS else st.just(piece.encode())


def own_labels(producer: Producer) -> st.SearchStrategy[bytes]:
    """Draw labels that a program can give to its own memory."""
    rule = producer.labels
    if rule is None:
        return labels()
    return labels(limit=rule.limit) if rule.checked else raw_android_names()


def _file_label(producer: Producer) -> st.SearchStrategy[bytes]:
    """Draw names that a program can give to a memfd: any bytes but NUL."""
    label = st.sampled_from(COMPONENTS) | any_bytes(249)
    return (
        label.map(lambda text: text.replace(b"\n", NEWLINE)) if producer.escapes_newlines else label
    )


def stands_alone(name: Name, producer: Producer) -> bool:
    """Whether the text between an inode and the next line has *name* as its only interpretation."""
    if not name.raw:
        return True
    if name.raw.startswith(b" "):
        return False
    grammar = load_grammar(producer.dialect)
    for rest in (b"", b"\n", b"\n00400000-00401000 r-xp 00000000 08:01 42 \n", b"\nSize: 4 kB\n"):
        line = b"00400000-00401000 r-xp 00000000 08:01 42 " + name.raw + rest
        found = grammar.header.match(line)
        if not found or found["NAME"] != name.raw:
            # A producer that prints no smaps never has a field after a name.
            if rest.startswith(b"\nSize") and not producer.smaps:
                continue
            return False
    return True
