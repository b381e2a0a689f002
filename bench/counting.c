/* Tells valgrind's callgrind from when to when to count instructions; without it, nothing. */
#include <valgrind/callgrind.h>

void start(void);
void stop(void);

void
start(void)
{
    CALLGRIND_START_INSTRUMENTATION;
}

void
stop(void)
{
    CALLGRIND_STOP_INSTRUMENTATION;
}
