/* The extension module procmaps.records._storage. */
#include "storage.h"

PyObject *
allocate(PyTypeObject *type)
{
    return ((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
}

void
deallocate(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static int
add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **type)
{
    *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    return *type ? PyModule_AddType(module, *type) : -1;
}

static int
fill_module(PyObject *self)
{
    State *state = PyModule_GetState(self);
    return add_type(self, &field_spec, &state->field) < 0
                   || add_type(self, &pool_spec, &state->pool) < 0
                   || add_type(self, &table_spec, &state->table) < 0
                   || add_type(self, &rows_spec, &state->rows) < 0
                   || add_type(self, &query_spec, &state->query) < 0
               ? -1
               : 0;
}

static int
traverse_module(PyObject *self, visitproc visit, void *arg)
{
    const State *state = PyModule_GetState(self);
    Py_VISIT(state->field);
    Py_VISIT(state->pool);
    Py_VISIT(state->table);
    Py_VISIT(state->rows);
    Py_VISIT(state->query);
    return 0;
}

static int
clear_module(PyObject *self)
{
    State *state = PyModule_GetState(self);
    Py_CLEAR(state->field);
    Py_CLEAR(state->pool);
    Py_CLEAR(state->table);
    Py_CLEAR(state->rows);
    Py_CLEAR(state->query);
    return 0;
}

static PyMethodDef functions[] = {
    {"make_base", make_base, METH_VARARGS, make_base_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, fill_module},
    {0, NULL}, /* SUBINTERPRETERS, where Python knows it */
    {0, NULL},
};

/* An interpreter may have a lock of its own, because the module has no static data that changes.
 * The limited API of 3.11 lacks the names: {Py_mod_multiple_interpreters,
 * Py_MOD_PER_INTERPRETER_GIL_SUPPORTED}.
 *
 * There is no {Py_mod_gil, Py_MOD_GIL_NOT_USED}: two threads that read one record, fill one pool or
 * share a query are kept apart by the lock alone. So a free-threaded Python enables it. */
static const PyModuleDef_Slot SUBINTERPRETERS = {3, (void *)2};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "procmaps.records._storage",
    .m_doc = "Keeps the fields of records in C; see procmaps.records.storage.",
    .m_size = sizeof(State),
    .m_methods = functions,
    .m_slots = module_slots,
    .m_traverse = traverse_module,
    .m_clear = clear_module,
};

PyMODINIT_FUNC PyInit__storage(void);

PyMODINIT_FUNC
PyInit__storage(void)
{
    if (Py_Version >= 0x030C0000)
        module_slots[1] = SUBINTERPRETERS;
    return PyModuleDef_Init(&definition);
}
