/* Writes messages by the ways of the operating system, and by ZeroMQ; order.h says the rest.
 *
 *     way=fds text=FD,FD,...           a pipe, a Unix socket or TCP for each reader
 *     way=map place=FILE text=FD,...   shared memory: FILE is mapped; FD: a pipe that wakes a
 * reader way=zmq place=ENDPOINT text=LIBRARY
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "order.h"

enum { MOST = 64 };

struct fds {
    int fds[MOST];
    size_t count;
    size_t bytes;
};

static void read_fds(struct fds *list, const char *text) {
    for (list->count = 0; *text && list->count < MOST; text += *text == ',') {
        char *end;
        list->fds[list->count++] = (int)strtol(text, &end, 10);
        text = end;
    }
}

static int send_to_fds(void *self, uint8_t *messages) {
    struct fds *list = self;
    for (size_t i = 0; i < list->count; i++) {
        size_t sent = 0;
        while (sent < list->bytes) {
            ssize_t n = write(list->fds[i], messages + sent, list->bytes - sent);
            if (n < 0 && errno != EINTR)
                return say("write");
            sent += n > 0 ? (size_t)n : 0;
        }
    }
    return 0;
}

/* Shared memory. Before the messages there is a page of 64-bit words, each on a cache line of its
 * own: how many bytes are written, how many may be overwritten at this moment, and how many each
 * reader has read. All count from the beginning and never wrap. */
enum { PAGE = 4096, HEAD = 8, CLAIM = 16, READER = 24, LINE = 8 };

struct map {
    uint64_t *words;
    uint8_t *area;
    uint64_t capacity, head;
    size_t bytes, readers;
    int held;
    struct fds bells;
};

static uint64_t least_read(const struct map *map) {
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < map->readers; i++) {
        uint64_t read = __atomic_load_n(&map->words[READER + LINE * i], __ATOMIC_ACQUIRE);
        if (read < least)
            least = read;
    }
    return least;
}

static int send_to_map(void *self, uint8_t *messages) {
    struct map *map = self;
    if (map->held)
        for (unsigned turn = 0; map->head + map->bytes > least_read(map) + map->capacity; turn++)
            if (turn > 100)
                sched_yield();
    __atomic_store_n(&map->words[CLAIM], map->head + map->bytes, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    memcpy(map->area + map->head % map->capacity, messages, map->bytes);
    map->head += map->bytes;
    __atomic_store_n(&map->words[HEAD], map->head, __ATOMIC_RELEASE);
    for (size_t i = 0; i < map->bells.count; i++)
        if (write(map->bells.fds[i], "", 1) < 0 && errno != EAGAIN)
            return say("write");
    return 0;
}

static int open_map(struct map *map, const struct order *order) {
    struct stat about;
    int fd = open(order->place, O_RDWR | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about))
        return say(order->place);
    size_t length = (size_t)about.st_size;
    void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    close(fd);
    if (memory == MAP_FAILED)
        return say("mmap");
    map->words = memory;
    map->area = (uint8_t *)memory + PAGE;
    map->bytes = order->size * order->batch;
    map->capacity = strtoull(order->text, NULL, 10);
    map->readers = order->readers;
    map->held = order->held;
    map->head = 0;
    if (map->capacity % map->bytes || map->capacity + PAGE > length) {
        errno = EINVAL;
        return say("the capacity");
    }
    return 0;
}

/* ZeroMQ by the library that pyzmq's wheel brings, declared here as its documentation has it. */
struct zmq {
    void *socket;
    size_t bytes;
    int (*send)(void *, const void *, size_t, int);
    int (*receive)(void *, void *, size_t, int);
};

/* POSIX lets a data pointer be read as a function's; ISO C does not let it be cast. */
static int find(void *library, const char *name, void *function) {
    void *symbol = dlsym(library, name);
    if (symbol)
        memcpy(function, &symbol, sizeof symbol);
    else
        fprintf(stderr, "%s\n", dlerror());
    return symbol ? 0 : 1;
}

enum { XPUB = 9, SNDHWM = 23, XPUB_VERBOSE = 40, XPUB_NODROP = 69 };

static int open_zmq(struct zmq *zmq, const struct order *order, int mark) {
    void *library = dlopen(order->text, RTLD_NOW);
    void *(*new_context)(void);
    void *(*new_socket)(void *, int);
    int (*bind_socket)(void *, const char *);
    int (*set)(void *, int, const void *, size_t);
    const int yes = 1;
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    if (find(library, "zmq_ctx_new", &new_context) || find(library, "zmq_socket", &new_socket) ||
        find(library, "zmq_bind", &bind_socket) || find(library, "zmq_setsockopt", &set) ||
        find(library, "zmq_recv", &zmq->receive) || find(library, "zmq_send", &zmq->send))
        return 1;
    zmq->bytes = order->size * order->batch;
    zmq->socket = new_socket(new_context(), XPUB);
    if (!zmq->socket || set(zmq->socket, SNDHWM, &mark, sizeof mark) ||
        set(zmq->socket, XPUB_VERBOSE, &yes, sizeof yes) ||
        set(zmq->socket, XPUB_NODROP, &yes, sizeof yes) || bind_socket(zmq->socket, order->place))
        return say(order->place);
    return 0;
}

/* What is sent before a reader has subscribed is not for it. */
static int wait_for_readers(struct zmq *zmq, size_t readers) {
    char subscription;
    for (size_t i = 0; i < readers; i++)
        if (zmq->receive(zmq->socket, &subscription, 1, 0) < 0)
            return say("zmq_recv");
    return 0;
}

static int send_to_zmq(void *self, uint8_t *messages) {
    struct zmq *zmq = self;
    while (zmq->send(zmq->socket, messages, zmq->bytes, 0) < 0)
        if (errno != EINTR && errno != EAGAIN)
            return say("zmq_send");
    return 0;
}

static void wait_for_end(void) {
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
}

int main(int argc, char **argv) {
    const struct order order = read_order(argc, argv);
    struct fds fds;
    struct map map;
    struct zmq zmq = {0};
    void *self = NULL;
    send_batch *send = NULL;
    int problem = 0;
    end_with_parent();
    if (strcmp(order.way, "fds") == 0) {
        read_fds(&fds, order.text);
        fds.bytes = order.size * order.batch;
        self = &fds;
        send = send_to_fds;
    } else if (strcmp(order.way, "map") == 0) {
        read_fds(&map.bells, value_of(argc, argv, "bells", ""));
        problem = open_map(&map, &order);
        self = &map;
        send = send_to_map;
    } else if (strcmp(order.way, "zmq") == 0) {
        problem = open_zmq(&zmq, &order, atoi(value_of(argc, argv, "mark", "1000")));
        self = &zmq;
        send = send_to_zmq;
    }
    if (!send) {
        fprintf(stderr, "writer: the ways are fds, map and zmq\n");
        return 2;
    }
    if (problem)
        return problem;
    say_ready();
    if (!wait_for_go())
        return 0;
    if (send == send_to_zmq && wait_for_readers(&zmq, order.readers))
        return 1;
    problem = write_all(&order, order.size, send, sleep_ns, self);
    if (!problem)
        wait_for_end();
    return problem;
}
