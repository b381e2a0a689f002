/* The sanitizer's runtime prints its list of mappings when it ends a program. */
#include <limits.h>

int
main(int arguments, char **argument)
{
    (void)argument;
    volatile int large = INT_MAX;
    return large + arguments;
}
