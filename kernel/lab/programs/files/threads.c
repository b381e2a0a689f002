/* A heap, an allocation of 1 MiB with mmap(), and three threads that allocate from their arenas. */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *
work(void *unused)
{
    char *blocks[16];
    int i;

    for (i = 0; i < 16; i++)
        memset(blocks[i] = malloc(10000), 1, 10000);
    pause();
    free(blocks[0]);
    return unused;
}

int
main(void)
{
    pthread_t threads[3];
    char *large = malloc(1 << 20);
    int i;

    memset(large, 1, 1 << 20);
    for (i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    sleep(2);
    close(creat("/run/ready", 0644));
    pause();
    return 0;
}
