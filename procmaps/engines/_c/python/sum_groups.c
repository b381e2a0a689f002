/* sum_groups(): sums of columns by group, for procmaps/engines/group_sums.py. */
#include "module.h"

#include <stdlib.h>

enum {
    NO_PART = 0xFF, /* in the ceilings: the figure has no such part */
    PARTS = 2,      /* of a ceiling */
    MAX_FIGURES = NO_PART,
};

/* What is summed for each group. A size is a number of 128 bits, so that no sum is too large. */
enum { MAPPINGS, SIZE_LOW, SIZE_HIGH, FIGURES };
enum { LOW, HIGH, PRINTED, CUT, FIGURE_NUMBERS };

typedef struct {
    Py_buffer view[5 + MAX_FIGURES];
    int views;
    const uint64_t *column[MAX_FIGURES]; /* NULL: no row has the figure */
    size_t rows[MAX_FIGURES];
    const uint8_t *ceiling; /* PARTS for each figure */
    int figures;
} Inputs;

/* Return the memory of *object*, and its number of items of *item_size* bytes in *items*. */
static void *
take_items(Inputs *inputs, PyObject *object, size_t item_size, int flags, size_t *items)
{
    Py_buffer *view = &inputs->view[inputs->views];
    if (PyObject_GetBuffer(object, view, flags) < 0)
        return NULL;
    inputs->views++;
    if (view->len && (uintptr_t)view->buf % item_size) {
        PyErr_SetString(PyExc_ValueError, "a buffer must be aligned to its items");
        return NULL;
    }
    *items = (size_t)view->len / item_size;
    return view->buf;
}

static bool
take_columns(Inputs *inputs, PyObject *columns, const char *ceilings, Py_ssize_t size)
{
    const Py_ssize_t figures = PyTuple_Size(columns);
    if (figures > MAX_FIGURES || size != figures * PARTS) {
        PyErr_Format(PyExc_ValueError, "there must be at most %d columns, and %d bytes for each",
                     (int)MAX_FIGURES, (int)PARTS);
        return false;
    }
    inputs->figures = (int)figures;
    inputs->ceiling = (const uint8_t *)ceilings;
    for (Py_ssize_t i = 0; i < size; i++)
        if (inputs->ceiling[i] != NO_PART && inputs->ceiling[i] >= figures) {
            PyErr_SetString(PyExc_ValueError, "a ceiling must be of the columns");
            return false;
        }
    for (int i = 0; i < inputs->figures; i++) {
        PyObject *object = PyTuple_GetItem(columns, i);
        if (object == Py_None)
            continue;
        inputs->column[i] =
            take_items(inputs, object, sizeof **inputs->column, PyBUF_SIMPLE, &inputs->rows[i]);
        if (!inputs->column[i])
            return false;
    }
    return true;
}

static void
add(uint64_t *sum, uint64_t value)
{
    sum[LOW] += value;
    sum[HIGH] += sum[LOW] < value;
}

static void
subtract(uint64_t *sum, uint64_t value)
{
    sum[HIGH] -= sum[LOW] < value;
    sum[LOW] -= value;
}

/* Return a figure of a usage row, UINT64_MAX if it was not printed. */
static uint64_t
figure_of(const Inputs *inputs, int figure, uint32_t row)
{
    return row < inputs->rows[figure] ? inputs->column[figure][row] : UINT64_MAX;
}

/* Return whether *value* is known to be exact, because it equals its ceiling. */
static bool
is_exact(const Inputs *inputs, const uint8_t *ceiling, uint32_t row, uint64_t value)
{
    uint64_t most = 0;
    for (int i = 0; i < PARTS && ceiling[i] != NO_PART; i++) {
        const uint64_t part = figure_of(inputs, ceiling[i], row);
        if (part == UINT64_MAX || part > value - most)
            return false;
        most += part;
    }
    return most == value;
}

static void
add_row(const Inputs *inputs, uint32_t row, uint64_t *sums)
{
    for (int i = 0; i < inputs->figures; i++) {
        const uint64_t value = figure_of(inputs, i, row);
        if (value == UINT64_MAX)
            continue;
        uint64_t *sum = sums + i * FIGURE_NUMBERS;
        const uint8_t *ceiling = inputs->ceiling + i * PARTS;
        add(sum, value);
        sum[PRINTED]++;
        sum[CUT] += *ceiling != NO_PART && !is_exact(inputs, ceiling, row, value);
    }
}

const char sum_groups_doc[] = PyDoc_STR(
    "sum_groups(groups, starts, ends, usage_rows, columns, ceilings, into)\n--\n\n"
    "Add each row to the sums of its group in *into*: the number of rows, their size as 128\n"
    "bits, and for each of *columns* its sum as 128 bits, the rows that have it, and those\n"
    "in which it is below its ceiling. *ceilings* are two indexes of columns for each\n"
    "column, 255 for none; a ceiling is the sum of both.");

PyObject *
sum_groups(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *object[4], *columns, *into, *result = NULL;
    const char *ceilings;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "OOOOO!y#O", &object[0], &object[1], &object[2], &object[3],
                          &PyTuple_Type, &columns, &ceilings, &size, &into))
        return NULL;
    Inputs *inputs = calloc(1, sizeof *inputs);
    if (!inputs)
        return PyErr_NoMemory();
    const uint32_t *group, *row;
    const uint64_t *start, *end;
    uint64_t *sums;
    size_t rows[4], numbers;
    if ((group = take_items(inputs, object[0], sizeof *group, PyBUF_SIMPLE, &rows[0]))
        && (start = take_items(inputs, object[1], sizeof *start, PyBUF_SIMPLE, &rows[1]))
        && (end = take_items(inputs, object[2], sizeof *end, PyBUF_SIMPLE, &rows[2]))
        && (row = take_items(inputs, object[3], sizeof *row, PyBUF_SIMPLE, &rows[3]))
        && (sums = take_items(inputs, into, sizeof *sums, PyBUF_WRITABLE, &numbers))
        && take_columns(inputs, columns, ceilings, size)) {
        const size_t of_group = FIGURES + (size_t)inputs->figures * FIGURE_NUMBERS;
        const size_t groups = numbers / of_group;
        const bool is_table = rows[0] == rows[1] && rows[0] == rows[2] && rows[0] == rows[3];
        size_t i = 0;
        for (; is_table && i < rows[0] && group[i] < groups; i++) {
            uint64_t *own = sums + group[i] * of_group;
            own[MAPPINGS]++;
            add(own + SIZE_LOW, end[i]);
            subtract(own + SIZE_LOW, start[i]);
            add_row(inputs, row[i], own + FIGURES);
        }
        if (is_table && i == rows[0])
            result = Py_NewRef(Py_None);
        else
            PyErr_SetString(PyExc_ValueError,
                            "groups, starts, ends and usage_rows must be of the same rows, and "
                            "into must have every group");
    }
    for (int i = 0; i < inputs->views; i++)
        PyBuffer_Release(&inputs->view[i]);
    free(inputs);
    return result;
}
