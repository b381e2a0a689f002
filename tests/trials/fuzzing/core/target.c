/* The laws of the core, checked on one text without Python.
 *
 * 1. The columns do not depend on the room in the buffers, so not on where reading stops, nor on
 *    the key of the hash.
 * 2. Each entry, read alone, has the same columns: nothing that the reader remembers of earlier
 *    entries changes a value.
 * 3. Without memory, reading stops and says so; what it has read is what the whole reading has.
 * 4. A lookup finds every text of a table at its index, and no text that is not in the table.
 *
 * The sanitizers check the memory, and the undefined operations, of all of them. */
#include "reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *text, size_t size);

enum { ROOMY = 64, MAX_FAILURES = 4, MAX_LOOKUPS = 64, MAX_PARTS = 4 };

static void
require(bool law, const char *what, size_t row)
{
    if (law)
        return;
    fprintf(stderr, "law broken: %s, row %zu\n", what, row);
    abort();
}

static bool
same_text(const InternedText *one, const InternedText *other)
{
    return one->length == other->length
           && (!one->length || memcmp(one->text, other->text, one->length) == 0);
}

/* Compare a row of *whole* with a row of *part*, whose text starts at *offset* of the other's. */
static void
compare_rows(const Reading *whole, size_t row, const Reading *part, size_t part_row, size_t offset)
{
    const Output *one = &whole->out, *other = &part->out;
    require(one->line_offset[row] == other->line_offset[part_row] + offset, "offset of line", row);
    require(one->start[row] == other->start[part_row], "start", row);
    require(one->end[row] == other->end[part_row], "end", row);
    require(one->perms[row] == other->perms[part_row], "permissions", row);
    require(one->offset[row] == other->offset[part_row], "offset", row);
    require(one->major[row] == other->major[part_row], "major", row);
    require(one->minor[row] == other->minor[part_row], "minor", row);
    require(one->inode[row] == other->inode[part_row], "inode", row);
    require(same_text(interned(&whole->names, one->name_index[row]),
                      interned(&part->names, other->name_index[part_row])),
            "name", row);
    require(!one->usage_row[row] == !other->usage_row[part_row], "presence of fields", row);
    const int flags = whole->reader.tables->columns - 1;
    for (int column = 0; column < flags; column++)
        require(usage_value(whole, row, column) == usage_value(part, part_row, column),
                "value of a field", row);
    uint64_t index = usage_value(whole, row, flags),
             part_index = usage_value(part, part_row, flags);
    bool has_flags = index != (uint64_t)MISSING_VALUE;
    require(has_flags == (part_index != (uint64_t)MISSING_VALUE), "presence of flags", row);
    if (has_flags)
        require(same_text(interned(&whole->flags, index), interned(&part->flags, part_index)),
                "flags", row);
}

/* Return where the lines with unknown keys of a row start (0) or end (1), in its text. */
static uint64_t
extra_bound(const Reading *reading, size_t row, int bound)
{
    uint32_t usage_row = reading->out.usage_row[row];
    if (!usage_row || usage_row >= reading->extra_range_rows)
        return UINT64_MAX;
    uint64_t found = reading->extra_range[2 * usage_row + (unsigned)bound];
    return found == UINT64_MAX ? found : found - reading->out.line_offset[row];
}

static void
compare_extra(const Reading *whole, size_t row, const Reading *part, size_t part_row)
{
    for (int bound = 0; bound < 2; bound++)
        require(extra_bound(whole, row, bound) == extra_bound(part, part_row, bound),
                "lines with unknown keys", row);
}

static void
check_room(const Reading *whole, const uint8_t *text, size_t size, size_t room)
{
    static Reading tight;
    read_text(&tight, text, size, room);
    require(tight.now.rows == whole->now.rows, "number of rows with little room", room);
    for (size_t row = 0; row < whole->now.rows; row++) {
        compare_rows(whole, row, &tight, row, 0);
        compare_extra(whole, row, &tight, row);
    }
    require(memcmp(whole->mark, tight.mark, size) == 0, "unparsed lines with little room", room);
}

static void
check_alone(const Reading *whole, const uint8_t *text, size_t size)
{
    for (size_t row = 0; row < whole->now.rows; row++) {
        size_t from = whole->out.line_offset[row];
        size_t to = row + 1 < whole->now.rows ? whole->out.line_offset[row + 1] : size;
        uint8_t *entry = malloc(to - from); /* so that a read past its end is found */
        if (!entry)
            abort();
        memcpy(entry, text + from, to - from);
        static Reading alone;
        read_text(&alone, entry, to - from, ROOMY);
        require(alone.now.rows == 1, "rows of an entry alone", row);
        compare_rows(whole, row, &alone, 0, from);
        compare_extra(whole, row, &alone, 0);
        require(memcmp(whole->mark + from, alone.mark, to - from) == 0, "unparsed lines alone",
                row);
        free(entry);
    }
}

static void
check_failures(const Reading *whole, const uint8_t *text, size_t size)
{
    for (unsigned count = 1; count <= MAX_FAILURES; count++) {
        static Reading failed;
        fail_allocation(count);
        read_text(&failed, text, size, ROOMY);
        fail_allocation(0);
        bool has_failed = failed.no_memory;
        require(has_failed ? failed.now.rows <= whole->now.rows
                           : failed.now.rows == whole->now.rows,
                "rows without memory", count);
        /* The fields of the last row may be missing; its header line has been read. */
        size_t rows = failed.now.rows - (has_failed && failed.now.rows);
        for (size_t row = 0; row < rows; row++)
            compare_rows(whole, row, &failed, row, 0);
        if (!has_failed)
            return;
    }
}

/* Return the index of a text by comparing it with each, -1 if it is not in the table. */
static int64_t
index_of(const InternTable *table, const uint8_t *text, size_t length)
{
    const InternedText wanted = {.text = text, .length = length};
    for (uint32_t i = 0; i < table->count; i++)
        if (same_text(interned(table, i), &wanted))
            return i;
    return -1;
}

static void
check_lookups(const InternTable *table)
{
    static const InternTable empty;
    for (uint32_t i = 0; i < table->count && i < MAX_LOOKUPS; i++) {
        const InternedText *known = interned(table, i);
        require(find_text(table, known->text, known->length) == i, "index of a text", i);
        require(find_text(&empty, known->text, known->length) == -1, "text in an empty table", i);
        /* Parts of a text, which hardly any table has. */
        for (size_t length = known->length; length--;) {
            require(find_text(table, known->text, length) == index_of(table, known->text, length),
                    "index of the first part of a text", i);
            if (known->length - length >= MAX_PARTS)
                break;
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *text, size_t size)
{
    static Reading whole;
    read_text(&whole, text, size, ROOMY);
    require(!whole.no_memory, "memory", 0);
    check_room(&whole, text, size, 1 + size % 3);
    check_alone(&whole, text, size);
    check_failures(&whole, text, size);
    check_lookups(&whole.names);
    check_lookups(&whole.flags);
    return 0;
}
