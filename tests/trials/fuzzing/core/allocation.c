/* Allocations that fail on request. See allocation.h. */
#include "reading.h"

#include <stdlib.h>

void *core_calloc(size_t count, size_t size);
void *core_realloc(void *memory, size_t size);

static unsigned until_failure;

void
fail_allocation(unsigned count)
{
    until_failure = count;
}

static bool
fails_now(void)
{
    return until_failure && --until_failure == 0;
}

void *
core_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : calloc(count, size);
}

void *
core_realloc(void *memory, size_t size)
{
    return fails_now() ? NULL : realloc(memory, size);
}
