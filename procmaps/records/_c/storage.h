/* How records keep their fields, and how they are made of columns.
 *
 * A record is an attrs class whose base is made by make_base(). Its fields are cells. A cell
 * contains a Python object, or a number that becomes an int when it is read. So a record of numbers
 * is filled without making an object for any of them, and needs half the memory.
 *
 * The number in a cell of a deferred field is an index in a ValuePool. The pool makes the value
 * when the field is first read.
 *
 * Everything here runs with the interpreter's lock, except one ioctl (kernel_query.c).
 */
#ifndef PROCMAPS_STORAGE_H
#define PROCMAPS_STORAGE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

#define NUMBERS_END (UINT64_MAX - 1) /* numbers from here on are objects in a cell */

typedef struct {
    PyTypeObject *field, *pool, *table, *rows, *query;
} State;

extern PyType_Spec field_spec, pool_spec, table_spec, rows_spec, query_spec;

/* --- records: record.c, field.c -------------------------------------------------------------- */

enum {
    MAX_CELLS = 64,   /* the bits of Record.objects */
    MAX_DEFERRED = 4, /* fields of a record */
    FIRST_NUMBER = 2, /* a cell without an object contains a number plus this, or: */
    UNSET = 0,        /* no value, as in new memory */
    NONE = 1,         /* None; so the number 2**64-1 of a column becomes None by the addition */
};

typedef struct {
    PyObject_HEAD
    uint64_t objects; /* bit i: cell i contains a reference */
    uint64_t cell[];
} Record;

/* The descriptor of a cell. */
typedef struct {
    PyObject_HEAD
    PyTypeObject *owner; /* the base that has the cell */
    PyObject *name;
    int index;
    int part;          /* of a deferred field: its number among them; else -1 */
    int source;        /* the index of the cell with the record's RecordTable */
    uint64_t deferred; /* bits of all deferred fields of the base */
} Field;

extern const char make_base_doc[];
PyObject *make_base(PyObject *module, PyObject *args); /* record.c */

static inline bool
is_object(const Record *record, int index)
{
    return record->objects >> index & 1;
}

static inline PyObject *
object_in(const Record *record, int index)
{
    return (PyObject *)(uintptr_t)record->cell[index];
}

/* Put a reference into a cell that has none. */
static inline void
put_object(Record *record, int index, PyObject *reference)
{
    record->cell[index] = (uint64_t)(uintptr_t)reference;
    record->objects |= UINT64_C(1) << index;
}

/* Put a number that is below 2**64-2 into a cell that has no reference. */
static inline void
put_number(Record *record, int index, uint64_t number)
{
    record->cell[index] = number + FIRST_NUMBER;
}

/* --- values made when they are first read: pool.c -------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyObject *make; /* a function of an index */
    Py_ssize_t size;
    PyObject **value; /* by index; NULL until it is made */
} ValuePool;

/* Return the value at an index if it was made, else NULL without an error. Borrowed. */
static inline PyObject *
made_value(const ValuePool *pool, uint64_t index)
{
    return index < (uint64_t)pool->size ? pool->value[index] : NULL;
}

PyObject *pool_value(ValuePool *pool, uint64_t index);

/* --- columns: column.c ----------------------------------------------------------------------- */

enum {
    MAX_BUFFERS = 2, /* of one column */
    RESULTS = 16,    /* a power of two */
};

typedef enum {
    NUMBERS, /* (buffer): the number */
    POOLED,  /* (pool, buffer): the value of the pool at the number */
    CALLED,  /* (function, buffer, ...): the result for the numbers; most equal ones share it */
    LISTED, /* (function, rows, value): the result for a row that is listed; for others the value */
    SAME,   /* (value,) */
} Form;

/* Results of CALLED that are remembered, by numbers. */
typedef struct {
    uint64_t number[MAX_BUFFERS];
    PyObject *value; /* NULL: unused entry */
} Result;

typedef struct {
    Form form;
    const Field *field; /* borrowed from the table's tuple of fields */
    PyObject *maker;    /* the pool, the function or the value */
    PyObject *value;    /* LISTED: for other rows */
    Py_buffer view[MAX_BUFFERS];
    int views;
    Result *result; /* CALLED: RESULTS entries */
} Column;

bool read_column(Column *column, PyObject *spec, const State *state);
bool has_rows(const Column *column, Py_ssize_t rows);
bool fill_record(Column *column, int columns, Record *record, uint64_t row, bool sparse);
int visit_column(const Column *column, visitproc visit, void *arg);
void clear_column(Column *column);

/* --- tables of records: table.c -------------------------------------------------------------- */

/* Return the pool of a deferred field of a record that *table* made. Borrowed. */
ValuePool *deferred_pool(PyObject *table, int part);

/* --- module.c -------------------------------------------------------------------------------- */

PyObject *allocate(PyTypeObject *type);
void deallocate(PyObject *self);

#pragma GCC visibility pop

#endif
