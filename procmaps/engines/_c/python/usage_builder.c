/* The type UsageBuilder: builds one record at a time from columns of numbers. */
#include "module.h"

#include <string.h>

typedef struct {
    PyObject_HEAD
    PyObject *record, *slots; /* a class, and a tuple of its slots */
    descrsetfunc set[MAX_SLOTS];
    int fields;
    Py_buffer view[MAX_SLOTS]; /* the columns, one for each of the first slots */
    int taken;
} UsageBuilder;

static PyObject *
usage_builder_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
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
    UsageBuilder *builder = (UsageBuilder *)allocate(type);
    if (!builder)
        return NULL;
    builder->record = Py_NewRef(record);
    builder->slots = Py_NewRef(slots);
    for (; builder->fields < fields; builder->fields++)
        if (!(builder->set[builder->fields] = setter_of(PyTuple_GetItem(slots, builder->fields))))
            break;
    for (; builder->fields == fields && builder->taken < count; builder->taken++)
        if (PyObject_GetBuffer(PyTuple_GetItem(columns, builder->taken),
                               &builder->view[builder->taken], PyBUF_SIMPLE)
            < 0)
            break;
    if (builder->fields < fields || builder->taken < count) {
        Py_DECREF(builder);
        return NULL;
    }
    return (PyObject *)builder;
}

static void
usage_builder_dealloc(PyObject *self)
{
    UsageBuilder *builder = (UsageBuilder *)self;
    while (builder->taken > 0)
        PyBuffer_Release(&builder->view[--builder->taken]);
    Py_XDECREF(builder->record);
    Py_XDECREF(builder->slots);
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
    usage_builder_build_doc,
    "build(row, others) -> record\n--\n\n"
    "Build the record of *row*. The first slots get the numbers of the columns, or None where a column\n"
    "is shorter or contains 2**64-1; the remaining slots get *others*, which must not refer to the\n"
    "record (see build()).");

static PyObject *
usage_builder_build(PyObject *self, PyObject *args)
{
    const UsageBuilder *builder = (const UsageBuilder *)self;
    PyObject *others;
    Py_ssize_t row;
    if (!PyArg_ParseTuple(args, "nO!", &row, &PyTuple_Type, &others))
        return NULL;
    if (PyTuple_Size(others) != builder->fields - builder->taken) {
        PyErr_Format(PyExc_ValueError, "expected %d values in others",
                     builder->fields - builder->taken);
        return NULL;
    }
    PyObject *record = allocate((PyTypeObject *)builder->record);
    for (int i = 0; record && i < builder->fields; i++) {
        PyObject *value = i < builder->taken
                              ? number_at(&builder->view[i], row)
                              : Py_NewRef(PyTuple_GetItem(others, i - builder->taken));
        if (!value || builder->set[i](PyTuple_GetItem(builder->slots, i), record, value) < 0)
            Py_CLEAR(record);
        Py_XDECREF(value);
    }
    if (record && PyObject_GC_IsTracked(record))
        PyObject_GC_UnTrack(record);
    return record;
}

static PyMethodDef usage_builder_methods[] = {
    {"build", usage_builder_build, METH_VARARGS, usage_builder_build_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot usage_builder_slots[] = {
    {Py_tp_doc, (void *)"Builds records from columns of 64-bit numbers, one row at a time."},
    {Py_tp_new, usage_builder_new},
    {Py_tp_dealloc, usage_builder_dealloc},
    {Py_tp_methods, usage_builder_methods},
    {0, NULL},
};

PyType_Spec usage_builder_spec = {
    "procmaps.engines._scanner.UsageBuilder",
    sizeof(UsageBuilder),
    0,
    Py_TPFLAGS_DEFAULT,
    usage_builder_slots,
};
