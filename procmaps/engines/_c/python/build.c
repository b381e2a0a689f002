/* build(): makes records from columns, many at once. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_VIEWS = 2 }; /* buffers of one column */

/* The C function that `slot.__set__` calls. */
descrsetfunc
setter_of(PyObject *slot)
{
    descrsetfunc set = (descrsetfunc)PyType_GetSlot(Py_TYPE(slot), Py_tp_descr_set);
    if (!set)
        PyErr_SetString(PyExc_TypeError, "not the descriptor of a slot");
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
    PyObject *maker; /* a table or a function; the value itself without a view; NULL: the number */
    Py_buffer view[MAX_VIEWS];
    int views;
    uint64_t number[MAX_VIEWS]; /* of the previous row */
    PyObject *value;            /* of the previous row: neighbours mostly share it */
} Source;

static void
release_source(Source *source)
{
    while (source->views > 0)
        PyBuffer_Release(&source->view[--source->views]);
    Py_CLEAR(source->maker);
    Py_CLEAR(source->value);
}

static bool
take_numbers(Source *source, PyObject *buffer, Py_ssize_t first, Py_ssize_t count)
{
    Py_buffer *view = &source->view[source->views];
    if (PyObject_GetBuffer(buffer, view, PyBUF_SIMPLE) < 0)
        return false;
    source->views++;
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
take_source(Source *source, PyObject *column, Py_ssize_t first, Py_ssize_t count)
{
    if (!PyTuple_Check(column))
        return take_numbers(source, column, first, count);
    Py_ssize_t parts = PyTuple_Size(column);
    PyObject *maker = parts > 0 ? PyTuple_GetItem(column, 0) : NULL;
    if (!maker || parts > (PyTuple_Check(maker) ? 2 : 1 + MAX_VIEWS)) {
        PyErr_SetString(PyExc_ValueError, "a column of a form that build() does not have");
        return false;
    }
    source->maker = Py_NewRef(maker);
    for (Py_ssize_t i = 1; i < parts; i++)
        if (!take_numbers(source, PyTuple_GetItem(column, i), first, count))
            return false;
    return true;
}

static uint64_t
number_in(const Py_buffer *view, Py_ssize_t row)
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
make_value(const Source *source)
{
    if (!source->maker)
        return PyLong_FromUnsignedLongLong(source->number[0]);
    if (PyTuple_Check(source->maker)) {
        const uint64_t number = source->number[0];
        const uint64_t size = (uint64_t)PyTuple_Size(source->maker);
        if (number < size)
            return Py_NewRef(PyTuple_GetItem(source->maker, (Py_ssize_t)number));
        PyErr_Format(PyExc_IndexError, "number %llu in a column for a table of %llu values",
                     (unsigned long long)number, (unsigned long long)size);
        return NULL;
    }
    PyObject *number[MAX_VIEWS] = {NULL}, *value = NULL;
    int ready = 0;
    while (ready < source->views
           && (number[ready] = PyLong_FromUnsignedLongLong(source->number[ready])))
        ready++;
    /* A NULL ends the arguments. */
    if (ready == source->views)
        value = PyObject_CallFunctionObjArgs(source->maker, number[0], number[1], NULL);
    while (ready > 0)
        Py_DECREF(number[--ready]);
    return value;
}

static PyObject *
value_of(Source *source, Py_ssize_t row)
{
    if (!source->views)
        return Py_NewRef(source->maker);
    bool same = source->value != NULL;
    for (int i = 0; i < source->views; i++) {
        uint64_t number = number_in(&source->view[i], row);
        same = same && number == source->number[i];
        source->number[i] = number;
    }
    if (!same) {
        Py_XDECREF(source->value);
        source->value = make_value(source);
    }
    return source->value ? Py_NewRef(source->value) : NULL;
}

static PyObject *
build_one(PyTypeObject *type, allocfunc alloc, Py_ssize_t count, PyObject *const *slots,
          const descrsetfunc *set, Source *sources, Py_ssize_t row)
{
    PyObject *record = alloc(type, 0);
    for (Py_ssize_t i = 0; record && i < count; i++) {
        PyObject *value = value_of(&sources[i], row);
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
        PyErr_Format(PyExc_ValueError, "1 to %d slots, a column for each, and rows from 0 on",
                     MAX_SLOTS);
        return NULL;
    }
    PyObject *slot[MAX_SLOTS], *list = NULL;
    descrsetfunc set[MAX_SLOTS];
    Source *sources = calloc((size_t)count, sizeof *sources);
    if (!sources)
        return PyErr_NoMemory();
    for (; ready < count; ready++) {
        slot[ready] = PyTuple_GetItem(slots, ready);
        if (!(set[ready] = setter_of(slot[ready])))
            break;
        taken++;
        if (!take_source(&sources[ready], PyTuple_GetItem(columns, ready), first, rows))
            break;
    }
    if (ready == count && (list = PyList_New(rows))) {
        allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
        for (Py_ssize_t i = 0; list && i < rows; i++) {
            PyObject *record = build_one(type, alloc, count, slot, set, sources, first + i);
            if (!record || PyList_SetItem(list, i, record) < 0)
                Py_CLEAR(list);
        }
    }
    while (taken > 0)
        release_source(&sources[--taken]);
    free(sources);
    return list;
}
