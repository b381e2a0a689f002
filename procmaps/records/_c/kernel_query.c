/* The type KernelQuery: the ioctl PROCMAP_QUERY, and the records of its answer.
 *
 * Only for a query that succeeds. After any failure find() returns None, and the caller asks again
 * in Python (procmaps/live/querier.py), which knows what each error means.
 */
#include "storage.h"

#include <string.h>
#include <sys/ioctl.h>

enum {
    NAME_SIZE = 4096,   /* the kernel uses at most PATH_MAX; a longer name is an error */
    BUILD_ID_SIZE = 64, /* BUILD_ID_SIZE_MAX is 20 */
    MAX_NAMES = 4096,   /* distinct names that are remembered */
    ACCESS = 0x0F,      /* the bits of vma_flags that are permissions */
    COVERING_OR_NEXT = 0x10,
    SIZE_SHIFT = 16, /* of the structure's size in a request, as _IOC_SIZE() has it */
    SIZE_MASK = 0x3FFF,
};

/* struct procmap_query, include/uapi/linux/fs.h, Linux 6.11. */
typedef struct {
    uint64_t size, flags, address, start, end, vma_flags, page_size, offset, inode;
    uint32_t major, minor, name_size, build_id_size;
    uint64_t name, build_id;
} Query;

/* The fields of Mapping and of QueryResult, in the order of procmaps/live/querier.py. */
enum { START, END, PERMS, OFFSET, DEVICE, INODE, NAME, USAGE, MAPPING_FIELDS };
enum { MAPPING, UNESCAPED_NAME, PAGE_SIZE, BUILD_ID, METHOD, RESULT_FIELDS };

typedef struct {
    PyTypeObject *type;
    allocfunc alloc;
    int index[MAPPING_FIELDS]; /* the cells of the fields */
} RecordClass;

typedef struct {
    PyObject_HEAD
    int file;
    unsigned long request;
    RecordClass mapping, result;
    PyObject *perms;                   /* a tuple, by the bits of ACCESS */
    PyObject *make_device, *make_name; /* functions of major and minor; of the name from d_path() */
    PyObject *method;                  /* the value of QueryResult.method */
    PyObject *names;                   /* a dict: the records by the name from d_path() */
    PyObject *last_raw, *last_name;    /* the last name and its record, or NULL */
    PyObject *last_device;             /* or NULL */
    uint32_t last_major, last_minor;
} KernelQuery;

/* --- making it ------------------------------------------------------------------------------- */

static bool
read_class(RecordClass *made, PyObject *type, PyObject *fields, int count, const State *state)
{
    if (PyTuple_Size(fields) != count) {
        PyErr_Format(PyExc_ValueError, "%R must have %d fields", type, count);
        return false;
    }
    for (int i = 0; i < count; i++) {
        PyObject *field = PyTuple_GetItem(fields, i);
        if (!Py_IS_TYPE(field, state->field)
            || !PyType_IsSubtype((PyTypeObject *)type, ((const Field *)field)->owner)) {
            PyErr_Format(PyExc_TypeError, "%R is no field of %R", field, type);
            return false;
        }
        made->index[i] = ((const Field *)field)->index;
    }
    made->type = (PyTypeObject *)Py_NewRef(type);
    made->alloc = (allocfunc)PyType_GetSlot(made->type, Py_tp_alloc);
    return true;
}

static PyObject *
query_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"file",      "request",       "mapping", "mapping_fields",
                            "result",    "result_fields", "perms",   "make_device",
                            "make_name", "method",        NULL};
    PyObject *mapping, *mapping_fields, *result, *result_fields;
    PyObject *perms, *make_device, *make_name, *method;
    int file;
    unsigned long request;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "ikO!O!O!O!O!OOO", names, &file, &request,
                                     &PyType_Type, &mapping, &PyTuple_Type, &mapping_fields,
                                     &PyType_Type, &result, &PyTuple_Type, &result_fields,
                                     &PyTuple_Type, &perms, &make_device, &make_name, &method))
        return NULL;
    if ((request >> SIZE_SHIFT & SIZE_MASK) != sizeof(Query) || PyTuple_Size(perms) != ACCESS + 1) {
        PyErr_Format(PyExc_ValueError,
                     "request must be of a structure of %zu bytes, and perms must have %d items",
                     sizeof(Query), ACCESS + 1);
        return NULL;
    }
    KernelQuery *query = (KernelQuery *)allocate(type);
    if (!query)
        return NULL;
    const State *state = PyType_GetModuleState(type);
    query->file = file;
    query->request = request;
    query->perms = Py_NewRef(perms);
    query->make_device = Py_NewRef(make_device);
    query->make_name = Py_NewRef(make_name);
    query->method = Py_NewRef(method);
    if (!(query->names = PyDict_New())
        || !read_class(&query->mapping, mapping, mapping_fields, MAPPING_FIELDS, state)
        || !read_class(&query->result, result, result_fields, RESULT_FIELDS, state))
        Py_CLEAR(query);
    return (PyObject *)query;
}

static int
query_traverse(PyObject *self, visitproc visit, void *arg)
{
    const KernelQuery *query = (const KernelQuery *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(query->mapping.type);
    Py_VISIT(query->result.type);
    Py_VISIT(query->perms);
    Py_VISIT(query->make_device);
    Py_VISIT(query->make_name);
    Py_VISIT(query->method);
    Py_VISIT(query->names);
    Py_VISIT(query->last_raw);
    Py_VISIT(query->last_name);
    Py_VISIT(query->last_device);
    return 0;
}

/* There is no clear function: find() needs everything. A cycle goes through a class or a function,
 * and is broken there. */
static void
query_dealloc(PyObject *self)
{
    KernelQuery *query = (KernelQuery *)self;
    PyObject_GC_UnTrack(self);
    Py_XDECREF((PyObject *)query->mapping.type);
    Py_XDECREF((PyObject *)query->result.type);
    Py_XDECREF(query->perms);
    Py_XDECREF(query->make_device);
    Py_XDECREF(query->make_name);
    Py_XDECREF(query->method);
    Py_XDECREF(query->names);
    Py_XDECREF(query->last_raw);
    Py_XDECREF(query->last_name);
    Py_XDECREF(query->last_device);
    deallocate(self);
}

/* --- the values of an answer ----------------------------------------------------------------- */

/* Replace the reference in *slot*. */
static void
replace(PyObject **slot, PyObject *value)
{
    PyObject *old = *slot;
    *slot = Py_NewRef(value);
    Py_XDECREF(old);
}

/* Return the record of a name, and the name as bytes in *raw*. Both are new references. */
static PyObject *
name_record(KernelQuery *query, const char *text, Py_ssize_t size, PyObject **raw)
{
    if (query->last_raw && PyBytes_Size(query->last_raw) == size
        && memcmp(PyBytes_AsString(query->last_raw), text, (size_t)size) == 0) {
        *raw = Py_NewRef(query->last_raw);
        return Py_NewRef(query->last_name);
    }
    if (!(*raw = PyBytes_FromStringAndSize(text, size)))
        return NULL;
    PyObject *record = Py_XNewRef(PyDict_GetItemWithError(query->names, *raw));
    if (!record && !PyErr_Occurred()) {
        record = PyObject_CallFunctionObjArgs(query->make_name, *raw, NULL);
        if (PyDict_Size(query->names) >= MAX_NAMES)
            PyDict_Clear(query->names);
        if (record && PyDict_SetItem(query->names, *raw, record) < 0)
            Py_CLEAR(record);
    }
    if (record) {
        replace(&query->last_raw, *raw);
        replace(&query->last_name, record);
    }
    else
        Py_CLEAR(*raw);
    return record;
}

/* Return the record of a device. A new reference. */
static PyObject *
device_record(KernelQuery *query, uint32_t major, uint32_t minor)
{
    if (query->last_device && query->last_major == major && query->last_minor == minor)
        return Py_NewRef(query->last_device);
    PyObject *device =
        PyObject_CallFunction(query->make_device, "kk", (unsigned long)major, (unsigned long)minor);
    if (device) {
        replace(&query->last_device, device);
        query->last_major = major;
        query->last_minor = minor;
    }
    return device;
}

/* Put a number into a cell, as an object if it is too large. Return false with an error set. */
static bool
put_any_number(Record *record, int index, uint64_t number)
{
    if (number < NUMBERS_END) {
        put_number(record, index, number);
        return true;
    }
    PyObject *object = PyLong_FromUnsignedLongLong(number);
    if (object)
        put_object(record, index, object);
    return object != NULL;
}

static PyObject *
make_mapping(KernelQuery *query, const Query *answer, PyObject *name)
{
    const int *index = query->mapping.index;
    PyObject *device = device_record(query, answer->major, answer->minor);
    Record *record = device ? (Record *)query->mapping.alloc(query->mapping.type, 0) : NULL;
    if (!record) {
        Py_XDECREF(device);
        return NULL;
    }
    put_object(record, index[DEVICE], device);
    put_object(record, index[NAME], Py_NewRef(name));
    put_object(record, index[PERMS],
               Py_NewRef(PyTuple_GetItem(query->perms, (Py_ssize_t)(answer->vma_flags & ACCESS))));
    record->cell[index[USAGE]] = NONE;
    if (!put_any_number(record, index[START], answer->start)
        || !put_any_number(record, index[END], answer->end)
        || !put_any_number(record, index[OFFSET], answer->offset)
        || !put_any_number(record, index[INODE], answer->inode)) {
        Py_DECREF(record);
        return NULL;
    }
    /* The garbage collector need not look at it: no value refers to the record. */
    PyObject_GC_UnTrack(record);
    return (PyObject *)record;
}

static PyObject *
make_result(KernelQuery *query, const Query *answer, const char *name, const char *build_id)
{
    PyObject *raw = NULL;
    PyObject *parsed =
        name_record(query, name, answer->name_size ? answer->name_size - 1 : 0, &raw);
    PyObject *mapping = parsed ? make_mapping(query, answer, parsed) : NULL;
    PyObject *id = answer->build_id_size
                       ? PyBytes_FromStringAndSize(build_id, answer->build_id_size)
                       : Py_NewRef(Py_None);
    Record *record = mapping && id ? (Record *)query->result.alloc(query->result.type, 0) : NULL;
    Py_XDECREF(parsed);
    if (!record) {
        Py_XDECREF(raw);
        Py_XDECREF(mapping);
        Py_XDECREF(id);
        return NULL;
    }
    const int *index = query->result.index;
    put_object(record, index[MAPPING], mapping);
    put_object(record, index[UNESCAPED_NAME], raw);
    put_object(record, index[BUILD_ID], id);
    put_object(record, index[METHOD], Py_NewRef(query->method));
    if (!put_any_number(record, index[PAGE_SIZE], answer->page_size)) {
        Py_DECREF(record);
        return NULL;
    }
    PyObject_GC_UnTrack(record);
    return (PyObject *)record;
}

/* --- asking ---------------------------------------------------------------------------------- */

/* Read *number*, an int that is not negative. Return false for any other object. */
static bool
read_number(PyObject *number, uint64_t *into)
{
    if (!PyLong_Check(number) || PyBool_Check(number))
        return false;
    *into = PyLong_AsUnsignedLongLong(number);
    if (*into != UINT64_MAX || !PyErr_Occurred())
        return true;
    PyErr_Clear(); /* OverflowError: Python reports it better */
    return false;
}

static PyObject *
query_find(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    KernelQuery *query = (KernelQuery *)self;
    char name[NAME_SIZE], build_id[BUILD_ID_SIZE];
    Query asked = {.size = sizeof asked, .name_size = sizeof name, .name = (uintptr_t)name};
    if (count != 4) {
        PyErr_SetString(PyExc_TypeError, "find() takes address, or_next, require and build_id");
        return NULL;
    }
    const int or_next = PyObject_IsTrue(args[1]), with_id = PyObject_IsTrue(args[3]);
    if (or_next < 0 || with_id < 0)
        return NULL;
    if (!read_number(args[0], &asked.address) || !read_number(args[2], &asked.flags))
        Py_RETURN_NONE;
    asked.flags |= or_next ? COVERING_OR_NEXT : 0;
    if (with_id) {
        asked.build_id_size = sizeof build_id;
        asked.build_id = (uintptr_t)build_id;
    }
    int failed;
    Py_BEGIN_ALLOW_THREADS
    failed = ioctl(query->file, query->request, &asked);
    Py_END_ALLOW_THREADS
    if (failed || asked.name_size > sizeof name || asked.build_id_size > sizeof build_id)
        Py_RETURN_NONE;
    return make_result(query, &asked, name, build_id);
}

/* --- the type -------------------------------------------------------------------------------- */

static PyMethodDef query_methods[] = {
    {"find", (PyCFunction)(void (*)(void))query_find, METH_FASTCALL,
     PyDoc_STR("find(address, or_next, require, build_id)\n--\n\n"
               "Return the result of a query; None if it failed or an argument is not possible.")},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot query_slots[] = {
    {Py_tp_doc,
     (void *)PyDoc_STR(
         "KernelQuery(file, request, mapping, mapping_fields, result, result_fields, perms,\n"
         "            make_device, make_name, method)\n--\n\n"
         "Queries on an open maps file. *mapping* and *result* are record classes, made without\n"
         "__init__; *perms* has a value for each of the sixteen permissions.")},
    {Py_tp_new, query_new},
    {Py_tp_dealloc, query_dealloc},
    {Py_tp_traverse, query_traverse},
    {Py_tp_methods, query_methods},
    {0, NULL},
};

PyType_Spec query_spec = {
    "procmaps.records._storage.KernelQuery", sizeof(KernelQuery), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, query_slots,
};
