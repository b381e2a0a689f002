/* Included before the files of the core: their allocations can be made to fail. */
#ifndef PROCMAPS_FUZZ_ALLOCATION_H
#define PROCMAPS_FUZZ_ALLOCATION_H

#include <stdlib.h>

void *core_calloc(size_t count, size_t size);
void *core_realloc(void *memory, size_t size);

#define calloc core_calloc
#define realloc core_realloc

#endif
