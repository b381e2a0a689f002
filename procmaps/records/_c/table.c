/* The type RecordTable: records made of columns, one for each row. */
#include "storage.h"

typedef struct {
    PyObject_HEAD
    PyTypeObject *record;
    allocfunc alloc; /* of the record */
    PyObject *fields;
    Column *column;
    int columns;
    Py_ssize_t rows;
    bool sparse;
    uint64_t deferred; /* bits of the deferred fields that have a pool */
    int source;        /* the index of the records' cell for this table, if there are such fields */
    ValuePool *pool[MAX_DEFERRED]; /* by part of a deferred field; borrowed from the columns */
} RecordTable;

ValuePool *
deferred_pool(PyObject *table, int part)
{
    return ((const RecordTable *)table)->pool[part];
}

/* --- making a table -------------------------------------------------------------------------- */

static bool
add_column(RecordTable *table, const State *state, PyObject *field, PyObject *spec)
{
    if (!Py_IS_TYPE(field, state->field)
        || !PyType_IsSubtype(table->record, ((const Field *)field)->owner)) {
        PyErr_Format(PyExc_TypeError, "%R is no field of %R", field, (PyObject *)table->record);
        return false;
    }
    Column *column = &table->column[table->columns++];
    column->field = (const Field *)field;
    if (!read_column(column, spec, state))
        return false;
    if (!table->sparse && !has_rows(column, table->rows)) {
        PyErr_Format(PyExc_ValueError, "a column has fewer than %zd numbers", table->rows);
        return false;
    }
    if (column->form == POOLED && column->field->part >= 0) {
        table->pool[column->field->part] = (ValuePool *)column->maker;
        table->source = column->field->source;
        table->deferred |= UINT64_C(1) << column->field->index;
    }
    return true;
}

static PyObject *
table_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"record", "fields", "columns", "rows", "sparse", NULL};
    PyObject *record, *fields, *columns;
    Py_ssize_t rows;
    int sparse;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!O!np", names, &PyType_Type, &record,
                                     &PyTuple_Type, &fields, &PyTuple_Type, &columns, &rows,
                                     &sparse))
        return NULL;
    const Py_ssize_t count = PyTuple_Size(fields);
    if (count != PyTuple_Size(columns) || count < 1 || count > MAX_CELLS || rows < 0) {
        PyErr_Format(PyExc_ValueError,
                     "expected 1 to %d fields, a column for each, and no negative number of rows",
                     MAX_CELLS);
        return NULL;
    }
    RecordTable *table = (RecordTable *)allocate(type);
    if (!table)
        return NULL;
    table->record = (PyTypeObject *)Py_NewRef(record);
    table->alloc = (allocfunc)PyType_GetSlot(table->record, Py_tp_alloc);
    table->fields = Py_NewRef(fields);
    table->rows = rows;
    table->sparse = sparse;
    bool ok = (table->column = PyMem_Calloc(MAX_CELLS, sizeof *table->column)) != NULL;
    if (!ok)
        PyErr_NoMemory();
    const State *state = PyType_GetModuleState(type);
    for (Py_ssize_t i = 0; ok && i < count; i++)
        ok = add_column(table, state, PyTuple_GetItem(fields, i), PyTuple_GetItem(columns, i));
    if (!ok)
        Py_CLEAR(table);
    return (PyObject *)table;
}

static int
table_traverse(PyObject *self, visitproc visit, void *arg)
{
    const RecordTable *table = (const RecordTable *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(table->record);
    Py_VISIT(table->fields);
    for (int i = 0; i < table->columns; i++) {
        int stop = visit_column(&table->column[i], visit, arg);
        if (stop)
            return stop;
    }
    return 0;
}

/* There is no clear function: a record that is alive needs its table. A cycle through a table also
 * goes through a pool or through the object that a function belongs to, and is broken there. */
static void
table_dealloc(PyObject *self)
{
    RecordTable *table = (RecordTable *)self;
    PyObject_GC_UnTrack(self);
    while (table->columns > 0)
        clear_column(&table->column[--table->columns]);
    PyMem_Free(table->column);
    Py_XDECREF((PyObject *)table->record);
    Py_XDECREF(table->fields);
    deallocate(self);
}

/* --- making records -------------------------------------------------------------------------- */

/* Return whether a field of the record waits to be made. */
static bool
needs_table(const RecordTable *table, const Record *record)
{
    for (uint64_t rest = table->deferred & ~record->objects; rest; rest &= rest - 1)
        if (record->cell[__builtin_ctzll(rest)] >= FIRST_NUMBER)
            return true;
    return false;
}

/* Return the record of a row, which must be in the table. */
static PyObject *
make_record(RecordTable *table, Py_ssize_t row)
{
    Record *record = (Record *)table->alloc(table->record, 0);
    if (!record)
        return NULL;
    if (!fill_record(table->column, table->columns, record, (uint64_t)row, table->sparse)) {
        Py_DECREF(record);
        return NULL;
    }
    if (needs_table(table, record))
        put_object(record, table->source, Py_NewRef((PyObject *)table));
    /* The garbage collector need not look at it: no value of a column refers to the record. */
    PyObject_GC_UnTrack(record);
    return (PyObject *)record;
}

static PyObject *
table_record(PyObject *self, PyObject *argument)
{
    RecordTable *table = (RecordTable *)self;
    const Py_ssize_t row = PyNumber_AsSsize_t(argument, PyExc_IndexError);
    if (row == -1 && PyErr_Occurred())
        return NULL;
    if (row < 0 || row >= table->rows) {
        PyErr_Format(PyExc_IndexError, "row %zd in a table of %zd rows", row, table->rows);
        return NULL;
    }
    return make_record(table, row);
}

/* --- iterating ------------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    RecordTable *table;
    Py_ssize_t row; /* the next one */
} Rows;

static PyObject *
table_iter(PyObject *self)
{
    const State *state = PyType_GetModuleState(Py_TYPE(self));
    Rows *rows = (Rows *)allocate(state->rows);
    if (rows)
        rows->table = (RecordTable *)Py_NewRef(self);
    return (PyObject *)rows;
}

static PyObject *
rows_next(PyObject *self)
{
    Rows *rows = (Rows *)self;
    /* The row is taken first, because making the record may run other code. */
    return rows->row < rows->table->rows ? make_record(rows->table, rows->row++) : NULL;
}

static PyObject *
rows_length_hint(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    const Rows *rows = (const Rows *)self;
    return PyLong_FromSsize_t(rows->table->rows - rows->row);
}

static int
rows_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((const Rows *)self)->table);
    return 0;
}

/* There is no clear function: see table_dealloc(). */
static void
rows_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF((PyObject *)((Rows *)self)->table);
    deallocate(self);
}

static PyMethodDef rows_methods[] = {
    {"__length_hint__", rows_length_hint, METH_NOARGS,
     PyDoc_STR("Return the number of records that are left.")},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot rows_slots[] = {
    {Py_tp_dealloc, rows_dealloc}, {Py_tp_traverse, rows_traverse}, {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, rows_next},   {Py_tp_methods, rows_methods},   {0, NULL},
};

PyType_Spec rows_spec = {
    "procmaps.records._storage.Rows",
    sizeof(Rows),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    rows_slots,
};

/* --- the type -------------------------------------------------------------------------------- */

static PyMethodDef table_methods[] = {
    {"record", table_record, METH_O,
     PyDoc_STR("record(row)\n--\n\nMake the record of *row*. Raises IndexError.")},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot table_slots[] = {
    {Py_tp_doc,
     (void *)PyDoc_STR(
         "RecordTable(record, fields, columns, rows, sparse)\n--\n\n"
         "Records of a class, one for each row. __init__ is not called. Each field has a column in\n"
         "one of five forms:\n\n"
         "    buffer                      the number in the row\n"
         "    (pool, buffer)              the value of a ValuePool at the number\n"
         "    (function, buffer, ...)     the function's result for the numbers of one buffer or\n"
         "                                two; most equal numbers share a result\n"
         "    (function, rows, value)     the function's result for a row that is among the sorted\n"
         "                                *rows*; the value for other rows\n"
         "    (value,)                    the value\n\n"
         "If *sparse*, a row after the end of a buffer, and a number with all bits set, give None.\n"
         "Otherwise each buffer must have a number for each row.")},
    {Py_tp_new, table_new},
    {Py_tp_dealloc, table_dealloc},
    {Py_tp_traverse, table_traverse},
    {Py_tp_iter, table_iter},
    {Py_tp_methods, table_methods},
    {0, NULL},
};

PyType_Spec table_spec = {
    "procmaps.records._storage.RecordTable", sizeof(RecordTable), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, table_slots,
};
