/* Shared by the files of the extension module that use Python. */
#ifndef PROCMAPS_MODULE_H
#define PROCMAPS_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "scanner.h"

#pragma GCC visibility push(hidden)

enum { MAX_SLOTS = 128 }; /* of a record */

typedef struct {
    PyTypeObject *tables;
} State;

typedef struct {
    PyObject_HEAD
    Tables tables;
} ScannerTables;

extern PyType_Spec tables_spec;        /* tables.c */
extern PyType_Spec scanner_spec;       /* scanner.c */
extern PyType_Spec usage_builder_spec; /* usage_builder.c */

extern const char build_doc[], gather_doc[], read_doc[];
PyObject *build(PyObject *module, PyObject *args);    /* build_records.c */
PyObject *gather(PyObject *module, PyObject *args);   /* gather.c */
PyObject *read_all(PyObject *module, PyObject *args); /* read_file.c */

PyObject *allocate(PyTypeObject *type); /* module.c */
void deallocate(PyObject *self);
descrsetfunc setter_of(PyObject *slot); /* build_records.c */

#pragma GCC visibility pop

#endif
