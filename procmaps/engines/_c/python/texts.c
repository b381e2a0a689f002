/* The type Texts: the distinct names, or the distinct flags, of one text. Its Python counterpart is
 * procmaps.engines.intern_table.InternTable.
 *
 * The texts stay where they are, in the scanned text, until somebody asks for them. */
#include "module.h"

static bool
is_idle(const Texts *texts)
{
    if (texts->busy)
        PyErr_SetString(PyExc_RuntimeError, "another thread is adding texts");
    return !texts->busy;
}

/* Return the index of *text*, a bytes object; add it if it is new. Return -1 with an error set. */
static int64_t
add_text(Texts *texts, PyObject *text)
{
    const uint8_t *bytes = (const uint8_t *)PyBytes_AsString(text);
    const uint32_t count = texts->table.count;
    if (PyList_Append(texts->added, text) < 0)
        return -1;
    const int64_t index = intern_text(&texts->table, bytes, (size_t)PyBytes_Size(text));
    if (index < 0)
        PyErr_NoMemory();
    /* The object is needed only if the table refers to its bytes. */
    const Py_ssize_t added = PyList_Size(texts->added);
    if (texts->table.count == count && PyList_SetSlice(texts->added, added - 1, added, NULL) < 0)
        return -1;
    return index;
}

static PyObject *
texts_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"text", "key", "first", NULL};
    PyObject *text, *first;
    const char *key;
    Py_ssize_t key_size;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!y#O!", names, &PyBytes_Type, &text, &key,
                                     &key_size, &PyTuple_Type, &first))
        return NULL;
    if (key_size != sizeof(HashKey)) {
        PyErr_Format(PyExc_ValueError, "key must be %d bytes", (int)sizeof(HashKey));
        return NULL;
    }
    Texts *texts = (Texts *)allocate(type);
    if (!texts)
        return NULL;
    set_hash_key(&texts->table.key, (const uint8_t *)key);
    texts->text = Py_NewRef(text);
    bool ok = (texts->added = PyList_New(0)) != NULL;
    for (Py_ssize_t i = 0; ok && i < PyTuple_Size(first); i++) {
        PyObject *known = PyTuple_GetItem(first, i);
        ok = PyBytes_Check(known);
        if (!ok)
            PyErr_SetString(PyExc_TypeError, "first must be a tuple of bytes");
        else
            ok = add_text(texts, known) >= 0;
    }
    if (!ok)
        Py_CLEAR(texts);
    return (PyObject *)texts;
}

static void
texts_dealloc(PyObject *self)
{
    Texts *texts = (Texts *)self;
    free_intern_table(&texts->table);
    Py_XDECREF(texts->text);
    Py_XDECREF(texts->added);
    Py_XDECREF(texts->copies);
    deallocate(self);
}

static PyObject *
texts_index(PyObject *self, PyObject *text)
{
    Texts *texts = (Texts *)self;
    if (!PyBytes_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a text must be bytes");
        return NULL;
    }
    if (!is_idle(texts))
        return NULL;
    const int64_t index = add_text(texts, text);
    return index < 0 ? NULL : PyLong_FromLongLong(index);
}

static int
texts_contains(PyObject *self, PyObject *text)
{
    const Texts *texts = (const Texts *)self;
    if (!is_idle(texts))
        return -1;
    return PyBytes_Check(text)
           && find_text(&texts->table, (const uint8_t *)PyBytes_AsString(text),
                        (size_t)PyBytes_Size(text))
                  >= 0;
}

static Py_ssize_t
texts_length(PyObject *self)
{
    return ((const Texts *)self)->table.count;
}

static PyObject *
copy_text(const Texts *texts, Py_ssize_t index)
{
    const InternedText *entry = &texts->table.entry[index];
    return PyBytes_FromStringAndSize((const char *)entry->text, (Py_ssize_t)entry->length);
}

static PyObject *
texts_item(PyObject *self, Py_ssize_t index)
{
    const Texts *texts = (const Texts *)self;
    if (!is_idle(texts))
        return NULL;
    if (index >= 0 && index < texts_length(self))
        return copy_text(texts, index);
    PyErr_Format(PyExc_IndexError, "index %zd in %zd texts", index, texts_length(self));
    return NULL;
}

/* Return all texts. They are copied again after a text was added. */
static PyObject *
texts_tuple(PyObject *self, void *Py_UNUSED(closure))
{
    Texts *texts = (Texts *)self;
    const Py_ssize_t count = texts_length(self);
    if (!is_idle(texts))
        return NULL;
    if (texts->copies && PyTuple_Size(texts->copies) == count)
        return Py_NewRef(texts->copies);
    PyObject *copies = PyTuple_New(count);
    for (Py_ssize_t i = 0; copies && i < count; i++) {
        PyObject *text = copy_text(texts, i);
        if (!text || PyTuple_SetItem(copies, i, text) < 0)
            Py_CLEAR(copies);
    }
    if (copies) {
        PyObject *old = texts->copies;
        texts->copies = Py_NewRef(copies);
        Py_XDECREF(old);
    }
    return copies;
}

/* Return InternTable and the texts: what unpickles it may not have this extension. */
static PyObject *
texts_reduce(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *module = PyImport_ImportModule("procmaps.engines.intern_table");
    PyObject *type = module ? PyObject_GetAttrString(module, "InternTable") : NULL;
    Py_XDECREF(module);
    PyObject *texts = type ? texts_tuple(self, NULL) : NULL;
    if (!texts) {
        Py_XDECREF(type);
        return NULL;
    }
    return Py_BuildValue("NN", type, texts);
}

static PyMethodDef texts_methods[] = {
    {"__reduce__", texts_reduce, METH_NOARGS, PyDoc_STR("Pickle it as an InternTable.")},
    {"index", texts_index, METH_O,
     PyDoc_STR("index(text)\n--\n\nReturn the index of *text*; add it if it is new.")},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef texts_getset[] = {
    {"texts", texts_tuple, NULL, "The texts in the order of their indexes.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot texts_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("Texts(text, key, first)\n--\n\n"
                                  "Distinct texts in the order of their first use. A scanner adds "
                                  "those of *text*.\n*key*, 16 secret bytes, is of their hashes.")},
    {Py_tp_new, texts_new},
    {Py_tp_dealloc, texts_dealloc},
    {Py_tp_methods, texts_methods},
    {Py_tp_getset, texts_getset},
    {Py_sq_length, texts_length},
    {Py_sq_item, texts_item},
    {Py_sq_contains, texts_contains},
    {0, NULL},
};

PyType_Spec texts_spec = {
    "procmaps.engines._scanner.Texts", sizeof(Texts), 0, Py_TPFLAGS_DEFAULT, texts_slots,
};
