/* The type Scanner: reads one text into the caller's buffers, by the tables of one grammar.
 *
 * Lines are read without the interpreter's lock. Only these objects are used then: the text, which
 * is immutable; the exported buffers, which cannot be resized; and the scanner with its texts,
 * marked as busy.
 */
#include "module.h"

#include <stdlib.h>

typedef struct {
    PyObject_HEAD
    PyObject *tables, *text;
    Texts *names, *flags;
    Reader reader;
    bool busy;
} Scanner;

static PyObject *
scanner_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *arguments[] = {"tables", "text", "names", "flags", NULL};
    PyObject *tables, *text, *names, *flags;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO!OO", arguments, &tables, &PyBytes_Type,
                                     &text, &names, &flags))
        return NULL;
    const State *state = PyType_GetModuleState(type);
    if (!Py_IS_TYPE(tables, state->tables) || !Py_IS_TYPE(names, state->texts)
        || !Py_IS_TYPE(flags, state->texts)) {
        PyErr_SetString(PyExc_TypeError,
                        "tables must be ScannerTables; names and flags must be Texts");
        return NULL;
    }
    if (((Texts *)names)->text != text || ((Texts *)flags)->text != text) {
        PyErr_SetString(PyExc_ValueError, "names and flags must be of the text");
        return NULL;
    }
    Scanner *scanner = (Scanner *)allocate(type);
    if (!scanner)
        return NULL;
    scanner->tables = Py_NewRef(tables);
    scanner->text = Py_NewRef(text);
    scanner->names = (Texts *)Py_NewRef(names);
    scanner->flags = (Texts *)Py_NewRef(flags);
    scanner->reader.tables = &((ScannerTables *)tables)->tables;
    scanner->reader.begin = (const uint8_t *)PyBytes_AsString(text);
    scanner->reader.end = scanner->reader.begin + PyBytes_Size(text);
    scanner->reader.names = &scanner->names->table;
    scanner->reader.flags = &scanner->flags->table;
    return (PyObject *)scanner;
}

static void
scanner_dealloc(PyObject *self)
{
    Scanner *scanner = (Scanner *)self;
    Py_XDECREF(scanner->tables);
    Py_XDECREF(scanner->text);
    Py_XDECREF((PyObject *)scanner->names);
    Py_XDECREF((PyObject *)scanner->flags);
    deallocate(self);
}

/* Return whether the scanner and its texts may be used; else set an error. */
static bool
is_idle(const Scanner *scanner)
{
    if (!scanner->busy && !scanner->names->busy && !scanner->flags->busy)
        return true;
    PyErr_SetString(PyExc_RuntimeError, "another thread is using this scanner");
    return false;
}

/* --- buffers --------------------------------------------------------------------------------- */

/* The header columns: HEADER_COLUMNS of procmaps/engines/native_engine.py. */
enum {
    LINE_OFFSET,
    START,
    END,
    PERMS,
    OFFSET,
    MAJOR,
    MINOR,
    INODE,
    NAME_INDEX,
    USAGE_ROW,
    COLUMNS
};
static const size_t ITEM_SIZE[COLUMNS] = {8, 8, 8, 1, 8, 4, 4, 8, 4, 4};

typedef struct {
    Py_buffer view[COLUMNS + MAX_KEYS + 3];
    int views;
} Views;

/* Return the memory of *object* and lower *capacity* to its number of items, *item_size* bytes
 * each. Return NULL with an error set if it cannot be used. */
static void *
take_view(Views *views, PyObject *object, size_t item_size, size_t *capacity)
{
    Py_buffer *view = &views->view[views->views];
    if (PyObject_GetBuffer(object, view, PyBUF_WRITABLE) < 0)
        return NULL;
    views->views++;
    if (view->len && (uintptr_t)view->buf % item_size) {
        PyErr_SetString(PyExc_ValueError, "a buffer must be aligned to its items");
        return NULL;
    }
    size_t items = (size_t)view->len / item_size;
    if (items < *capacity)
        *capacity = items;
    return view->buf;
}

static bool
take_headers(Output *out, Views *views, PyObject *columns)
{
    void *column[COLUMNS];
    if (PyTuple_Size(columns) != COLUMNS) {
        PyErr_Format(PyExc_ValueError, "columns must be %d buffers", (int)COLUMNS);
        return false;
    }
    out->row_capacity = SIZE_MAX;
    for (int i = 0; i < COLUMNS; i++) {
        PyObject *object = PyTuple_GetItem(columns, i);
        if (!(column[i] = take_view(views, object, ITEM_SIZE[i], &out->row_capacity)))
            return false;
    }
    out->line_offset = column[LINE_OFFSET];
    out->start = column[START];
    out->end = column[END];
    out->perms = column[PERMS];
    out->offset = column[OFFSET];
    out->major = column[MAJOR];
    out->minor = column[MINOR];
    out->inode = column[INODE];
    out->name_index = column[NAME_INDEX];
    out->usage_row = column[USAGE_ROW];
    return true;
}

static bool
take_usage(Output *out, Views *views, PyObject *usage, PyObject *filled, int columns)
{
    if (!PyTuple_Check(usage) || PyTuple_Size(usage) != columns) {
        PyErr_Format(PyExc_ValueError, "usage must be %d buffers or None", columns);
        return false;
    }
    out->usage_capacity = UINT32_MAX;
    for (int i = 0; i < columns; i++) {
        bool is_flags = i == columns - 1;
        PyObject *object = PyTuple_GetItem(usage, i);
        if (object == Py_None)
            continue;
        void *buffer = take_view(views, object, is_flags ? 4 : 8, &out->usage_capacity);
        if (!buffer)
            return false;
        out->present[i] = true;
        if (is_flags)
            out->flags = buffer;
        else
            out->usage[i] = buffer;
    }
    size_t items = SIZE_MAX;
    if (!(out->filled = take_view(views, filled, 8, &items)))
        return false;
    if (items < (size_t)columns) {
        PyErr_Format(PyExc_ValueError, "filled must be %d numbers", columns);
        return false;
    }
    return true;
}

/* Take a buffer of records of *numbers* numbers each. */
static uint64_t *
take_records(Views *views, PyObject *object, size_t numbers, size_t *capacity)
{
    size_t items = SIZE_MAX;
    uint64_t *buffer = take_view(views, object, sizeof *buffer, &items);
    *capacity = items / numbers;
    return buffer;
}

static bool
take_places(Output *out, Views *views, PyObject *extra, PyObject *unparsed)
{
    out->extra = take_records(views, extra, EXTRA_NUMBERS, &out->extra_capacity);
    if (!out->extra)
        return false;
    out->unparsed = take_records(views, unparsed, UNPARSED_NUMBERS, &out->unparsed_capacity);
    return out->unparsed != NULL;
}

/* Read lines into *out* without the interpreter's lock. Return what run() returns. */
static PyObject *
read_without_lock(Scanner *scanner, const Output *out, Progress *now)
{
    Stop stop;
    scanner->busy = scanner->names->busy = scanner->flags->busy = true;
    Py_BEGIN_ALLOW_THREADS
    stop = read_lines(&scanner->reader, out, now);
    Py_END_ALLOW_THREADS
    scanner->busy = scanner->names->busy = scanner->flags->busy = false;
    if (stop == NO_MEMORY)
        return PyErr_NoMemory();
    return Py_BuildValue("nnnnni", (Py_ssize_t)(now->at - scanner->reader.begin),
                         (Py_ssize_t)now->rows, (Py_ssize_t)now->usage_rows, (Py_ssize_t)now->extra,
                         (Py_ssize_t)now->unparsed, (int)stop);
}

PyDoc_STRVAR(
    run_doc,
    "run(offset, rows, usage_rows, columns, usage, filled, extra, unparsed)\n"
    "    -> (offset, rows, usage_rows, extra, unparsed, stop)\n--\n\n"
    "Read the lines from *offset* on into the buffers, after the first *rows* and\n"
    "*usage_rows*. Return the offset of the next line, the new numbers of rows, the number\n"
    "of usage rows with unknown keys and of unparsed ranges, and why reading stopped.\n"
    "Raises MemoryError.");

static PyObject *
scanner_run(PyObject *self, PyObject *args)
{
    Scanner *scanner = (Scanner *)self;
    const Reader *reader = &scanner->reader;
    PyObject *columns, *usage, *filled, *extra, *unparsed;
    Py_ssize_t offset, rows, usage_rows;
    if (!PyArg_ParseTuple(args, "nnnO!OOOO", &offset, &rows, &usage_rows, &PyTuple_Type, &columns,
                          &usage, &filled, &extra, &unparsed)
        || !is_idle(scanner))
        return NULL;
    if (offset < 0 || offset > reader->end - reader->begin) {
        PyErr_SetString(PyExc_ValueError, "offset must be in the text");
        return NULL;
    }
    Views *views = calloc(1, sizeof *views);
    Output *out = calloc(1, sizeof *out);
    PyObject *result = NULL;
    if (!views || !out)
        PyErr_NoMemory();
    else if (take_headers(out, views, columns)
             && take_usage(out, views, usage, filled, reader->tables->columns)
             && take_places(out, views, extra, unparsed)) {
        if (rows < 0 || (size_t)rows > out->row_capacity)
            PyErr_SetString(PyExc_ValueError, "rows must be a number of rows in the buffers");
        else if (usage_rows < 1 || (size_t)usage_rows > out->usage_capacity)
            PyErr_SetString(PyExc_ValueError,
                            "usage_rows must be a number of rows in the buffers, at least 1");
        else {
            Progress now = {reader->begin + offset, (size_t)rows, (size_t)usage_rows, 0, 0};
            result = read_without_lock(scanner, out, &now);
        }
    }
    for (int i = 0; views && i < views->views; i++)
        PyBuffer_Release(&views->view[i]);
    free(views);
    free(out);
    return result;
}

/* --- the type -------------------------------------------------------------------------------- */

static PyMethodDef scanner_methods[] = {
    {"run", scanner_run, METH_VARARGS, run_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot scanner_slots[] = {
    {Py_tp_doc, (void *)"Reads one text by the tables of one grammar. Not thread-safe."},
    {Py_tp_new, scanner_new},
    {Py_tp_dealloc, scanner_dealloc},
    {Py_tp_methods, scanner_methods},
    {0, NULL},
};

PyType_Spec scanner_spec = {
    "procmaps.engines._scanner.Scanner", sizeof(Scanner), 0, Py_TPFLAGS_DEFAULT, scanner_slots,
};
