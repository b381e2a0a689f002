/* The libFuzzer target: Python inside, the extension under test loaded by
 * tests/engines/native/oracle.py.
 *
 * The extension is built with -fsanitize=fuzzer-no-link, so its branches guide the search. See
 * docs/speed.md for the commands. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>

static PyObject *check;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *text, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    Py_Initialize();
    PyObject *oracle = PyImport_ImportModule("tests.engines.native.oracle");
    check = oracle ? PyObject_GetAttrString(oracle, "check") : NULL;
    if (!check) {
        PyErr_Print();
        exit(1);
    }
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *text, size_t size)
{
    PyObject *result = PyObject_CallFunction(check, "y#", (const char *)text, (Py_ssize_t)size);
    if (!result) {
        PyErr_Print();
        abort();
    }
    Py_DECREF(result);
    return 0;
}
