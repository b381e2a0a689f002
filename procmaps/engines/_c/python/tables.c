/* The type ScannerTables: the programs of one grammar, checked. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

static bool
read_step(Step *step, PyObject *item)
{
    const char *table;
    Py_ssize_t size;
    unsigned long long min_count, max_count;
    unsigned int base;
    int may_end;
    if (!PyArg_ParseTuple(
            item, "y#KKIip;(table, min_count, max_count, base, register_index, may_end)", &table,
            &size, &min_count, &max_count, &base, &step->register_index, &may_end))
        return false;
    if (size == (Py_ssize_t)sizeof step->table) {
        memcpy(step->table, table, sizeof step->table);
        step->may_end = may_end;
        if (prepare_step(step, min_count, max_count, base))
            return true;
    }
    PyErr_SetString(PyExc_ValueError,
                    "a step that cannot run: its table must have 256 digits below "
                    "its base or 255, its counts must rise, and its register "
                    "must exist");
    return false;
}

static bool
read_program(Program *program, PyObject *steps)
{
    if (!PyTuple_Check(steps) || PyTuple_Size(steps) > MAX_STEPS) {
        PyErr_Format(PyExc_ValueError, "a program must be a tuple of at most %d steps", MAX_STEPS);
        return false;
    }
    for (Py_ssize_t i = 0; i < PyTuple_Size(steps); i++) {
        Step step = {0};
        if (!read_step(&step, PyTuple_GetItem(steps, i)))
            return false;
        append_step(program, &step);
    }
    return true;
}

static bool
read_key(Tables *tables, PyObject *item)
{
    const char *text;
    Py_ssize_t length;
    int kind, column;
    if (!PyArg_ParseTuple(item, "y#ii;(key, kind, column)", &text, &length, &kind, &column))
        return false;
    if (length < 1 || kind < SIZE || kind > FLAGS || column < 0 || column >= tables->columns
        || (kind == FLAGS) != (column == tables->columns - 1)) {
        PyErr_SetString(PyExc_ValueError,
                        "a key must have text, a kind, and a column of that kind");
        return false;
    }
    char *copy = malloc((size_t)length);
    if (!copy) {
        PyErr_NoMemory();
        return false;
    }
    memcpy(copy, text, (size_t)length);
    Key *key = &tables->key[tables->keys++];
    *key = (Key){.text = copy, .length = (size_t)length, .kind = (Kind)kind, .column = column};
    size_t compared = key->length < sizeof key->word ? key->length : sizeof key->word;
    memcpy(key->word, text, compared);
    memset(key->mask, 0xFF, compared);
    return true;
}

static PyObject *
tables_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"addresses", "fixed_columns", "name", "size",    "count",
                            "flags",     "text",          "keys", "columns", NULL};
    PyObject *addresses, *fixed_columns, *name, *value[KINDS], *text, *keys;
    int columns;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOOOOOOO!i", names, &addresses, &fixed_columns,
                                     &name, &value[SIZE], &value[COUNT], &value[FLAGS], &text,
                                     &PyTuple_Type, &keys, &columns))
        return NULL;
    if (PyTuple_Size(keys) > MAX_KEYS || columns < 1 || columns > MAX_KEYS) {
        PyErr_Format(PyExc_ValueError, "there must be 1 to %d keys and columns", MAX_KEYS);
        return NULL;
    }
    ScannerTables *self = (ScannerTables *)allocate(type);
    if (!self)
        return NULL;
    Tables *tables = &self->tables;
    tables->columns = columns;
    bool ok = read_program(&tables->addresses, addresses)
              && read_program(&tables->fixed_columns, fixed_columns)
              && read_program(&tables->name, name) && read_program(&tables->text, text);
    for (int kind = 0; ok && kind < KINDS; kind++)
        ok = read_program(&tables->value[kind], value[kind]);
    for (Py_ssize_t i = 0; ok && i < PyTuple_Size(keys); i++)
        ok = read_key(tables, PyTuple_GetItem(keys, i));
    if (!ok) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void
tables_dealloc(PyObject *self)
{
    Tables *tables = &((ScannerTables *)self)->tables;
    for (int i = 0; i < tables->keys; i++)
        free(tables->key[i].text);
    deallocate(self);
}

static PyType_Slot tables_slots[] = {
    {Py_tp_doc, (void *)"The programs of one grammar; see procmaps.grammar.to_byte_tables."},
    {Py_tp_new, tables_new},
    {Py_tp_dealloc, tables_dealloc},
    {0, NULL},
};

PyType_Spec tables_spec = {
    "procmaps.engines._scanner.ScannerTables",
    sizeof(ScannerTables),
    0,
    Py_TPFLAGS_DEFAULT,
    tables_slots,
};
