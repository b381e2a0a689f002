/* The type ValuePool: values by index, each made when it is first asked for. */
#include "storage.h"

static PyObject *
pool_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"make", "size", NULL};
    PyObject *make;
    Py_ssize_t size;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "On", names, &make, &size))
        return NULL;
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "size must not be negative");
        return NULL;
    }
    ValuePool *pool = (ValuePool *)allocate(type);
    if (!pool)
        return NULL;
    pool->make = Py_NewRef(make);
    if (!(pool->value = PyMem_Calloc((size_t)size, sizeof *pool->value))) {
        Py_DECREF(pool);
        return PyErr_NoMemory();
    }
    pool->size = size;
    return (PyObject *)pool;
}

/* Return the value at an index. */
PyObject *
pool_value(ValuePool *pool, uint64_t index)
{
    PyObject *value = made_value(pool, index);
    if (value)
        return Py_NewRef(value);
    if (index >= (uint64_t)pool->size || !pool->make) {
        PyErr_Format(PyExc_IndexError, "index %llu in a pool of %zd values",
                     (unsigned long long)index, pool->size);
        return NULL;
    }
    PyObject *number = PyLong_FromUnsignedLongLong(index);
    if (!number)
        return NULL;
    value = PyObject_CallFunctionObjArgs(pool->make, number, NULL);
    Py_DECREF(number);
    /* Another thread may have made it meanwhile. All must get the same one. */
    PyObject *other = value ? made_value(pool, index) : NULL;
    if (other) {
        Py_DECREF(value);
        return Py_NewRef(other);
    }
    if (value && index < (uint64_t)pool->size)
        pool->value[index] = Py_NewRef(value);
    return value;
}

static PyObject *
pool_get(PyObject *self, PyObject *index)
{
    uint64_t number = PyLong_AsUnsignedLongLong(index);
    if (number == UINT64_MAX && PyErr_Occurred())
        return NULL;
    return pool_value((ValuePool *)self, number);
}

static int
pool_traverse(PyObject *self, visitproc visit, void *arg)
{
    const ValuePool *pool = (const ValuePool *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(pool->make);
    for (Py_ssize_t i = 0; i < pool->size; i++)
        Py_VISIT(pool->value[i]);
    return 0;
}

static int
pool_clear(PyObject *self)
{
    ValuePool *pool = (ValuePool *)self;
    Py_CLEAR(pool->make);
    while (pool->size > 0) {
        PyObject *value = pool->value[--pool->size];
        pool->value[pool->size] = NULL;
        Py_XDECREF(value);
    }
    return 0;
}

static void
pool_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    pool_clear(self);
    PyMem_Free(((ValuePool *)self)->value);
    deallocate(self);
}

static PyMethodDef pool_methods[] = {
    {"value", pool_get, METH_O,
     PyDoc_STR("value(index)\n--\n\nReturn the value at *index*. Raises IndexError.")},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot pool_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("ValuePool(make, size)\n--\n\n"
                                  "*size* values. Each is made by *make*, of its index, when it "
                                  "is first asked for.")},
    {Py_tp_new, pool_new},
    {Py_tp_dealloc, pool_dealloc},
    {Py_tp_traverse, pool_traverse},
    {Py_tp_clear, pool_clear},
    {Py_tp_methods, pool_methods},
    {0, NULL},
};

PyType_Spec pool_spec = {
    "procmaps.records._storage.ValuePool",   sizeof(ValuePool), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, pool_slots,
};
