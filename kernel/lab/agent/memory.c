/* SPDX-License-Identifier: MIT */
#include "memory.h"

/* volatile keeps GCC from replacing each loop by a call of the function that contains it. */

void *
memset(void *to, int byte, unsigned long n)
{
    volatile unsigned char *p = to;

    while (n--)
        *p++ = (unsigned char)byte;
    return to;
}

void *
memcpy(void *to, const void *from, unsigned long n)
{
    volatile unsigned char *p = to;
    const unsigned char *q = from;

    while (n--)
        *p++ = *q++;
    return to;
}
