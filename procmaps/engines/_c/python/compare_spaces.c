/* find_address_space(): a search among processes by kcmp(2). */
#include "module.h"

#include <errno.h>
#include <unistd.h>

enum { KCMP_VM = 1 /* include/uapi/linux/kcmp.h */ };

const char find_space_doc[] = PyDoc_STR(
    "find_address_space(call, pid, known) -> (index, result, errno)\n--\n\n"
    "Search *known*, an array of process IDs of 32 bits in the kernel's order of their\n"
    "address spaces, for that of *pid*. *call* is the number of kcmp. The result is 0 for the\n"
    "process at *index*, 1 if there is none and *pid* would be inserted there, -1 if the\n"
    "kernel does not compare *pid* with the process there, for the reason in *errno*.");

PyObject *
find_address_space(PyObject *Py_UNUSED(module), PyObject *args)
{
    long call;
    int pid;
    PyObject *known;
    Py_buffer view;
    if (!PyArg_ParseTuple(args, "liO", &call, &pid, &known)
        || PyObject_GetBuffer(known, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    const int32_t *other = view.buf;
    Py_ssize_t low = 0, high = view.len / (Py_ssize_t)sizeof *other;
    int result = 1, error = 0;
    while (low < high && result == 1) {
        const Py_ssize_t middle = low + (high - low) / 2;
        /* kcmp_ptr(), kernel/kcmp.c: 0 equal, 1 below, 2 above. */
        const long order = syscall(call, pid, (int)other[middle], KCMP_VM, 0UL, 0UL);
        if (order == 1)
            high = middle;
        else if (order == 2)
            low = middle + 1;
        else {
            result = order ? -1 : 0;
            error = order ? errno : 0;
            low = middle;
        }
    }
    PyBuffer_Release(&view);
    return Py_BuildValue("nii", low, result, error);
}
