/* replay FILE...: check each text, without libFuzzer, so that any compiler can build it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *text, size_t size);

static void
check(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) < 0) {
        perror(path);
        exit(2);
    }
    size_t size = (size_t)ftell(file);
    rewind(file);
    uint8_t *text = malloc(size ? size : 1);
    if (!text || fread(text, 1, size, file) != size) {
        perror(path);
        exit(2);
    }
    fclose(file);
    LLVMFuzzerTestOneInput(text, size);
    free(text);
}

int
main(int count, char **path)
{
    for (int i = 1; i < count; i++)
        check(path[i]);
    printf("%d texts, no law broken\n", count - 1);
    return 0;
}
