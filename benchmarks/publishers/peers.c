/* Publishers of the peers, in C, as fast as the peer's own back-pressure lets them:
 *
 *     peers zmq LIBRARY ENDPOINT FRAME_BYTES FRAMES_PER_MESSAGE COUNT
 *     peers lsl LIBRARY NAME SAMPLES_PER_CHUNK COUNT WINDOW
 *     peers memcpy FRAME_BYTES COUNT ROOM
 *
 * The last one is no peer, but the least that a publisher of shared memory can do: it copies frames
 * from one place into ROOM bytes, one behind the other, and prints the seconds of the last 85 %.
 *
 * LIBRARY is the shared library that the peer's PyPI wheel brings, so no header of it is needed:
 * the few functions are declared here as its documentation has them. Each frame begins with its
 * index, counted from 1. LSL does not hold a publisher back, so the reader does: it writes how many
 * samples it has (u64) to standard input, and at most WINDOW are under way. */
#define _DEFAULT_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* POSIX lets a data pointer be read as a function's; ISO C does not let it be cast. */
static void find(void *library, const char *name, void *function) {
    void *symbol = dlsym(library, name);
    if (!symbol) {
        fprintf(stderr, "peers: %s\n", dlerror());
        exit(1);
    }
    memcpy(function, &symbol, sizeof symbol);
}

static void say_ready(void) {
    printf("ready\n");
    fflush(stdout);
}

static int run_zmq(void *library, char **arguments) {
    enum { PUSH = 8 };
    void *(*new_context)(void);
    void *(*new_socket)(void *, int);
    int (*bind_socket)(void *, const char *);
    int (*send_message)(void *, const void *, size_t, int);
    find(library, "zmq_ctx_new", &new_context);
    find(library, "zmq_socket", &new_socket);
    find(library, "zmq_bind", &bind_socket);
    find(library, "zmq_send", &send_message);

    size_t size = strtoul(arguments[1], NULL, 10);
    size_t per_message = strtoul(arguments[2], NULL, 10);
    uint64_t count = strtoull(arguments[3], NULL, 10);
    char *message = calloc(per_message, size);
    void *socket = new_socket(new_context(), PUSH);
    if (!message || !socket || bind_socket(socket, arguments[0])) {
        fprintf(stderr, "peers: cannot bind %s\n", arguments[0]);
        return 1;
    }
    say_ready();
    for (uint64_t index = 0; index < count;) {
        size_t filled = 0;
        for (; filled < per_message && index < count; filled++) {
            index++;
            memcpy(message + filled * size, &index, sizeof index);
        }
        if (send_message(socket, message, filled * size, 0) < 0)
            return 1;
    }
    pause(); /* until the reader has all and the bench ends this */
    return 0;
}

static int run_lsl(void *library, char **arguments) {
    enum { CHANNELS = 8, DOUBLE64 = 2 };
    void *(*new_info)(const char *, const char *, int32_t, double, int, const char *);
    void *(*new_outlet)(void *, int32_t, int32_t);
    int32_t (*wait_for)(void *, double);
    int32_t (*push)(void *, const double *, unsigned long, double, int32_t);
    find(library, "lsl_create_streaminfo", &new_info);
    find(library, "lsl_create_outlet", &new_outlet);
    find(library, "lsl_wait_for_consumers", &wait_for);
    find(library, "lsl_push_chunk_dtp", &push);

    size_t per_chunk = strtoul(arguments[1], NULL, 10);
    uint64_t count = strtoull(arguments[2], NULL, 10);
    uint64_t window = strtoull(arguments[3], NULL, 10), received = 0;
    double (*chunk)[CHANNELS] = calloc(per_chunk, sizeof *chunk);
    void *info = new_info(arguments[0], "bench", CHANNELS, 0, DOUBLE64, arguments[0]);
    /* Buffers are counted in hundreds of samples where a stream has no fixed rate. */
    void *outlet = info ? new_outlet(info, 0, (int32_t)(2 * window / 100)) : NULL;
    if (!chunk || !outlet)
        return 1;
    say_ready();
    if (!wait_for(outlet, 30))
        return 1;
    for (uint64_t index = 0; index < count;) {
        size_t filled = 0;
        while (filled < per_chunk && index < count)
            chunk[filled++][0] = (double)++index;
        while (index - received > window)
            if (read(STDIN_FILENO, &received, sizeof received) != sizeof received)
                return 1;
        if (push(outlet, chunk[0], filled * CHANNELS, 0, 1))
            return 1;
    }
    pause();
    return 0;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int run_memcpy(char **arguments) {
    const size_t size = strtoul(arguments[0], NULL, 10), room = strtoul(arguments[2], NULL, 10);
    const uint64_t count = strtoull(arguments[1], NULL, 10), warm = count * 15 / 100;
    const int shared = MAP_SHARED | MAP_ANONYMOUS;
    uint8_t *frame = malloc(size);
    uint8_t *memory = mmap(NULL, room, PROT_READ | PROT_WRITE, shared, -1, 0);
    if (!frame || memory == MAP_FAILED || size < sizeof count || room < size) {
        fprintf(stderr, "peers: no memory\n");
        return 1;
    }
    memset(frame, 1, size);
    double begin = 0;
    for (uint64_t index = 1; index <= count; index++) {
        if (index == warm + 1)
            begin = seconds();
        memcpy(frame, &index, sizeof index);
        memcpy(memory + index % (room / size) * size, frame, size);
    }
    printf("%.9f\n", seconds() - begin);
    fflush(stdout);
    pause();
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 5 && strcmp(argv[1], "memcpy") == 0)
        return run_memcpy(argv + 2);
    void *library = argc > 2 ? dlopen(argv[2], RTLD_NOW) : NULL;
    if (!library) {
        fprintf(stderr, "peers: %s\n", argc > 2 ? dlerror() : "what to run?");
        return 2;
    }
    if (argc == 7 && strcmp(argv[1], "zmq") == 0)
        return run_zmq(library, argv + 3);
    if (argc == 7 && strcmp(argv[1], "lsl") == 0)
        return run_lsl(library, argv + 3);
    fprintf(stderr, "peers: wrong arguments\n");
    return 2;
}
