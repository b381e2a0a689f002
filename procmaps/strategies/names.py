"""Name columns, as each producer prints them."""

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
    """Name columns that *producer* can print and that its text leaves no doubt about.

    Where newlines are not escaped a name can forge whole lines; such names are not drawn. Without a
    producer it is the newest mainline kernel.
    """
    return _names(as_producer(producer))


@functools.cache
def _names(made: Producer) -> st.SearchStrategy[Name]:
    record_of = load_grammar(made.dialect).parse_name

    def file(path: bytes, deleted: bool) -> Name:  # noqa: FBT001 - drawn, not written, by place
        return path_name(path, made, deleted=deleted)

    files = st.builds(file, file_names(), st.booleans())
    pseudo = [_pseudo(name, made) for name in PSEUDO_NAMES if _possible(name, made)]
    drawn = (text.map(record_of) for text in (*pseudo, *_own_names(made)))
    found = st.one_of(st.just(Unnamed()), files, *drawn)
    return found.filter(lambda name: stands_alone(name, made))


def _possible(name: PseudoName, made: Producer) -> bool:
    if name.kind == "rollup":
        return False
    if name.producer not in ("Linux", "Android" if made.kind == "android" else "Linux"):
        return False
    if name.pathless and made.pathless is not None:
        return name.kind in made.pathless
    return made.release is not None and name.span.covers(made.release) is not False


def _own_names(made: Producer) -> list[st.SearchStrategy[bytes]]:
    """The texts of each terminal that the producer's dialect adds to Linux's names."""
    grammar, linux = load_grammar(made.dialect), load_grammar(LINUX.name)
    known = {step.name for (step,) in linux.expansions("name")}
    own = (step.name for (step,) in grammar.expansions("name") if step.name not in known)
    return [st.from_regex(grammar.terminal(terminal), fullmatch=True) for terminal in own]


def _pseudo(name: PseudoName, made: Producer) -> st.SearchStrategy[bytes]:
    """The texts of a pseudo-name, as *made* prints them."""
    parts = [_part(piece, name, made) for piece in name.parts]
    return st.tuples(*parts).map(b"".join)


def _part(piece: str, name: PseudoName, made: Producer) -> st.SearchStrategy[bytes]:
    decimal = st.integers(0, 2**31 - 1).map(lambda number: b"%d" % number)
    texts: dict[str, st.SearchStrategy[bytes]] = {
        "TID": decimal,
        "NUMBER": decimal,
        "INODE": decimal,
        "KEY": st.integers(0, 2**32 - 1).map(lambda key: b"%08x" % key),
        "CLASS": st.sampled_from(
            (b"[perf_event]", b"[io_uring]", b"kvm-vcpu:0", b"bpf-map", b"x y")
        ),
        "LABEL": own_labels(made) if name.kind in ("anon", "anon_shmem") else _file_label(made),
    }
    return texts[piece] if piece in PLACEHOLDERS else st.just(piece.encode())


def own_labels(made: Producer) -> st.SearchStrategy[bytes]:
    """What a program may call its own memory."""
    rule = made.labels
    if rule is None:
        return labels()
    return labels(limit=rule.limit) if rule.checked else raw_android_names()


def _file_label(made: Producer) -> st.SearchStrategy[bytes]:
    """What a program may call its memfd: any bytes but NUL."""
    label = st.sampled_from(COMPONENTS) | any_bytes(249)
    return label.map(lambda text: text.replace(b"\n", NEWLINE)) if made.escapes_newlines else label


def stands_alone(name: Name, made: Producer) -> bool:
    """Whether the text between an inode and the next line can only be *name*."""
    if not name.raw:
        return True
    if name.raw.startswith(b" "):
        return False
    grammar = load_grammar(made.dialect)
    for behind in (b"", b"\n", b"\n00400000-00401000 r-xp 00000000 08:01 42 \n", b"\nSize: 4 kB\n"):
        line = b"00400000-00401000 r-xp 00000000 08:01 42 " + name.raw + behind
        found = grammar.header.match(line)
        if not found or found["NAME"] != name.raw:
            # No file but maps stands in the text of those who print no smaps.
            if behind.startswith(b"\nSize") and not made.smaps:
                continue
            return False
    return True
