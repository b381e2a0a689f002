/* The type LineFilter: finds the header lines of texts that fulfil conditions.
 *
 * It knows the verdicts on names, which its caller gives it, and keeps them from text to text.
 * Lines are read without the interpreter's lock. Meanwhile the filter is marked as busy. */
#include "module.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FILES = 64, MIN_READ = 1 << 13, FIRST_READ = 1 << 16 };

typedef struct {
    uint8_t *bytes;
    size_t length, capacity;
} Buffer;

typedef struct {
    PyObject_HEAD
    PyObject *tables, *known; /* known: a list of the bytes that the table refers to */
    InternTable names;
    uint8_t *verdict;
    size_t capacity; /* of *verdict* */
    FileCondition file[MAX_FILES];
    Conditions conditions;
    Reader *reader;
    Buffer text; /* the file that was read last */
    bool busy;
} LineFilter;

static bool
read_files(LineFilter *filter, PyObject *files)
{
    const Py_ssize_t count = PyTuple_Size(files);
    if (count > MAX_FILES) {
        PyErr_Format(PyExc_ValueError, "there must be at most %d files", (int)MAX_FILES);
        return false;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        unsigned long long inode, major, minor;
        int has_inode, has_device;
        if (!PyArg_ParseTuple(PyTuple_GetItem(files, i),
                              "KpKKp;(inode, has_inode, major, minor, "
                              "has_device)",
                              &inode, &has_inode, &major, &minor, &has_device))
            return false;
        /* A device that no line can have is still a condition. */
        const bool impossible = has_device && (major > UINT32_MAX || minor > UINT32_MAX);
        if (impossible)
            continue;
        filter->file[filter->conditions.files++] = (FileCondition){
            inode, (uint32_t)major, (uint32_t)minor, has_inode, has_device,
        };
    }
    uint8_t *perms = filter->conditions.perms;
    const bool none = count && !filter->conditions.files;
    for (size_t i = 0; none && i < sizeof filter->conditions.perms; i++)
        perms[i] = perms[i] == WANTED ? REFUSED : perms[i]; /* ODD stays */
    return true;
}

static PyObject *
filter_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"tables", "key", "perms", "least", "most", "files", "unnamed", NULL};
    PyObject *tables, *files;
    const char *key, *perms;
    Py_ssize_t key_size, perms_size;
    unsigned long long least, most;
    unsigned char unnamed;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "Oy#y#KKO!b", names, &tables, &key, &key_size,
                                     &perms, &perms_size, &least, &most, &PyTuple_Type, &files,
                                     &unnamed))
        return NULL;
    const State *state = PyType_GetModuleState(type);
    if (!Py_IS_TYPE(tables, state->tables)) {
        PyErr_SetString(PyExc_TypeError, "tables must be ScannerTables");
        return NULL;
    }
    if (key_size != sizeof(HashKey) || perms_size != 256) {
        PyErr_Format(PyExc_ValueError, "key must be %d bytes, and perms 256", (int)sizeof(HashKey));
        return NULL;
    }
    LineFilter *filter = (LineFilter *)allocate(type);
    if (!filter)
        return NULL;
    set_hash_key(&filter->names.key, (const uint8_t *)key);
    filter->tables = Py_NewRef(tables);
    Conditions *conditions = &filter->conditions;
    memcpy(conditions->perms, perms, sizeof conditions->perms);
    conditions->least = least;
    conditions->most = most;
    conditions->file = filter->file;
    conditions->unnamed = unnamed;
    conditions->names = &filter->names;
    filter->known = PyList_New(0);
    filter->reader = calloc(1, sizeof *filter->reader);
    if (!filter->reader)
        PyErr_NoMemory();
    if (!filter->known || !filter->reader || !read_files(filter, files)) {
        Py_DECREF(filter);
        return NULL;
    }
    filter->reader->tables = &((ScannerTables *)tables)->tables;
    return (PyObject *)filter;
}

static void
filter_dealloc(PyObject *self)
{
    LineFilter *filter = (LineFilter *)self;
    free_intern_table(&filter->names);
    free(filter->verdict);
    free(filter->reader);
    free(filter->text.bytes);
    Py_XDECREF(filter->tables);
    Py_XDECREF(filter->known);
    deallocate(self);
}

static bool
is_idle(const LineFilter *filter)
{
    if (filter->busy)
        PyErr_SetString(PyExc_RuntimeError, "another thread is using this filter");
    return !filter->busy;
}

/* --- names ----------------------------------------------------------------------------------- */

PyDoc_STRVAR(know_doc, "know(name, verdict)\n--\n\n"
                       "Give the verdict on a name: 0 refused, 1 wanted; plus 2 if the address of\n"
                       "such a mapping is asked for, plus 4 if its text must be read in full.");

static PyObject *
filter_know(PyObject *self, PyObject *args)
{
    LineFilter *filter = (LineFilter *)self;
    PyObject *name;
    unsigned char verdict;
    if (!PyArg_ParseTuple(args, "O!b", &PyBytes_Type, &name, &verdict) || !is_idle(filter))
        return NULL;
    if (filter->names.count == filter->capacity) {
        const size_t capacity = filter->capacity ? 2 * filter->capacity : 64;
        uint8_t *grown = realloc(filter->verdict, capacity);
        if (!grown)
            return PyErr_NoMemory();
        filter->verdict = grown;
        filter->capacity = capacity;
    }
    if (PyList_Append(filter->known, name) < 0)
        return NULL;
    const int64_t index = intern_text(&filter->names, (const uint8_t *)PyBytes_AsString(name),
                                      (size_t)PyBytes_Size(name));
    if (index < 0)
        return PyErr_NoMemory();
    filter->verdict[index] = verdict;
    filter->conditions.verdict = filter->verdict;
    return Py_NewRef(Py_None);
}

static Py_ssize_t
filter_length(PyObject *self)
{
    return ((const LineFilter *)self)->names.count;
}

/* --- texts ----------------------------------------------------------------------------------- */

/* Make room for *length* more bytes. Return false without memory. */
static bool
reserve(Buffer *buffer, size_t length)
{
    if (length <= buffer->capacity - buffer->length)
        return true;
    if (length > SIZE_MAX / 2 - buffer->length)
        return false;
    const size_t capacity = 2 * (buffer->length + length);
    uint8_t *grown = realloc(buffer->bytes, capacity);
    if (!grown)
        return false;
    buffer->bytes = grown;
    buffer->capacity = capacity;
    return true;
}

static bool
append(Buffer *buffer, const uint8_t *bytes, size_t length)
{
    if (!reserve(buffer, length))
        return false;
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    return true;
}

/* Lines that were found, and names that are not known, each with a newline. */
typedef struct {
    Buffer lines, names;
} Taken;

static bool
take_line(void *target, const uint8_t *bytes, size_t length)
{
    return append(&((Taken *)target)->lines, bytes, length);
}

static bool
take_name(void *target, const uint8_t *bytes, size_t length)
{
    Buffer *names = &((Taken *)target)->names;
    return append(names, bytes, length) && append(names, (const uint8_t *)"\n", 1);
}

static PyObject *
bytes_of(const Buffer *buffer)
{
    return PyBytes_FromStringAndSize((const char *)buffer->bytes, (Py_ssize_t)buffer->length);
}

/* Read the file at *path* to its end into *text*; then its first byte again, because a file of
 * procfs ends early without an error when its address space goes. Return false if anything is in
 * the way, a signal included, or if the file is empty. */
static bool
read_whole(Buffer *text, const char *path)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t got = -1;
    char first;
    text->length = 0;
    while (reserve(text, text->capacity ? MIN_READ : FIRST_READ)
           && (got = read(file, text->bytes + text->length, text->capacity - text->length)) > 0)
        text->length += (size_t)got;
    const bool is_whole = got == 0 && text->length && pread(file, &first, 1, 0) == 1;
    close(file);
    return is_whole;
}

/* Filter *text*, or if it is NULL the file at *path*, or if that is NULL, too, the last file again.
 * Return a new tuple or None; NULL with an error set. */
static PyObject *
filter_text(LineFilter *filter, PyObject *text, const char *path)
{
    if (!is_idle(filter))
        return NULL;
    Reader *reader = filter->reader;
    memset(reader->fixed_columns, 0, sizeof reader->fixed_columns);
    reader->begin = text ? (const uint8_t *)PyBytes_AsString(text) : NULL;
    reader->end = text ? reader->begin + PyBytes_Size(text) : NULL;
    Taken taken = {0};
    Found found = {.line = take_line, .name = take_name, .target = &taken};
    Filtered filtered = NOT_PLAIN;
    filter->busy = true;
    Py_BEGIN_ALLOW_THREADS
    if (!path || read_whole(&filter->text, path)) {
        if (!text) {
            reader->begin = filter->text.bytes;
            reader->end = filter->text.bytes + filter->text.length;
        }
        filtered = filter_lines(reader, &filter->conditions, &found);
    }
    Py_END_ALLOW_THREADS
    filter->busy = false;
    PyObject *result = NULL;
    if (filtered == STOPPED)
        PyErr_NoMemory();
    else if (filtered == NOT_PLAIN && !found.unknown)
        result = Py_NewRef(Py_None);
    else {
        PyObject *mark =
            found.is_marked ? PyLong_FromUnsignedLongLong(found.mark) : Py_NewRef(Py_None);
        if (mark)
            result = Py_BuildValue("NNN", bytes_of(&taken.lines), bytes_of(&taken.names), mark);
    }
    free(taken.lines.bytes);
    free(taken.names.bytes);
    return result;
}

PyDoc_STRVAR(run_doc,
             "run(text) -> (lines, unknown, mark)\n--\n\n"
             "Return the lines of *text* that fulfil the conditions, joined; the names without a\n"
             "verdict, each with a newline; and the first address of the first marked mapping,\n"
             "or None. The lines are not complete if a name has no verdict. Return None if the\n"
             "text must be read in full. Raises MemoryError.");

static PyObject *
filter_run(PyObject *self, PyObject *text)
{
    if (PyBytes_Check(text))
        return filter_text((LineFilter *)self, text, NULL);
    PyErr_SetString(PyExc_TypeError, "text must be bytes");
    return NULL;
}

PyDoc_STRVAR(read_doc_string,
             "read(path) -> (lines, unknown, mark)\n--\n\n"
             "Return what run() returns for the text of a file of procfs. Return None also if the\n"
             "file cannot be read to its end.");

static PyObject *
filter_read(PyObject *self, PyObject *path)
{
    if (!PyBytes_Check(path)) {
        PyErr_SetString(PyExc_TypeError, "path must be bytes");
        return NULL;
    }
    return filter_text((LineFilter *)self, NULL, PyBytes_AsString(path));
}

PyDoc_STRVAR(again_doc, "again() -> (lines, unknown, mark)\n--\n\n"
                        "Return what run() returns for the file that was read last.");

static PyObject *
filter_again(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return filter_text((LineFilter *)self, NULL, NULL);
}

/* --- the type -------------------------------------------------------------------------------- */

static PyMethodDef filter_methods[] = {
    {"again", filter_again, METH_NOARGS, again_doc},
    {"know", filter_know, METH_VARARGS, know_doc},
    {"read", filter_read, METH_O, read_doc_string},
    {"run", filter_run, METH_O, run_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot filter_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("Finds lines by permissions, size, file and name.")},
    {Py_tp_new, filter_new},
    {Py_tp_dealloc, filter_dealloc},
    {Py_tp_methods, filter_methods},
    {Py_sq_length, filter_length},
    {0, NULL},
};

PyType_Spec filter_spec = {
    "procmaps.engines._scanner.LineFilter", sizeof(LineFilter), 0, Py_TPFLAGS_DEFAULT, filter_slots,
};
