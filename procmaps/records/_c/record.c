/* make_base(): the base of a record class. */
#include "storage.h"

#include <stddef.h>

static int
record_traverse(PyObject *self, visitproc visit, void *arg)
{
    const Record *record = (const Record *)self;
    Py_VISIT(Py_TYPE(self));
    for (uint64_t rest = record->objects; rest; rest &= rest - 1)
        Py_VISIT(object_in(record, __builtin_ctzll(rest)));
    return 0;
}

static int
record_clear(PyObject *self)
{
    Record *record = (Record *)self;
    while (record->objects) {
        const int index = __builtin_ctzll(record->objects);
        PyObject *value = object_in(record, index);
        record->objects &= record->objects - 1;
        record->cell[index] = UNSET;
        Py_DECREF(value);
    }
    return 0;
}

static void
record_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    record_clear(self);
    deallocate(self);
}

/* Return the number of *name* in a tuple, -1 if it is not there, -2 on errors. */
static int
find_name(PyObject *names, PyObject *name)
{
    for (Py_ssize_t i = 0; i < PyTuple_Size(names); i++) {
        int equal = PyObject_RichCompareBool(PyTuple_GetItem(names, i), name, Py_EQ);
        if (equal)
            return equal < 0 ? -2 : (int)i;
    }
    return -1;
}

/* Set the fields of *base* as its attributes. */
static bool
add_fields(PyTypeObject *base, PyTypeObject *type, PyObject *names, PyObject *deferred)
{
    const int count = (int)PyTuple_Size(names);
    uint64_t bits = 0;
    for (int i = 0; i < count; i++) {
        int part = find_name(deferred, PyTuple_GetItem(names, i));
        if (part < -1)
            return false;
        if (part >= 0)
            bits |= UINT64_C(1) << i;
    }
    for (int i = 0; i < count; i++) {
        PyObject *name = PyTuple_GetItem(names, i);
        Field *field = (Field *)allocate(type);
        if (!field)
            return false;
        field->owner = (PyTypeObject *)Py_NewRef((PyObject *)base);
        field->name = Py_NewRef(name);
        field->index = i;
        field->part = find_name(deferred, name);
        field->source = count;
        field->deferred = bits;
        int failed =
            field->part < -1 || PyObject_SetAttr((PyObject *)base, name, (PyObject *)field) < 0;
        Py_DECREF(field);
        if (failed)
            return false;
    }
    return true;
}

static PyType_Slot record_slots[] = {
    {Py_tp_dealloc, record_dealloc},
    {Py_tp_traverse, record_traverse},
    {Py_tp_clear, record_clear},
    {0, NULL},
};

const char make_base_doc[] = PyDoc_STR(
    "make_base(name, fields, deferred) -> type\n--\n\n"
    "Return a base class whose instances have *fields*. Those named in *deferred*, too, may be filled\n"
    "by a RecordTable with the index of a value in a ValuePool.");

PyObject *
make_base(PyObject *module, PyObject *args)
{
    const char *name;
    PyObject *fields, *deferred;
    if (!PyArg_ParseTuple(args, "sO!O!", &name, &PyTuple_Type, &fields, &PyTuple_Type, &deferred))
        return NULL;
    Py_ssize_t count = PyTuple_Size(fields);
    if (count >= MAX_CELLS || PyTuple_Size(deferred) > MAX_DEFERRED) {
        PyErr_Format(PyExc_ValueError, "at most %d fields, and %d that are deferred", MAX_CELLS - 1,
                     MAX_DEFERRED);
        return NULL;
    }
    const bool has_source = PyTuple_Size(deferred) > 0;
    PyType_Spec spec = {
        .name = name,
        .basicsize =
            (int)(offsetof(Record, cell) + sizeof(uint64_t) * (size_t)(count + has_source)),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
        .slots = record_slots,
    };
    PyObject *base = PyType_FromModuleAndSpec(module, &spec, NULL);
    if (base
        && (PyObject_SetAttrString(base, "__slots__", fields) < 0
            || !add_fields((PyTypeObject *)base, ((State *)PyModule_GetState(module))->field,
                           fields, deferred)))
        Py_CLEAR(base);
    return base;
}
