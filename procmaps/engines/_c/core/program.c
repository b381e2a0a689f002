/* Programs, run over a line: see scanner.h. */
#include "scanner.h"

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

/* Add the digits from *at* on to *value*; the place behind them, or NULL where the number has more
 * than 64 bits. Four at a time where there are so many: every sum has to wait for the one before.
 */
static const uint8_t *
read_digits(const Step *step, const uint8_t *at, const uint8_t *limit, uint64_t *value)
{
    const uint8_t *safe = (size_t)(limit - at) > step->safe ? at + step->safe : limit;
    const uint64_t base = step->base;
    uint64_t sum = *value;
    for (; safe - at >= 4; at += 4) {
        const uint8_t first = step->table[at[0]], second = step->table[at[1]];
        const uint8_t third = step->table[at[2]], last = step->table[at[3]];
        if ((first | second | third | last) & NO_DIGIT)
            break;
        sum = sum * step->fourth + ((first * base + second) * base + third) * base + last;
    }
    uint8_t digit;
    for (; at < safe && (digit = step->table[*at]) != OUTSIDE; at++)
        sum = sum * base + digit;
    for (; at < limit && (digit = step->table[*at]) != OUTSIDE; at++) {
        if (sum > (UINT64_MAX - digit) / base)
            return NULL;
        sum = sum * base + digit;
    }
    *value = sum;
    return at;
}

/* Run *program* from *at* on. The place behind it; NULL where a number has more than 64 bits or the
 * text is not the program's. */
const uint8_t *
run_steps(const Program *program, const uint8_t *at, const uint8_t *end, Registers *registers)
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
            if (!(at = read_digits(step, at, limit, &registers->value[step->target])))
                return NULL;
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
    return at;
}

/* The same to the end of the line: the place of the newline, or the end of the text. */
const uint8_t *
run_program(const Program *program, const uint8_t *at, const uint8_t *end, Registers *registers)
{
    at = run_steps(program, at, end, registers);
    return at && (at == end || *at == '\n') ? at : NULL;
}
