/* Print the columns that strtok() returns. */
#include <stdio.h>
#include <string.h>

int
main(int arguments, char **argument)
{
    char *line = NULL;
    size_t length = 0;
    FILE *file = fopen(argument[arguments - 1], "r");
    if (file == NULL) {
        perror("fopen");
        return 1;
    }
    while (getline(&line, &length, file) > 0) {
        const char *start = strtok(line, "-");
        const char *end = strtok(NULL, " \n");
        const char *perms = strtok(NULL, " \n");
        const char *offset = strtok(NULL, " \n");
        const char *device = strtok(NULL, " \n");
        const char *inode = strtok(NULL, " \n");
        const char *name = strtok(NULL, " \n");
        if (inode != NULL)
            printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", start, end, perms, offset, device, inode,
                   name == NULL ? "" : name);
    }
    return 0;
}
