/* Header lines that fulfil conditions, without columns. See scanner.h.
 *
 * Only a plain text is filtered: header lines alone, ascending, each with a line end. Everything
 * else is left to a reading in full, which knows what is wrong with it. */
#include "scanner.h"

/* Return whether *columns* have one of the files asked for. */
static bool
is_wanted_file(const Conditions *conditions, const FixedColumns *columns)
{
    for (size_t i = 0; i < conditions->files; i++) {
        const FileCondition *file = &conditions->file[i];
        if ((!file->has_inode || file->inode == columns->inode)
            && (!file->has_device
                || (file->major == columns->major && file->minor == columns->minor)))
            return true;
    }
    return !conditions->files;
}

/* Return the verdict on the name of *line*; take it if it is not known. */
static uint8_t
verdict_of(const Conditions *conditions, const HeaderLine *line, Found *found, bool *go_on)
{
    if (!line->name)
        return conditions->unnamed;
    const int64_t index = find_text(conditions->names, line->name, line->name_length);
    if (index >= 0)
        return conditions->verdict[index];
    found->unknown = true;
    *go_on = found->name(found->target, line->name, line->name_length);
    return REFUSED;
}

/* Return whether *line* has the name of the line before it, *last*. */
static bool
same_name(const HeaderLine *line, const HeaderLine *last)
{
    if (line->name_length != last->name_length)
        return false;
    /* Neighbours have names of one file or differ at their end. */
    for (size_t i = line->name_length; i; i--)
        if (line->name[i - 1] != last->name[i - 1])
            return false;
    return true;
}

/* Give *found* every line of the text that fulfils *conditions*, with its line end. */
Filtered
filter_lines(Reader *reader, const Conditions *conditions, Found *found)
{
    uint64_t last_end = 0;
    HeaderLine line, last = {0};
    uint8_t verdict = conditions->unnamed;
    for (const uint8_t *at = reader->begin; at < reader->end;) {
        const uint8_t *end = parse_header(reader, at, &line);
        if (!end || end == reader->end || line.start < last_end || line.end == line.start)
            return NOT_PLAIN;
        last_end = line.end;
        const FixedColumns *columns = line.columns;
        bool go_on = true;
        if (!same_name(&line, &last))
            verdict = verdict_of(conditions, &line, found, &go_on);
        last = line;
        const uint8_t perms = conditions->perms[columns->perms];
        if ((verdict | perms) & ODD)
            return NOT_PLAIN;
        if (verdict & MARKED && !found->is_marked) {
            found->is_marked = true;
            found->mark = line.start;
        }
        const uint64_t size = line.end - line.start;
        end++;
        if (go_on && verdict & perms & WANTED && !found->unknown && size >= conditions->least
            && size <= conditions->most && is_wanted_file(conditions, columns))
            go_on = found->line(found->target, at, (size_t)(end - at));
        if (!go_on)
            return STOPPED;
        at = end;
    }
    return FILTERED;
}
