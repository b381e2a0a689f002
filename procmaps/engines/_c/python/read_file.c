/* read(): all bytes of a file. */
#include "module.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HUGE_PAGE_MIN = 4 << 20 }; /* capacity from which huge pages are worth asking for */

/* Return new bytes. Large ones are on huge pages, because faulting in 4 kB at a time takes longer
 * than copying the text. A failure of madvise() has no consequence but speed. */
static PyObject *
new_bytes(Py_ssize_t capacity)
{
    PyObject *text = PyBytes_FromStringAndSize(NULL, capacity);
#ifdef MADV_HUGEPAGE
    if (text && capacity >= HUGE_PAGE_MIN) {
        const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
        const uintptr_t begin = (uintptr_t)PyBytes_AsString(text);
        const uintptr_t from = (begin + page - 1) / page * page;
        const uintptr_t to = (begin + (uintptr_t)capacity) / page * page;
        (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
    }
#endif
    return text;
}

/* Replace *text* by bytes of *capacity* that begin with its first *size* bytes. On failure set
 * *text* to NULL and return false. (The limited API cannot resize bytes.) */
static bool
resize(PyObject **text, Py_ssize_t size, Py_ssize_t capacity)
{
    PyObject *resized = capacity > PY_SSIZE_T_MAX / 2 ? PyErr_NoMemory() : new_bytes(capacity);
    if (resized)
        memcpy(PyBytes_AsString(resized), PyBytes_AsString(*text), (size_t)size);
    Py_DECREF(*text);
    *text = resized;
    return resized != NULL;
}

const char read_doc[] = PyDoc_STR(
    "read(fd, capacity, min_read) -> (bytes, errno)\n--\n\n"
    "Return the bytes from the file's position on, and the errno that ended the reading.\n"
    "The errno is 0 at the end of the file. *capacity* is the expected size. Each read(2)\n"
    "gets a buffer of at least *min_read* bytes. With *min_read* 0, a full buffer is\n"
    "followed by a read of one byte, to check whether the file is longer.");

PyObject *
read_all(PyObject *Py_UNUSED(module), PyObject *args)
{
    int file, error = 0;
    Py_ssize_t capacity, min_read, size = 0, got;
    if (!PyArg_ParseTuple(args, "inn", &file, &capacity, &min_read))
        return NULL;
    if (min_read < 0 || capacity < 1 || capacity < min_read) {
        PyErr_SetString(PyExc_ValueError, "capacity must be at least 1 and at least min_read");
        return NULL;
    }
    PyObject *text = new_bytes(capacity);
    while (text) {
        if (capacity - size < min_read && !resize(&text, size, capacity *= 2))
            break;
        char extra = 0, *begin = PyBytes_AsString(text);
        const bool is_full = capacity == size;
        /* All reads that fit, so that no thread waits for the lock between them. */
        Py_BEGIN_ALLOW_THREADS
        do {
            got = is_full ? read(file, &extra, 1)
                          : read(file, begin + size, (size_t)(capacity - size));
            error = got < 0 ? errno : 0;
            size += got > 0 ? got : 0;
        } while (got > 0 && size < capacity && capacity - size >= min_read);
        Py_END_ALLOW_THREADS
        if (is_full && got > 0 && resize(&text, capacity, capacity * 2)) {
            PyBytes_AsString(text)[capacity] = extra;
            capacity *= 2;
        }
        if (got > 0)
            continue;
        if (error != EINTR)
            break;
        if (PyErr_CheckSignals() < 0)
            Py_CLEAR(text);
    }
    if (text && size < capacity)
        resize(&text, size, size);
    return text ? Py_BuildValue("Ni", text, error) : NULL;
}
