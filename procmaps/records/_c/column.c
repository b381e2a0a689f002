/* The columns of a RecordTable: where the values of one field come from. */
#include "storage.h"

#include <string.h>

/* --- reading what the caller gave ------------------------------------------------------------- */

static bool
add_buffer(Column *column, PyObject *buffer)
{
    Py_buffer *view = &column->view[column->views];
    if (PyObject_GetBuffer(buffer, view, PyBUF_SIMPLE) < 0)
        return false;
    column->views++;
    if (view->itemsize == 1 || view->itemsize == 4 || view->itemsize == 8)
        return true;
    PyErr_SetString(PyExc_ValueError, "the numbers of a column must have 1, 4 or 8 bytes");
    return false;
}

static bool
reject_form(void)
{
    PyErr_SetString(PyExc_ValueError, "a column of a form that RecordTable does not have");
    return false;
}

/* Read a column of one of the forms. The caller has set its field. On failure it must be cleared,
 * too. */
bool
read_column(Column *column, PyObject *spec, const State *state)
{
    column->form = NUMBERS;
    if (!PyTuple_Check(spec))
        return add_buffer(column, spec);
    const Py_ssize_t parts = PyTuple_Size(spec);
    if (parts < 1)
        return reject_form();
    column->maker = Py_NewRef(PyTuple_GetItem(spec, 0));
    if (parts == 1) {
        column->form = SAME;
        return true;
    }
    if (Py_IS_TYPE(column->maker, state->pool)) {
        column->form = POOLED;
        return parts == 2 ? add_buffer(column, PyTuple_GetItem(spec, 1)) : reject_form();
    }
    if (parts == 3 && !PyObject_CheckBuffer(PyTuple_GetItem(spec, 2))) {
        column->form = LISTED;
        column->value = Py_NewRef(PyTuple_GetItem(spec, 2));
        return add_buffer(column, PyTuple_GetItem(spec, 1));
    }
    column->form = CALLED;
    if (parts > 1 + MAX_BUFFERS)
        return reject_form();
    if (!(column->result = PyMem_Calloc(RESULTS, sizeof *column->result))) {
        PyErr_NoMemory();
        return false;
    }
    for (Py_ssize_t i = 1; i < parts; i++)
        if (!add_buffer(column, PyTuple_GetItem(spec, i)))
            return false;
    return true;
}

/* Return whether the column has a number for each row. */
bool
has_rows(const Column *column, Py_ssize_t rows)
{
    for (int i = 0; i < column->views; i++)
        if (column->form != LISTED && column->view[i].len / column->view[i].itemsize < rows)
            return false;
    return true;
}

int
visit_column(const Column *column, visitproc visit, void *arg)
{
    Py_VISIT(column->maker);
    Py_VISIT(column->value);
    for (int i = 0; i < column->views; i++)
        Py_VISIT(column->view[i].obj);
    for (int i = 0; column->result && i < RESULTS; i++)
        Py_VISIT(column->result[i].value);
    return 0;
}

void
clear_column(Column *column)
{
    while (column->views > 0)
        PyBuffer_Release(&column->view[--column->views]);
    for (int i = 0; column->result && i < RESULTS; i++)
        Py_CLEAR(column->result[i].value);
    PyMem_Free(column->result);
    column->result = NULL;
    Py_CLEAR(column->maker);
    Py_CLEAR(column->value);
}

/* --- the value in a row ------------------------------------------------------------------------
 */

/* Return the number in a row, which must be in the view. If *sparse*, a number with all bits set is
 * extended to 64 bits, because it means that there is none. */
static inline uint64_t
number_at(const Py_buffer *view, uint64_t row, bool sparse)
{
    const char *at = view->buf;
    if (view->itemsize == 8) {
        uint64_t number;
        memcpy(&number, at + row * sizeof number, sizeof number);
        return number;
    }
    if (view->itemsize == 4) {
        uint32_t number;
        memcpy(&number, at + row * sizeof number, sizeof number);
        return sparse && number == UINT32_MAX ? UINT64_MAX : number;
    }
    const uint8_t number = (uint8_t)at[row];
    return sparse && number == UINT8_MAX ? UINT64_MAX : number;
}

static bool
in_view(const Py_buffer *view, uint64_t row)
{
    return row < (uint64_t)(view->len / view->itemsize);
}

/* Return whether a sorted column of 4-byte rows lists *row*. */
static bool
lists_row(const Py_buffer *view, uint64_t row)
{
    uint64_t first = 0, end = (uint64_t)(view->len / view->itemsize);
    while (first < end) {
        const uint64_t middle = first + (end - first) / 2;
        const uint64_t listed = number_at(view, middle, false);
        if (listed == row)
            return true;
        if (listed < row)
            first = middle + 1;
        else
            end = middle;
    }
    return false;
}

static PyObject *
call_maker(PyObject *maker, const uint64_t *number, int count)
{
    PyObject *argument[MAX_BUFFERS] = {NULL}, *value = NULL;
    int ready = 0;
    while (ready < count && (argument[ready] = PyLong_FromUnsignedLongLong(number[ready])))
        ready++;
    /* A NULL ends the arguments. */
    if (ready == count)
        value = PyObject_CallFunctionObjArgs(maker, argument[0], argument[1], NULL);
    while (ready > 0)
        Py_DECREF(argument[--ready]);
    return value;
}

/* Return the result of CALLED for a row. A new reference. */
static PyObject *
called_value(Column *column, uint64_t row)
{
    uint64_t number[MAX_BUFFERS] = {0};
    for (int i = 0; i < column->views; i++)
        number[i] = number_at(&column->view[i], row, false);
    Result *result = &column->result[(number[0] * 5 + number[1]) % RESULTS];
    if (result->value && memcmp(result->number, number, sizeof number) == 0)
        return Py_NewRef(result->value);
    PyObject *value = call_maker(column->maker, number, column->views);
    if (value) {
        PyObject *old = result->value;
        memcpy(result->number, number, sizeof number);
        result->value = Py_NewRef(value);
        Py_XDECREF(old);
    }
    return value;
}

/* Return the value in a row of a column that contains no number. A new reference. */
static PyObject *
object_at(Column *column, uint64_t row)
{
    switch (column->form) {
    case CALLED:
        return called_value(column, row);
    case LISTED:
        return lists_row(&column->view[0], row) ? call_maker(column->maker, &row, 1)
                                                : Py_NewRef(column->value);
    default:
        return Py_NewRef(column->maker);
    }
}

/* Fill the cells of a new record. Return false with an error set. */
bool
fill_record(Column *column, int columns, Record *record, uint64_t row, bool sparse)
{
    for (const Column *end = column + columns; column < end; column++) {
        const int index = column->field->index;
        PyObject *value;
        if (column->form > POOLED)
            value = object_at(column, row);
        else {
            const uint64_t number = !sparse || in_view(&column->view[0], row)
                                        ? number_at(&column->view[0], row, sparse)
                                        : UINT64_MAX;
            ValuePool *pool = (ValuePool *)column->maker;
            /* The sum of the greatest number and FIRST_NUMBER is NONE. */
            if (column->form == NUMBERS ? (number < NUMBERS_END && column->field->part < 0)
                                              || (sparse && number == UINT64_MAX)
                                        : sparse && number == UINT64_MAX) {
                put_number(record, index, number);
                continue;
            }
            if (column->form == NUMBERS)
                value = PyLong_FromUnsignedLongLong(number);
            else if ((value = made_value(pool, number)))
                Py_INCREF(value);
            else if (column->field->part >= 0 && number < (uint64_t)pool->size) {
                put_number(record, index, number);
                continue;
            }
            else
                value = pool_value(pool, number);
        }
        if (!value)
            return false;
        put_object(record, index, value);
    }
    return true;
}
