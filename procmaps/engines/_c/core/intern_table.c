/* Interning: each distinct text once, with its index. See scanner.h. */
#include "scanner.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PROBES = 64 }; /* a text that needs more closes the table */

static uint64_t
hash_text(const uint8_t *text, size_t length, uint64_t seed)
{
    uint64_t hash = seed ^ length, word;
    for (; length >= 8; text += 8, length -= 8) {
        memcpy(&word, text, 8);
        hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    word = 0;
    if (length)
        memcpy(&word, text, length);
    hash = (hash ^ word) * UINT64_C(0xBF58476D1CE4E5B9);
    return hash ^ (hash >> 32);
}

static bool
is_text(const InternedText *entry, const uint8_t *text, size_t length)
{
    return entry->length == length && memcmp(entry->text, text, length) == 0;
}

/* Return the slot of a text, or the empty slot for it; NULL after too many probes. */
static InternedText *
find_slot(const InternTable *table, const uint8_t *text, size_t length, uint64_t hash)
{
    for (size_t probe = 0; probe < MAX_PROBES; probe++) {
        /* Triangular probing: the distance grows by one each time, so used slots do not cluster. */
        InternedText *entry = &table->slot[(hash + probe * (probe + 1) / 2) & (table->slots - 1)];
        if (!entry->text || (entry->hash == hash && is_text(entry, text, length)))
            return entry;
    }
    return NULL;
}

/* Double the slots. Return false without memory, or if too many texts collide. */
static bool
grow(InternTable *table)
{
    InternTable larger = *table;
    larger.slots = table->slots ? table->slots * 2 : 64;
    if (larger.slots > SIZE_MAX / sizeof(InternedText) / 2)
        return false;
    larger.slot = calloc(larger.slots, sizeof(InternedText));
    if (!larger.slot)
        return false;
    for (size_t i = 0; i < table->slots; i++) {
        const InternedText *entry = &table->slot[i];
        if (!entry->text)
            continue;
        InternedText *slot = find_slot(&larger, entry->text, entry->length, entry->hash);
        if (!slot) {
            free(larger.slot);
            return false;
        }
        *slot = *entry;
    }
    free(table->slot);
    *table = larger;
    return true;
}

static bool
append_added(InternTable *table, InternedText entry)
{
    if (table->added_count == table->added_capacity) {
        size_t capacity = table->added_capacity ? table->added_capacity * 2 : 64;
        if (capacity > SIZE_MAX / sizeof(InternedText))
            return false;
        InternedText *added = realloc(table->added, capacity * sizeof(InternedText));
        if (!added)
            return false;
        table->added = added;
        table->added_capacity = capacity;
    }
    table->added[table->added_count++] = entry;
    return true;
}

/* Return the index of a text. A new text gets *index*, or the next index if *index* is negative.
 * Return -1 if the table is closed: then the caller has to look the text up. */
int64_t
intern_text(InternTable *table, const uint8_t *text, size_t length, int64_t index)
{
    if (table->last.text && is_text(&table->last, text, length))
        return table->last.index;
    if (table->used * 2 >= table->slots && !table->closed)
        table->closed = !grow(table);
    uint64_t hash = hash_text(text, length, table->seed);
    InternedText *slot = table->slots ? find_slot(table, text, length, hash) : NULL;
    if (!slot || (!slot->text && index < 0 && table->next_index == UINT32_MAX - 1))
        table->closed = true;
    if (!slot || (!slot->text && table->closed))
        return index;
    if (!slot->text) {
        InternedText entry = {text, length, hash, index < 0 ? table->next_index : (uint32_t)index};
        if (index < 0 && !append_added(table, entry))
            return -1;
        *slot = entry;
        if (entry.index >= table->next_index)
            table->next_index = entry.index + 1;
        table->used++;
    }
    table->last = *slot;
    return slot->index;
}

void
free_intern_table(InternTable *table)
{
    free(table->slot);
    free(table->added);
}
