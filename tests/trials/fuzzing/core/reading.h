/* Reading a whole text with the core of the native engine, as native_engine.py does, without
 * Python. */
#ifndef PROCMAPS_FUZZ_READING_H
#define PROCMAPS_FUZZ_READING_H

#include "scanner.h"

enum { MISSING_VALUE = -1 };

/* Marks of the bytes of a text. */
enum { READ, UNPARSED, UNDECIDED };

/* The arrays of a reading. The usage columns follow the last one. */
enum {
    LINE_OFFSETS,
    STARTS,
    ENDS,
    PERMISSIONS,
    OFFSETS,
    MAJORS,
    MINORS,
    INODES,
    NAME_INDEXES,
    USAGE_ROWS,
    FILLED,
    EXTRA,
    UNPARSED_RANGES,
    MARKS,
    EXTRA_RANGES,
    USAGE_COLUMNS,
    ARRAYS = USAGE_COLUMNS + MAX_KEYS
};

/* Memory that is kept for the next text, because allocating it takes longer than reading. ASan
 * reports a use of more than what the text has been given of it. */
typedef struct {
    char *memory;
    size_t allocated;
} Array;

/* One text, read to its end. */
typedef struct {
    Reader reader;
    InternTable names, flags;
    Output out;
    Progress now;
    uint8_t *mark;         /* by byte of the text */
    uint64_t *extra_range; /* by usage row: start and end of the lines with unknown keys; 0: none */
    size_t extra_range_rows;
    bool no_memory;      /* reading ended early */
    Array array[ARRAYS]; /* the last member: kept from text to text */
} Reading;

/* The tables of the grammar that was compiled in. Made on the first call. */
const Tables *fuzzed_tables(void);

/* Read *size* bytes at *text*. Buffers start with room for *room* rows, and get as much again
 * whenever one is full. The hash of names has a key made of *room*. What *reading* had before is
 * lost. */
void read_text(Reading *reading, const uint8_t *text, size_t size, size_t room);

/* Return a field's value of a mapping, or MISSING_VALUE. */
uint64_t usage_value(const Reading *reading, size_t row, int column);

/* Return the name or the flags with this index. */
const InternedText *interned(const InternTable *table, uint64_t index);

/* Allocations of the core, see allocation.h: the *count*-th from now on fails; 0: none. */
void fail_allocation(unsigned count);

#endif
