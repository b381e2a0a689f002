/* The type Session: one text, read by one machine into the caller's buffers.
 *
 * The lock of the interpreter is released while lines are read; what is touched then is the text
 * (bytes: immutable, and referred to), the exported buffers (which cannot be resized while
 * exported) and the session, marked busy.
 */
#include "module.h"

#include <stdlib.h>

typedef struct {
    PyObject_HEAD
    PyObject *machine, *text;
    PyObject *known; /* keeps the texts alive that the caller has told */
    Reader reader;
    bool busy;
} Session;

static PyObject *
session_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"machine", "text", "names", "flags", "seed", NULL};
    PyObject *machine, *text;
    unsigned int first_name, first_flags;
    unsigned long long seed;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO!IIK", names, &machine, &PyBytes_Type, &text,
                                     &first_name, &first_flags, &seed))
        return NULL;
    const State *state = PyType_GetModuleState(type);
    if (!state || !Py_IS_TYPE(machine, state->machine)) {
        PyErr_SetString(PyExc_TypeError, "machine: not a Machine");
        return NULL;
    }
    Session *session = (Session *)allocate(type);
    if (!session)
        return NULL;
    session->machine = Py_NewRef(machine);
    session->text = Py_NewRef(text);
    session->reader.tables = &((Machine *)machine)->tables;
    session->reader.begin = (const uint8_t *)PyBytes_AsString(text);
    session->reader.end = session->reader.begin + PyBytes_Size(text);
    session->reader.names.seed = session->reader.flags.seed = seed;
    session->reader.names.next = first_name;
    session->reader.flags.next = first_flags;
    if (!(session->known = PyList_New(0))) {
        Py_DECREF(session);
        return NULL;
    }
    return (PyObject *)session;
}

static void
session_dealloc(PyObject *self)
{
    Session *session = (Session *)self;
    free_texts(&session->reader.names);
    free_texts(&session->reader.flags);
    Py_XDECREF(session->machine);
    Py_XDECREF(session->text);
    Py_XDECREF(session->known);
    deallocate(self);
}

/* --- buffers ---------------------------------------------------------------------------------- */

/* The header columns, in the order of procmaps.engines.native_engine.COLUMNS. */
enum { AT, START, END, PERMS, OFFSET, MAJOR, MINOR, INODE, NAME, BELOW, COLUMNS };
static const size_t WIDTH[COLUMNS] = {8, 8, 8, 1, 8, 4, 4, 8, 4, 4};

typedef struct {
    Py_buffer view[COLUMNS + MAX_KEYS + 2];
    int views;
} Views;

/* The memory of *object*, *width* bytes an item; *items* becomes the least number of them. */
static void *
take_view(Views *views, PyObject *object, size_t width, size_t *items)
{
    Py_buffer *view = &views->view[views->views];
    if (PyObject_GetBuffer(object, view, PyBUF_WRITABLE) < 0)
        return NULL;
    views->views++;
    if (view->len && (uintptr_t)view->buf % width) {
        PyErr_SetString(PyExc_ValueError, "a buffer that is not aligned to its items");
        return NULL;
    }
    size_t found = (size_t)view->len / width;
    if (found < *items)
        *items = found;
    return view->buf;
}

static bool
take_headers(Target *to, Views *views, PyObject *columns)
{
    void *column[COLUMNS];
    if (PyTuple_Size(columns) != COLUMNS) {
        PyErr_Format(PyExc_ValueError, "columns: %d buffers", (int)COLUMNS);
        return false;
    }
    to->rows = SIZE_MAX;
    for (int i = 0; i < COLUMNS; i++)
        if (!(column[i] = take_view(views, PyTuple_GetItem(columns, i), WIDTH[i], &to->rows)))
            return false;
    to->at = column[AT];
    to->start = column[START];
    to->last = column[END];
    to->perms = column[PERMS];
    to->offset = column[OFFSET];
    to->major = column[MAJOR];
    to->minor = column[MINOR];
    to->inode = column[INODE];
    to->name = column[NAME];
    to->below = column[BELOW];
    return true;
}

static bool
take_usage(Target *to, Views *views, PyObject *usage, PyObject *filled, int usages)
{
    if (!PyTuple_Check(usage) || PyTuple_Size(usage) != usages) {
        PyErr_Format(PyExc_ValueError, "usage: %d buffers or None", usages);
        return false;
    }
    to->bodies = UINT32_MAX;
    for (int i = 0; i < usages; i++) {
        bool is_flags = i == usages - 1;
        PyObject *buffer = PyTuple_GetItem(usage, i);
        if (buffer == Py_None)
            continue;
        void *found = take_view(views, buffer, is_flags ? 4 : 8, &to->bodies);
        if (!found)
            return false;
        to->present[i] = true;
        if (is_flags)
            to->flags = found;
        else
            to->usage[i] = found;
    }
    size_t items = SIZE_MAX;
    if (!(to->filled = take_view(views, filled, 8, &items)))
        return false;
    if (items < (size_t)usages) {
        PyErr_Format(PyExc_ValueError, "filled: %d numbers", usages);
        return false;
    }
    return true;
}

static bool
take_kept(Target *to, Views *views, PyObject *kept)
{
    size_t items = SIZE_MAX;
    to->kept = take_view(views, kept, 8, &items);
    to->kept_lines = items / KEPT_FIELDS;
    return to->kept != NULL;
}

PyDoc_STRVAR(
    run_doc,
    "run(at, rows, bodies, columns, usage, filled, kept) -> (at, rows, bodies, kept, stop)\n--\n\n"
    "Read lines from *at* on into the buffers: header lines behind the *rows* that the columns hold\n"
    "already, what stands below them behind the *bodies* that the usage columns hold.");

static PyObject *
session_run(PyObject *self, PyObject *args)
{
    Session *session = (Session *)self;
    Reader *reader = &session->reader;
    PyObject *columns, *usage, *filled, *kept;
    Py_ssize_t at, rows, bodies;
    if (!PyArg_ParseTuple(args, "nnnO!OOO", &at, &rows, &bodies, &PyTuple_Type, &columns, &usage,
                          &filled, &kept))
        return NULL;
    if (session->busy) {
        PyErr_SetString(PyExc_RuntimeError, "another thread is running this session");
        return NULL;
    }
    if (at < 0 || at > reader->end - reader->begin) {
        PyErr_SetString(PyExc_ValueError, "at: not a place in the text");
        return NULL;
    }
    Views *views = calloc(1, sizeof *views);
    Target *to = calloc(1, sizeof *to);
    PyObject *result = NULL;
    if (!views || !to)
        PyErr_NoMemory();
    else if (take_headers(to, views, columns)
             && take_usage(to, views, usage, filled, reader->tables->columns)
             && take_kept(to, views, kept)) {
        if (rows < 0 || (size_t)rows > to->rows)
            PyErr_SetString(PyExc_ValueError, "rows: more than the buffers hold");
        else if (bodies < 1 || (size_t)bodies > to->bodies)
            PyErr_SetString(PyExc_ValueError, "bodies: none, or more than the buffers hold");
        else {
            Progress now = {reader->begin + at, (size_t)rows, (size_t)bodies, 0};
            Stop stop;
            session->busy = true;
            Py_BEGIN_ALLOW_THREADS
            stop = read_lines(reader, to, &now);
            Py_END_ALLOW_THREADS
            session->busy = false;
            result =
                Py_BuildValue("nnnni", (Py_ssize_t)(now.at - reader->begin), (Py_ssize_t)now.rows,
                              (Py_ssize_t)now.bodies, (Py_ssize_t)now.kept, (int)stop);
        }
    }
    for (int i = 0; views && i < views->views; i++)
        PyBuffer_Release(&views->view[i]);
    free(views);
    free(to);
    return result;
}

/* --- texts ------------------------------------------------------------------------------------ */

/* The texts that are new since the last time, in the order of their places. */
static PyObject *
fresh_texts(Session *session, Texts *texts)
{
    if (session->busy) {
        PyErr_SetString(PyExc_RuntimeError, "another thread is running this session");
        return NULL;
    }
    PyObject *list = PyList_New((Py_ssize_t)texts->freshes);
    for (size_t i = 0; list && i < texts->freshes; i++) {
        const Entry *entry = &texts->fresh[i];
        PyObject *text =
            PyBytes_FromStringAndSize((const char *)entry->text, (Py_ssize_t)entry->length);
        if (!text || PyList_SetItem(list, (Py_ssize_t)i, text) < 0)
            Py_CLEAR(list);
    }
    if (list)
        texts->freshes = 0;
    return list;
}

/* Tell the place of a text that the caller has found by itself. */
static PyObject *
know_text(Session *session, Texts *texts, PyObject *args)
{
    PyObject *text;
    unsigned int place;
    if (!PyArg_ParseTuple(args, "O!I", &PyBytes_Type, &text, &place))
        return NULL;
    if (session->busy) {
        PyErr_SetString(PyExc_RuntimeError, "another thread is running this session");
        return NULL;
    }
    if (PyList_Append(session->known, text) < 0)
        return NULL;
    const uint8_t *bytes = (const uint8_t *)PyBytes_AsString(text);
    if (place_text(texts, bytes, (size_t)PyBytes_Size(text), place) != place) {
        PyErr_SetString(PyExc_ValueError, "a text with two places");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
session_fresh_names(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return fresh_texts((Session *)self, &((Session *)self)->reader.names);
}

static PyObject *
session_fresh_flags(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return fresh_texts((Session *)self, &((Session *)self)->reader.flags);
}

static PyObject *
session_know_name(PyObject *self, PyObject *args)
{
    return know_text((Session *)self, &((Session *)self)->reader.names, args);
}

static PyObject *
session_know_flags(PyObject *self, PyObject *args)
{
    return know_text((Session *)self, &((Session *)self)->reader.flags, args);
}

/* --- the type --------------------------------------------------------------------------------- */

static PyMethodDef session_methods[] = {
    {"run", session_run, METH_VARARGS, run_doc},
    {"fresh_names", session_fresh_names, METH_NOARGS,
     "The names that are new since the last time."},
    {"fresh_flags", session_fresh_flags, METH_NOARGS, "The same for the texts of VmFlags."},
    {"know_name", session_know_name, METH_VARARGS, "Tell a name's place, found by the caller."},
    {"know_flags", session_know_flags, METH_VARARGS, "The same for a text of VmFlags."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot session_slots[] = {
    {Py_tp_doc, (void *)"One text, read by one machine. Not for two threads at once."},
    {Py_tp_new, session_new},
    {Py_tp_dealloc, session_dealloc},
    {Py_tp_methods, session_methods},
    {0, NULL},
};

PyType_Spec session_spec = {
    "procmaps.engines._scanner.Session", sizeof(Session), 0, Py_TPFLAGS_DEFAULT, session_slots,
};
