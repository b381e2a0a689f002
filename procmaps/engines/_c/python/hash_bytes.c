/* keyed_hash(): the hash of intern tables, for the tests that compare it with published vectors. */
#include "module.h"

#include <string.h>

const char hash_doc[] = PyDoc_STR("keyed_hash(text, key)\n--\n\n"
                                  "Return SipHash-1-3 of *text* under *key*, which is 16 bytes.");

PyObject *
hash_bytes(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *text, *key;
    Py_ssize_t length, key_size;
    HashKey words;
    if (!PyArg_ParseTuple(args, "y#y#", &text, &length, &key, &key_size))
        return NULL;
    if (key_size != sizeof words) {
        PyErr_Format(PyExc_ValueError, "key must be %d bytes", (int)sizeof words);
        return NULL;
    }
    set_hash_key(&words, (const uint8_t *)key);
    return PyLong_FromUnsignedLongLong(keyed_hash((const uint8_t *)text, (size_t)length, &words));
}
