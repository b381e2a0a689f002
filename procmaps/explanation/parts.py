"""The parts of one line: which rule and terminal matched which bytes, and what they mean."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import attrs

from procmaps.formats.dialects import dialect
from procmaps.formats.pseudo_names import PSEUDO_NAMES, PseudoName
from procmaps.formats.smaps_fields import FIELDS
from procmaps.formats.vm_flags import LETTERLESS_BITS, UNNAMED_BIT, VMFLAGS
from procmaps.grammar import loading
from procmaps.grammar.loading import Grammar
from procmaps.grammar.to_regex import bare
from procmaps.grammar.transformer import bytes_of
from procmaps.records.names import Name

if TYPE_CHECKING:
    from lark import Lark, Token, Tree


@attrs.frozen
class Part:
    """Some bytes of the line."""

    rule: str
    """The rule of the grammar that they stand in: ``start``, ``perms``, ``name``, ``size`` …"""
    terminal: str
    """The terminal that matched them; ``ANON.anon_label`` for a named group within it."""
    start: int
    """Where they start in the line, in bytes from 0."""
    end: int
    raw: bytes
    meaning: str
    """What they say, for people."""


def parts_of(line: bytes, loaded: Grammar) -> tuple[Part, ...] | None:
    """The parts of a header line or a field; None where the grammar does not accept it."""
    from lark import UnexpectedInput

    try:
        tree = _tree(loaded, line, "line")
    except UnexpectedInput:
        return None
    return tuple(part for found in _tokens(tree) for part in _refine(found, loaded))


def parts_of_name(raw: bytes, loaded: Grammar, at: int = 0) -> Iterator[Part]:
    """The parts of a name column that starts at *at*: the whole, and what its terminal singles out.

    *raw* must not be empty.
    """
    name = loaded.parse_name(raw)
    step = next(
        step
        for (step,) in loaded.expansions("name")
        if step.terminal == _name_terminal(raw, loaded)
    )
    meaning = _TERMINALS.get(step.terminal) or name_meaning(name)
    yield Part(step.path[-1], step.terminal, at, at + len(raw), raw, meaning)
    match = loaded.terminal(step.terminal).fullmatch(raw)
    assert match, raw  # noqa: S101 - the terminal that matched it was just found
    for group in match.re.groupindex:
        if (text := match[group]) is not None:
            first, last = match.span(group)
            meaning = _GROUPS.get(group, "a number")
            yield Part(
                step.path[-1], f"{step.terminal}.{group}", at + first, at + last, text, meaning
            )


def _tree(loaded: Grammar, text: bytes, start: str) -> Tree[Token]:
    # Lark's annotations say str; with use_bytes it takes and gives bytes.
    return cast("Tree[Token]", cast("Any", _trees(loaded.dialect.name)).parse(text, start=start))


@functools.cache
def _trees(name: str) -> Lark:
    return loading.parser(dialect(name))


def _tokens(tree: Tree[Token]) -> Iterator[Part]:
    """The tokens of a tree in their order, each with the innermost rule around it."""
    from lark import Tree

    rule = bare(str(tree.data))
    for child in tree.children:
        if isinstance(child, Tree):
            yield from _tokens(child)
        else:
            start, end = child.start_pos, child.end_pos
            assert start is not None  # noqa: S101 - the lexer gives every token its place
            assert end is not None  # noqa: S101
            yield Part(rule, bare(child.type), start, end, bytes_of(child), "")


def _refine(part: Part, loaded: Grammar) -> Iterator[Part]:
    """A token with its meaning; names and flags also in the parts that they have."""
    if part.terminal == "NAME":
        yield from parts_of_name(part.raw, loaded, part.start)
        return
    if part.terminal == "FLAGS":
        for word in re.finditer(rb"[^ ]+", part.raw):
            first, last = word.span()
            yield attrs.evolve(
                part,
                start=part.start + first,
                end=part.start + last,
                raw=word[0],
                meaning=flag_meaning(word[0]),
            )
        return
    yield attrs.evolve(part, meaning=_meaning(part, loaded))


def _meaning(part: Part, loaded: Grammar) -> str:
    told = _MEANINGS.get((part.terminal, part.raw)) or _MEANINGS.get((part.rule, b""))
    if told:
        return told
    if part.terminal == "KEY":
        field = FIELDS.get(part.raw.removesuffix(b":"))
        return field.meaning if field else "a field that no table knows"
    if part.terminal in ("SIZE", "COUNT"):
        value = int(loaded.captured(part.terminal, part.raw))
        return f"{value * 1024:,} bytes" if part.terminal == "SIZE" else f"the number {value}"
    return "the value, as text"


_MEANINGS = {
    ("start", b""): "the first address",
    ("end", b""): "the first address behind the mapping",
    ("offset", b""): "where in the file the mapping starts, in bytes",
    ("major", b""): "the major number of the file system's device",
    ("minor", b""): "its minor number",
    ("inode", b""): "the inode of the file; 0 where there is none",
    ("READ", b"r"): "may be read",
    ("READ", b"-"): "may not be read",
    ("WRITE", b"w"): "may be written",
    ("WRITE", b"-"): "may not be written",
    ("EXECUTE", b"x"): "may be executed",
    ("EXECUTE", b"-"): "may not be executed",
    ("SHARING", b"p"): "private: writes are copied",
    ("SHARING", b"s"): "shared",
    ("SHARING", b"S"): "shared directly, the very memory of the file: only without an MMU",
    ("WSL_SHARING", b"p"): "private: writes are copied",
    ("WSL_SHARING", b"s"): "shared",
    ("WSL_SHARING", b"-"): "private or shared: it does not tell",
    ("CYGWIN_SHARING", b"p"): "private",
    ("CYGWIN_SHARING", b"s"): "shared",
    ("CYGWIN_SHARING", b"g"): "a guard page",
    ("RESERVED", b"==="): "address space that is reserved and not committed",
}
"""By terminal and text, or by rule alone."""

_TERMINALS = {"OPEN_LABEL": "the beginning of a label, closed in no line below"}
"""By the terminal of a name that has no record of its own."""

_GROUPS = {
    "tid": "the thread's id",
    "anon_label": "the label that the program gave",
    "shmem_label": "the label that the program gave",
    "memfd_label": "the name that the program gave",
    "ashmem_label": "the name that the program gave",
    "dmabuf_label": "the name that the program gave",
    "inode_label": "the kind of kernel object",
    "key": "the key given to shmget",
    "socket": "the inode of the socket",
}
"""By the group that the terminal names."""


def _name_terminal(raw: bytes, loaded: Grammar) -> str:
    """The terminal that the reference engine chooses for a name column."""
    tree = _tree(loaded, raw, "name")
    return next(part.terminal for part in _tokens(tree))


def name_meaning(name: Name) -> str:
    """What a name column says the memory is."""
    if pseudo := pseudo_of(name):
        return pseudo.meaning
    return _KINDS.get(name.kind, "a name that no rule knows")


_KINDS = {"anonymous": "Anonymous memory without a label.", "file": "A file."}


def pseudo_of(name: Name) -> PseudoName | None:
    """Return the table row of a pseudo-name, or None for any other name."""
    of_its_kind = [
        known for known in PSEUDO_NAMES if known.kind == name.kind and not known.look_alike
    ]
    text = name.raw.decode("latin-1")
    exact = (known for known in of_its_kind if known.pattern_text == text and not known.varies)
    return next(exact, None) or next((known for known in of_its_kind if known.varies), None)


def flag_meaning(word: bytes) -> str:
    """What one word of ``VmFlags`` says of the mapping."""
    if info := VMFLAGS.get(word):
        return info.meaning
    if word == UNNAMED_BIT:
        names = ", ".join(bit.kernel_name for bit in LETTERLESS_BITS if bit.printed == UNNAMED_BIT)
        return f"A bit without letters of its own; known ones: {names}."
    return "A flag that no table knows."
