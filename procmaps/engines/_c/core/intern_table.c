/* Interning: each distinct text once, with its index. See scanner.h.
 *
 * The texts are in an array in the order of their indexes. The slots are a hash table of
 * indexes, at most half full, with linear probing. The hash has a secret key, so a lookup takes an
 * expected constant number of probes whatever the texts are. */
#include "scanner.h"

#include <stdlib.h>
#include <string.h>

enum { MIN_SLOTS = 64 };

static bool
is_text(const InternedText *entry, const uint8_t *text, size_t length)
{
    return entry->length == length && memcmp(entry->text, text, length) == 0;
}

/* Return the slot of a text, or the empty slot for it. */
static uint32_t *
find_slot(const InternTable *table, const uint8_t *text, size_t length, uint64_t hash)
{
    for (size_t at = (size_t)hash;; at++) {
        uint32_t *slot = &table->slot[at & (table->slots - 1)];
        if (!*slot)
            return slot;
        const InternedText *entry = &table->entry[*slot - 1];
        if (entry->hash == hash && is_text(entry, text, length))
            return slot;
    }
}

/* Make room for one more text. Return false without memory. */
static bool
reserve(InternTable *table)
{
    if (table->count < table->slots / 2)
        return true;
    size_t slots = table->slots ? table->slots * 2 : MIN_SLOTS;
    if (slots / 2 > SIZE_MAX / sizeof *table->entry)
        return false;
    InternedText *entry = realloc(table->entry, slots / 2 * sizeof *entry);
    if (!entry)
        return false;
    table->entry = entry;
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (!slot)
        return false;
    free(table->slot);
    table->slot = slot;
    table->slots = slots;
    for (uint32_t i = 0; i < table->count; i++) {
        size_t at = (size_t)entry[i].hash;
        while (slot[at & (slots - 1)])
            at++;
        slot[at & (slots - 1)] = i + 1;
    }
    return true;
}

/* Return the index of a text; a new text gets the next one. Return -1 without memory. */
int64_t
intern_text(InternTable *table, const uint8_t *text, size_t length)
{
    /* Neighbours usually have the same name. */
    if (table->count && is_text(&table->entry[table->last], text, length))
        return table->last;
    if (table->count == UINT32_MAX - 1 || !reserve(table))
        return -1;
    uint64_t hash = keyed_hash(text, length, &table->key);
    uint32_t *slot = find_slot(table, text, length, hash);
    if (!*slot) {
        table->entry[table->count] = (InternedText){text, length, hash};
        *slot = ++table->count;
    }
    table->last = *slot - 1;
    return table->last;
}

/* Return the index of a text, -1 if it is not in the table. */
int64_t
find_text(const InternTable *table, const uint8_t *text, size_t length)
{
    if (!table->count)
        return -1;
    return (int64_t)*find_slot(table, text, length, keyed_hash(text, length, &table->key)) - 1;
}

void
free_intern_table(InternTable *table)
{
    free(table->slot);
    free(table->entry);
}
