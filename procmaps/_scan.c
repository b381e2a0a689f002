/* The native scanner: byte tables compiled from the grammar, run over the text.
 *
 * Nothing of the syntax stands here. procmaps/machine.py compiles the rules of grammar/ into
 * programs: sequences of steps, each a set of bytes with the least and the greatest number of them,
 * and, where the bytes are digits, their values. This file runs such programs. A line that no
 * program takes, or whose number cannot be, is not judged: run() stops in front of it, and the
 * caller hands that one line to the reference engine (procmaps/native.py).
 *
 * Memory: every read is behind a comparison with the end of the text, every write behind one with
 * the capacity that the caller's buffers were checked for. The lock of the interpreter is released
 * while lines are read; what is touched then is the text (bytes: immutable, and referred to), the
 * exported buffers (which cannot be resized while exported) and the session, marked busy.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define OUTSIDE 0xFF /* in a table: this byte is not of the set */
#define REGISTERS 8  /* procmaps.grammar.HEADER_PARTS; a field uses the first */
#define MAX_STEPS 32
#define MAX_KEYS 128
#define LITERAL_BYTES 8
#define MAX_PROBES 64 /* in a table of texts; a name that needs more goes to the reference */

/* --- programs -------------------------------------------------------------------------------- */

typedef enum { PLAIN, NUMBER, SPAN, LITERAL } Action;

typedef struct {
    uint8_t table[256]; /* the digit that a byte stands for, or OUTSIDE */
    size_t least, most;
    uint32_t base; /* NUMBER: value = value * base + digit */
    size_t safe;   /* so many digits cannot overflow 64 bits */
    int target;    /* the register, where there is an action */
    Action action;
    bool may_end;  /* the line may end in front of this step */
    int until;     /* the one byte besides the newline that is not of the set; -1: not so simple */
    uint8_t literal[LITERAL_BYTES]; /* LITERAL: neighbouring sets of one byte each, joined */
} Step;

/* Steps in their order; behind the last the line ends. */
typedef struct {
    Step step[MAX_STEPS];
    int steps;
} Program;

typedef struct {
    uint64_t value[REGISTERS];
    const uint8_t *from[REGISTERS], *to[REGISTERS]; /* SPAN; from is NULL where it was not met */
} Registers;

/* Which byte of eight, as they stand in memory, is the first that is not 0. *word* is not 0. */
static int
first_byte(uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_clzll(word) / 8;
#else
    return __builtin_ctzll(word) / 8;
#endif
}

/* Behind the bytes from *at* on that are of the set, eight at a time where they are all the same:
 * padding mostly is. */
static const uint8_t *
skip_set(const uint8_t *table, const uint8_t *at, const uint8_t *limit)
{
    while (at < limit && table[*at] != OUTSIDE) {
        const uint64_t same = *at++ * UINT64_C(0x0101010101010101);
        for (; limit - at >= 8; at += 8) {
            uint64_t other;
            memcpy(&other, at, 8);
            if ((other ^= same)) {
                at += first_byte(other);
                break;
            }
        }
    }
    return at;
}

/* Run *program* from *at* to the end of the line. The place of the newline, or the end of the text;
 * NULL where the line is not the program's, or a number has more than 64 bits. */
static const uint8_t *
run_program(const Program *program, const uint8_t *at, const uint8_t *end, Registers *registers)
{
    for (int i = 0; i < program->steps; i++) {
        const Step *step = &program->step[i];
        if (at == end || *at == '\n') {
            if (step->may_end)
                return at;
            if (step->least > 0)
                return NULL;
        }
        if (step->action == LITERAL) {
            if ((size_t)(end - at) < step->least)
                return NULL;
            for (size_t i = 0; i < step->least; i++)
                if (at[i] != step->literal[i])
                    return NULL;
            at += step->least;
            continue;
        }
        const uint8_t *limit = (size_t)(end - at) > step->most ? at + step->most : end;
        const uint8_t *from = at;
        if (step->action == NUMBER) {
            uint64_t value = registers->value[step->target];
            const uint8_t *safe = (size_t)(limit - at) > step->safe ? at + step->safe : limit;
            uint8_t digit = 0;
            for (; at < safe && (digit = step->table[*at]) != OUTSIDE; at++)
                value = value * step->base + digit;
            for (; at < limit && (digit = step->table[*at]) != OUTSIDE; at++) {
                if (value > (UINT64_MAX - digit) / step->base)
                    return NULL;
                value = value * step->base + digit;
            }
            registers->value[step->target] = value;
        }
        else if (step->until >= 0) {
            const uint8_t *stop = at < limit ? memchr(at, '\n', (size_t)(limit - at)) : NULL;
            at = stop ? stop : limit;
            if (at > from && (stop = memchr(from, step->until, (size_t)(at - from))))
                at = stop;
        }
        else
            at = skip_set(step->table, at, limit);
        if ((size_t)(at - from) < step->least)
            return NULL;
        if (step->action == SPAN) {
            if (!registers->from[step->target])
                registers->from[step->target] = from;
            registers->to[step->target] = at;
        }
    }
    return at == end || *at == '\n' ? at : NULL;
}

/* --- texts, each once ------------------------------------------------------------------------ */

typedef struct {
    const uint8_t *text; /* in the session's text, or in a bytes object that the caller keeps */
    size_t length;
    uint64_t hash;
    uint32_t place;
} Entry;

typedef struct {
    Entry *slot; /* open addressing; a slot without text is free */
    size_t slots, used;
    uint64_t seed;
    Entry last; /* neighbours mostly bear the same name */
    uint32_t next; /* the place of the next new text */
    Entry *fresh;  /* the new ones, which the caller has not been told yet */
    size_t freshes, fresh_capacity;
} Texts;

static uint64_t
hash_text(const uint8_t *text, size_t length, uint64_t seed)
{
    uint64_t hash = seed ^ length, word;
    for (; length >= 8; text += 8, length -= 8) {
        memcpy(&word, text, 8);
        hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    word = 0;
    if (length)
        memcpy(&word, text, length);
    hash = (hash ^ word) * UINT64_C(0xBF58476D1CE4E5B9);
    return hash ^ (hash >> 32);
}

static bool
same_text(const Entry *entry, const uint8_t *text, size_t length)
{
    return entry->length == length && memcmp(entry->text, text, length) == 0;
}

/* The slot of a text, or the free one where it belongs; NULL after too many probes. */
static Entry *
find_text(const Texts *texts, const uint8_t *text, size_t length, uint64_t hash)
{
    for (size_t probe = 0; probe < MAX_PROBES; probe++) {
        Entry *entry = &texts->slot[(hash + probe) & (texts->slots - 1)];
        if (!entry->text || (entry->hash == hash && same_text(entry, text, length)))
            return entry;
    }
    return NULL;
}

/* Twice the slots. False where memory is out, or the texts were made to collide. */
static bool
grow_texts(Texts *texts)
{
    Texts larger = *texts;
    larger.slots = texts->slots ? texts->slots * 2 : 64;
    if (larger.slots > SIZE_MAX / sizeof(Entry) / 2)
        return false;
    larger.slot = calloc(larger.slots, sizeof(Entry));
    if (!larger.slot)
        return false;
    for (size_t i = 0; i < texts->slots; i++) {
        const Entry *entry = &texts->slot[i];
        if (!entry->text)
            continue;
        Entry *found = find_text(&larger, entry->text, entry->length, entry->hash);
        if (!found) {
            free(larger.slot);
            return false;
        }
        *found = *entry;
    }
    free(texts->slot);
    *texts = larger;
    return true;
}

static bool
add_fresh(Texts *texts, Entry entry)
{
    if (texts->freshes == texts->fresh_capacity) {
        size_t capacity = texts->fresh_capacity ? texts->fresh_capacity * 2 : 64;
        Entry *fresh = capacity > SIZE_MAX / sizeof(Entry)
                           ? NULL
                           : realloc(texts->fresh, capacity * sizeof(Entry));
        if (!fresh)
            return false;
        texts->fresh = fresh;
        texts->fresh_capacity = capacity;
    }
    texts->fresh[texts->freshes++] = entry;
    return true;
}

/* The place of a text, a new one where *place* is negative and the text unknown. -1: refused. */
static int64_t
place_text(Texts *texts, const uint8_t *text, size_t length, int64_t place)
{
    if (texts->last.text && same_text(&texts->last, text, length))
        return texts->last.place;
    if (texts->used * 2 >= texts->slots && !grow_texts(texts))
        return -1;
    uint64_t hash = hash_text(text, length, texts->seed);
    Entry *entry = find_text(texts, text, length, hash);
    if (!entry || (!entry->text && place < 0 && texts->next == UINT32_MAX - 1))
        return -1;
    if (!entry->text) {
        Entry added = {text, length, hash, place < 0 ? texts->next : (uint32_t)place};
        if (place < 0 && !add_fresh(texts, added))
            return -1;
        *entry = added;
        if (added.place >= texts->next)
            texts->next = added.place + 1;
        texts->used++;
    }
    texts->last = *entry;
    return entry->place;
}

/* --- objects ------------------------------------------------------------------------------------ */

typedef struct {
    PyTypeObject *machine;
} State;

static PyObject *
allocate(PyTypeObject *type)
{
    return ((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
}

static void
deallocate(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

/* --- the machine: the programs of one grammar -------------------------------------------------- */

typedef enum { SIZE, COUNT, FLAGS } Kind;
enum { VALUES = 3 };

typedef struct {
    char *text; /* with its colon */
    size_t length;
    uint64_t word[2], mask[2]; /* its first 16 bytes, for a comparison without a loop */
    Kind kind;
    int column; /* among the usage buffers; FLAGS: the last one */
} Key;

typedef struct {
    PyObject_HEAD
    Program header;
    Program value[VALUES]; /* by Kind: what stands behind the key */
    Program text;          /* a line with a key that no table knows */
    Key key[MAX_KEYS];
    int keys;
    int columns; /* usage buffers */
} Machine;

static bool
read_step(Step *step, PyObject *item)
{
    const char *table;
    Py_ssize_t size;
    unsigned long long least, most;
    unsigned int base;
    int may_end;
    if (!PyArg_ParseTuple(item, "y#KKIip;(table, least, most, base, target, may_end)", &table,
                          &size, &least, &most, &base, &step->target, &may_end))
        return false;
    if (size != 256 || (uint8_t)table['\n'] != OUTSIDE || least > most || most > SIZE_MAX
        || step->target < -1 || step->target >= REGISTERS || base > 36) {
        PyErr_SetString(PyExc_ValueError, "a step of a program that cannot be run");
        return false;
    }
    memcpy(step->table, table, 256);
    step->least = (size_t)least;
    step->most = (size_t)most;
    step->base = base;
    step->may_end = may_end;
    step->action = step->target < 0 ? PLAIN : base ? NUMBER : SPAN;
    step->until = -1;
    int members = 0, member = 0, other = 0;
    uint64_t largest = 0;
    for (int byte = 0; byte < 256; byte++) {
        uint8_t digit = step->table[byte];
        if (digit == OUTSIDE) {
            other = byte == '\n' ? other : byte;
            continue;
        }
        members++;
        member = byte;
        largest = digit > largest ? digit : largest;
    }
    if (members == 254)
        step->until = other;
    if (members == 1 && step->action == PLAIN && least == 1 && most == 1 && !may_end) {
        step->action = LITERAL;
        step->literal[0] = (uint8_t)member;
    }
    if (step->action == NUMBER && base > 1 && largest >= base) {
        PyErr_SetString(PyExc_ValueError, "a digit that its base does not have");
        return false;
    }
    step->safe = base > 1 ? 0 : SIZE_MAX;
    for (uint64_t value = 0; base > 1 && value <= (UINT64_MAX - (base - 1)) / base; step->safe++)
        value = value * base + (base - 1);
    return true;
}

static bool
read_program(Program *program, PyObject *steps)
{
    if (!PyTuple_Check(steps) || PyTuple_Size(steps) > MAX_STEPS) {
        PyErr_Format(PyExc_ValueError, "a program is a tuple of at most %d steps", MAX_STEPS);
        return false;
    }
    program->steps = (int)PyTuple_Size(steps);
    int used = 0;
    for (int i = 0; i < program->steps; i++) {
        Step *step = &program->step[used], *before = used ? step - 1 : NULL;
        if (!read_step(step, PyTuple_GetItem(steps, i)))
            return false;
        if (step->action == LITERAL && before && before->action == LITERAL
            && before->least < LITERAL_BYTES)
            before->literal[before->least++] = step->literal[0];
        else
            used++;
    }
    program->steps = used;
    return true;
}

static bool
read_key(Machine *machine, PyObject *item)
{
    const char *text;
    Py_ssize_t length;
    int kind, column;
    if (!PyArg_ParseTuple(item, "y#ii;(key, kind, column)", &text, &length, &kind, &column))
        return false;
    if (length < 1 || kind < SIZE || kind > FLAGS || column < 0 || column >= machine->columns
        || (kind == FLAGS) != (column == machine->columns - 1)) {
        PyErr_SetString(PyExc_ValueError, "a key without a column to put its value in");
        return false;
    }
    char *copy = malloc((size_t)length);
    if (!copy) {
        PyErr_NoMemory();
        return false;
    }
    memcpy(copy, text, (size_t)length);
    Key *key = &machine->key[machine->keys++];
    *key = (Key){.text = copy, .length = (size_t)length, .kind = (Kind)kind, .column = column};
    size_t held = key->length < sizeof key->word ? key->length : sizeof key->word;
    memcpy(key->word, text, held);
    memset(key->mask, 0xFF, held);
    return true;
}

static PyObject *
machine_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"header", "size", "count", "flags", "text", "keys", "columns", NULL};
    PyObject *header, *value[VALUES], *text, *keys;
    int columns;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOOOOO!i", names, &header, &value[SIZE],
                                     &value[COUNT], &value[FLAGS], &text, &PyTuple_Type, &keys,
                                     &columns))
        return NULL;
    if (PyTuple_Size(keys) > MAX_KEYS || columns < 1 || columns > MAX_KEYS) {
        PyErr_Format(PyExc_ValueError, "1 to %d keys and columns", MAX_KEYS);
        return NULL;
    }
    Machine *machine = (Machine *)allocate(type);
    if (!machine)
        return NULL;
    machine->columns = columns;
    bool fine = read_program(&machine->header, header) && read_program(&machine->text, text);
    for (int kind = 0; fine && kind < VALUES; kind++)
        fine = read_program(&machine->value[kind], value[kind]);
    for (Py_ssize_t i = 0; fine && i < PyTuple_Size(keys); i++)
        fine = read_key(machine, PyTuple_GetItem(keys, i));
    if (!fine) {
        Py_DECREF(machine);
        return NULL;
    }
    return (PyObject *)machine;
}

static void
machine_dealloc(PyObject *self)
{
    Machine *machine = (Machine *)self;
    for (int i = 0; i < machine->keys; i++)
        free(machine->key[i].text);
    deallocate(self);
}

/* --- a session: one text, read by one machine --------------------------------------------------- */

enum { AT, START, END, PERMS, OFFSET, MAJOR, MINOR, INODE, NAME, COLUMNS };
static const Py_ssize_t WIDTH[COLUMNS] = {8, 8, 8, 1, 8, 4, 4, 8, 4};
enum { KEPT_FIELDS = 4 }; /* row, start, colon, end */

/* Why run() came back. */
typedef enum { DONE, ODD, ROWS_FULL, NO_USAGE, KEPT_FULL } Stop;

/* The line that a key stood in the last time, its newline included, and what was stored for it. */
typedef struct {
    const uint8_t *text;
    size_t length; /* 0: there is none */
    uint64_t value;
} Line;

typedef struct {
    PyObject_HEAD
    PyObject *machine, *text;
    const uint8_t *begin, *end;
    Texts names, flags;
    PyObject *known; /* keeps the texts alive that the caller has told */
    int next_key[MAX_KEYS + 1]; /* which key stood behind which, the last time; 0 is the header */
    int key;                    /* the one read last */
    Line line[MAX_KEYS];
    bool busy;
} Session;

typedef struct {
    uint64_t *at, *start, *last, *offset, *inode;
    uint8_t *perms;
    uint32_t *major, *minor, *name;
    size_t capacity;
    uint64_t *usage[MAX_KEYS];
    uint32_t *flags;
    bool present[MAX_KEYS]; /* which usage buffers there are; the last is that of the flags */
    uint64_t *filled;
    uint64_t *kept;
    size_t kept_capacity;
} Target;

typedef struct {
    const uint8_t *at;
    size_t rows, kept;
} Progress;

static const uint8_t *
behind_line(const uint8_t *at, const uint8_t *end)
{
    return at < end ? at + 1 : at;
}

/* Read a header line into the next row; the end of it, or NULL. */
static const uint8_t *
read_header(Session *session, const Program *program, const Target *to, const Progress *now)
{
    Registers got;
    memset(got.value, 0, sizeof got.value);
    memset(got.from, 0, sizeof got.from);
    const uint8_t *end = run_program(program, now->at, session->end, &got);
    /* The registers are those of HEADER_PARTS: AT is not among them. */
    if (!end || got.value[END - 1] < got.value[START - 1] || got.value[MAJOR - 1] > UINT32_MAX
        || got.value[MINOR - 1] > UINT32_MAX || got.value[PERMS - 1] > UINT8_MAX)
        return NULL;
    int64_t name = 0;
    const uint8_t *from = got.from[NAME - 1];
    if (from) {
        name = place_text(&session->names, from, (size_t)(got.to[NAME - 1] - from), -1);
        if (name < 0)
            return NULL;
    }
    size_t row = now->rows;
    to->at[row] = (uint64_t)(now->at - session->begin);
    to->start[row] = got.value[START - 1];
    to->last[row] = got.value[END - 1];
    to->perms[row] = (uint8_t)got.value[PERMS - 1];
    to->offset[row] = got.value[OFFSET - 1];
    to->major[row] = (uint32_t)got.value[MAJOR - 1];
    to->minor[row] = (uint32_t)got.value[MINOR - 1];
    to->inode[row] = got.value[INODE - 1];
    to->name[row] = (uint32_t)name;
    return end;
}

static bool
is_key(const Key *key, const uint8_t *at, const uint8_t *end)
{
    if (key->length > sizeof key->word || (size_t)(end - at) < sizeof key->word)
        return (size_t)(end - at) >= key->length && memcmp(at, key->text, key->length) == 0;
    uint64_t word[2];
    memcpy(word, at, sizeof word);
    return (((word[0] ^ key->word[0]) & key->mask[0]) | ((word[1] ^ key->word[1]) & key->mask[1]))
           == 0;
}

static void
store(const Key *key, const Target *to, size_t row, uint64_t value)
{
    if (key->kind == FLAGS)
        to->flags[row] = (uint32_t)value;
    else
        to->usage[key->column][row] = value;
    to->filled[key->column] = row + 1;
}

/* Read what stands behind a known key into the last row; the end of the line, or NULL. */
static const uint8_t *
read_value(Session *session, const Machine *machine, const Key *key, const Target *to,
           const Progress *now)
{
    Registers got;
    got.value[0] = 0;
    got.from[0] = NULL;
    const uint8_t *at = now->at + key->length;
    const uint8_t *end = run_program(&machine->value[key->kind], at, session->end, &got);
    size_t row = now->rows - 1;
    if (!end || to->filled[key->column] > row)
        return NULL;
    uint64_t value;
    if (key->kind == FLAGS) {
        size_t length = got.from[0] ? (size_t)(got.to[0] - got.from[0]) : 0;
        int64_t place = place_text(&session->flags, got.from[0] ? got.from[0] : at, length, -1);
        if (place < 0)
            return NULL;
        value = (uint64_t)place;
    }
    else {
        uint64_t factor = key->kind == SIZE ? 1024 : 1;
        if (got.value[0] > (UINT64_MAX - 1) / factor)
            return NULL;
        value = got.value[0] * factor;
    }
    store(key, to, row, value);
    if (end < session->end)
        session->line[key - machine->key] = (Line){now->at, (size_t)(end + 1 - now->at), value};
    return end;
}

static bool
same_bytes(const uint8_t *one, const uint8_t *other, size_t length)
{
    uint64_t left, right;
    if (length < sizeof left)
        return memcmp(one, other, length) == 0;
    for (size_t i = 0; i < length - sizeof left; i += sizeof left) {
        memcpy(&left, one + i, sizeof left);
        memcpy(&right, other + i, sizeof right);
        if (left != right)
            return false;
    }
    memcpy(&left, one + length - sizeof left, sizeof left);
    memcpy(&right, other + length - sizeof right, sizeof right);
    return left == right;
}

/* The same for a line that stands as it stood in the entry before, as most do. */
static const uint8_t *
repeat_value(const Session *session, int key, const Target *to, const Progress *now)
{
    const Key *known = &((const Machine *)session->machine)->key[key];
    const Line *line = &session->line[key];
    if (!line->length || (size_t)(session->end - now->at) < line->length || !now->rows
        || !to->present[known->column] || to->filled[known->column] >= now->rows
        || !same_bytes(now->at, line->text, line->length))
        return NULL;
    store(known, to, now->rows - 1, line->value);
    return now->at + line->length - 1;
}

/* Keep where a line with an unknown key stands; the end of the line, or NULL. */
static const uint8_t *
read_text(const Session *session, const Program *program, const Target *to, const Progress *now)
{
    Registers got;
    memset(got.from, 0, sizeof got.from);
    const uint8_t *end = run_program(program, now->at, session->end, &got);
    if (!end || !got.from[0])
        return NULL;
    uint64_t *kept = to->kept + now->kept * KEPT_FIELDS;
    kept[0] = now->rows - 1;
    kept[1] = (uint64_t)(now->at - session->begin);
    kept[2] = (uint64_t)(got.to[0] - session->begin);
    kept[3] = (uint64_t)(end - session->begin);
    return end;
}

/* The number of the known key that stands here, from 1; 0 where none does. */
static int
find_key(const Machine *machine, const uint8_t *at, const uint8_t *end)
{
    for (int i = 0; i < machine->keys; i++)
        if (is_key(&machine->key[i], at, end))
            return i + 1;
    return 0;
}

static Stop
read_lines(Session *session, const Target *to, Progress *now)
{
    const Machine *machine = (const Machine *)session->machine;
    while (now->at < session->end) {
        const uint8_t *end;
        int key = session->next_key[session->key];
        if (key && (end = repeat_value(session, key - 1, to, now))) {
            session->key = key;
            now->at = end + 1;
            continue;
        }
        if (!key || !is_key(&machine->key[key - 1], now->at, session->end)) {
            bool room = now->rows < to->capacity;
            if (room && (end = read_header(session, &machine->header, to, now))) {
                session->next_key[session->key] = 0;
                session->key = 0;
                now->rows++;
                now->at = behind_line(end, session->end);
                continue;
            }
            key = find_key(machine, now->at, session->end);
            if (!key && !room)
                return ROWS_FULL;
        }
        if (!now->rows)
            return ODD; /* a field before the first header line */
        if (key && !to->present[machine->key[key - 1].column])
            return NO_USAGE;
        if (!key && now->kept == to->kept_capacity)
            return KEPT_FULL;
        end = key ? read_value(session, machine, &machine->key[key - 1], to, now)
                  : read_text(session, &machine->text, to, now);
        if (!end)
            return ODD;
        if (key) {
            session->next_key[session->key] = key;
            session->key = key;
        }
        else
            now->kept++;
        now->at = behind_line(end, session->end);
    }
    return DONE;
}

static PyObject *
session_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"machine", "text", "names", "flags", "seed", NULL};
    PyObject *machine, *text;
    unsigned int first_name, first_flags;
    unsigned long long seed;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO!IIK", names, &machine, &PyBytes_Type, &text,
                                     &first_name, &first_flags, &seed))
        return NULL;
    const State *state = PyType_GetModuleState(type);
    if (!state || !Py_IS_TYPE(machine, state->machine)) {
        PyErr_SetString(PyExc_TypeError, "machine: not a Machine");
        return NULL;
    }
    Session *session = (Session *)allocate(type);
    if (!session)
        return NULL;
    session->machine = Py_NewRef(machine);
    session->text = Py_NewRef(text);
    session->begin = (const uint8_t *)PyBytes_AsString(text);
    session->end = session->begin + PyBytes_Size(text);
    session->names.seed = session->flags.seed = seed;
    session->names.next = first_name;
    session->flags.next = first_flags;
    if (!(session->known = PyList_New(0))) {
        Py_DECREF(session);
        return NULL;
    }
    return (PyObject *)session;
}

static void
session_dealloc(PyObject *self)
{
    Session *session = (Session *)self;
    free(session->names.slot);
    free(session->names.fresh);
    free(session->flags.slot);
    free(session->flags.fresh);
    Py_XDECREF(session->machine);
    Py_XDECREF(session->text);
    Py_XDECREF(session->known);
    deallocate(self);
}

/* --- buffers ----------------------------------------------------------------------------------- */

typedef struct {
    Py_buffer view[COLUMNS + MAX_KEYS + 2];
    int views;
} Views;

/* The memory of *object*, *width* bytes an item; *items* becomes the least number of them. */
static void *
take_view(Views *views, PyObject *object, Py_ssize_t width, size_t *items)
{
    Py_buffer *view = &views->view[views->views];
    if (PyObject_GetBuffer(object, view, PyBUF_WRITABLE) < 0)
        return NULL;
    views->views++;
    if (view->len && (uintptr_t)view->buf % (size_t)width) {
        PyErr_SetString(PyExc_ValueError, "a buffer that is not aligned to its items");
        return NULL;
    }
    size_t found = (size_t)(view->len / width);
    if (found < *items)
        *items = found;
    return view->buf;
}

static bool
take_target(Target *to, Views *views, PyObject *columns, PyObject *usage, PyObject *filled,
            PyObject *kept, int usages)
{
    void *column[COLUMNS];
    if (PyTuple_Size(columns) != COLUMNS) {
        PyErr_Format(PyExc_ValueError, "columns: %d buffers", (int)COLUMNS);
        return false;
    }
    to->capacity = SIZE_MAX;
    for (int i = 0; i < COLUMNS; i++)
        if (!(column[i] = take_view(views, PyTuple_GetItem(columns, i), WIDTH[i], &to->capacity)))
            return false;
    to->at = column[AT];
    to->start = column[START];
    to->last = column[END];
    to->perms = column[PERMS];
    to->offset = column[OFFSET];
    to->major = column[MAJOR];
    to->minor = column[MINOR];
    to->inode = column[INODE];
    to->name = column[NAME];
    size_t items = SIZE_MAX;
    if (!(to->kept = take_view(views, kept, 8, &items)))
        return false;
    to->kept_capacity = items / KEPT_FIELDS;
    if (!PyTuple_Check(usage) || PyTuple_Size(usage) != usages) {
        PyErr_Format(PyExc_ValueError, "usage: %d buffers or None", usages);
        return false;
    }
    for (int i = 0; i < usages; i++) {
        bool is_flags = i == usages - 1;
        PyObject *buffer = PyTuple_GetItem(usage, i);
        if (buffer == Py_None)
            continue;
        void *found = take_view(views, buffer, is_flags ? 4 : 8, &to->capacity);
        if (!found)
            return false;
        to->present[i] = true;
        if (is_flags)
            to->flags = found;
        else
            to->usage[i] = found;
    }
    items = SIZE_MAX;
    if (!(to->filled = take_view(views, filled, 8, &items)))
        return false;
    if (items < (size_t)usages) {
        PyErr_Format(PyExc_ValueError, "filled: %d numbers", usages);
        return false;
    }
    return true;
}

PyDoc_STRVAR(run_doc,
"run(at, rows, columns, usage, filled, kept) -> (at, rows, kept, stop)\n--\n\n"
"Read lines from *at* on into the buffers, behind the *rows* that they hold already.");

static PyObject *
session_run(PyObject *self, PyObject *args)
{
    Session *session = (Session *)self;
    PyObject *columns, *usage, *filled, *kept;
    Py_ssize_t at, rows;
    if (!PyArg_ParseTuple(args, "nnO!OOO", &at, &rows, &PyTuple_Type, &columns, &usage, &filled,
                          &kept))
        return NULL;
    if (session->busy) {
        PyErr_SetString(PyExc_RuntimeError, "another thread is running this session");
        return NULL;
    }
    if (at < 0 || at > session->end - session->begin) {
        PyErr_SetString(PyExc_ValueError, "at: not a place in the text");
        return NULL;
    }
    Views *views = calloc(1, sizeof *views);
    Target *to = calloc(1, sizeof *to);
    PyObject *result = NULL;
    if (!views || !to)
        PyErr_NoMemory();
    else if (take_target(to, views, columns, usage, filled, kept,
                         ((Machine *)session->machine)->columns)) {
        if (rows < 0 || (size_t)rows > to->capacity)
            PyErr_SetString(PyExc_ValueError, "rows: more than the buffers hold");
        else {
            Progress now = {session->begin + at, (size_t)rows, 0};
            Stop stop;
            session->busy = true;
            Py_BEGIN_ALLOW_THREADS
            stop = read_lines(session, to, &now);
            Py_END_ALLOW_THREADS
            session->busy = false;
            result = Py_BuildValue("nnni", (Py_ssize_t)(now.at - session->begin),
                                   (Py_ssize_t)now.rows, (Py_ssize_t)now.kept, (int)stop);
        }
    }
    for (int i = 0; views && i < views->views; i++)
        PyBuffer_Release(&views->view[i]);
    free(views);
    free(to);
    return result;
}

/* The texts that are new since the last time, in the order of their places. */
static PyObject *
fresh_texts(Session *session, Texts *texts)
{
    if (session->busy) {
        PyErr_SetString(PyExc_RuntimeError, "another thread is running this session");
        return NULL;
    }
    PyObject *list = PyList_New((Py_ssize_t)texts->freshes);
    for (size_t i = 0; list && i < texts->freshes; i++) {
        const Entry *entry = &texts->fresh[i];
        PyObject *text = PyBytes_FromStringAndSize((const char *)entry->text,
                                                   (Py_ssize_t)entry->length);
        if (!text || PyList_SetItem(list, (Py_ssize_t)i, text) < 0)
            Py_CLEAR(list);
    }
    if (list)
        texts->freshes = 0;
    return list;
}

/* Tell the place of a text that the caller has found by itself. */
static PyObject *
know_text(Session *session, Texts *texts, PyObject *args)
{
    PyObject *text;
    unsigned int place;
    if (!PyArg_ParseTuple(args, "O!I", &PyBytes_Type, &text, &place))
        return NULL;
    if (session->busy) {
        PyErr_SetString(PyExc_RuntimeError, "another thread is running this session");
        return NULL;
    }
    if (PyList_Append(session->known, text) < 0)
        return NULL;
    const uint8_t *bytes = (const uint8_t *)PyBytes_AsString(text);
    if (place_text(texts, bytes, (size_t)PyBytes_Size(text), place) != place) {
        PyErr_SetString(PyExc_ValueError, "a text with two places, or one too many");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
session_fresh_names(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return fresh_texts((Session *)self, &((Session *)self)->names);
}

static PyObject *
session_fresh_flags(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return fresh_texts((Session *)self, &((Session *)self)->flags);
}

static PyObject *
session_know_name(PyObject *self, PyObject *args)
{
    return know_text((Session *)self, &((Session *)self)->names, args);
}

static PyObject *
session_know_flags(PyObject *self, PyObject *args)
{
    return know_text((Session *)self, &((Session *)self)->flags, args);
}

/* --- records ----------------------------------------------------------------------------------- */

/* The function behind a slot's descriptor: what `descriptor.__set__` calls. */
static descrsetfunc
setter_of(PyObject *slot)
{
    descrsetfunc set = (descrsetfunc)PyType_GetSlot(Py_TYPE(slot), Py_tp_descr_set);
    if (!set)
        PyErr_SetString(PyExc_TypeError, "not the descriptor of a slot");
    return set;
}

PyDoc_STRVAR(build_doc,
"build(cls, slots, columns) -> list\n--\n\n"
"As many objects of *cls* as the shortest of *columns* has values, each slot holding its column's\n"
"value. Their __init__ is not called. The values must not refer to the objects: as nothing can be\n"
"part of a cycle then, the garbage collector is told not to look at them.");

/* The next object, its slots filled; NULL at the end of a column, or with an error. */
static PyObject *
build_one(PyTypeObject *type, allocfunc alloc, Py_ssize_t count, PyObject *const *slots,
          const descrsetfunc *set, PyObject *const *iterators)
{
    PyObject *record = alloc(type, 0);
    for (Py_ssize_t i = 0; record && i < count; i++) {
        PyObject *value = PyIter_Next(iterators[i]);
        if (!value || set[i](slots[i], record, value) < 0)
            Py_CLEAR(record);
        Py_XDECREF(value);
    }
    if (record && PyObject_GC_IsTracked(record))
        PyObject_GC_UnTrack(record);
    return record;
}

static PyObject *
build(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyTypeObject *type;
    PyObject *slots, *columns;
    if (!PyArg_ParseTuple(args, "O!O!O!", &PyType_Type, &type, &PyTuple_Type, &slots,
                          &PyTuple_Type, &columns))
        return NULL;
    Py_ssize_t count = PyTuple_Size(slots), ready = 0;
    if (count < 1 || count > MAX_KEYS || count != PyTuple_Size(columns)) {
        PyErr_Format(PyExc_ValueError, "1 to %d slots, and a column for each", MAX_KEYS);
        return NULL;
    }
    PyObject *slot[MAX_KEYS], *iterator[MAX_KEYS], *list = NULL;
    descrsetfunc set[MAX_KEYS];
    for (; ready < count; ready++) {
        slot[ready] = PyTuple_GetItem(slots, ready);
        if (!(set[ready] = setter_of(slot[ready]))
            || !(iterator[ready] = PyObject_GetIter(PyTuple_GetItem(columns, ready))))
            break;
    }
    if (ready == count && (list = PyList_New(0))) {
        allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
        PyObject *record;
        while (list && (record = build_one(type, alloc, count, slot, set, iterator))) {
            if (PyList_Append(list, record) < 0)
                Py_CLEAR(list);
            Py_DECREF(record);
        }
        if (PyErr_Occurred())
            Py_CLEAR(list);
    }
    while (ready > 0)
        Py_DECREF(iterator[--ready]);
    return list;
}

/* --- rows: columns that records are made of ------------------------------------------------------ */

typedef struct {
    PyObject_HEAD
    PyObject *record, *slots; /* a class, and a tuple of its slots */
    descrsetfunc set[MAX_KEYS];
    int fields;
    Py_buffer view[MAX_KEYS]; /* of the first fields; the others are given */
    int taken;
} Rows;

static PyObject *
rows_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"record", "slots", "columns", NULL};
    PyObject *record, *slots, *columns;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!O!", names, &PyType_Type, &record,
                                     &PyTuple_Type, &slots, &PyTuple_Type, &columns))
        return NULL;
    Py_ssize_t fields = PyTuple_Size(slots), count = PyTuple_Size(columns);
    if (fields > MAX_KEYS || count > fields) {
        PyErr_Format(PyExc_ValueError, "at most %d slots, and no more columns", MAX_KEYS);
        return NULL;
    }
    Rows *rows = (Rows *)allocate(type);
    if (!rows)
        return NULL;
    rows->record = Py_NewRef(record);
    rows->slots = Py_NewRef(slots);
    for (; rows->fields < fields; rows->fields++)
        if (!(rows->set[rows->fields] = setter_of(PyTuple_GetItem(slots, rows->fields))))
            break;
    for (; rows->fields == fields && rows->taken < count; rows->taken++)
        if (PyObject_GetBuffer(PyTuple_GetItem(columns, rows->taken), &rows->view[rows->taken],
                               PyBUF_SIMPLE) < 0)
            break;
    if (rows->fields < fields || rows->taken < count) {
        Py_DECREF(rows);
        return NULL;
    }
    return (PyObject *)rows;
}

static void
rows_dealloc(PyObject *self)
{
    Rows *rows = (Rows *)self;
    while (rows->taken > 0)
        PyBuffer_Release(&rows->view[--rows->taken]);
    Py_XDECREF(rows->record);
    Py_XDECREF(rows->slots);
    deallocate(self);
}

/* The number of a column in a row, or None. */
static PyObject *
number_at(const Py_buffer *column, Py_ssize_t row)
{
    uint64_t number;
    if (row < 0 || row >= column->len / (Py_ssize_t)sizeof number)
        return Py_NewRef(Py_None);
    memcpy(&number, (const char *)column->buf + (size_t)row * sizeof number, sizeof number);
    return number == UINT64_MAX ? Py_NewRef(Py_None) : PyLong_FromUnsignedLongLong(number);
}

PyDoc_STRVAR(make_doc,
"make(row, others) -> record\n--\n\n"
"The record of a row: the numbers of the columns, None where a column ends before or holds\n"
"2**64-1; *others* for the slots behind them. They must not refer to the record (see build).");

static PyObject *
rows_make(PyObject *self, PyObject *args)
{
    const Rows *rows = (const Rows *)self;
    PyObject *others;
    Py_ssize_t row;
    if (!PyArg_ParseTuple(args, "nO!", &row, &PyTuple_Type, &others))
        return NULL;
    if (PyTuple_Size(others) != rows->fields - rows->taken) {
        PyErr_Format(PyExc_ValueError, "others: %d values", rows->fields - rows->taken);
        return NULL;
    }
    PyObject *record = allocate((PyTypeObject *)rows->record);
    for (int i = 0; record && i < rows->fields; i++) {
        PyObject *value = i < rows->taken ? number_at(&rows->view[i], row)
                                          : Py_NewRef(PyTuple_GetItem(others, i - rows->taken));
        if (!value || rows->set[i](PyTuple_GetItem(rows->slots, i), record, value) < 0)
            Py_CLEAR(record);
        Py_XDECREF(value);
    }
    if (record && PyObject_GC_IsTracked(record))
        PyObject_GC_UnTrack(record);
    return record;
}

/* --- the module ---------------------------------------------------------------------------------- */

static PyType_Slot machine_slots[] = {
    {Py_tp_doc, (void *)"The programs of one grammar; see procmaps.machine."},
    {Py_tp_new, machine_new},
    {Py_tp_dealloc, machine_dealloc},
    {0, NULL},
};

static PyMethodDef session_methods[] = {
    {"run", session_run, METH_VARARGS, run_doc},
    {"fresh_names", session_fresh_names, METH_NOARGS, "The names that are new since the last time."},
    {"fresh_flags", session_fresh_flags, METH_NOARGS, "The same for the texts of VmFlags."},
    {"know_name", session_know_name, METH_VARARGS, "Tell a name's place, found by the caller."},
    {"know_flags", session_know_flags, METH_VARARGS, "The same for a text of VmFlags."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot session_slots[] = {
    {Py_tp_doc, (void *)"One text, read by one machine. Not for two threads at once."},
    {Py_tp_new, session_new},
    {Py_tp_dealloc, session_dealloc},
    {Py_tp_methods, session_methods},
    {0, NULL},
};

static PyMethodDef rows_methods[] = {
    {"make", rows_make, METH_VARARGS, make_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot rows_slots[] = {
    {Py_tp_doc, (void *)"Columns of 64-bit numbers that records are made of, row by row."},
    {Py_tp_new, rows_new},
    {Py_tp_dealloc, rows_dealloc},
    {Py_tp_methods, rows_methods},
    {0, NULL},
};

static PyType_Spec specs[] = {
    {"procmaps._scan.Machine", sizeof(Machine), 0, Py_TPFLAGS_DEFAULT, machine_slots},
    {"procmaps._scan.Session", sizeof(Session), 0, Py_TPFLAGS_DEFAULT, session_slots},
    {"procmaps._scan.Rows", sizeof(Rows), 0, Py_TPFLAGS_DEFAULT, rows_slots},
};

static int
fill_module(PyObject *self)
{
    State *state = PyModule_GetState(self);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        PyObject *type = PyType_FromModuleAndSpec(self, &specs[i], NULL);
        if (!type || PyModule_AddType(self, (PyTypeObject *)type) < 0) {
            Py_XDECREF(type);
            return -1;
        }
        if (i == 0)
            state->machine = (PyTypeObject *)Py_NewRef(type);
        Py_DECREF(type);
    }
    return 0;
}

static int
traverse_module(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((State *)PyModule_GetState(self))->machine);
    return 0;
}

static int
clear_module(PyObject *self)
{
    Py_CLEAR(((State *)PyModule_GetState(self))->machine);
    return 0;
}

static PyMethodDef functions[] = {
    {"build", build, METH_VARARGS, build_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, fill_module},
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "procmaps._scan",
    .m_doc = "Byte tables run over text; see procmaps.native.",
    .m_size = sizeof(State),
    .m_methods = functions,
    .m_slots = module_slots,
    .m_traverse = traverse_module,
    .m_clear = clear_module,
};

PyMODINIT_FUNC PyInit__scan(void);

PyMODINIT_FUNC
PyInit__scan(void)
{
    return PyModuleDef_Init(&definition);
}
