/* A file's bytes, all of them. */
#include "module.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LARGE = 4 << 20 }; /* bytes of text that are worth large pages */

/* *room* bytes, on large pages where they are many megabytes: to fault 4 kB at a time takes longer
 * than to copy what stands in them. A kernel that has none says so, which is no matter. */
static PyObject *
make_room(Py_ssize_t room)
{
    PyObject *text = PyBytes_FromStringAndSize(NULL, room);
#ifdef MADV_HUGEPAGE
    if (text && room >= LARGE) {
        const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
        const uintptr_t begin = (uintptr_t)PyBytes_AsString(text);
        const uintptr_t from = (begin + page - 1) / page * page;
        const uintptr_t to = (begin + (uintptr_t)room) / page * page;
        (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
    }
#endif
    return text;
}

/* Put the first *size* bytes of *text* into *room* of their own; it takes the place of *text*, and
 * is NULL where memory is out. (The limited API cannot resize bytes.) */
static bool
move(PyObject **text, Py_ssize_t size, Py_ssize_t room)
{
    PyObject *moved = room > PY_SSIZE_T_MAX / 2 ? PyErr_NoMemory() : make_room(room);
    if (moved)
        memcpy(PyBytes_AsString(moved), PyBytes_AsString(*text), (size_t)size);
    Py_DECREF(*text);
    *text = moved;
    return moved != NULL;
}

const char read_doc[] = PyDoc_STR(
    "read(fd, room, least) -> (bytes, errno)\n--\n\n"
    "What a file holds from where it stands, and why the end of it was not reached; 0: it was.\n"
    "*room* is how much it should be. No read is given less than *least* bytes of room, except where\n"
    "that is 0: whether there is more than expected is then asked for by a single byte.");

PyObject *
read_all(PyObject *Py_UNUSED(module), PyObject *args)
{
    int file, error = 0;
    Py_ssize_t room, least, size = 0, got;
    if (!PyArg_ParseTuple(args, "inn", &file, &room, &least))
        return NULL;
    if (least < 0 || room < 1 || room < least) {
        PyErr_SetString(PyExc_ValueError, "room: at least one byte, and *least* of them");
        return NULL;
    }
    PyObject *text = make_room(room);
    while (text) {
        if (room - size < least && !move(&text, size, room *= 2))
            break;
        char more, *into = room > size ? PyBytes_AsString(text) + size : &more;
        Py_BEGIN_ALLOW_THREADS
        got = read(file, into, room > size ? (size_t)(room - size) : 1);
        error = got < 0 ? errno : 0;
        Py_END_ALLOW_THREADS
        if (got > 0) {
            if (into == &more && move(&text, size, room *= 2))
                PyBytes_AsString(text)[size] = more;
            size += got;
        }
        else if (error != EINTR)
            break;
        else if (PyErr_CheckSignals() < 0)
            Py_CLEAR(text);
    }
    if (text && size < room)
        move(&text, size, size);
    return text ? Py_BuildValue("Ni", text, error) : NULL;
}
