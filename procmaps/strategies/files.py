"""Strategies for whole files, as bytes and as snapshots."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark

from procmaps import producers
from procmaps.formats.dialects import dialect
from procmaps.formats.file_kinds import FileKind
from procmaps.grammar.lark_parser import build_parser
from procmaps.producers import Producer, as_producer
from procmaps.producers.rendering import render
from procmaps.snapshots.loading import loads
from procmaps.snapshots.snapshot import Snapshot
from procmaps.strategies.mappings import address_spaces


def every_producer(kind: FileKind = "maps") -> st.SearchStrategy[Producer]:
    """Draw producers that print this kind of file; the simplest is the newest mainline kernel."""
    found = [item for item in producers.every_producer() if item.prints(kind)]
    plain = [item for item in found if item.kind == "linux"]
    return st.just(plain[-1]) | st.sampled_from(found)


def dumps(
    producer: Producer | str | None = None, kind: FileKind = "maps", *, max_size: int = 8
) -> st.SearchStrategy[bytes]:
    """Draw whole files as *producer* prints them; the default is any that escapes newlines.

    Without a producer, the drawn files parse without problems in the dialect ``linux``.
    """
    if producer is not None:
        chosen = as_producer(producer)
        return address_spaces(chosen, kind, max_size=max_size).map(
            lambda records: render(records, chosen)
        )
    linux = every_producer(kind).filter(lambda item: item.dialect == "linux")
    return linux.flatmap(lambda item: dumps(item, kind, max_size=max_size))


def snapshots(
    producer: Producer | str | None = None, kind: FileKind = "maps", *, max_size: int = 8
) -> st.SearchStrategy[Snapshot]:
    """Draw `dumps` and load them in the producer's dialect."""
    name = "linux" if producer is None else as_producer(producer).dialect
    return dumps(producer, kind, max_size=max_size).map(lambda text: loads(text, dialect=name))


def grammar_bytes(name: str = "linux", start: str = "maps") -> st.SearchStrategy[bytes]:
    """Draw bytes from the grammar of a dialect: its rule *start* accepts all of them.

    *start* is ``maps``, ``smaps``, ``rollup``, ``line`` or ``name``. A grammar has no semantics: a
    mapping may end before it starts, and a field may be repeated. Raises
    `procmaps.errors.UnknownDialect` for a dialect without a grammar.
    """
    lark = build_parser(dialect(name).grammar)
    text = from_lark(lark, start=start, alphabet=st.characters(max_codepoint=255))
    return text.map(lambda drawn: drawn.encode("latin-1"))
