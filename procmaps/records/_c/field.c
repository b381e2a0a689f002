/* The type Field: the descriptor of one cell of a record. */
#include "storage.h"

#include <structmember.h>

#include <stddef.h>

static bool
belongs_to(PyObject *object, const Field *field)
{
    if (PyObject_TypeCheck(object, field->owner))
        return true;
    PyErr_Format(PyExc_TypeError, "field %R is of other records than %R", field->name,
                 (PyObject *)Py_TYPE(object));
    return false;
}

static bool
is_pending(const Record *record, int index)
{
    return !is_object(record, index) && record->cell[index] >= FIRST_NUMBER;
}

/* Drop the record's table if no deferred field needs it any more: it keeps a whole text alive. */
static void
release_table(const Field *field, Record *record)
{
    if (!is_object(record, field->source))
        return;
    for (uint64_t rest = field->deferred; rest; rest &= rest - 1)
        if (is_pending(record, __builtin_ctzll(rest)))
            return;
    PyObject *table = object_in(record, field->source);
    record->objects &= ~(UINT64_C(1) << field->source);
    record->cell[field->source] = UNSET;
    Py_DECREF(table);
}

/* Make the value of a deferred field. */
static PyObject *
make_deferred(const Field *field, Record *record)
{
    PyObject *table = Py_NewRef(object_in(record, field->source));
    PyObject *value =
        pool_value(deferred_pool(table, field->part), record->cell[field->index] - FIRST_NUMBER);
    /* Making it may have run other code, which may have read or set the field. */
    if (value && is_pending(record, field->index)) {
        put_object(record, field->index, Py_NewRef(value));
        release_table(field, record);
    }
    Py_DECREF(table);
    return value;
}

static PyObject *
field_get(PyObject *self, PyObject *object, PyObject *Py_UNUSED(type))
{
    const Field *field = (const Field *)self;
    if (!object || object == Py_None)
        return Py_NewRef(self);
    if (!belongs_to(object, field))
        return NULL;
    Record *record = (Record *)object;
    if (is_object(record, field->index))
        return Py_NewRef(object_in(record, field->index));
    const uint64_t cell = record->cell[field->index];
    if (cell >= FIRST_NUMBER && field->part < 0)
        return PyLong_FromUnsignedLongLong(cell - FIRST_NUMBER);
    /* Without a table, the garbage collector has cleared the record. */
    if (cell >= FIRST_NUMBER && is_object(record, field->source))
        return make_deferred(field, record);
    if (cell == NONE)
        Py_RETURN_NONE;
    PyErr_SetObject(PyExc_AttributeError, field->name);
    return NULL;
}

/* Return whether *value* is an int that a cell can contain as a number. */
static bool
as_number(PyObject *value, uint64_t *number)
{
    if (!PyLong_CheckExact(value))
        return false;
    *number = PyLong_AsUnsignedLongLong(value);
    if (*number == UINT64_MAX && PyErr_Occurred()) {
        PyErr_Clear(); /* OverflowError: negative, or more than 64 bits */
        return false;
    }
    return *number < NUMBERS_END;
}

static int
field_set(PyObject *self, PyObject *object, PyObject *value)
{
    const Field *field = (const Field *)self;
    if (!belongs_to(object, field))
        return -1;
    Record *record = (Record *)object;
    const int index = field->index;
    uint64_t number;
    PyObject *old = is_object(record, index) ? object_in(record, index) : NULL;
    if (!value && !old && record->cell[index] == UNSET) {
        PyErr_SetObject(PyExc_AttributeError, field->name);
        return -1;
    }
    record->objects &= ~(UINT64_C(1) << index);
    if (!value)
        record->cell[index] = UNSET;
    else if (value == Py_None)
        record->cell[index] = NONE;
    else if (field->part < 0 && as_number(value, &number))
        put_number(record, index, number);
    else {
        put_object(record, index, Py_NewRef(value));
        /* A RecordTable has untracked its records, but this value may refer to the record. */
        if (!PyObject_GC_IsTracked(object))
            PyObject_GC_Track(object);
    }
    Py_XDECREF(old);
    return 0;
}

static PyObject *
field_repr(PyObject *self)
{
    const Field *field = (const Field *)self;
    return PyUnicode_FromFormat("<field %R of %R>", field->name, (PyObject *)field->owner);
}

static int
field_traverse(PyObject *self, visitproc visit, void *arg)
{
    const Field *field = (const Field *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(field->owner);
    return 0;
}

/* There is no clear function: the owner is needed as long as somebody can read the field. A cycle
 * of the two is broken by the owner's dictionary. */
static void
field_dealloc(PyObject *self)
{
    Field *field = (Field *)self;
    PyObject_GC_UnTrack(self);
    Py_XDECREF((PyObject *)field->owner);
    Py_XDECREF(field->name);
    deallocate(self);
}

static PyMemberDef field_members[] = {
    {"__name__", T_OBJECT, offsetof(Field, name), READONLY, NULL},
    {"__objclass__", T_OBJECT, offsetof(Field, owner), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot field_slots[] = {
    {Py_tp_doc, (void *)"A field of a record. Made by make_base()."},
    {Py_tp_dealloc, field_dealloc},
    {Py_tp_traverse, field_traverse},
    {Py_tp_repr, field_repr},
    {Py_tp_descr_get, field_get},
    {Py_tp_descr_set, field_set},
    {Py_tp_members, field_members},
    {0, NULL},
};

PyType_Spec field_spec = {
    "procmaps.records._storage.Field",
    sizeof(Field),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    field_slots,
};
