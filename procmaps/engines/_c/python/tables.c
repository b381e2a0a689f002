/* The type Machine: the programs of one grammar, checked. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

static bool
read_step(Step *step, PyObject *item)
{
    const char *table;
    Py_ssize_t size;
    unsigned long long least, most;
    unsigned int base;
    int may_end;
    if (!PyArg_ParseTuple(item, "y#KKIip;(table, least, most, base, target, may_end)", &table,
                          &size, &least, &most, &base, &step->target, &may_end))
        return false;
    if (size != 256 || (uint8_t)table['\n'] != OUTSIDE || least > most || most > SIZE_MAX
        || step->target < -1 || step->target >= REGISTERS || base > 36) {
        PyErr_SetString(PyExc_ValueError, "a step of a program that cannot be run");
        return false;
    }
    memcpy(step->table, table, 256);
    step->least = (size_t)least;
    step->most = (size_t)most;
    step->base = base;
    step->fourth = step->base * step->base * step->base * step->base;
    step->may_end = may_end;
    step->action = step->target < 0 ? PLAIN : base ? NUMBER : SPAN;
    step->until = -1;
    int members = 0, member = 0, other = 0;
    uint64_t largest = 0;
    for (int byte = 0; byte < 256; byte++) {
        uint8_t digit = step->table[byte];
        if (digit == OUTSIDE) {
            other = byte == '\n' ? other : byte;
            continue;
        }
        members++;
        member = byte;
        largest = digit > largest ? digit : largest;
    }
    if (members == 254)
        step->until = other;
    if (members == 1 && step->action == PLAIN && least == 1 && most == 1 && !may_end) {
        step->action = LITERAL;
        step->literal[0] = (uint8_t)member;
    }
    if (step->action == NUMBER && base > 1 && largest >= base) {
        PyErr_SetString(PyExc_ValueError, "a digit that its base does not have");
        return false;
    }
    step->safe = base > 1 ? 0 : SIZE_MAX;
    for (uint64_t value = 0; base > 1 && value <= (UINT64_MAX - (base - 1)) / base; step->safe++)
        value = value * base + (base - 1);
    return true;
}

static bool
read_program(Program *program, PyObject *steps)
{
    if (!PyTuple_Check(steps) || PyTuple_Size(steps) > MAX_STEPS) {
        PyErr_Format(PyExc_ValueError, "a program is a tuple of at most %d steps", MAX_STEPS);
        return false;
    }
    program->steps = (int)PyTuple_Size(steps);
    int used = 0;
    for (int i = 0; i < program->steps; i++) {
        Step *step = &program->step[used], *before = used ? step - 1 : NULL;
        if (!read_step(step, PyTuple_GetItem(steps, i)))
            return false;
        if (step->action == LITERAL && before && before->action == LITERAL
            && before->least < LITERAL_BYTES)
            before->literal[before->least++] = step->literal[0];
        else
            used++;
    }
    program->steps = used;
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
        PyErr_SetString(PyExc_ValueError, "a key without a column to put its value in");
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
    size_t held = key->length < sizeof key->word ? key->length : sizeof key->word;
    memcpy(key->word, text, held);
    memset(key->mask, 0xFF, held);
    return true;
}

static PyObject *
machine_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"addresses", "middle", "name", "size",    "count",
                            "flags",     "text",   "keys", "columns", NULL};
    PyObject *addresses, *middle, *name, *value[KINDS], *text, *keys;
    int columns;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOOOOOOO!i", names, &addresses, &middle, &name,
                                     &value[SIZE], &value[COUNT], &value[FLAGS], &text,
                                     &PyTuple_Type, &keys, &columns))
        return NULL;
    if (PyTuple_Size(keys) > MAX_KEYS || columns < 1 || columns > MAX_KEYS) {
        PyErr_Format(PyExc_ValueError, "1 to %d keys and columns", MAX_KEYS);
        return NULL;
    }
    Machine *machine = (Machine *)allocate(type);
    if (!machine)
        return NULL;
    Tables *tables = &machine->tables;
    tables->columns = columns;
    bool fine = read_program(&tables->addresses, addresses) && read_program(&tables->middle, middle)
                && read_program(&tables->name, name) && read_program(&tables->text, text);
    for (int kind = 0; fine && kind < KINDS; kind++)
        fine = read_program(&tables->value[kind], value[kind]);
    for (Py_ssize_t i = 0; fine && i < PyTuple_Size(keys); i++)
        fine = read_key(tables, PyTuple_GetItem(keys, i));
    if (!fine) {
        Py_DECREF(machine);
        return NULL;
    }
    return (PyObject *)machine;
}

static void
machine_dealloc(PyObject *self)
{
    Machine *machine = (Machine *)self;
    for (int i = 0; i < machine->tables.keys; i++)
        free(machine->tables.key[i].text);
    deallocate(self);
}

static PyType_Slot machine_slots[] = {
    {Py_tp_doc, (void *)"The programs of one grammar; see procmaps.grammar.to_byte_tables."},
    {Py_tp_new, machine_new},
    {Py_tp_dealloc, machine_dealloc},
    {0, NULL},
};

PyType_Spec machine_spec = {
    "procmaps.engines._scanner.Machine", sizeof(Machine), 0, Py_TPFLAGS_DEFAULT, machine_slots,
};
