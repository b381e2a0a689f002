/* gather(): a usage column with one number per mapping. */
#include "module.h"

#include <string.h>

const char gather_doc[] =
    PyDoc_STR("gather(numbers, rows, into)\n--\n\n"
              "Set each item of *into* to the number in its row, 2**64-1 after the last number.");

PyObject *
gather(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer numbers, rows, into;
    if (!PyArg_ParseTuple(args, "y*y*w*", &numbers, &rows, &into))
        return NULL;
    const size_t known = (size_t)numbers.len / sizeof(uint64_t);
    const size_t count = (size_t)rows.len / sizeof(uint32_t);
    const bool fits = (size_t)into.len / sizeof(uint64_t) >= count;
    for (size_t i = 0; fits && i < count; i++) {
        uint32_t row;
        uint64_t number = UINT64_MAX;
        memcpy(&row, (const char *)rows.buf + i * sizeof row, sizeof row);
        if (row < known)
            memcpy(&number, (const char *)numbers.buf + row * sizeof number, sizeof number);
        memcpy((char *)into.buf + i * sizeof number, &number, sizeof number);
    }
    PyBuffer_Release(&numbers);
    PyBuffer_Release(&rows);
    PyBuffer_Release(&into);
    if (fits)
        Py_RETURN_NONE;
    PyErr_SetString(PyExc_ValueError, "into must have an item for each row");
    return NULL;
}
