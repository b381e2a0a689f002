/* Print the columns that sscanf() returns: the name is %[^\n]. */
#include <limits.h>
#include <stdio.h>

int
main(int arguments, char **argument)
{
    char *line = NULL, perms[5], name[PATH_MAX];
    unsigned long start, end, offset, inode;
    unsigned int major, minor;
    size_t length = 0;
    FILE *file = fopen(argument[arguments - 1], "r");
    if (file == NULL) {
        perror("fopen");
        return 1;
    }
    while (getline(&line, &length, file) > 0) {
        name[0] = '\0';
        if (sscanf(line, "%lx-%lx %4s %lx %x:%x %lu %4095[^\n]", &start, &end, perms, &offset,
                   &major, &minor, &inode, name)
            < 7)
            continue;
        printf("%lx\t%lx\t%s\t%lx\t%x:%x\t%lu\t%s\n", start, end, perms, offset, major, minor,
               inode, name);
    }
    return 0;
}
