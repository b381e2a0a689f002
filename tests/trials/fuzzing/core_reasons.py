"""Lines of the C core that no text can run, each with the reason. `core_coverage` finds them."""

from __future__ import annotations

_LOOKED_UP = (
    "of find_text(), which had no law when this was recorded; check_lookups() in target.c is it"
)

REASONS: dict[tuple[str, str], str] = {
    (
        "intern_table.c",
        "if (slots / 2 > SIZE_MAX / sizeof *table->entry)",
    ): "more entries than a 32-bit address space holds",
    ("intern_table.c", "return false;"): "the same",
    ("intern_table.c", "if (!table->count)"): _LOOKED_UP,
    ("intern_table.c", "return -1;"): _LOOKED_UP,
    (
        "intern_table.c",
        (
            "return (int64_t)*find_slot(table, text, length, "
            "keyed_hash(text, length, &table->key)) - 1;"
        ),
    ): _LOOKED_UP,
    ("intern_table.c", "{"): _LOOKED_UP,
    ("intern_table.c", "}"): _LOOKED_UP,
    (
        "line_reader.c",
        "if (!now->rows || !out->present[key->column])",
    ): "a defence: a key is predicted only after it was read, so its column exists",
    ("line_reader.c", "return false;"): (
        "the same; and a shared block has values, so its columns exist"
    ),
    (
        "line_reader.c",
        "if (!out->present[key[block->key[line]].column])",
    ): "a shared block has values, so its columns are never dropped",
    ("line_reader.c", "return NO_USAGE_COLUMN;"): "the same",
    (
        "line_reader.c",
        "if (reader->shared_block && !unshare_block(reader, out, now))",
    ): "the same",
    (
        "line_reader.c",
        "if (block->lines == MAX_KEYS)",
    ): "an entry has each known key once, and there are fewer than MAX_KEYS",
    ("line_reader.c", "reader->cacheable = false;"): "the same",
    (
        "line_reader.c",
        "if (length < sizeof left)",
    ): "a header line's columns and a field line have at least eight bytes in these grammars",
    ("line_reader.c", "return memcmp(one, other, length) == 0;"): "the same",
    (
        "line_reader.c",
        "if (got.value[0] > (UINT64_MAX - 1) / factor)",
    ): "only numbers of 17 digits and more reach it, which few texts have",
    ("line_reader.c", "return NULL;"): "the same",
    (
        "program.c",
        "|| step->register_index < -1 || step->register_index >= REGISTERS || base > 36)",
    ): "tables from the grammar are sound; tests/engines/native/test_scanner.py gives unsound ones",
    ("program.c", "return false;"): "the same",
    (
        "program.c",
        "step->max_count = max_count > SIZE_MAX ? SIZE_MAX : (size_t)max_count;",
    ): "on 64 bits no count is greater than SIZE_MAX; tests/engines/i386 runs it",
    ("program.c", "if (step->action == NUMBER && base > 1 && digit >= base)"): "unsound tables",
}
"""By file and source line. A line that runs after all is no error: campaigns are random."""
