/* The same PROCMAP_QUERY again and again, as `procmaps.Querier` asks it: with a name, and without a
 * build ID. Source: struct procmap_query, include/uapi/linux/fs.h, Linux 6.11. */
#include <stdint.h>
#include <sys/ioctl.h>

struct query {
    uint64_t size, flags, address, start, end, vma_flags, page_size, offset, inode;
    uint32_t major, minor, name_size, build_id_size;
    uint64_t name, build_id;
};

long queries(int file, uint64_t address, long count);

/* Return how many of *count* queries found a mapping at *address*. */
long
queries(int file, uint64_t address, long count)
{
    static char name[4096];
    long found = 0;
    for (long i = 0; i < count; i++) {
        struct query query = {
            .size = sizeof query,
            .address = address,
            .name_size = sizeof name,
            .name = (uintptr_t)name,
        };
        found += ioctl(file, _IOWR('f', 17, struct query), &query) == 0;
    }
    return found;
}
