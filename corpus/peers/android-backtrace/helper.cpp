// Print what Android's libbacktrace returns for a process.
#include <sys/mman.h>

#include <backtrace/BacktraceMap.h>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <memory>

int
main(int, char **arguments)
{
    const std::unique_ptr<BacktraceMap> maps(BacktraceMap::Create(atoi(arguments[1])));
    if (maps == nullptr) {
        fputs("BacktraceMap::Create returned no object", stderr);
        return 1;
    }
    for (auto at = maps->begin(); at != maps->end(); ++at) {
        const backtrace_map_t *map = *at;
        const int flags = map->flags;
        printf("%" PRIx64 "\t%" PRIx64 "\t%c%c%c\t%" PRIx64 "\t%s\n", map->start, map->end,
               flags & PROT_READ ? 'r' : '-', flags & PROT_WRITE ? 'w' : '-',
               flags & PROT_EXEC ? 'x' : '-', map->offset, map->name.c_str());
    }
    return 0;
}
