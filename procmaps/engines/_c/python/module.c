/* The extension module procmaps.engines._scanner. */
#include "module.h"

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

static PyType_Spec *const SPECS[] = {&tables_spec, &texts_spec, &scanner_spec, &filter_spec};

static int
fill_module(PyObject *self)
{
    State *state = PyModule_GetState(self);
    for (size_t i = 0; i < sizeof SPECS / sizeof *SPECS; i++) {
        PyObject *type = PyType_FromModuleAndSpec(self, SPECS[i], NULL);
        if (!type || PyModule_AddType(self, (PyTypeObject *)type) < 0) {
            Py_XDECREF(type);
            return -1;
        }
        if (SPECS[i] == &tables_spec)
            state->tables = (PyTypeObject *)Py_NewRef(type);
        if (SPECS[i] == &texts_spec)
            state->texts = (PyTypeObject *)Py_NewRef(type);
        Py_DECREF(type);
    }
    return 0;
}

static int
traverse_module(PyObject *self, visitproc visit, void *arg)
{
    const State *state = PyModule_GetState(self);
    Py_VISIT(state->tables);
    Py_VISIT(state->texts);
    return 0;
}

static int
clear_module(PyObject *self)
{
    State *state = PyModule_GetState(self);
    Py_CLEAR(state->tables);
    Py_CLEAR(state->texts);
    return 0;
}

static PyMethodDef functions[] = {
    {"count_frames", count_frames, METH_VARARGS, count_frames_doc},
    {"find_address_space", find_address_space, METH_VARARGS, find_space_doc},
    {"find_rows", find_rows, METH_VARARGS, find_rows_doc},
    {"gather", gather, METH_VARARGS, gather_doc},
    {"keyed_hash", hash_bytes, METH_VARARGS, hash_doc},
    {"read", read_all, METH_VARARGS, read_doc},
    {"sum_groups", sum_groups, METH_VARARGS, sum_groups_doc},
    {"walk_pages", walk_pages, METH_VARARGS, walk_pages_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, fill_module},
    {0, NULL}, /* SUBINTERPRETERS, where Python knows it */
    {0, NULL},
};

/* As in procmaps/records/_c/module.c. */
static const PyModuleDef_Slot SUBINTERPRETERS = {3, (void *)2};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "procmaps.engines._scanner",
    .m_doc = "Runs byte tables over a text; see procmaps.engines.native_engine.",
    .m_size = sizeof(State),
    .m_methods = functions,
    .m_slots = module_slots,
    .m_traverse = traverse_module,
    .m_clear = clear_module,
};

PyMODINIT_FUNC PyInit__scanner(void);

PyMODINIT_FUNC
PyInit__scanner(void)
{
    if (Py_Version >= 0x030C0000)
        module_slots[1] = SUBINTERPRETERS;
    return PyModuleDef_Init(&definition);
}
