"""From the lines of one dump to an `Extract`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import attrs

from procmaps.extraction import markers, patterns
from procmaps.extraction.grouping import Group
from procmaps.extraction.layers import line_prefixes
from procmaps.extraction.matches import Hit, behind_end
from procmaps.extraction.results import Container, Entry, Extract, Undone, Unread
from procmaps.extraction.source_lines import Piece
from procmaps.records.device import Device
from procmaps.snapshots.loading import loads

_ASSUMED = {
    "linux": frozenset[str](),
    "wsl": frozenset[str](),
    "cygwin": frozenset[str](),
    "tombstone": frozenset({"sharing", "device", "inode"}),
    "sanitizer": frozenset({"perms", "sharing", "offset", "device", "inode"}),
}
"""The columns that a format does not print."""

_REMARK = re.compile(rb"(?:^| )[:;|,-]+ [^/\[\]]{1,80}$")
"""What a message says behind the mapping that it shows."""


@attrs.define
class _Draft:
    """A mapping on its way to an `Entry`, with the fields below it."""

    hit: Hit
    piece: Piece
    name: bytes
    fields: list[tuple[bytes, Piece]]

    def rename(self, name: bytes, piece: Piece) -> None:
        self.name, self.piece = name, piece


def clean(group: Group) -> Extract:
    """The dump in *group*."""
    drafts, unread = _drafts(group)
    _strip_remarks(drafts)
    _strip_returns(drafts)
    form = drafts[0].hit.format
    # One line that only another system prints tells whose all of them are.
    form = next((hit.format for hit in group.hits if hit.format != "linux"), form)
    assumed = set(_ASSUMED[form])
    entries: list[Entry] = []
    text: list[bytes] = []
    origins: list[tuple[int, ...]] = []
    undone: list[Undone] = []
    for draft in drafts:
        if form == "tombstone":
            _same_name(draft, entries)
        entry = _entry(draft)
        entries.append(entry)
        if entry.offset is None:
            assumed.add("offset")
        text.append(_line(draft, entry))
        origins.append(draft.piece.lines)
        undone += draft.piece.undone
        for content, piece in draft.fields:
            text.append(content)
            origins.append(piece.lines)
            undone += piece.undone
    whole = b"".join(line + b"\n" for line in text)
    used = {line for lines in origins for line in lines}
    return Extract(
        container=_container(group, drafts),
        first_line=min(used),
        last_line=max(used),
        entries=tuple(entries),
        text=whole,
        origins=tuple(origins),
        assumed=frozenset(assumed),
        snapshot=loads(
            whole, errors="collect", dialect=form if form in ("wsl", "cygwin") else "auto"
        ),
        undone=tuple(sorted(dict.fromkeys(undone), key=lambda done: done.line)),
        unread=tuple(Unread(line, raw) for line, raw in dict.fromkeys(unread) if line not in used),
        declared=_declared(group),
    )


# --- lines to drafts ------------------------------------------------------------------------------


def _drafts(group: Group) -> tuple[list[_Draft], list[tuple[int, bytes]]]:
    """The mappings with their fields, and the lines that are neither."""
    drafts: list[_Draft] = []
    unread: list[tuple[int, bytes]] = []
    prefix = b""
    for place, line in enumerate(group.lines):
        if line.hit:
            piece = line.piece
            for what, detail in line_prefixes.kinds(line.prefix):
                piece = piece.noted(what, detail)
            drafts.append(_Draft(line.hit, piece, line.hit.name, []))
            prefix = line.prefix
        elif place in group.fields and (field := _field(line.piece, prefix)):
            drafts[-1].fields.append(field)
        else:
            unread += zip(line.piece.lines, line.piece.raws, strict=True)
    return drafts, unread


def _field(piece: Piece, prefix: bytes) -> tuple[bytes, Piece] | None:
    """A line below a mapping as smaps prints it; None where no cleaning makes it one."""
    at = line_prefixes.behind(piece.text, prefix)
    found = patterns.is_known(piece.text)
    content = piece.text[at:]
    if found and found.start() > at and at == 0:
        # A prefix of another length: the key tells where the line begins.
        key = found[0].split(b":", 1)[0] + b":"
        at = piece.text.rfind(key)
        content = piece.text[at:]
    for what, detail in line_prefixes.kinds(piece.text[:at]):
        piece = piece.noted(what, detail)
    bare = content.lstrip(b" \t")
    if bare != content:
        piece = piece.noted("indent", content[: len(content) - len(bare)])
    if bare.startswith(b"VmFlags:"):
        plain = patterns.padding(bare)
    else:
        plain = bare.rstrip(b" ") if _is_tabbed(bare) else patterns.tidy(bare)
    if plain != bare:
        piece = piece.noted("blanks", bare)
    return (plain, piece) if patterns.field().fullmatch(plain) else None


def _is_tabbed(field: bytes) -> bool:
    """Whether the tabs of a field are the kernel's own: two before THPeligible's (5.4-5.8)."""
    return re.fullmatch(rb"THPeligible:\t+[0-9]", field) is not None


# --- names ----------------------------------------------------------------------------------------


def _strip_remarks(drafts: Sequence[_Draft]) -> None:
    """Cut off what a message says behind each mapping, where several say the same."""
    alike: dict[bytes, list[_Draft]] = {}
    for draft in drafts:
        prefix = draft.piece.text[: draft.hit.column]
        if line_prefixes.family(prefix).endswith(b"+"):
            alike.setdefault(line_prefixes.masked(prefix), []).append(draft)
    for same in alike.values():
        remark = _REMARK.search(same[0].name)
        rest = remark[0] if remark else b""
        names = {draft.name for draft in same}
        if rest and len(names) > 1 and all(name.endswith(rest) for name in names):
            for draft in same:
                name = draft.name.removesuffix(rest).rstrip(b" ")
                draft.rename(name, draft.piece.noted("suffix", rest))


def _strip_returns(drafts: Sequence[_Draft]) -> None:
    """Take a CR off every name where each line of the dump ends so: `loads` holds it for CR LF."""
    if any(draft.fields for draft in drafts):
        return
    returns = b"\r" * min(len(d.name) - len(d.name.rstrip(b"\r")) for d in drafts)
    for draft in drafts if returns else ():
        name = draft.name.removesuffix(returns)
        draft.rename(name, draft.piece.noted("carriage return", returns))


def _same_name(draft: _Draft, entries: Sequence[Entry]) -> None:
    """Resolve ">", which xCrash prints for the name above (xcd_maps_record, xcd_maps.c)."""
    if draft.name == b">" and entries:
        draft.rename(entries[-1].name, draft.piece.noted("same name", b">"))


# --- records --------------------------------------------------------------------------------------


def _entry(draft: _Draft) -> Entry:
    hit, parts = draft.hit, draft.hit.parts
    end = hit.end
    if hit.format == "tombstone":
        end = behind_end(hit)
        if b"'" in parts["start"]:
            draft.piece = draft.piece.noted("quoted halves", parts["start"])
        if end != hit.end:
            draft.piece = draft.piece.noted("inclusive end", parts["end"])
        if "build_id" in parts or "load_bias" in parts:
            draft.piece = draft.piece.noted("annotation")
    build_id = parts.get("build_id")
    return Entry(
        start=hit.start,
        end=end,
        perms=parts.get("perms"),
        offset=int(parts["offset"], 16) if "offset" in parts else None,
        device=Device(int(parts["major"], 16), int(parts["minor"], 16))
        if "major" in parts
        else None,
        inode=int(parts["inode"]) if "inode" in parts else None,
        name=draft.name,
        lines=draft.piece.lines,
        build_id=build_id.decode("ascii") if build_id else None,
        load_bias=int(parts["load_bias"], 16) if "load_bias" in parts else None,
    )


def _line(draft: _Draft, entry: Entry) -> bytes:
    """The mapping as ``maps`` prints it: as it stood where nothing in its columns was damaged."""
    hit, parts = draft.hit, draft.hit.parts
    if hit.is_whole:
        columns = draft.piece.text[hit.column :]
        columns = columns.removesuffix(hit.name) if hit.name else columns
        clean = patterns.padding(columns) if _is_odd_padding(columns) else columns
        if _reads(clean + draft.name, hit, draft.name):
            if clean != columns:
                draft.piece = draft.piece.noted("blanks", columns)
            return clean + draft.name
        spelled = parts["start"] + b"-" + parts["end"]
        draft.piece = draft.piece.noted("blanks" if spelled in columns.lower() else "dash", columns)
        device = parts["major"] + b":" + parts["minor"]
        rest = (parts["perms"], parts["offset"], device, parts["inode"], draft.name)
        return b" ".join((parts["start"] + b"-" + parts["end"], *rest))
    draft.piece = draft.piece.noted("stand-in")
    perms = (entry.perms or b"---") + b"p"
    offset = entry.offset or 0
    columns = b"%08x-%08x %b %08x 00:00 0" % (entry.start, entry.end, perms, offset)
    return columns + b" " + (columns.ljust(72)[len(columns) :] + draft.name if draft.name else b"")


def _is_odd_padding(columns: bytes) -> bool:
    return patterns.padding(columns) != columns


def _reads(line: bytes, hit: Hit, name: bytes) -> bool:
    """Whether the grammar reads in *line* what was found in it."""
    form = patterns.maps(hit.format)
    found = form.strict.fullmatch(line)
    if not found:
        return False
    parts = patterns.parts(found)
    wanted = {**hit.parts, "NAME": name}
    return all(parts.get(key, b"") == value for key, value in wanted.items())


# --- the dump as a whole --------------------------------------------------------------------------


def _container(group: Group, drafts: Sequence[_Draft]) -> Container:
    if group.heading and group.heading.container:
        return group.heading.container
    first = drafts[0]
    if any(markers.is_coredump(done.detail) for done in first.piece.undone):
        return "coredump"
    if first.hit.format == "tombstone":
        return "tombstone"
    if first.hit.format == "sanitizer":
        return "sanitizer"
    counts = Counter(_kinds(drafts))
    most: tuple[tuple[str, Container], ...] = (
        ("quote", "mail"),
        ("quoted-printable", "mail"),
        ("log prefix", "log"),
        ("string", "string"),
        ("comment", "comment"),
        ("markup", "markup"),
    )
    for what, container in most:
        if counts[what] * 2 > len(drafts) or (what in ("string", "markup") and counts[what]):
            return container
    return "plain"


def _kinds(drafts: Sequence[_Draft]) -> Iterator[str]:
    for draft in drafts:
        yield from {done.what for done in draft.piece.undone}


def _declared(group: Group) -> int | None:
    for marker in (group.ending, group.heading):
        if marker and marker.declared is not None:
            return marker.declared
    return None
