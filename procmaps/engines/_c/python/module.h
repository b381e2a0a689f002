/* Shared by the files of the extension module that use Python. */
#ifndef PROCMAPS_MODULE_H
#define PROCMAPS_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "scanner.h"

#pragma GCC visibility push(hidden)

typedef struct {
    PyTypeObject *tables, *texts;
} State;

typedef struct {
    PyObject_HEAD
    Tables tables;
} ScannerTables;

/* An InternTable with the objects that contain its texts. */
typedef struct {
    PyObject_HEAD
    InternTable table;
    PyObject *text;   /* the scanned text */
    PyObject *added;  /* a list of other bytes */
    PyObject *copies; /* all texts as a tuple of bytes, or NULL */
    bool busy;        /* a scanner is adding texts, without the interpreter's lock */
} Texts;

extern PyType_Spec texts_spec;   /* texts.c */
extern PyType_Spec tables_spec;  /* tables.c */
extern PyType_Spec scanner_spec; /* scanner.c */
extern PyType_Spec filter_spec;  /* line_filter.c */

extern const char count_frames_doc[], find_rows_doc[], find_space_doc[], walk_pages_doc[];
extern const char gather_doc[], hash_doc[], read_doc[], sum_groups_doc[];
PyObject *count_frames(PyObject *module, PyObject *args);       /* count_frames.c */
PyObject *find_address_space(PyObject *module, PyObject *args); /* compare_spaces.c */
PyObject *find_rows(PyObject *module, PyObject *args);          /* find_rows.c */
PyObject *gather(PyObject *module, PyObject *args);             /* gather.c */
PyObject *hash_bytes(PyObject *module, PyObject *args);         /* hash_bytes.c */
PyObject *read_all(PyObject *module, PyObject *args);           /* read_file.c */
PyObject *sum_groups(PyObject *module, PyObject *args);         /* sum_groups.c */
PyObject *walk_pages(PyObject *module, PyObject *args);         /* walk_pages.c */

PyObject *allocate(PyTypeObject *type); /* module.c */
void deallocate(PyObject *self);

#pragma GCC visibility pop

#endif
