"""Which tests belong to a file: commands that fail if the file has a fault."""

from __future__ import annotations

import sys

Command = tuple[str, ...]


def limited(seconds: int, *command: str) -> Command:
    """Return *command* with a limit of processor time: a fault may make it run for ever.

    Unlike a limit of time it does not depend on how busy the machine is.
    """
    return ("prlimit", f"--cpu={seconds}", *command)


MODULE = (sys.executable, "-m")
PYTEST = (*MODULE, "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider")

SCANNER = limited(60, *MODULE, "tests.trials.mutation.c_build", "procmaps.engines._scanner")
STORAGE = limited(60, *MODULE, "tests.trials.mutation.c_build", "procmaps.records._storage")

C_SUITES: dict[str, tuple[Command, ...]] = {
    "procmaps/engines/_c/core/": (
        SCANNER,
        limited(30, *MODULE, "tests.engines.native.oracle", "300"),
        limited(300, *PYTEST, "tests/engines/native"),
        limited(10, *MODULE, "tests.trials.mutation.c_replay"),
    ),
    "procmaps/engines/_c/python/sum_groups.c": (
        SCANNER,
        limited(300, *PYTEST, "tests/engines/native/test_group_sums.py"),
    ),
    "procmaps/engines/_c/python/": (
        SCANNER,
        limited(300, *PYTEST, "tests/engines/native", "tests/engines/test_read_file.py"),
    ),
    "procmaps/records/_c/kernel_query.c": (
        STORAGE,
        limited(300, *PYTEST, "tests/live/test_kernel_query.py", "tests/live/test_any_answer.py"),
    ),
    "procmaps/records/_c/": (STORAGE, limited(300, *PYTEST, "tests/records/storage")),
}
"""For C, by the start of a path: the build, the reference, the tests, the laws of the core."""

SUITES: dict[str, tuple[str, ...]] = {
    "procmaps/__init__.py": ("tests/package/test_public_api.py", "tests/package/test_import.py"),
    "procmaps/_arguments.py": ("tests/package/test_arguments.py", "tests/snapshots"),
    "procmaps/_frozen.py": ("tests/package/test_frozen.py",),
    "procmaps/_resources.py": ("tests/package/test_resources.py",),
    "procmaps/errors.py": (
        "tests/package/test_errors.py",
        "tests/snapshots/test_diagnosis.py",
        "tests/live",
    ),
    "procmaps/formats/header_line.py": ("tests/producers/test_render.py",),
    "procmaps/formats/": ("tests/formats", "tests/lint", "tests/explanation", "tests/producers"),
    "procmaps/grammar/to_byte_tables.py": (
        "tests/grammar/test_to_byte_tables.py",
        "tests/engines/native",
        "tests/engines/test_agreement.py",
    ),
    "procmaps/grammar/": (
        "--ignore=tests/grammar/collisions",
        "tests/grammar",
        "tests/engines/test_refused_fields.py",
        "tests/engines/test_agreement.py",
        "tests/snapshots/test_dialects.py",
    ),
    "procmaps/engines/read_file.py": ("tests/engines/test_read_file.py", "tests/live"),
    "procmaps/engines/engine_selection.py": (
        "tests/engines/test_engine_selection.py",
        "tests/package/test_public_api.py",
    ),
    "procmaps/engines/add_line.py": (
        "tests/engines/test_refused_fields.py",
        "tests/snapshots/test_label_lines.py",
    ),
    "procmaps/engines/columns.py": ("tests/engines/test_columns.py",),
    "procmaps/engines/native_engine.py": (
        "tests/engines/native/test_native_agreement.py",
        "tests/engines/native/test_runs.py",
        "tests/engines/native/test_scanner.py",
        "tests/snapshots/test_lazy_usage.py",
    ),
    "procmaps/engines/usage_block_table.py": (
        "tests/engines/test_usage_block_table.py",
        "tests/engines/test_columns.py",
    ),
    "procmaps/engines/": (
        "tests/engines/test_columns.py",
        "tests/engines/test_usage_block_table.py",
        "tests/engines/test_refused_fields.py",
        "tests/engines/test_agreement.py",
        "tests/engines/native",
        "tests/snapshots/test_lazy_usage.py",
        "tests/snapshots/test_label_lines.py",
    ),
    "procmaps/snapshots/": ("tests/snapshots",),
    "procmaps/records/storage.py": ("tests/records/storage/test_storage.py",),
    "procmaps/records/python_storage.py": ("tests/records/storage",),
    "procmaps/records/": ("tests/records", "tests/snapshots/test_snapshot.py"),
    "procmaps/live/side_by_side.py": (
        "tests/live/test_side_by_side.py",
        "tests/live/test_processes.py",
    ),
    "procmaps/live/": ("tests/live",),
    "procmaps/lint/": ("tests/lint",),
    "procmaps/json_format.py": ("tests/json_format",),
    "procmaps/producers/": ("tests/producers",),
    "procmaps/printable.py": ("tests/package/test_printable.py",),
    "procmaps/usage/folding.py": ("tests/usage/test_folding.py", "tests/usage/test_rules.py"),
    "procmaps/usage/matching.py": (
        "tests/usage/test_matching.py",
        "tests/usage/test_differences.py",
    ),
    "procmaps/usage/": (
        "tests/usage/test_account.py",
        "tests/usage/test_matching.py",
        "tests/usage/test_differences.py",
        "tests/usage/test_reconciling.py",
        "tests/usage/test_budgets.py",
        "tests/usage/test_overlays.py",
        "tests/usage/test_laws.py",
        "tests/usage",
    ),
    "procmaps/check/scores.py": ("tests/check/test_scores.py",),
    "procmaps/check/": (
        "tests/check/test_answers.py",
        "tests/check/test_judging.py",
        "tests/check/test_scores.py",
        "tests/check/test_failure_reasons.py",
        "tests/check/test_shrinking.py",
        "tests/check/test_streams.py",
        "tests/check/test_attribution.py",
        "tests/check/test_expected_failures.py",
        "tests/check/test_reports.py",
        "tests/check/test_cases.py",
    ),
    "procmaps/extraction/blanks.py": (
        "tests/extraction/test_folded_literals.py",
        "tests/extraction/test_reports.py",
    ),
    "procmaps/extraction/": (
        "tests/extraction/test_samples.py",
        "tests/extraction/test_line_store.py",
        "tests/extraction/test_patterns.py",
        "tests/extraction/test_pipeline.py",
        "tests/extraction/test_reports.py",
        "tests/extraction/test_accounting.py",
        "tests/extraction/test_containers.py",
        "tests/extraction/test_listing_samples.py",
        "tests/extraction/test_laws.py",
    ),
    "procmaps/cli/elision.py": ("tests/cli/test_top.py",),
    "procmaps/cli/": (
        "tests/cli/test_show.py",
        "tests/cli/test_usage.py",
        "tests/cli/test_find.py",
        "tests/cli/test_top.py",
        "tests/cli/test_modules.py",
        "tests/cli/test_decompression.py",
        "tests/cli/test_json_stream.py",
        "tests/cli/test_explain.py",
    ),
    "kernel/model/": ("tests/kernel/model/test_calls.py", "tests/kernel/model/test_space.py"),
    "procmaps/redaction/": ("tests/redaction",),
    "procmaps/explanation/": ("tests/explanation", "tests/lint"),
}
"""By the start of a path, the first that fits: files and folders of tests, the quickest first."""


def commands(file: str) -> tuple[Command, ...]:
    """Return the commands for a file. Raises `LookupError` for one without tests of its own."""
    for start, found in C_SUITES.items():
        if file.startswith(start):
            return found
    return (limited(300, *PYTEST, "-m", "not slow", *tests_of(file)),)


def tests_of(file: str) -> tuple[str, ...]:
    """Return the tests of a Python file. Raises `LookupError` for one without any."""
    for start, tests in SUITES.items():
        if file.startswith(start):
            return tests
    msg = f"no tests are listed for {file}: add a row to SUITES"
    raise LookupError(msg)
