/* The native scanner: byte tables compiled from the grammar, run over the text.
 *
 * Nothing of the syntax stands here. procmaps/grammar/to_byte_tables.py compiles the rules of
 * grammar/ into programs: sequences of steps, each a set of bytes with the least and the greatest
 * number of them, and, where the bytes are digits, their values. These files run such programs. A
 * line that no program takes, or whose number cannot be, is not judged: read_lines() stops in front
 * of it, and the caller hands that one line to the reference engine
 * (procmaps/engines/native_engine.py).
 *
 * Memory: every read is behind a comparison with the end of the text, every write behind one with
 * the capacity that the caller's buffers were checked for.
 *
 * This header and program.c, texts.c and lines.c know nothing of Python; module.h is for the rest.
 */
#ifndef PROCMAPS_SCAN_H
#define PROCMAPS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nothing of these files is for other libraries of the process: calls among them need no detour. */
#pragma GCC visibility push(hidden)

/* --- programs: program.c ---------------------------------------------------------------------- */

enum {
    OUTSIDE = 0xFF,    /* in a table: this byte is not of the set */
    NO_DIGIT = 0x80,   /* a bit of OUTSIDE that no digit has: digits are below 36 */
    REGISTERS = 8,     /* procmaps.grammar.loading.HEADER_PARTS; a field uses the first */
    MAX_STEPS = 32,    /* of a program */
    LITERAL_BYTES = 8, /* of a step */
};

typedef enum { PLAIN, NUMBER, SPAN, LITERAL } Action;

typedef struct {
    uint8_t table[256]; /* the digit that a byte stands for, or OUTSIDE */
    size_t least, most;
    uint64_t base;   /* NUMBER: value = value * base + digit */
    uint64_t fourth; /* its fourth power: four digits at once */
    size_t safe;     /* so many digits cannot overflow 64 bits */
    int target;      /* the register, where there is an action */
    Action action;
    bool may_end; /* the line may end in front of this step */
    int until;    /* the one byte besides the newline that is not of the set; -1: not so simple */
    uint8_t literal[LITERAL_BYTES]; /* LITERAL: neighbouring sets of one byte each, joined */
} Step;

/* Steps in their order. */
typedef struct {
    Step step[MAX_STEPS];
    int steps;
} Program;

typedef struct {
    uint64_t value[REGISTERS];
    const uint8_t *from[REGISTERS], *to[REGISTERS]; /* SPAN; from is NULL where it was not met */
} Registers;

const uint8_t *run_steps(const Program *program, const uint8_t *at, const uint8_t *end,
                         Registers *registers);
const uint8_t *run_program(const Program *program, const uint8_t *at, const uint8_t *end,
                           Registers *registers);

/* --- texts, each once: texts.c ---------------------------------------------------------------- */

typedef struct {
    const uint8_t *text; /* in the text that is read, or in bytes that the caller keeps */
    size_t length;
    uint64_t hash;
    uint32_t place;
} Entry;

typedef struct {
    Entry *slot; /* open addressing; a slot without text is free */
    size_t slots, used;
    uint64_t seed;
    bool closed;   /* a text found no room: every new one is for the caller to find */
    Entry last;    /* neighbours mostly bear the same name */
    uint32_t next; /* the place of the next new text */
    Entry *fresh;  /* the new ones, which the caller has not been told yet */
    size_t freshes, fresh_capacity;
} Texts;

int64_t place_text(Texts *texts, const uint8_t *text, size_t length, int64_t place);
void free_texts(Texts *texts);

/* --- lines into columns: lines.c -------------------------------------------------------------- */

enum {
    MAX_KEYS = 128,
    MIDDLES = 4,     /* middles of header lines remembered */
    BODIES = 5,      /* bodies remembered, the one that is being read among them */
    KEPT_FIELDS = 4, /* of a line with an unknown key: body, start, colon, end */
};

typedef enum { SIZE, COUNT, FLAGS, KINDS } Kind;

typedef struct {
    char *text; /* with its colon */
    size_t length;
    uint64_t word[2], mask[2]; /* its first 16 bytes, for a comparison without a loop */
    Kind kind;
    int column; /* among the usage buffers; FLAGS: the last one */
} Key;

/* The programs of one grammar. */
typedef struct {
    Program addresses;    /* of a header line */
    Program middle;       /* permissions, offset, device, inode */
    Program name;         /* what stands behind them, to the end of the line */
    Program value[KINDS]; /* what stands behind a key */
    Program text;         /* a line with a key that no table knows */
    Key key[MAX_KEYS];
    int keys;
    int columns; /* usage buffers */
} Tables;

/* What stood between the addresses and the name of a header line. */
typedef struct {
    const uint8_t *text;
    size_t length; /* with the byte behind it; 0: there is none */
    uint64_t offset, inode;
    uint32_t major, minor;
    uint8_t perms;
} Middle;

/* The line that a key stood in the last time, its newline included, and what was stored for it. */
typedef struct {
    const uint8_t *text;
    size_t length; /* 0: there is none */
    uint64_t value;
} Line;

/* All that stood below one header, where it was nothing but known keys, and what was stored. */
typedef struct {
    const uint8_t *text;
    size_t length; /* 0: it is not remembered */
    uint32_t place;
    int lines;
    int key[MAX_KEYS]; /* by line, from 0 */
    uint64_t value[MAX_KEYS];
} Body;

/* Reads one text. */
typedef struct {
    const Tables *tables;
    const uint8_t *begin, *end;
    Texts names, flags;
    Middle middle[MIDDLES];
    int next_middle;            /* which of them to forget next */
    int next_key[MAX_KEYS + 1]; /* which key stood behind which, the last time; 0 is the header */
    int key;                    /* the one read last */
    Line line[MAX_KEYS];
    Body body[BODIES];
    int below;          /* which of them is being read */
    bool whole;         /* whether it is all that was read below the last header */
    const Body *shared; /* the one that stands below the last header once more, or NULL */
} Reader;

/* The caller's buffers. Header columns have a row a mapping, usage columns a row a body. */
typedef struct {
    uint64_t *at, *start, *last, *offset, *inode;
    uint8_t *perms;
    uint32_t *major, *minor, *name, *below;
    size_t rows;
    uint64_t *usage[MAX_KEYS];
    uint32_t *flags;
    bool present[MAX_KEYS]; /* which usage buffers there are; the last is that of the flags */
    size_t bodies;
    uint64_t *filled; /* rows of each usage column */
    uint64_t *kept;
    size_t kept_lines;
} Target;

typedef struct {
    const uint8_t *at;
    size_t rows, bodies, kept;
} Progress;

/* Why reading stopped. */
typedef enum { DONE, ODD, ROWS_FULL, BODIES_FULL, NO_USAGE, KEPT_FULL } Stop;

Stop read_lines(Reader *reader, const Target *to, Progress *now);

#pragma GCC visibility pop

#endif
