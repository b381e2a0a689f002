/* The native scanner: runs byte tables compiled from the grammar over a text.
 *
 * It contains no syntax. procmaps/grammar/to_byte_tables.py compiles the rules of grammar/ to
 * programs. A program is a sequence of steps. A step is a set of bytes with a least and a greatest
 * count, and with the values of the bytes that are digits.
 *
 * A line that no program can match is recorded as unparsed. If a number is impossible, or the
 * programs do not decide, read_lines() stops before the line. The caller then reads that line
 * (procmaps/engines/native_engine.py).
 *
 * Memory safety: each read is checked against the end of the text, each write against the capacity
 * of the caller's buffers.
 *
 * The files of core/ do not use Python. Those of python/ do.
 */
#ifndef PROCMAPS_SCANNER_H
#define PROCMAPS_SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No symbol is exported, so calls between these files need no indirection. */
#pragma GCC visibility push(hidden)

/* --- programs: program.c --------------------------------------------------------------------- */

enum {
    OUTSIDE = 0xFF,    /* in a table: the byte is not in the set */
    NO_DIGIT = 0x80,   /* a bit of OUTSIDE; digits with it are read one at a time */
    REGISTERS = 8,     /* HEADER_PARTS of procmaps/grammar/loading.py; a field uses the first */
    MAX_STEPS = 32,    /* in a program */
    LITERAL_BYTES = 8, /* in a step */
};

typedef enum { DISCARD, NUMBER, SPAN, LITERAL } Action;

/* A repeated set of bytes. Steps are possessive: greedy, without backtracking. */
typedef struct {
    uint8_t table[256]; /* the digit of each byte, or OUTSIDE */
    size_t min_count, max_count;
    uint64_t base;          /* NUMBER: value = value * base + digit */
    uint64_t base_pow4;     /* base to the fourth power, for four digits at once */
    size_t max_safe_digits; /* so many digits cannot overflow 64 bits */
    int register_index;     /* of NUMBER and SPAN */
    Action action;
    bool may_end;  /* the line may end before this step */
    int stop_byte; /* the only byte outside the set, except the newline; -1 if there are more */
    uint8_t literal[LITERAL_BYTES]; /* LITERAL: adjacent sets of one byte each, joined */
} Step;

typedef struct {
    Step step[MAX_STEPS];
    int steps;
} Program;

typedef struct {
    uint64_t value[REGISTERS];            /* NUMBER */
    const uint8_t *span_start[REGISTERS]; /* SPAN; NULL if its step was not reached */
    const uint8_t *span_end[REGISTERS];
    bool overflow; /* the text matched, but a number needs more than 64 bits */
} Registers;

bool prepare_step(Step *step, uint64_t min_count, uint64_t max_count, unsigned base);
void append_step(Program *program, const Step *step);
const uint8_t *run_steps(const Program *program, const uint8_t *at, const uint8_t *end,
                         Registers *registers);
const uint8_t *run_program(const Program *program, const uint8_t *at, const uint8_t *end,
                           Registers *registers);

/* --- distinct texts: keyed_hash.c, intern_table.c -------------------------------------------- */

typedef struct {
    uint64_t word[2];
} HashKey;

typedef struct {
    const uint8_t *text; /* in the scanned text, or in bytes that the caller keeps alive */
    size_t length;
    uint64_t hash;
} InternedText;

typedef struct {
    InternedText *entry; /* in the order of their indexes; the capacity is half of *slots* */
    uint32_t *slot;      /* an index plus 1; 0: empty */
    size_t slots;        /* a power of two, or 0 */
    uint32_t count;
    uint32_t last; /* the index that was returned last */
    HashKey key;
} InternTable;

void set_hash_key(HashKey *key, const uint8_t *bytes);
uint64_t keyed_hash(const uint8_t *text, size_t length, const HashKey *key);
int64_t intern_text(InternTable *table, const uint8_t *text, size_t length);
int64_t find_text(const InternTable *table, const uint8_t *text, size_t length);
void free_intern_table(InternTable *table);

/* --- lines to columns: line_reader.c --------------------------------------------------------- */

enum {
    MAX_KEYS = 128,
    CACHED_FIXED_COLUMNS = 4,
    CACHED_BLOCKS = 5, /* the block being read is one of them */
    EXTRA_NUMBERS = 3, /* for each usage row with unknown keys: row, start and end of these lines */
    UNPARSED_NUMBERS = 2, /* for each range of unparsed lines: start and end */
};

typedef enum { SIZE, COUNT, FLAGS, KINDS } Kind;

typedef struct {
    char *text; /* with its colon */
    size_t length;
    uint64_t word[2], mask[2]; /* the first 16 bytes, for a comparison without a loop */
    Kind kind;
    int column; /* index of the usage buffer; FLAGS has the last one */
} Key;

/* The programs of one grammar. */
typedef struct {
    Program addresses;     /* of a header line */
    Program fixed_columns; /* permissions, offset, device, inode */
    Program name;          /* the rest of a header line */
    Program value[KINDS];  /* after a known key */
    Program text;          /* a line with an unknown key */
    Key key[MAX_KEYS];
    int keys;
    int columns; /* usage buffers */
} Tables;

/* The columns of a header line between the addresses and the name, parsed. */
typedef struct {
    const uint8_t *text;
    size_t length; /* with the byte after them; 0: unused entry */
    uint64_t offset, inode;
    uint32_t major, minor;
    uint8_t perms;
} FixedColumns;

/* The last line with a certain key, its newline included, and its value. */
typedef struct {
    const uint8_t *text;
    size_t length; /* 0: unused entry */
    uint64_t value;
} CachedLine;

/* The field lines of one entry, if all keys are known, and their values. */
typedef struct {
    const uint8_t *text;
    size_t length; /* 0: unused entry */
    uint32_t usage_row;
    int lines;
    int key[MAX_KEYS]; /* by line */
    uint64_t value[MAX_KEYS];
} UsageBlock;

/* Reads one text. */
typedef struct {
    const Tables *tables;
    const uint8_t *begin, *end;
    InternTable *names, *flags;
    FixedColumns fixed_columns[CACHED_FIXED_COLUMNS];
    int next_fixed_columns;     /* index of the entry to overwrite next */
    int next_key[MAX_KEYS + 1]; /* by key: the key that followed it last; 0 is a header line */
    int key;                    /* the key of the previous line, from 1; 0: a header line */
    CachedLine line[MAX_KEYS];  /* by key */
    UsageBlock block[CACHED_BLOCKS];
    int current_block;              /* index of the block being read */
    bool cacheable;                 /* the current block has all lines after the last header */
    const UsageBlock *shared_block; /* the cached block that the last entry repeats, or NULL */
    bool no_header;                 /* no header line can match the line that was tried last */
    bool no_memory;                 /* a distinct text could not be added */
} Reader;

/* The caller's buffers. Header columns have a row per mapping, usage columns a row per block. */
typedef struct {
    uint64_t *line_offset, *start, *end, *offset, *inode;
    uint8_t *perms;
    uint32_t *major, *minor, *name_index, *usage_row;
    size_t row_capacity;
    uint64_t *usage[MAX_KEYS];
    uint32_t *flags;
    bool present[MAX_KEYS]; /* whether the caller gave this usage buffer; the flags are last */
    size_t usage_capacity;
    uint64_t *filled; /* by usage column: the number of rows filled */
    uint64_t *extra;
    size_t extra_capacity; /* in rows */
    uint64_t *unparsed;
    size_t unparsed_capacity; /* in ranges */
} Output;

typedef struct {
    const uint8_t *at;
    size_t rows, usage_rows, extra, unparsed;
} Progress;

/* Why reading stopped. */
typedef enum {
    DONE,
    UNMATCHED,
    ROWS_FULL,
    USAGE_ROWS_FULL,
    NO_USAGE_COLUMN,
    EXTRA_FULL,
    UNPARSED_FULL,
    NO_MEMORY, /* or there is no index for one more distinct text */
} Stop;

/* A header line, parsed. */
typedef struct {
    uint64_t start, end;
    const FixedColumns *columns; /* until the next line is parsed */
    const uint8_t *name;         /* NULL without one */
    size_t name_length;
} HeaderLine;

const uint8_t *parse_header(Reader *reader, const uint8_t *at, HeaderLine *line);
Stop read_lines(Reader *reader, const Output *out, Progress *now);

/* --- lines that fulfil conditions: line_filter.c --------------------------------------------- */

/* What is known of a name, or of permissions. */
enum {
    REFUSED = 0,
    WANTED = 1,
    MARKED = 2, /* a bit: the address of such a mapping is asked for */
    ODD = 4,    /* a bit: a text with it has to be read in full */
};

/* Conditions on device and inode, each of which may be left out. */
typedef struct {
    uint64_t inode;
    uint32_t major, minor;
    bool has_inode, has_device;
} FileCondition;

typedef struct {
    uint8_t perms[256];        /* REFUSED, WANTED or ODD */
    uint64_t least, most;      /* bytes of a mapping, inclusive */
    const FileCondition *file; /* any of these; none is no condition */
    size_t files;
    uint8_t unnamed;          /* what a mapping without a name is */
    const InternTable *names; /* the names that are known */
    const uint8_t *verdict;   /* by index in *names* */
} Conditions;

/* Takes a line that was found, or a name that is not known. Returns false to stop. */
typedef bool TakeBytes(void *target, const uint8_t *bytes, size_t length);

typedef struct {
    TakeBytes *line, *name;
    void *target;
    bool unknown;   /* a name was not known, so the lines are not complete */
    bool is_marked; /* *mark* is the first address of the first mapping that is marked */
    uint64_t mark;
} Found;

typedef enum { FILTERED, NOT_PLAIN, STOPPED } Filtered;

Filtered filter_lines(Reader *reader, const Conditions *conditions, Found *found);

#pragma GCC visibility pop

#endif
