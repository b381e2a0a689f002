/* The type Rows: columns that records are made of, one at a time. */
#include "module.h"

#include <string.h>

typedef struct {
    PyObject_HEAD
    PyObject *record, *slots; /* a class, and a tuple of its slots */
    descrsetfunc set[MAX_SLOTS];
    int fields;
    Py_buffer view[MAX_SLOTS]; /* of the first fields; the others are given */
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
    if (fields > MAX_SLOTS || count > fields) {
        PyErr_Format(PyExc_ValueError, "at most %d slots, and no more columns", MAX_SLOTS);
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
                               PyBUF_SIMPLE)
            < 0)
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

PyDoc_STRVAR(
    make_doc,
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

PyType_Spec rows_spec = {
    "procmaps.engines._scanner.Rows", sizeof(Rows), 0, Py_TPFLAGS_DEFAULT, rows_slots,
};

/* --- columns ---------------------------------------------------------------------------------- */

const char gather_doc[] =
    PyDoc_STR("gather(numbers, places, into)\n--\n\n"
              "Put into each item of *into* the number at its place, 2**64-1 where there is none.");

PyObject *
gather(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer numbers, places, into;
    if (!PyArg_ParseTuple(args, "y*y*w*", &numbers, &places, &into))
        return NULL;
    const size_t known = (size_t)numbers.len / sizeof(uint64_t);
    const size_t rows = (size_t)places.len / sizeof(uint32_t);
    const bool fits = (size_t)into.len / sizeof(uint64_t) >= rows;
    for (size_t row = 0; fits && row < rows; row++) {
        uint32_t place;
        uint64_t number = UINT64_MAX;
        memcpy(&place, (const char *)places.buf + row * sizeof place, sizeof place);
        if (place < known)
            memcpy(&number, (const char *)numbers.buf + place * sizeof number, sizeof number);
        memcpy((char *)into.buf + row * sizeof number, &number, sizeof number);
    }
    PyBuffer_Release(&numbers);
    PyBuffer_Release(&places);
    PyBuffer_Release(&into);
    if (fits)
        Py_RETURN_NONE;
    PyErr_SetString(PyExc_ValueError, "into: an item for every place");
    return NULL;
}
