/* Reading to the end: the C form of _Scan.run in procmaps/engines/native_engine.py. */
#include "reading.h"

#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 2, LEAST_BYTES = 256 };

/* Let an array have *after* bytes instead of *before*; new ones are 0xFF, which is MISSING_VALUE.
 */
static void *
resize(Array *array, size_t before, size_t after)
{
    ASAN_UNPOISON_MEMORY_REGION(array->memory, array->allocated);
    if (after >= array->allocated) {
        array->allocated = 2 * after + LEAST_BYTES;
        if (!(array->memory = realloc(array->memory, array->allocated)))
            abort();
    }
    if (after > before)
        memset(array->memory + before, 0xFF, after - before);
    ASAN_POISON_MEMORY_REGION(array->memory + after, array->allocated - after);
    return array->memory;
}

#define RESIZE(pointer, number, before, after)                                                     \
    (pointer) =                                                                                    \
        resize(&reading->array[number], (before) * sizeof *(pointer), (after) * sizeof *(pointer))

static void
add_rows(Reading *reading, size_t room)
{
    Output *out = &reading->out;
    size_t before = out->row_capacity, after = before + room;
    RESIZE(out->line_offset, LINE_OFFSETS, before, after);
    RESIZE(out->start, STARTS, before, after);
    RESIZE(out->end, ENDS, before, after);
    RESIZE(out->perms, PERMISSIONS, before, after);
    RESIZE(out->offset, OFFSETS, before, after);
    RESIZE(out->major, MAJORS, before, after);
    RESIZE(out->minor, MINORS, before, after);
    RESIZE(out->inode, INODES, before, after);
    RESIZE(out->name_index, NAME_INDEXES, before, after);
    RESIZE(out->usage_row, USAGE_ROWS, before, after);
    out->row_capacity = after;
}

static bool
is_flags(const Reading *reading, int column)
{
    return column == reading->reader.tables->columns - 1;
}

/* Give a usage column room from *before* to *after* rows. */
static void
resize_usage(Reading *reading, int column, size_t before, size_t after)
{
    if (is_flags(reading, column))
        RESIZE(reading->out.flags, USAGE_COLUMNS + column, before, after);
    else
        RESIZE(reading->out.usage[column], USAGE_COLUMNS + column, before, after);
}

static void
add_usage_rows(Reading *reading, size_t room)
{
    Output *out = &reading->out;
    size_t before = out->usage_capacity, after = before + room;
    for (int column = 0; column < reading->reader.tables->columns; column++)
        if (out->present[column])
            resize_usage(reading, column, before, after);
    out->usage_capacity = after;
}

/* Make room for every field, because the text has one without a column. */
static void
add_usage_columns(Reading *reading)
{
    for (int column = 0; column < reading->reader.tables->columns; column++)
        if (!reading->out.present[column]) {
            resize_usage(reading, column, 0, reading->out.usage_capacity);
            reading->out.present[column] = true;
        }
}

/* Take the room of fields that no entry had so far. */
static void
drop_empty_columns(Reading *reading)
{
    for (int column = 0; column < reading->reader.tables->columns; column++)
        if (reading->out.present[column] && !reading->out.filled[column]) {
            reading->out.present[column] = false;
            resize_usage(reading, column, 0, 0);
        }
}

static void
take_extra(Reading *reading)
{
    const uint64_t *numbers = reading->out.extra;
    size_t rows = reading->now.usage_rows;
    if (reading->extra_range_rows < rows) {
        RESIZE(reading->extra_range, EXTRA_RANGES, 2 * reading->extra_range_rows, 2 * rows);
        reading->extra_range_rows = rows;
    }
    for (size_t i = 0; i < reading->now.extra; i++, numbers += EXTRA_NUMBERS) {
        uint64_t *range = &reading->extra_range[2 * numbers[0]];
        if (range[0] == UINT64_MAX)
            range[0] = numbers[1];
        range[1] = numbers[2];
    }
    reading->now.extra = 0;
}

static void
take_unparsed(Reading *reading)
{
    const uint64_t *range = reading->out.unparsed;
    for (size_t i = 0; i < reading->now.unparsed; i++, range += UNPARSED_NUMBERS)
        memset(reading->mark + range[0], UNPARSED, range[1] - range[0]);
    reading->now.unparsed = 0;
}

/* Skip the line that the tables do not decide; Python would read it by expressions. */
static void
skip_undecided(Reading *reading)
{
    const Reader *reader = &reading->reader;
    const uint8_t *from = reading->now.at;
    const uint8_t *newline = memchr(from, '\n', (size_t)(reader->end - from));
    reading->now.at = newline ? newline + 1 : reader->end;
    memset(reading->mark + (from - reader->begin), UNDECIDED, (size_t)(reading->now.at - from));
}

void
read_text(Reading *reading, const uint8_t *text, size_t size, size_t room)
{
    Reader *reader = &reading->reader;
    Output *out = &reading->out;
    free_intern_table(&reading->names);
    free_intern_table(&reading->flags);
    memset(reading, 0, offsetof(Reading, array));
    reader->tables = fuzzed_tables();
    const size_t columns = (size_t)reader->tables->columns;
    reader->begin = text;
    reader->end = text + size;
    reader->names = &reading->names;
    reader->flags = &reading->flags;
    uint8_t key[sizeof(HashKey)];
    memset(key, (int)room, sizeof key);
    set_hash_key(&reading->names.key, key);
    set_hash_key(&reading->flags.key, key);
    if (intern_text(&reading->names, key, 0) < 0) { /* index 0 is no name */
        reading->no_memory = true;
        return;
    }
    RESIZE(reading->mark, MARKS, 0, size);
    memset(reading->mark, READ, size);
    RESIZE(out->filled, FILLED, 0, columns);
    memset(out->filled, 0, columns * sizeof *out->filled);
    RESIZE(out->extra, EXTRA, 0, (size_t)RECORDS * EXTRA_NUMBERS);
    RESIZE(out->unparsed, UNPARSED_RANGES, 0, (size_t)RECORDS * UNPARSED_NUMBERS);
    out->extra_capacity = out->unparsed_capacity = RECORDS;
    add_rows(reading, room);
    add_usage_rows(reading, 1 + room);
    reading->now = (Progress){.at = text, .usage_rows = 1};
    Stop stop;
    while ((stop = read_lines(reader, out, &reading->now)) != DONE) {
        const uint8_t *at = reading->now.at;
        if (at < text || at > text + size)
            abort();
        take_extra(reading);
        take_unparsed(reading);
        switch (stop) {
        case UNMATCHED:
            skip_undecided(reading);
            break;
        case ROWS_FULL:
            add_rows(reading, room);
            break;
        case USAGE_ROWS_FULL:
            add_usage_rows(reading, room);
            drop_empty_columns(reading);
            break;
        case NO_USAGE_COLUMN:
            add_usage_columns(reading);
            break;
        case EXTRA_FULL:
        case UNPARSED_FULL:
            break;
        case NO_MEMORY:
        default:
            reading->no_memory = true;
            return;
        }
    }
    take_extra(reading);
    take_unparsed(reading);
}

uint64_t
usage_value(const Reading *reading, size_t row, int column)
{
    uint32_t usage_row = reading->out.usage_row[row];
    if (!usage_row || usage_row >= reading->out.filled[column])
        return (uint64_t)MISSING_VALUE;
    if (!is_flags(reading, column))
        return reading->out.usage[column][usage_row];
    uint32_t index = reading->out.flags[usage_row];
    return index == UINT32_MAX ? (uint64_t)MISSING_VALUE : index;
}

const InternedText *
interned(const InternTable *table, uint64_t index)
{
    if (index >= table->count)
        abort();
    return &table->entry[index];
}
