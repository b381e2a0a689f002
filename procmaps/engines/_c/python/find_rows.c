/* find_rows(): the rows whose ranges contain addresses. */
#include "module.h"

const char find_rows_doc[] = PyDoc_STR(
    "find_rows(starts, ends, addresses, rows)\n--\n\n"
    "Write to *rows* the row whose range contains each of *addresses*; 2**32 - 1 for none.\n"
    "*starts* and *ends* ascend, without overlaps. All have 64 bits, *rows* 32.");

PyObject *
find_rows(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *object[4], *result = NULL;
    if (!PyArg_ParseTuple(args, "OOOO", &object[0], &object[1], &object[2], &object[3]))
        return NULL;
    Py_buffer view[4];
    int views = 0;
    while (views < 4
           && PyObject_GetBuffer(object[views], &view[views],
                                 views < 3 ? PyBUF_SIMPLE : PyBUF_WRITABLE)
                  == 0)
        views++;
    if (views == 4) {
        const uint64_t *start = view[0].buf, *end = view[1].buf, *address = view[2].buf;
        uint32_t *row = view[3].buf;
        const size_t count = (size_t)view[0].len / sizeof *start;
        const size_t addresses = (size_t)view[2].len / sizeof *address;
        bool is_aligned = true;
        for (int i = 0; i < 4; i++)
            is_aligned =
                is_aligned && (!view[i].len || (uintptr_t)view[i].buf % (i < 3 ? 8 : 4) == 0);
        if (view[1].len != view[0].len || (size_t)view[3].len / sizeof *row != addresses
            || count >= UINT32_MAX || !is_aligned)
            PyErr_SetString(PyExc_ValueError,
                            "there must be as many ends as starts, and as many rows as addresses");
        else {
            for (size_t i = 0; i < addresses; i++) {
                /* The number of rows that start at or below the address, without a branch that the
                 * processor would have to guess. */
                size_t first = 0;
                for (size_t left = count; left;) {
                    const size_t half = (left + 1) / 2;
                    first += start[first + half - 1] <= address[i] ? half : 0;
                    left -= half;
                }
                row[i] = first && address[i] < end[first - 1] ? (uint32_t)(first - 1) : UINT32_MAX;
            }
            result = Py_NewRef(Py_None);
        }
    }
    while (views)
        PyBuffer_Release(&view[--views]);
    return result;
}
