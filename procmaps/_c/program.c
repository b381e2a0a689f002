/* Programs, run over a line: see scan.h. */
#include "scan.h"

#include <string.h>

/* Which byte of eight, as they stand in memory, is the first that is not 0. *word* is not 0. */
static int
first_byte(uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_clzll(word) / 8;
#else
    return __builtin_ctzll(word) / 8;
#endif
}

/* Behind the bytes from *at* on that are of the set, eight at a time where they are all the same:
 * padding mostly is. */
static const uint8_t *
skip_set(const uint8_t *table, const uint8_t *at, const uint8_t *limit)
{
    while (at < limit && table[*at] != OUTSIDE) {
        const uint64_t same = *at++ * UINT64_C(0x0101010101010101);
        for (; limit - at >= 8; at += 8) {
            uint64_t other;
            memcpy(&other, at, 8);
            if ((other ^= same)) {
                at += first_byte(other);
                break;
            }
        }
    }
    return at;
}

/* Run *program* from *at* to the end of the line. The place of the newline, or the end of the text;
 * NULL where the line is not the program's, or a number has more than 64 bits. */
const uint8_t *
run_program(const Program *program, const uint8_t *at, const uint8_t *end, Registers *registers)
{
    for (int i = 0; i < program->steps; i++) {
        const Step *step = &program->step[i];
        if (at == end || *at == '\n') {
            if (step->may_end)
                return at;
            if (step->least > 0)
                return NULL;
        }
        if (step->action == LITERAL) {
            if ((size_t)(end - at) < step->least)
                return NULL;
            for (size_t i = 0; i < step->least; i++)
                if (at[i] != step->literal[i])
                    return NULL;
            at += step->least;
            continue;
        }
        const uint8_t *limit = (size_t)(end - at) > step->most ? at + step->most : end;
        const uint8_t *from = at;
        if (step->action == NUMBER) {
            uint64_t value = registers->value[step->target];
            const uint8_t *safe = (size_t)(limit - at) > step->safe ? at + step->safe : limit;
            uint8_t digit = 0;
            for (; at < safe && (digit = step->table[*at]) != OUTSIDE; at++)
                value = value * step->base + digit;
            for (; at < limit && (digit = step->table[*at]) != OUTSIDE; at++) {
                if (value > (UINT64_MAX - digit) / step->base)
                    return NULL;
                value = value * step->base + digit;
            }
            registers->value[step->target] = value;
        }
        else if (step->until >= 0) {
            const uint8_t *stop = at < limit ? memchr(at, '\n', (size_t)(limit - at)) : NULL;
            at = stop ? stop : limit;
            if (at > from && (stop = memchr(from, step->until, (size_t)(at - from))))
                at = stop;
        }
        else
            at = skip_set(step->table, at, limit);
        if ((size_t)(at - from) < step->least)
            return NULL;
        if (step->action == SPAN) {
            if (!registers->from[step->target])
                registers->from[step->target] = from;
            registers->to[step->target] = at;
        }
    }
    return at == end || *at == '\n' ? at : NULL;
}
