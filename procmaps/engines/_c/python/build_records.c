/* build(): makes records from columns, many at once. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_BUFFERS = 2 }; /* buffers of one column */

/* The C function that `slot.__set__` calls. */
descrsetfunc
setter_of(PyObject *slot)
{
    descrsetfunc set = (descrsetfunc)PyType_GetSlot(Py_TYPE(slot), Py_tp_descr_set);
    if (!set)
        PyErr_SetString(PyExc_TypeError, "a slot must be a member descriptor");
    return set;
}

const char build_doc[] = PyDoc_STR(
    "build(cls, slots, columns, first, count) -> list\n--\n\n"
    "Build objects of *cls* for *count* rows, starting at row *first*; __init__ is not called. Each slot\n"
    "has a column in one of four forms:\n\n"
    "    buffer                      the number in each row\n"
    "    (tuple, buffer)             the item of the tuple that the number indexes\n"
    "    (function, buffer, ...)     the function's result for the numbers of one buffer or two; equal\n"
    "                                neighbours share a result\n"
    "    (object,)                   the same object in every row\n\n"
    "No value may refer to the new objects: they are untracked, so the garbage collector could not\n"
    "free a cycle.");

/* The column of one slot. */
typedef struct {
    PyObject *maker; /* a tuple or a function; the value itself without buffers; NULL: the number */
    Py_buffer view[MAX_BUFFERS];
    int views;                    /* buffers in use */
    uint64_t number[MAX_BUFFERS]; /* of the previous row */
    PyObject *value;              /* of the previous row: neighbours mostly share it */
} Column;

static void
release_column(Column *column)
{
    while (column->views > 0)
        PyBuffer_Release(&column->view[--column->views]);
    Py_CLEAR(column->maker);
    Py_CLEAR(column->value);
}

static bool
add_buffer(Column *column, PyObject *buffer, Py_ssize_t first, Py_ssize_t count)
{
    Py_buffer *view = &column->view[column->views];
    if (PyObject_GetBuffer(buffer, view, PyBUF_SIMPLE) < 0)
        return false;
    column->views++;
    if ((view->itemsize != 1 && view->itemsize != 4 && view->itemsize != 8)
        || first > view->len / view->itemsize - count) {
        PyErr_SetString(
            PyExc_ValueError,
            "a column has fewer numbers than there are rows, or numbers of an unknown size");
        return false;
    }
    return true;
}

static bool
read_column(Column *column, PyObject *spec, Py_ssize_t first, Py_ssize_t count)
{
    if (!PyTuple_Check(spec))
        return add_buffer(column, spec, first, count);
    Py_ssize_t parts = PyTuple_Size(spec);
    PyObject *maker = parts > 0 ? PyTuple_GetItem(spec, 0) : NULL;
    if (!maker || parts > (PyTuple_Check(maker) ? 2 : 1 + MAX_BUFFERS)) {
        PyErr_SetString(PyExc_ValueError, "a column of a form that build() does not have");
        return false;
    }
    column->maker = Py_NewRef(maker);
    for (Py_ssize_t i = 1; i < parts; i++)
        if (!add_buffer(column, PyTuple_GetItem(spec, i), first, count))
            return false;
    return true;
}

static uint64_t
number_at(const Py_buffer *view, Py_ssize_t row)
{
    const char *at = (const char *)view->buf + row * view->itemsize;
    uint32_t half;
    uint64_t whole;
    if (view->itemsize == 1)
        return *(const uint8_t *)at;
    if (view->itemsize == 4) {
        memcpy(&half, at, sizeof half);
        return half;
    }
    memcpy(&whole, at, sizeof whole);
    return whole;
}

/* The value for the numbers of a row. */
static PyObject *
make_value(const Column *column)
{
    if (!column->maker)
        return PyLong_FromUnsignedLongLong(column->number[0]);
    if (PyTuple_Check(column->maker)) {
        const uint64_t number = column->number[0];
        const uint64_t size = (uint64_t)PyTuple_Size(column->maker);
        if (number < size)
            return Py_NewRef(PyTuple_GetItem(column->maker, (Py_ssize_t)number));
        PyErr_Format(PyExc_IndexError, "number %llu in a column for a table of %llu values",
                     (unsigned long long)number, (unsigned long long)size);
        return NULL;
    }
    PyObject *number[MAX_BUFFERS] = {NULL}, *value = NULL;
    int ready = 0;
    while (ready < column->views
           && (number[ready] = PyLong_FromUnsignedLongLong(column->number[ready])))
        ready++;
    /* A NULL ends the arguments. */
    if (ready == column->views)
        value = PyObject_CallFunctionObjArgs(column->maker, number[0], number[1], NULL);
    while (ready > 0)
        Py_DECREF(number[--ready]);
    return value;
}

static PyObject *
value_of(Column *column, Py_ssize_t row)
{
    if (!column->views)
        return Py_NewRef(column->maker);
    bool same = column->value != NULL;
    for (int i = 0; i < column->views; i++) {
        uint64_t number = number_at(&column->view[i], row);
        same = same && number == column->number[i];
        column->number[i] = number;
    }
    if (!same) {
        Py_XDECREF(column->value);
        column->value = make_value(column);
    }
    return column->value ? Py_NewRef(column->value) : NULL;
}

static PyObject *
build_one(PyTypeObject *type, allocfunc alloc, Py_ssize_t count, PyObject *const *slots,
          const descrsetfunc *set, Column *parsed, Py_ssize_t row)
{
    PyObject *record = alloc(type, 0);
    for (Py_ssize_t i = 0; record && i < count; i++) {
        PyObject *value = value_of(&parsed[i], row);
        if (!value || set[i](slots[i], record, value) < 0)
            Py_CLEAR(record);
        Py_XDECREF(value);
    }
    if (record && PyObject_GC_IsTracked(record))
        PyObject_GC_UnTrack(record);
    return record;
}

PyObject *
build(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyTypeObject *type;
    PyObject *slots, *columns;
    Py_ssize_t first, rows;
    if (!PyArg_ParseTuple(args, "O!O!O!nn", &PyType_Type, &type, &PyTuple_Type, &slots,
                          &PyTuple_Type, &columns, &first, &rows))
        return NULL;
    Py_ssize_t count = PyTuple_Size(slots), ready = 0, taken = 0;
    if (count < 1 || count > MAX_SLOTS || count != PyTuple_Size(columns) || first < 0 || rows < 0) {
        PyErr_Format(PyExc_ValueError,
                     "expected 1 to %d slots, a column for each, and no negative row", MAX_SLOTS);
        return NULL;
    }
    PyObject *slot[MAX_SLOTS], *list = NULL;
    descrsetfunc set[MAX_SLOTS];
    Column *parsed = calloc((size_t)count, sizeof *parsed);
    if (!parsed)
        return PyErr_NoMemory();
    for (; ready < count; ready++) {
        slot[ready] = PyTuple_GetItem(slots, ready);
        if (!(set[ready] = setter_of(slot[ready])))
            break;
        taken++;
        if (!read_column(&parsed[ready], PyTuple_GetItem(columns, ready), first, rows))
            break;
    }
    if (ready == count && (list = PyList_New(rows))) {
        allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
        for (Py_ssize_t i = 0; list && i < rows; i++) {
            PyObject *record = build_one(type, alloc, count, slot, set, parsed, first + i);
            if (!record || PyList_SetItem(list, i, record) < 0)
                Py_CLEAR(list);
        }
    }
    while (taken > 0)
        release_column(&parsed[--taken]);
    free(parsed);
    return list;
}
