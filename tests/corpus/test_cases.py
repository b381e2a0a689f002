"""The cases match their builder, their schemas, and the renderer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
from referencing import Registry, Resource

from corpus.tools.builder import writing
from corpus.tools.builder.printer import FIELDS as BUILDER_FIELDS
from procmaps import _resources
from procmaps.check.cases import Case, load
from procmaps.errors import CannotRender
from procmaps.explanation.meanings import find_pseudo_name
from procmaps.formats.releases import Release, Span
from procmaps.formats.smaps_fields import FIELDS
from procmaps.producers import Producer, every_producer
from procmaps.producers.rendering import render

CASES = _resources.path("corpus/cases")
MANIFEST = json.loads(_resources.read("corpus/schema/manifest.schema.json"))
RECORD = json.loads(_resources.read("corpus/schema/record.schema.json"))


def test_the_builder_reproduces_every_file_byte_for_byte() -> None:
    assert writing.differences(CASES) == []


def test_the_builder_does_not_import_the_package() -> None:
    program = "import corpus.tools.builder.writing, sys; sys.exit('procmaps' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_reports_files_that_differ_and_writes_them_again(tmp_path: Path) -> None:
    writing.write(tmp_path)
    assert writing.differences(tmp_path) == []
    (tmp_path / "names" / "space.maps").write_bytes(b"changed")
    (tmp_path / "names" / "space.json").unlink()
    (tmp_path / "names" / "stray.maps").write_bytes(b"")
    assert writing.differences(tmp_path) == [
        "missing: names/space.json",
        "unknown file: names/stray.maps",
        "differs: names/space.maps",
    ]
    writing.write(tmp_path)
    assert writing.differences(tmp_path) == []


def test_check_exits_with_0_and_rejects_unknown_options() -> None:
    command = [sys.executable, "-m", "corpus.tools.builder", "--check"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
    wrong = subprocess.run([*command, "--chekc"], capture_output=True, check=False)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith(b"usage: python -m corpus.tools.builder [-h] [--check]\n")


@pytest.mark.parametrize("group", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_manifests_and_records_match_their_schemas(group: str) -> None:
    manifest = json.loads((CASES / group / "manifest.json").read_bytes())
    schema: Any = jsonschema.Draft202012Validator(MANIFEST)
    schema.validate(manifest)
    # The schema of records contains only references to its own fragments.
    registry: Any = cast("Any", Registry)().with_resource("record", Resource.from_contents(RECORD))
    records: Any = jsonschema.Draft202012Validator(
        {"type": "array", "items": {"$ref": "record"}}, registry=registry
    )
    for name in manifest["cases"]:
        records.validate(json.loads((CASES / group / f"{name}.json").read_bytes()))


def test_the_tables_allow_every_case_in_its_releases() -> None:
    """The first and the last release of a case print its names, and one prints its fields."""
    found = [
        f"{case.id}: {what} in {release}"
        for case in load()
        if case.producer == "linux" and case.id not in ON_PURPOSE
        for what, span, releases in _of_mainline(case)
        for release in releases
        if span.covers(release) is not True
    ]
    assert found == []


def _of_mainline(case: Case) -> Iterator[tuple[str, Span, list[Release]]]:
    """Yield the names, fields and flags of *case* that mainline prints, and when it does."""
    # "before X": X prints other fields, but the fields of the case exist up to X.
    ends = filter(None, (case.since, case.until.partition("before ")[0]))
    named = list(map(Release.parse, ends))
    fields_of = [Release.parse(case.fields_of)] if case.fields_of else []
    # The newest fields of the builder are those of all later releases, too.
    filled = [max(*named[:1], *fields_of)] if named[:1] and fields_of else fields_of
    for record in case.records:
        name = find_pseudo_name(record.name)
        if name and name.producer == "Linux":
            yield name.pattern_text, name.span, named
        if record.usage is None:
            continue
        for field in FIELDS.values():
            if field.producer == "Linux" and getattr(record.usage, field.attribute) is not None:
                yield field.key.decode(), field.span, filled
        for flag in record.usage.vm_flags.known() if record.usage.vm_flags else ():
            yield flag.mnemonic.decode(), flag.span, filled


def test_the_fields_of_a_case_are_those_of_one_of_its_releases() -> None:
    known = list(map(Release.parse, BUILDER_FIELDS))
    for case in load():
        if case.fields_of and case.producer == "linux":
            release = Release.parse(case.fields_of)
            if case.since:
                assert release >= max(n for n in known if n <= Release.parse(case.since)), case.id
            if case.until and not case.until.startswith("before "):
                assert release <= Release.parse(case.until), case.id


# --- the corpus printer against `render` ---

ON_PURPOSE = {
    # No release printed these. The cases test that.
    "smaps/age-4.17-rc.smaps",
    "smaps/order-changed.smaps",
    # QEMU prints no space after this inode only where its own kernel prints none; Linux prints one.
    "producers/qemu.maps",
}

REFUSED = {
    "what the name says is not known to procmaps.producers": (
        "producers/asterinas.maps producers/dragonfly.maps producers/lx-zone.maps "
        "producers/netbsd.maps producers/starnix.maps producers/starnix-label.maps "
        "producers/uclinux-brk-stack.maps controls/producers-uclinux-brk-stack.maps"
    ),
    "a field that no release has": (
        "found/field-text-long.smaps "
        "smaps/unknown-count.smaps smaps/unknown-size.smaps smaps/unknown-empty.smaps "
        "smaps/unknown-first.smaps smaps/unknown-hexadecimal.smaps smaps/unknown-last.smaps "
        "smaps/unknown-long-key.smaps smaps/unknown-prefix.smaps smaps/unknown-pss-part.smaps "
        "smaps/unknown-text.smaps smaps/unknown-text-number.smaps smaps/unknown-underscore.smaps "
        "smaps/unknown-unit.smaps smaps/rollup-unknown.smaps_rollup "
        "smaps/unknown-address-key.smaps smaps/unknown-colon-text.smaps "
        "smaps/unknown-hexadecimal-key.smaps smaps/unknown-letter.smaps "
        "smaps/unknown-megabytes.smaps smaps/unknown-path-text.smaps smaps/unknown-private.smaps "
        "smaps/unknown-range-text.smaps smaps/unknown-shared.smaps smaps/unknown-suffix.smaps "
        "smaps/unknown-swap-part.smaps"
    ),
    "fields that differ from mapping to mapping": (
        "smaps/fewer-then-fields.smaps smaps/fields-then-fewer.smaps smaps/flags-missing.smaps "
        "smaps/no-fields-first.smaps smaps/no-fields-last.smaps"
    ),
    "VmFlags as only a patched kernel spaces them": (
        "smaps/flags-empty-bare.smaps smaps/flags-no-last-space.smaps "
        "android/flags-without-last-space.smaps"
    ),
    "flags of no release, or not in the order of their bits": (
        "smaps/flags-many.smaps smaps/flags-new.smaps smaps/flags-odd-order.smaps "
        "smaps/flags-new-digit.smaps smaps/flags-new-upper.smaps"
    ),
    "one producer's header with another's fields, so that a control differs in one thing": (
        "controls/producers-wsl-smaps.smaps controls/smaps-one-field.smaps"
    ),
}
"""The cases that no producer of the renderer prints, by reason."""


def test_the_two_printers_agree() -> None:
    """`render` prints from tables, the builder from format strings."""
    asked = {case.id: _printed(case) for case in load() if _is_one_print(case)}
    refused = {name for name, same in asked.items() if same is None}
    assert refused == {name for names in REFUSED.values() for name in names.split()}
    assert {name for name, same in asked.items() if same is False} == ON_PURPOSE


def _is_one_print(case: Case) -> bool:
    """Whether *case* is the unchanged output of a producer, with unambiguous lines."""
    return (
        "damaged" not in case.tags
        and not case.invalid_lines
        and not any(allowed.policy.startswith("newline-") for allowed in case.either)
    )


def _printed(case: Case) -> bool | None:
    """Whether a matching producer prints *case* exactly. None if none can print it."""
    printed: bool | None = None
    for producer in _producers(case):
        try:
            printed = render(case.records, producer) == case.data
        except CannotRender:
            continue
        if printed:
            break
    return printed


def _producers(case: Case) -> Iterator[Producer]:
    until = case.until.removeprefix("before ")
    last = Release.parse(until) if until else None
    first = Release.parse(case.since) if case.since else None
    for producer in every_producer():
        release = producer.release
        if (
            producer.kind == case.producer
            and (producer.word_size == 32 or "32-bit" not in case.tags)
            and (first is None or release is None or first <= release)
            and (last is None or release is None or release <= last)
            and (last is None or release != last or until == case.until)
        ):
            yield producer
