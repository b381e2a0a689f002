/* Records made of columns, many at once. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_VIEWS = 2 }; /* numbers of a row that one value is looked up by */

/* The function behind a slot's descriptor: what `descriptor.__set__` calls. */
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
    "Objects of *cls* for *count* rows from *first* on. Each slot has a column: a buffer of numbers; a\n"
    "tuple of a mapping and one buffer or two, for what the mapping holds under a row's number or pair\n"
    "of numbers; or a tuple of one object, for that one. Their __init__ is not called. No value must\n"
    "refer to the objects: as nothing can be part of a cycle then, the garbage collector is told not to\n"
    "look at them.");

/* Where a slot's value comes from. */
typedef struct {
    PyObject *memo; /* or the object itself where there is no view; NULL: numbers as they are */
    Py_buffer view[MAX_VIEWS];
    int views;
    uint64_t number[MAX_VIEWS]; /* of the row before */
    PyObject *value;            /* and the value: neighbours mostly share it */
} Source;

static void
release_source(Source *source)
{
    while (source->views > 0)
        PyBuffer_Release(&source->view[--source->views]);
    Py_CLEAR(source->memo);
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
        PyErr_SetString(PyExc_ValueError, "a column without numbers for every row");
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
    if (parts < 1 || parts > 1 + MAX_VIEWS) {
        PyErr_SetString(PyExc_ValueError, "a column of more parts than a row has numbers");
        return false;
    }
    source->memo = Py_NewRef(PyTuple_GetItem(column, 0));
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

/* What *memo* holds under the numbers of the source. */
static PyObject *
look_up(const Source *source)
{
    PyObject *key = source->views == 1 ? PyLong_FromUnsignedLongLong(source->number[0])
                                       : Py_BuildValue("KK", source->number[0], source->number[1]);
    PyObject *value = key ? PyObject_GetItem(source->memo, key) : NULL;
    Py_XDECREF(key);
    return value;
}

static PyObject *
value_of(Source *source, Py_ssize_t row)
{
    if (!source->views)
        return Py_NewRef(source->memo);
    bool same = source->value != NULL;
    for (int i = 0; i < source->views; i++) {
        uint64_t number = number_in(&source->view[i], row);
        same = same && number == source->number[i];
        source->number[i] = number;
    }
    if (!same) {
        Py_XDECREF(source->value);
        source->value =
            source->memo ? look_up(source) : PyLong_FromUnsignedLongLong(source->number[0]);
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
