/* Start and stop callgrind's counting of instructions. Without valgrind both do nothing. */
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
