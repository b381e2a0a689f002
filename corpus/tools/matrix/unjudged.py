"""What a peer is not judged by: derived from its view and form, and what ``peer.toml`` adds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from corpus.tools.matrix.read_peers import NamesShown, Peer, View

_VIEWS: Final[dict[View, str]] = {
    "all": "",
    "accessible": "mappings that can be neither read nor executed",
    "executable": "mappings that cannot be executed",
    "libraries": "mappings that cannot be executed, or are no library by their name",
    "modules_of_bcc": "mappings that cannot be executed, or are no file by their name",
    "files_and_unnamed": "inaccessible mappings, and names of memory without an inode",
    "paths": "inaccessible mappings, those without a path, and all addresses but the first",
    "files": "mappings without an inode, and all of a file but the first",
    "modules": "mappings without a path or a device, and the bounds of those inside a module",
    "total": "single mappings, and sums over 64 bits",
    "readable": "mappings that cannot be read",
    "writable": "mappings that cannot be both read and written",
    "read_execute": "mappings that cannot be read and executed, or can be written",
    "named_executable": "mappings that cannot be executed, or have neither inode nor name",
    "segments_of_valgrind": "mappings without a file, and the bounds of those inside a segment",
}
_NAMES: Final[dict[NamesShown, str]] = {
    "any": "",
    "with a slash": "names without a slash",
    "a path": "names that are no path",
    "with an inode": "names of mappings without an inode",
    "on a device": "names on devices with major number 0",
    "not /dev/zero": "the name /dev/zero",
}


def left_unjudged(peer: Peer) -> tuple[str, ...]:
    """Return what *peer* is not judged by, a clause each."""
    return tuple(filter(None, _clauses(peer)))


def _clauses(peer: Peer) -> Iterator[str]:
    yield _VIEWS[peer.view]
    yield _NAMES[peer.shows.names]
    if peer.flags_left_out:
        yield f"mappings with the flags {', '.join(peer.flags_left_out)}"
    yield from peer.unjudged
