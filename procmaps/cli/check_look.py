"""``procmaps check --list``, ``--show`` and ``--export``: the cases themselves."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from procmaps.check.adapter import members_of
from procmaps.check.case_files import export_cases
from procmaps.check.cases import Allowed, Case, load
from procmaps.check.usage_fields import FieldValue, fields_of
from procmaps.cli.check_options import CheckOptions
from procmaps.cli.check_terminal import print_lines, print_list
from procmaps.cli.output_file import writing
from procmaps.cli.style import count, say
from procmaps.formats.file_kinds import FILE_KINDS
from procmaps.json_format import Json, JsonObject, bytes_to_json, to_json
from procmaps.printable import escape_bytes, visible
from procmaps.records.mapping import Mapping


def look(options: CheckOptions) -> None:
    """List, show or export cases. Raises `NoSuchCase`, `InvalidCases`, `Unreadable`."""
    selection, folder = options.cases, options.cases.cases
    if options.look.show is not None:
        cases = load(only=[options.look.show], folder=folder)
        show(cases, as_json=options.report.as_json)
        return
    cases = load(
        options.parser.reads or FILE_KINDS,
        only=selection.case,
        skip=selection.skip,
        tags=selection.tag,
        profiles=selection.profile,
        folder=folder,
    )
    if options.look.export is not None:
        _export(cases, options.look.export, folder)
    elif options.report.as_json:
        click.echo(json.dumps(list(map(_listed, cases)), indent=1))
    else:
        print_list(cases)


def _export(cases: Sequence[Case], target: Path, source: Path | None) -> None:
    with writing(target):
        export_cases(cases, target, source=source)
    name = click.format_filename(target)
    say(f"{count(len(cases), 'case')} written to {visible(name)}; see README.txt there")


def _listed(case: Case) -> JsonObject:
    tags: list[Json] = [*sorted(case.tags)]
    return {
        "case": case.id,
        "shows": case.shows,
        "feature": case.feature,
        "control": case.control,
        "likely": case.likely,
        "disputed": case.disputed,
        "tags": tags,
        "must": case.must,
    }


# --- one case -------------------------------------------------------------------------------------


def show(cases: Sequence[Case], *, as_json: bool) -> None:
    """Print each case: its sentence, source, dump, and the answers that are right for it."""
    if as_json:
        click.echo(json.dumps([_case_to_json(case) for case in cases], indent=1))
        return
    for number, case in enumerate(cases):
        if number:
            say()
        _show_one(case)


def _show_one(case: Case) -> None:
    say(visible(f"{case.id}: {case.shows}"))
    releases = f", {case.since or '…'} to {case.until or '…'}" if case.since or case.until else ""
    say(visible(f"  source:   {case.source}"))
    say(visible(f"  producer: {case.producer}{releases}"))
    say(visible(f"  tags:     {', '.join(sorted(case.tags))}"))
    say(visible(f"  feature:  {case.feature or '…'}, likely: {case.likely}"))
    if case.control:
        say(visible(f"  control:  {case.control}"))
    if case.disputed:
        say(visible(f"  disputed: {case.disputed}"))
    say(f"  dump, {count(len(case.data), 'byte')}, escaped:")
    print_lines(_whole_lines(case.data))
    for invalid in case.invalid_lines:
        say(visible(f"  line {invalid.line} is invalid: {invalid.reason}"))
    for allowed in case.allowed:
        say(visible(f"  {_title(allowed)}"))
        print_lines(list(_answer_lines(case, allowed)))
    for other in case.interpretations:
        path = escape_bytes(other.path)
        deleted = str(other.deleted).lower()
        say(
            visible(
                f"  also right for mapping {other.record} ({other.policy}): "
                f"path '{path}', deleted {deleted}"
            )
        )


def _whole_lines(dump: bytes) -> list[str]:
    """Return the lines of *dump* with every byte visible, nothing left out."""
    lines = dump.split(b"\n")
    shown = [escape_bytes(line) + "\\n" for line in lines[:-1]]
    return [*shown, escape_bytes(lines[-1])] if lines[-1] else shown


def _title(allowed: Allowed) -> str:
    if allowed.records is None:
        return f"right answer ({allowed.policy}): refuse the dump"
    return f"right answer ({allowed.policy}):" if allowed.policy else "right answer:"


def _answer_lines(case: Case, allowed: Allowed) -> Iterator[str]:
    if allowed.records is None:
        yield '{"rejected": "why"}'
    elif not allowed.records:
        yield "[]"
    for number, index in enumerate(allowed.records or ()):
        bracket = " " if number else "["
        end = "]" if number == len(allowed.records or ()) - 1 else ","
        yield f"{bracket}{json.dumps(_readable(case.records[index]))}{end}"


def _readable(mapping: Mapping) -> JsonObject:
    """Return the answer for *mapping*; texts that are UTF-8 as text, not as base64."""
    found: JsonObject = {}
    for member, value in members_of(mapping).items():
        if member in ("usage", "keys") or value is None:
            continue
        if member in ("start", "end", "offset"):
            found[member] = f"{value:x}"
        else:
            found[member] = _text(value) if isinstance(value, bytes) else value
    if mapping.usage is not None:
        fields = fields_of(mapping.usage)
        found["usage"] = {escape_bytes(key): _field(value) for key, value in fields.items()}
    return found


def _field(value: FieldValue) -> Json:
    if isinstance(value, tuple):
        return [escape_bytes(word) for word in value]
    return _text(value) if isinstance(value, bytes) else value


def _text(raw: bytes) -> Json:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode("ascii")}


def _case_to_json(case: Case) -> JsonObject:
    answers: list[Json] = []
    for allowed in case.allowed:
        answer: JsonObject = {"policy": allowed.policy, "rejected": allowed.records is None}
        if allowed.records is not None:
            answer["records"] = list(allowed.records)
        answers.append(answer)
    records: list[Json] = [to_json(record) for record in case.records]
    interpretations: list[Json] = [
        {
            "record": item.record,
            "policy": item.policy,
            "path": bytes_to_json(item.path),
            "deleted": item.deleted,
        }
        for item in case.interpretations
    ]
    invalid: list[Json] = [
        {"line": item.line, "reason": item.reason} for item in case.invalid_lines
    ]
    details: JsonObject = {
        "source": case.source,
        "producer": case.producer,
        "since": case.since,
        "until": case.until,
        "dump": bytes_to_json(case.data),
        "records": records,
        "answers": answers,
        "interpretations": interpretations,
        "invalid_lines": invalid,
    }
    return _listed(case) | details
