/* count_frames(): how often frames are mapped, for procmaps/engines/page_walk.py.
 *
 * Source: kpagecount_read(), fs/proc/page.c. */
#include "module.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    NEAR = 8,    /* frames between two that are read with them: faster than two reads */
    MOST = 8192, /* frames that are read at once */
    DIGIT = 11,  /* bits that one pass sorts by */
    DIGITS = 1 << DIGIT,
};

typedef struct {
    uint64_t key; /* a frame, and later its count */
    uint64_t frame;
    uint64_t group;
} Item;

typedef struct {
    Item *item, *other; /* other: room to sort */
    size_t items;
    uint64_t *counted;  /* triples: a group, a count, a number of frames */
    uint64_t *unmapped; /* pairs: a group, a frame */
    size_t counts, unmapped_frames;
} Counting;

static uint64_t
key_of(const Item *item)
{
    return item->key;
}

static uint64_t
group_of(const Item *item)
{
    return item->group;
}

/* Sort by a number of the items, equal ones in their order: by each digit from the lowest on. */
static void
sort(Counting *counting, uint64_t (*number)(const Item *))
{
    uint64_t all = 0;
    for (size_t i = 0; i < counting->items; i++)
        all |= number(&counting->item[i]);
    for (int shift = 0; shift < 64 && all >> shift; shift += DIGIT) {
        size_t place[DIGITS + 1] = {0};
        for (size_t i = 0; i < counting->items; i++)
            place[(number(&counting->item[i]) >> shift) % DIGITS + 1]++;
        for (int i = 0; i < DIGITS; i++)
            place[i + 1] += place[i];
        for (size_t i = 0; i < counting->items; i++) {
            const Item *item = &counting->item[i];
            counting->other[place[(number(item) >> shift) % DIGITS]++] = *item;
        }
        Item *sorted = counting->other;
        counting->other = counting->item;
        counting->item = sorted;
    }
}

/* Replace the key of each item, which are sorted by it, by the number that *file* has for it.
 * Return 0 or an errno. */
static int
read_counts(Counting *counting, int file)
{
    uint64_t value[MOST];
    for (size_t i = 0; i < counting->items;) {
        const uint64_t first = counting->item[i].key;
        uint64_t last = first;
        size_t next = i + 1;
        for (; next < counting->items; next++) {
            const uint64_t key = counting->item[next].key;
            if (key - last > NEAR || key - first >= MOST)
                break;
            last = key;
        }
        const size_t size = (size_t)(last - first + 1) * sizeof *value;
        const ssize_t got = pread(file, value, size, (off_t)(first * sizeof *value));
        if (got < 0)
            return errno;
        memset((char *)value + got, 0, size - (size_t)got); /* beyond the last frame */
        for (; i < next; i++)
            counting->item[i].key = value[counting->item[i].key - first];
    }
    return 0;
}

static void
add_up(Counting *counting)
{
    uint64_t *last = NULL;
    for (size_t i = 0; i < counting->items; i++) {
        const Item *item = &counting->item[i];
        if (!item->key) {
            uint64_t *pair = counting->unmapped + 2 * counting->unmapped_frames++;
            pair[0] = item->group;
            pair[1] = item->frame;
            continue;
        }
        if (!last || last[0] != item->group || last[1] != item->key) {
            last = counting->counted + 3 * counting->counts++;
            last[0] = item->group;
            last[1] = item->key;
            last[2] = 0;
        }
        last[2]++;
    }
}

static int
count(Counting *counting, int file)
{
    sort(counting, key_of);
    const int error = read_counts(counting, file);
    if (error)
        return error;
    sort(counting, key_of);
    sort(counting, group_of);
    add_up(counting);
    return 0;
}

/* Fill the items with frames, so many of each group. Return false if the lengths do not fit. */
static bool
fill(Counting *counting, const uint64_t *frame, const uint64_t *length, size_t groups)
{
    size_t at = 0;
    for (size_t group = 0; group < groups; group++) {
        if (length[group] > counting->items - at)
            return false;
        for (uint64_t i = 0; i < length[group]; i++, at++)
            counting->item[at] = (Item){frame[at], frame[at], group};
    }
    return at == counting->items;
}

/* An empty array has a buffer anywhere. */
static bool
is_aligned(const Py_buffer *buffer)
{
    return !buffer->len || !((uintptr_t)buffer->buf % sizeof(uint64_t));
}

const char count_frames_doc[] = PyDoc_STR(
    "count_frames(fd, frames, lengths) -> (errno, counted, unmapped)\n--\n\n"
    "Return for each group of frames how many have each number in the file, as triples of\n"
    "group, number and frames, in this order, and pairs of a group and a frame for those\n"
    "whose number is 0. The groups follow each other; *lengths* has their frames.");

PyObject *
count_frames(PyObject *Py_UNUSED(module), PyObject *args)
{
    int file;
    Py_buffer frames, lengths;
    if (!PyArg_ParseTuple(args, "iy*y*", &file, &frames, &lengths))
        return NULL;
    PyObject *result = NULL;
    Counting counting = {.items = (size_t)frames.len / sizeof(uint64_t)};
    const size_t size = (counting.items + 1) * sizeof(Item);
    Item *items = malloc(size), *others = malloc(size);
    uint64_t *counted = malloc(size), *unmapped = malloc(size);
    counting.item = items;
    counting.other = others;
    counting.counted = counted;
    counting.unmapped = unmapped;
    if (!items || !others || !counted || !unmapped) {
        PyErr_NoMemory();
    }
    else if (!is_aligned(&frames) || !is_aligned(&lengths)
             || !fill(&counting, frames.buf, lengths.buf, (size_t)lengths.len / sizeof(uint64_t))) {
        PyErr_SetString(PyExc_ValueError,
                        "the lengths must be those of all frames, and both aligned");
    }
    else {
        int error;
        Py_BEGIN_ALLOW_THREADS
        error = count(&counting, file);
        Py_END_ALLOW_THREADS
        result = Py_BuildValue("iy#y#", error, (const char *)counted,
                               (Py_ssize_t)(3 * counting.counts * sizeof *counted),
                               (const char *)unmapped,
                               (Py_ssize_t)(2 * counting.unmapped_frames * sizeof *unmapped));
    }
    free(items);
    free(others);
    free(counted);
    free(unmapped);
    PyBuffer_Release(&frames);
    PyBuffer_Release(&lengths);
    return result;
}
