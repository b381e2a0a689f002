/* walk_pages(): what the pages of a process are, for procmaps/engines/page_walk.py.
 *
 * Source: pagemap_read() and do_pagemap_scan(), fs/proc/task_mmu.c. */
#include "module.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    SLICE = 16384,  /* pages that are read, or scanned, at once */
    REGIONS = 1024, /* regions that one scan returns at most */
    NEAR = 8,       /* pages between two regions that are read with them: faster than two reads */
    FULL = 1 << 18, /* pages or frames after which the caller gets a turn */
    CALLS = 1024,   /* system calls after which the caller gets a turn */
};

static const uint64_t REACH = (uint64_t)1 << 36; /* bytes that one scan may walk: for the lock */
static const uint64_t HOLE = (uint64_t)1 << 30;  /* bytes between two rows that end a scan */

/* What is counted of a row: as COUNTED in page_walk.py. The last two are frames, not numbers. */
enum {
    PRESENT,
    EXCLUSIVE,
    EXCLUSIVE_FILE,
    GUARD,
    SWAPPED,
    OTHER_MARKS,
    SOFT_DIRTY,
    ZERO,
    HUGE_MAPPED,
    FIRST_ANONYMOUS,
    FIRST_FILE,
    NUMBERS,
};

/* Frames whose sharers pagemap does not say: pages without a file, of a file, and those of huge
 * entries, whose bit 61 is not set before 6.11 although they are of a file. */
enum { ANONYMOUS, OF_FILE, UNSURE, CLASSES };

enum { ROW_IS_HUGE = 1, ROW_HAS_FILE = 2 };                 /* flags of a row */
enum { HIDDEN = 1, EVERY_FRAME = 2, KEEPS_SOFT_DIRTY = 4 }; /* options */

/* PM_*, fs/proc/task_mmu.c */
#define PM_FRAME ((uint64_t)0x7fffffffffffff)
#define PM_SOFT_DIRTY ((uint64_t)1 << 55)
#define PM_EXCLUSIVE ((uint64_t)1 << 56)
#define PM_GUARD ((uint64_t)1 << 58)
#define PM_FILE ((uint64_t)1 << 61)
#define PM_SWAPPED ((uint64_t)1 << 62)
#define PM_PRESENT ((uint64_t)1 << 63)
enum { SWAP_TYPE = 31, SWAP_TYPES = 23 }; /* as in procmaps/formats/page_bits.py */

/* PAGE_IS_*, include/uapi/linux/fs.h */
enum { IS_PRESENT = 8, IS_SWAPPED = 16, IS_ZERO = 32, IS_HUGE = 64, IS_GUARD = 256 };
static const uint64_t UNKNOWN = UINT64_MAX; /* the categories without a scan */

typedef struct {
    uint64_t start, end, categories;
} Region; /* struct page_region */

typedef struct {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
    uint64_t inverted, mask, anyof, wanted;
} ScanArguments; /* struct pm_scan_arg */

#define SCAN _IOWR('f', 16, ScanArguments)

typedef struct {
    uint64_t *frame;
    size_t frames, capacity;
    uint64_t *run; /* pairs: a row, and its number of frames */
    size_t runs, run_capacity;
} Frames;

typedef struct {
    int file;
    uint64_t page;
    uint64_t categories; /* to ask for; 0: the kernel has no scan */
    int options;
    const uint64_t *start, *end; /* of the rows, by address */
    const uint8_t *flags;
    size_t rows;
    uint64_t *numbers; /* NUMBERS for each row */
    Frames found[CLASSES];
    size_t row;       /* where to go on */
    uint64_t address; /* from here on; 0: from the start of the row */
    size_t pages, calls;
    bool no_memory;
    uint64_t entry[SLICE];
    Region region[REGIONS];
} Walk;

static bool
grow(uint64_t **memory, size_t *capacity, size_t needed)
{
    if (needed <= *capacity)
        return true;
    const size_t larger = needed * 2 < 1024 ? 1024 : needed * 2;
    uint64_t *moved = realloc(*memory, larger * sizeof *moved);
    if (!moved)
        return false;
    *memory = moved;
    *capacity = larger;
    return true;
}

/* Make room for the frames of *pages* pages of a row. */
static bool
reserve(Frames *found, size_t pages)
{
    return grow(&found->frame, &found->capacity, found->frames + pages)
           && grow(&found->run, &found->run_capacity, 2 * (found->runs + 1));
}

static void
add_frame(Frames *found, size_t row, uint64_t frame)
{
    found->frame[found->frames++] = frame;
    uint64_t *last = found->run + 2 * found->runs;
    if (found->runs && last[-2] == row) {
        last[-1]++;
        return;
    }
    last[0] = row;
    last[1] = 1;
    found->runs++;
}

static void
count_absent(const Walk *walk, uint64_t entry, uint64_t *numbers)
{
    if (entry & PM_GUARD)
        numbers[GUARD]++;
    else if (!(walk->options & HIDDEN) && (entry & SWAP_TYPE) >= SWAP_TYPES)
        numbers[OTHER_MARKS]++;
    else
        numbers[SWAPPED]++;
}

/* Count entries of a row, all in one region of a scan or without one. */
static void
count(Walk *walk, size_t row, uint64_t categories, const uint64_t *entry, size_t pages)
{
    uint64_t *numbers = walk->numbers + row * NUMBERS;
    const bool hidden = walk->options & HIDDEN;
    const bool huge =
        categories == UNKNOWN ? walk->flags[row] & ROW_IS_HUGE : (categories & IS_HUGE) != 0;
    const bool trusted = hidden || !(huge || walk->options & EVERY_FRAME);
    const bool unsure = huge && walk->flags[row] & ROW_HAS_FILE;
    uint64_t present = 0;
    for (int i = 0; i < CLASSES; i++)
        if (!reserve(&walk->found[i], pages)) {
            walk->no_memory = true;
            return;
        }
    for (size_t i = 0; i < pages; i++) {
        const uint64_t each = entry[i];
        if (!(each & (PM_PRESENT | PM_SWAPPED)))
            continue;
        if (walk->options & KEEPS_SOFT_DIRTY)
            numbers[SOFT_DIRTY] += (each & PM_SOFT_DIRTY) != 0;
        if (!(each & PM_PRESENT)) {
            count_absent(walk, each, numbers);
            continue;
        }
        present++;
        const bool of_file = each & PM_FILE;
        const uint64_t frame = each & PM_FRAME;
        uint64_t *first = numbers + (of_file ? FIRST_FILE : FIRST_ANONYMOUS);
        if (!*first)
            *first = frame;
        if (trusted && each & PM_EXCLUSIVE)
            numbers[of_file ? EXCLUSIVE_FILE : EXCLUSIVE]++;
        else if (!hidden)
            add_frame(&walk->found[of_file ? OF_FILE : unsure ? UNSURE : ANONYMOUS], row, frame);
    }
    numbers[PRESENT] += present;
    if (categories == UNKNOWN)
        return;
    if (hidden && categories & IS_ZERO)
        numbers[ZERO] += present; /* else the frames say it */
    if (huge && !(categories & IS_ZERO))
        numbers[HUGE_MAPPED] += present;
}

/* Read the entries of *pages* pages from *start* on; return how many there are, or -1. */
static ssize_t
read_entries(Walk *walk, uint64_t start, size_t pages)
{
    const size_t size = pages * sizeof *walk->entry;
    size_t done = 0;
    while (done < size) {
        const off_t at = (off_t)(start / walk->page * sizeof *walk->entry + done);
        const ssize_t got = pread(walk->file, (char *)walk->entry + done, size - done, at);
        if (got < 0)
            return -1;
        if (!got)
            break; /* there the address space of programs ends */
        done += (size_t)got;
    }
    walk->calls++;
    walk->pages += pages;
    return (ssize_t)(done / sizeof *walk->entry);
}

/* Count what the *got* entries from *first* on and a region have in common, for each row. */
static void
count_region(Walk *walk, size_t row, size_t limit, const Region *region, uint64_t first,
             uint64_t got)
{
    for (; row < limit && walk->start[row] < region->end; row++) {
        const uint64_t from = walk->start[row] > region->start ? walk->start[row] : region->start;
        const uint64_t read = first + got * walk->page;
        uint64_t to = walk->end[row] < region->end ? walk->end[row] : region->end;
        to = to < read ? to : read;
        if (from < to)
            count(walk, row, region->categories, walk->entry + (from - first) / walk->page,
                  (size_t)((to - from) / walk->page));
    }
}

/* Count a region whose categories say everything: zero pages, or guard pages. */
static void
count_known(Walk *walk, size_t row, size_t limit, const Region *region)
{
    for (; row < limit && walk->start[row] < region->end; row++) {
        const uint64_t from = walk->start[row] > region->start ? walk->start[row] : region->start;
        const uint64_t to = walk->end[row] < region->end ? walk->end[row] : region->end;
        if (from >= to)
            continue;
        uint64_t *numbers = walk->numbers + row * NUMBERS;
        const uint64_t pages = (to - from) / walk->page;
        numbers[region->categories & IS_ZERO ? ZERO : GUARD] += pages;
        numbers[PRESENT] += region->categories & IS_PRESENT ? pages : 0;
    }
}

static bool
is_known(const Walk *walk, const Region *region)
{
    return !(walk->options & KEEPS_SOFT_DIRTY) && region->categories & (IS_ZERO | IS_GUARD);
}

/* Count *regions* regions of the rows from walk->row to *limit*. Return 0 or an errno. */
static int
count_regions(Walk *walk, size_t limit, size_t regions)
{
    for (size_t i = 0; i < regions;) {
        const Region *first = &walk->region[i];
        while (walk->row < limit && walk->end[walk->row] <= first->start)
            walk->row++;
        if (is_known(walk, first)) {
            count_known(walk, walk->row, limit, first);
            i++;
            continue;
        }
        size_t next = i + 1;
        while (next < regions && !is_known(walk, &walk->region[next])
               && walk->region[next].start - walk->region[next - 1].end <= NEAR * walk->page
               && walk->region[next].end - first->start <= SLICE * walk->page)
            next++;
        const uint64_t size = walk->region[next - 1].end - first->start;
        const ssize_t got = read_entries(walk, first->start, (size_t)(size / walk->page));
        if (got < 0)
            return errno;
        for (; i < next; i++)
            count_region(walk, walk->row, limit, &walk->region[i], first->start, (uint64_t)got);
    }
    return 0;
}

/* Scan from walk->address to *end*. Return the number of regions, or -1. */
static int
scan(Walk *walk, uint64_t end)
{
    const uint64_t most = walk->address + REACH;
    ScanArguments asked = {
        .size = sizeof asked,
        .start = walk->address,
        .end = end < most ? end : most,
        .vec = (uint64_t)(uintptr_t)walk->region,
        .vec_len = REGIONS,
        .max_pages = SLICE,
        .anyof = IS_PRESENT | IS_SWAPPED,
        .wanted = walk->categories,
    };
    walk->calls++;
    const int regions = ioctl(walk->file, SCAN, &asked);
    if (regions < 0)
        return -1;
    if (asked.walk_end <= walk->address) {
        errno = EIO;
        return -1;
    }
    walk->address = asked.walk_end;
    return regions;
}

static bool
is_full(const Walk *walk)
{
    size_t frames = 0;
    for (int i = 0; i < CLASSES; i++)
        frames += walk->found[i].frames;
    return walk->no_memory || walk->pages >= FULL || walk->calls >= CALLS || frames >= FULL;
}

/* Count the next piece of the row walk->row, without a scan. Return 0 or an errno. */
static int
walk_row(Walk *walk)
{
    const size_t row = walk->row;
    if (walk->address < walk->start[row])
        walk->address = walk->start[row];
    if (walk->address < walk->end[row]) {
        uint64_t end = walk->address + SLICE * walk->page;
        end = end < walk->end[row] ? end : walk->end[row];
        const size_t pages = (size_t)((end - walk->address) / walk->page);
        const ssize_t got = read_entries(walk, walk->address, pages);
        if (got < 0)
            return errno;
        count(walk, row, UNKNOWN, walk->entry, (size_t)got);
        walk->address = end;
    }
    if (walk->address >= walk->end[row]) {
        walk->row++;
        walk->address = 0;
    }
    return 0;
}

/* Walk over the rows from walk->row on that have no large hole between them, or a part of them.
 * Return 0 or an errno. */
static int
walk_span(Walk *walk)
{
    size_t limit = walk->row + 1;
    uint64_t end = walk->end[walk->row];
    while (limit < walk->rows && (walk->start[limit] < end || walk->start[limit] - end <= HOLE)) {
        end = walk->end[limit] > end ? walk->end[limit] : end;
        limit++;
    }
    if (walk->address < walk->start[walk->row])
        walk->address = walk->start[walk->row];
    while (walk->address < end) {
        const int regions = scan(walk, end);
        if (regions < 0 && errno == EFAULT) {
            /* Part of it is above the programs' addresses, as [vectors] on arm. */
            int error = 0;
            while (!error && walk->row < limit && !is_full(walk))
                error = walk_row(walk);
            return error;
        }
        if (regions < 0)
            return errno;
        const int error = count_regions(walk, limit, (size_t)regions);
        if (error)
            return error;
        if (is_full(walk) && walk->address < end)
            return 0;
    }
    walk->row = limit;
    walk->address = 0;
    return 0;
}

static int
walk_on(Walk *walk)
{
    int error = 0;
    while (!error && walk->row < walk->rows && !is_full(walk))
        error = walk->categories ? walk_span(walk) : walk_row(walk);
    return error;
}

static PyObject *
bytes_of(const uint64_t *numbers, size_t length)
{
    return PyBytes_FromStringAndSize((const char *)numbers, (Py_ssize_t)(length * sizeof *numbers));
}

static PyObject *
result_of(const Walk *walk, int error)
{
    PyObject *classes = PyTuple_New(CLASSES);
    for (int i = 0; classes && i < CLASSES; i++) {
        const Frames *found = &walk->found[i];
        PyObject *pair = Py_BuildValue("NN", bytes_of(found->frame, found->frames),
                                       bytes_of(found->run, 2 * found->runs));
        if (!pair || PyTuple_SetItem(classes, i, pair) < 0)
            Py_CLEAR(classes);
    }
    if (!classes)
        return NULL;
    return Py_BuildValue("inKN", error, (Py_ssize_t)walk->row, (unsigned long long)walk->address,
                         classes);
}

const char walk_pages_doc[] = PyDoc_STR(
    "walk_pages(fd, page, categories, options, starts, ends, flags, numbers, row, address)\n"
    " -> (errno, row, address, frames)\n--\n\n"
    "Count the pages of rows of address space into *numbers*, from *row* and *address* on.\n"
    "Return where to go on, after the last row if nothing is left, and for each class of\n"
    "frames these and the runs of rows that they are of. The rows are in the order of\n"
    "*starts*.");

PyObject *
walk_pages(PyObject *Py_UNUSED(module), PyObject *args)
{
    int file, options;
    unsigned long long page, categories, address;
    Py_ssize_t row;
    Py_buffer starts, ends, flags, numbers;
    if (!PyArg_ParseTuple(args, "iKKiy*y*y*w*nK", &file, &page, &categories, &options, &starts,
                          &ends, &flags, &numbers, &row, &address))
        return NULL;
    PyObject *result = NULL;
    Walk *walk = NULL;
    const size_t rows = (size_t)flags.len;
    const size_t size = rows * sizeof *walk->start;
    const uintptr_t alignment =
        (uintptr_t)starts.buf | (uintptr_t)ends.buf | (uintptr_t)numbers.buf;
    if ((size_t)starts.len != size || (size_t)ends.len != size
        || (size_t)numbers.len != size * NUMBERS || row < 0 || !page || page % 512
        || (rows && alignment % sizeof *walk->start)) {
        PyErr_SetString(PyExc_ValueError, "the columns must be of the same rows, and aligned, and "
                                          "page the size of a page");
    }
    else if (!(walk = calloc(1, sizeof *walk))) {
        PyErr_NoMemory();
    }
    else {
        walk->file = file;
        walk->page = page;
        walk->categories = categories;
        walk->options = options;
        walk->start = starts.buf;
        walk->end = ends.buf;
        walk->flags = flags.buf;
        walk->numbers = numbers.buf;
        walk->rows = rows;
        walk->row = (size_t)row;
        walk->address = address;
        int error;
        Py_BEGIN_ALLOW_THREADS
        error = walk_on(walk);
        Py_END_ALLOW_THREADS
        result = walk->no_memory ? PyErr_NoMemory() : result_of(walk, error);
        for (int i = 0; i < CLASSES; i++) {
            free(walk->found[i].frame);
            free(walk->found[i].run);
        }
        free(walk);
    }
    PyBuffer_Release(&starts);
    PyBuffer_Release(&ends);
    PyBuffer_Release(&flags);
    PyBuffer_Release(&numbers);
    return result;
}
