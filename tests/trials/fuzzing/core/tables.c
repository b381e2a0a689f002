/* The tables of one grammar, from the numbers that tests/trials/fuzzing/core_tables.py writes. */
#include "reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint64_t min_count, max_count;
    unsigned base;
    int register_index;
    bool may_end;
    uint8_t table[256];
} StepData;

typedef struct {
    const char *text;
    Kind kind;
    int column;
} KeyData;

#include "tables_data.h"

static void
make_program(Program *program, const StepData *step, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        Step made = {.register_index = step[i].register_index, .may_end = step[i].may_end};
        memcpy(made.table, step[i].table, sizeof made.table);
        if (!prepare_step(&made, step[i].min_count, step[i].max_count, step[i].base)) {
            fprintf(stderr, "tables_data.h has a step that cannot run\n");
            exit(1);
        }
        append_step(program, &made);
    }
}

static void
make_key(Tables *tables, const KeyData *data)
{
    Key *key = &tables->key[tables->keys++];
    size_t length = strlen(data->text);
    *key =
        (Key){.text = malloc(length), .length = length, .kind = data->kind, .column = data->column};
    if (!key->text)
        exit(1);
    memcpy(key->text, data->text, length);
    size_t compared = length < sizeof key->word ? length : sizeof key->word;
    memcpy(key->word, data->text, compared);
    memset(key->mask, 0xFF, compared);
}

#define MAKE_PROGRAM(program, data) make_program(program, data, sizeof data / sizeof *data)

const Tables *
fuzzed_tables(void)
{
    static Tables tables;
    if (tables.columns)
        return &tables;
    MAKE_PROGRAM(&tables.addresses, addresses);
    MAKE_PROGRAM(&tables.fixed_columns, fixed_columns);
    MAKE_PROGRAM(&tables.name, name);
    MAKE_PROGRAM(&tables.value[SIZE], size);
    MAKE_PROGRAM(&tables.value[COUNT], count);
    MAKE_PROGRAM(&tables.value[FLAGS], flags);
    MAKE_PROGRAM(&tables.text, text);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        make_key(&tables, &keys[i]);
    tables.columns = COLUMNS;
    return &tables;
}
