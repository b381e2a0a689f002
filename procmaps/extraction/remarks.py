"""Remarks after the names of a dump: notes of a person, columns of a program, build IDs.

A name may contain any text, so a remark is cut off only with evidence from the same dump. Memory
without a file shows a remark, because the kernel prints nothing there, or a name that is known. So
do several names of one file. Without evidence the name stays as it is, and a `Doubt` is noted.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import attrs

from procmaps.extraction import patterns
from procmaps.extraction.drafts import Draft
from procmaps.extraction.matches import is_invented_by_kernel, is_kernel_name

_MIN_ALIKE = 3
"""Different names that end alike before it counts as evidence."""

_MAX_CANDIDATES = 4
"""Texts at each end of a name that are compared with the remarks of other names."""

_FORMATS = ("linux", "wsl", "tombstone", "sanitizer")
"""The formats whose names are Linux's."""

_ANNOTATION = re.compile(
    rb"(?<![ \t])[ \t]*+\(BuildId:? ?(?P<build_id>[0-9a-fA-F]{1,128})\)"
    rb"(?:[ \t]*+\([^()]{1,64}\)){0,8}\Z"
)
"""The build ID of a file, and other facts in parentheses after it."""

_CANDIDATE = re.compile(
    rb"(?<![ \t])(?:[ \t]++(?:(?P<mark><[-=<]+|[#;|*]+|//+|/\*|--+>?|->|=>)|(?P<open>[({]))"
    rb"|(?! [^ \t])[ \t]++(?=[^ \t]))"
)
"""A place where a remark may begin: after blanks and a mark, or after two blanks or a tab.

A run of blanks is tried once, from its start: `[ \t]+` at each of its blanks is quadratic.
"""

_SEPARATORS = b" \t>|,;"
"""Characters between two lines that became one."""

_CLOSING = {b"(": b")", b"{": b"}"}
_DELETED = re.compile(rb"\(deleted\)(?: \(deleted\))*\Z")
_FILE_NAMES = (b"/", b"(unreachable)/", b"anon_inode:", b"socket:")
_COMMENT = re.compile(rb"/[/*]+[ \t]")
_NUMBER = re.compile(rb"(?:0x)?[0-9A-Fa-f]*[0-9][0-9A-Fa-f]*")
_TAG = re.compile(rb"</?[A-Za-z][^<>]{0,200}>")
_CLOSING_MARK = re.compile(rb"(?<=[^\"'`])(?:[\"'`]{1,3}|\)[a-z]{0,8}\"|\]\]>)[,;)]{0,2}\Z")
"""The end of a literal whose beginning is missing."""


@attrs.frozen
class _Remark:
    """A text after a name."""

    stem: bytes
    """The name before it."""
    text: bytes
    mark: bytes
    """The punctuation that it begins with; empty if it begins with a word."""

    @property
    def shape(self) -> bytes:
        """The text, with all numbers made equal."""
        return _NUMBER.sub(b"0", self.text)


def separate_remarks(drafts: Sequence[Draft]) -> None:
    """Cut off the remarks after the names of a dump, and note what may be one."""
    named = [draft for draft in drafts if draft.name and draft.match.format in _FORMATS]
    for draft in named:
        _cut_annotation(draft)
    evidence = {
        id(draft): remark
        for draft, remark in itertools.chain(
            _remarks_that_are_alike(named),
            _remarks_of_one_file(named),
            _remarks_without_file(named),
        )
    }
    # A single word may be a name that no rule knows, but not among more remarks.
    words = {
        id(draft): _remark(b"", draft.name)
        for draft in named
        if _has_no_file(draft) and not _is_possible(draft.name) and draft.name[:1] != b"["
    }
    if len(evidence) * 2 > len(evidence.keys() | words.keys()):
        evidence |= words
    known = [*evidence.values(), *_common_suffixes(drafts)]
    shapes = {remark.shape for remark in known}
    counts = Counter(remark.mark for remark in known)
    # A single text without a mark is no evidence that two blanks end other names.
    marks = {mark for mark, count in counts.items() if mark or count > 1}
    for draft in named:
        remark = evidence.get(id(draft)) or _remark_like_others(draft.name, shapes, marks)
        if remark:
            draft.rename(remark.stem, "remark", remark.text)
        elif draft.name:
            _note_doubts(draft)


def _cut_annotation(draft: Draft) -> None:
    """Cut off a build ID and what follows it."""
    found = _ANNOTATION.search(draft.name)
    if found and found.start():
        draft.build_id = found["build_id"].lower()
        draft.rename(draft.name[: found.start()], "annotation", found[0])


# --- evidence -------------------------------------------------------------------------------------


def _remarks_without_file(drafts: Sequence[Draft]) -> Iterator[tuple[Draft, _Remark]]:
    """Yield what the kernel cannot have printed for memory without a file."""
    for draft in drafts:
        name = draft.name
        if name.startswith(b"["):
            stem, bracket, rest = name.partition(b"]")
            stem += bracket
            # A label of old Android may contain a bracket.
            is_label = stem.startswith(b"[anon") and rest.rstrip(b" \t").endswith(b"]")
            is_known = is_kernel_name(stem, has_file=draft.match.file is not None)
            if rest.strip(b" \t") and is_known and not is_label:
                yield draft, _remark(stem, rest)
        elif _has_no_file(draft) and not _is_possible(name) and not _joined_mapping(name):
            begins_with_mark = not name[:1].isalnum() and not name.startswith(b"[")
            if begins_with_mark or b" " in name or b"\t" in name:
                yield draft, _remark(b"", name)


def _common_suffixes(drafts: Sequence[Draft]) -> Iterator[_Remark]:
    """Yield the texts with a mark that `layers.line_suffixes` has cut off several lines."""
    for draft in drafts:
        for repair in draft.line.repairs:
            remark = _remark(b"", repair.detail)
            if repair.kind == "suffix" and remark.mark:
                yield remark


def _remarks_of_one_file(drafts: Sequence[Draft]) -> Iterator[tuple[Draft, _Remark]]:
    """Yield what differs between the names of one file, after the name that they share."""
    by_file: dict[tuple[bytes, bytes, bytes], list[Draft]] = {}
    for draft in drafts:
        if draft.match.file and draft.name.startswith(b"/"):
            by_file.setdefault(draft.match.file, []).append(draft)
    for members in by_file.values():
        names = {draft.name for draft in members}
        shortest = min(names, key=len)
        stems = [shortest, *(remark.stem for remark in reversed(_candidates(shortest)))]
        for stem in stems if len(names) > 1 else ():
            remarks = [(draft, _remark_after(draft.name, stem)) for draft in members]
            if all(remark or _is_stem(draft.name, stem) for draft, remark in remarks):
                yield from ((draft, remark) for draft, remark in remarks if remark)
                break


def _is_stem(name: bytes, stem: bytes) -> bool:
    """Return whether a name is *stem*, of an unlinked file or not."""
    return name.startswith(stem) and not _DELETED.sub(b"", name[len(stem) :].lstrip(b" "))


def _remarks_that_are_alike(drafts: Sequence[Draft]) -> Iterator[tuple[Draft, _Remark]]:
    """Yield the text after every name of a file, if all differ only in their numbers."""
    files = [draft for draft in drafts if draft.name.startswith(b"/")]
    first = _candidates(files[0].name) if files else []
    for shape in {remark.shape: None for remark in first}:
        remarks = [
            next((r for r in _candidates(draft.name) if r.shape == shape), None) for draft in files
        ]
        found = [(draft, r) for draft, r in zip(files, remarks, strict=True) if r]
        if len(found) == len(files) and len({r.stem for _, r in found}) >= _MIN_ALIKE:
            yield from found
            return


def _remark_like_others(name: bytes, shapes: set[bytes], marks: set[bytes]) -> _Remark | None:
    """Return a remark after a name of a file that is like one after another name, or None."""
    if not shapes or not name.startswith(_FILE_NAMES):
        return None
    candidates = _candidates(name)
    alike = [remark for remark in candidates if remark.shape in shapes]
    if not alike:
        alike = [remark for remark in candidates if remark.mark in marks]
        alike = alike[:1] if alike and alike[0].mark else alike[-1:]
    return alike[0] if alike else None


# --- candidates -----------------------------------------------------------------------------------


def _candidates(name: bytes) -> list[_Remark]:
    """Return the texts at the end of a name that may be a remark, the longest first."""
    begins = [found for found in _CANDIDATE.finditer(name) if found.start()]
    if len(begins) > 2 * _MAX_CANDIDATES:
        begins = begins[:_MAX_CANDIDATES] + begins[-_MAX_CANDIDATES:]
    remarks = [_remark(name[: found.start()], name[found.start() :]) for found in begins]
    return [remark for remark in remarks if _is_candidate(remark)]


def _is_candidate(remark: _Remark) -> bool:
    if remark.text.startswith(b"(deleted)"):
        return False
    closing = _CLOSING.get(remark.mark)
    return closing is None or remark.text.endswith(closing)


def _remark_after(name: bytes, stem: bytes) -> _Remark | None:
    """Return the text after *stem* and a blank; None if there is none that may be a remark."""
    rest = name[len(stem) :]
    if not name.startswith(stem) or not rest[:1].isspace() or not rest.strip(b" \t"):
        return None
    remark = _remark(stem, rest)
    return None if remark.text.startswith(b"(deleted)") else remark


def _remark(stem: bytes, rest: bytes) -> _Remark:
    text = rest.lstrip(b" \t")
    found = _CANDIDATE.match(b" " + text)
    mark = (found["mark"] or found["open"] or b"") if found else b""
    return _Remark(stem.rstrip(b" \t"), text, mark[:2])


# --- doubts ---------------------------------------------------------------------------------------


def _note_doubts(draft: Draft) -> None:
    """Note a text in the name that may be no part of it."""
    name = draft.name
    candidates = _candidates(name)
    if joined := _joined_mapping(name):
        draft.doubt("joined", joined)
    elif not name.startswith(b"[") and candidates:
        draft.doubt("remark", candidates[0].text)
    elif tag := _TAG.search(name) or _CLOSING_MARK.search(name):
        draft.doubt("markup", name[tag.start() :])
    elif "inode" in draft.match.parts and not _may_be_whole(draft):
        draft.doubt("remark", name)


def _joined_mapping(name: bytes) -> bytes:
    """Return the end of a name that may be the next mapping, with the separator before it."""
    mapping = patterns.touching_range().search(name)
    return name[len(name[: mapping.start()].rstrip(_SEPARATORS)) :] if mapping else b""


def _has_no_file(draft: Draft) -> bool:
    return "inode" in draft.match.parts and not draft.match.file


def _may_be_whole(draft: Draft) -> bool:
    """Return whether the kernel prints such a name, with or without a file."""
    is_label = is_kernel_name(draft.name, has_file=draft.match.file is not None)
    return _is_possible(draft.name) or is_label


def _is_possible(name: bytes) -> bool:
    """Return whether the kernel prints such a name for memory without a file."""
    is_file = name.startswith(_FILE_NAMES) and not _COMMENT.match(name)
    return is_file or is_invented_by_kernel(name)
