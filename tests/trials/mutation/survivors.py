"""Faults that may live, each with its reason: no test could notice them."""

from __future__ import annotations

_READER = "procmaps/engines/_c/core/line_reader.c"
_PROGRAM = "procmaps/engines/_c/core/program.c"
_TABLE = "procmaps/engines/_c/core/intern_table.c"
_NATIVE = "procmaps/engines/native_engine.py"
_SNAPSHOT = "procmaps/snapshots/snapshot.py"
_ABOUT = "any number of about this size does"
_PREDICTION = "a wrong prediction of the next key costs a comparison, and changes no result"

REASONS: dict[str, str] = {
    f"{_READER}: reader->current_block = (reader->current_block + 1) % CACHED_BLOCKS; -> ": (
        "fewer blocks are remembered, so more rows are equal; `make counts` sees the cost"
    ),
    (
        f"{_READER}: reader->key = block->key[block->lines - 1] + 1; -> "
        "reader->key = block->key[block->lines - 1];"
    ): _PREDICTION,
    (
        f"{_READER}: reader->key = block->key[block->lines - 1] + 1; -> "
        "reader->key = block->key[block->lines + 1] + 1;"
    ): _PREDICTION,
    (
        f"{_READER}: if (reader->shared_block && !unshare_block(reader, out, now)) -> "
        "if (reader->shared_block && unshare_block(reader, out, now))"
    ): "the caller adds columns that exist already, and reads on",
    (
        "procmaps/live/process_snapshots.py: return _snapshot(ProcFile(pid, "
        '"smaps_rollup", tid, root_path(root)), 0, errors, dialect) -> return _snapshot('
        'ProcFile(pid, "smaps_rollup", tid, root_path(root)), 1, errors, dialect)'
    ): "a rollup is one entry and never torn, so it is never read again",
    (
        "procmaps/engines/regex_engine.py: self.own_row = (*self.columns.usage_row[-1:], 0)[0] -> "
        "self.own_row = (*self.columns.usage_row[-1:], -1)[0]"
    ): "neither number is the row of a mapping with fields",
    (
        f"{_NATIVE}: if known is None: -> if not known is None:"
    ): "room is unset, which means not printed; its lines are read outside the scanner, at a cost",
    (
        "procmaps/engines/usage_block_table.py: if len(column) < row: -> if len(column) <= row:"
    ): "no item is appended to a column of that length",
    (
        f"{_SNAPSHOT}: return zip(map(kinds.__getitem__, columns.name_index), sizes, strict=True) "
        "-> return zip(map(kinds.__getitem__, columns.name_index), sizes, strict=False)"
    ): "all columns of header lines have one length",
    (
        f"{_SNAPSHOT}: rows = range(max(0, bisect_right(starts, first) - 1), "
        "bisect_right(starts, limit - 1)) -> rows = range(max(0, bisect_right(starts, first) - 2), "
        "bisect_right(starts, limit - 1))"
    ): "one mapping more is compared, which has no byte in the range",
    f"{_NATIVE}: MIN_ROWS = 64 -> MIN_ROWS = 65": _ABOUT,
    (f"{_NATIVE}: LINE_BYTES, ENTRY_BYTES = 100, 600 -> LINE_BYTES, ENTRY_BYTES = 99, 600"): _ABOUT,
    (
        f"{_NATIVE}: return max(MIN_ROWS, min(GROWTH * added, rest + rest // 64 + 8)) -> "
        "return max(MIN_ROWS, min(GROWTH * added, rest + rest // 64 + 7))"
    ): _ABOUT,
    (
        f"{_NATIVE}: rest = (len(self.text) - offset) * found // max(offset, 1) -> "
        "rest = (len(self.text) - offset) * found // max(offset, 2)"
    ): "no row ends at the first byte, so at that offset nothing is found and rest is 0",
    (
        f"{_NATIVE}: pairs = zip(self.usage, self.filled, strict=True) -> "
        "pairs = zip(self.usage, self.filled, strict=False)"
    ): "both have one item for each field with a column, and one for the flags",
    "procmaps/snapshots/foreign_texts.py: _HEAD = 512 -> _HEAD = 513": _ABOUT,
    (
        'procmaps/snapshots/source_text.py: return len(last) - len(last.rstrip(b"\\r")) -> '
        'return len(last) + len(last.rstrip(b"\\r"))'
    ): "no line ends in more CRs than the first one, so each greater number is tried in vain",
    (
        f"{_PROGRAM}: value = value * base + (base - 1); -> value = value * base + (base + 1);"
    ): "fewer digits are taken for safe, and the others are checked one by one",
    (
        f"{_PROGRAM}: const uint8_t *stop = at < limit ? memchr(at, '\\n', (size_t)(limit - at)) : "
        "NULL; -> const uint8_t *stop = at <= limit ? memchr(at, '\\n', (size_t)(limit - at)) : "
        "NULL;"
    ): "memchr finds nothing in no bytes",
    (
        f"{_PROGRAM}: for (int i = 0; i < program->steps; i++) {{ "
        "-> for (int i = 0; i <= program->steps; i++) {"
    ): "the step after the last one is all zeros, so it takes no byte",
    (
        f"{_PROGRAM}: Step *before = program->steps ? &program->step[program->steps - 1] : NULL; "
        "-> Step *before = program->steps ? &program->step[program->steps + 1] : NULL;"
    ): "bytes of a literal are not joined, and are compared one by one",
    (
        f"{_TABLE}: for (uint32_t i = 0; i < table->count; i++) {{ "
        "-> for (uint32_t i = 0; i <= table->count; i++) {"
    ): "a second slot leads to the entry that comes next; lookups find the same entry",
    (
        f"{_TABLE}: if (slots / 2 > SIZE_MAX / sizeof *table->entry) "
        "-> if (slots / 2 >= SIZE_MAX / sizeof *table->entry)"
    ): "no memory has so many entries",
}
"""By `Mutant.key`."""
