/* A replacement for ioctl(): it reads the answer from the file, so that a test gives any answer.
 *
 * What a pipe has in it: the errno, or 0; the structure; the name; the build ID. Loaded before the
 * C library (LD_PRELOAD).
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

/* struct procmap_query, include/uapi/linux/fs.h, Linux 6.11. */
typedef struct {
    uint64_t numbers[9];
    uint32_t major, minor, name_size, build_id_size;
    uint64_t name, build_id;
} Query;

static int
take(int file, void *into, size_t size)
{
    char *at = into;
    while (size) {
        const ssize_t got = read(file, at, size);
        if (got <= 0)
            return 0;
        at += got;
        size -= (size_t)got;
    }
    return 1;
}

int
ioctl(int file, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    Query *asked = va_arg(arguments, Query *);
    va_end(arguments);
    const Query before = *asked;
    int32_t error;
    if (!take(file, &error, sizeof error) || !take(file, asked, sizeof *asked)) {
        errno = EIO;
        return -1;
    }
    if (asked->name_size <= before.name_size
        && !take(file, (void *)(uintptr_t)before.name, asked->name_size))
        error = EIO;
    if (before.build_id_size && asked->build_id_size <= before.build_id_size
        && !take(file, (void *)(uintptr_t)before.build_id, asked->build_id_size))
        error = EIO;
    errno = error;
    return error ? -1 : 0;
}
