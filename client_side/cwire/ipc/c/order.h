/* What both writers of `cwire bench ipc` share: their order, the messages, the pace, the words.
 *
 *     WRITER NAME=VALUE ...
 *
 * A writer prints "ready", waits for a line on standard input, writes for as long as it is told,
 * prints a line of JSON, and ends when its standard input does. */
#ifndef CWIRE_IPC_ORDER_H
#define CWIRE_IPC_ORDER_H

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

/* What each message begins with. */
struct head {
    uint64_t index; /* from 1 */
    uint64_t t_ns;  /* CLOCK_MONOTONIC, when it was written */
    uint64_t last;  /* 1: no other comes */
};

struct order {
    size_t size;       /* bytes of a message */
    size_t batch;      /* messages at once */
    size_t at_least;   /* batches, however long that takes */
    double seconds;    /* how long */
    double rate;       /* batches per second; 0: as fast as it goes */
    size_t readers;    /* how many */
    int held;          /* 1: wait for the readers; 0: overwrite what they have not read */
    const char *way;   /* how */
    const char *place; /* a path or an endpoint */
    const char *text;  /* what else that way needs */
};

static const char *value_of(int argc, char **argv, const char *name, const char *otherwise) {
    size_t length = strlen(name);
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], name, length) == 0 && argv[i][length] == '=')
            return argv[i] + length + 1;
    return otherwise;
}

static struct order read_order(int argc, char **argv) {
    struct order order;
    order.size = strtoul(value_of(argc, argv, "size", "64"), NULL, 10);
    order.batch = strtoul(value_of(argc, argv, "batch", "1"), NULL, 10);
    order.at_least = strtoul(value_of(argc, argv, "at_least", "1"), NULL, 10);
    order.seconds = strtod(value_of(argc, argv, "seconds", "0.1"), NULL);
    order.rate = strtod(value_of(argc, argv, "rate", "0"), NULL);
    order.readers = strtoul(value_of(argc, argv, "readers", "1"), NULL, 10);
    order.held = atoi(value_of(argc, argv, "held", "1"));
    order.way = value_of(argc, argv, "way", "");
    order.place = value_of(argc, argv, "place", "");
    order.text = value_of(argc, argv, "text", "");
    return order;
}

static int64_t now_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Ends with whoever started it, also where that is killed. */
static void end_with_parent(void) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN); /* Ctrl-C is for the one who started it */
    signal(SIGPIPE, SIG_IGN);
}

static void say_ready(void) {
    printf("ready\n");
    fflush(stdout);
}

/* Waits for the line that begins it. Returns 0 if it will not come. */
static int wait_for_go(void) {
    char byte;
    while (read(STDIN_FILENO, &byte, 1) == 1)
        if (byte == '\n')
            return 1;
    return 0;
}

/* Sends `order->batch` messages that lie `stride` bytes apart. Returns 0, or -1: it cannot. */
typedef int send_batch(void *self, uint8_t *messages);

/* What is done while it is too early for the next batch. */
typedef void idle(void *self, int64_t ns);

static void sleep_ns(void *self, int64_t ns) {
    struct timespec time = {ns / 1000000000, ns % 1000000000};
    (void)self;
    nanosleep(&time, NULL);
}

static int say(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    return 1;
}

/* Writes until it is over, and says how much it was. Returns the exit status. */
static int write_all(const struct order *order, size_t stride, send_batch *send, idle *wait,
                     void *self) {
    /* At a page's begin, for all ways alike: where a copy begins 8 bytes further in its page than
     * what is copied, as with malloc's 16 and a frame's 24, some processors take 14 times as long
     * for `rep movsb`, by which glibc copies. */
    void *memory = NULL;
    if (posix_memalign(&memory, 4096, order->batch * stride))
        return say("no memory for the messages");
    uint8_t *messages = memory;
    /* Numbers, not one page of zeros that is there a thousand times. */
    for (size_t i = 0; i < order->batch * stride; i++)
        messages[i] = (uint8_t)(i >> 3);
    /* Where a batch takes less time than a look at the clock, not each looks. */
    const size_t look = order->rate > 0 || order->batch * stride >= 4096 ? 1 : 16;
    const int64_t begin = now_ns(CLOCK_MONOTONIC), cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    const int64_t until = begin + (int64_t)(order->seconds * 1e9);
    int64_t now = begin;
    uint64_t index = 0;
    for (size_t sent = 0;; sent++) {
        if (order->rate > 0) {
            int64_t due = begin + (int64_t)((double)sent / order->rate * 1e9);
            while ((now = now_ns(CLOCK_MONOTONIC)) < due)
                wait(self, due - now);
        } else if (sent % look == 0) {
            now = now_ns(CLOCK_MONOTONIC);
        }
        const int last = now >= until && sent + 1 >= order->at_least;
        for (size_t i = 0; i < order->batch; i++) {
            struct head head = {++index, (uint64_t)now, last && i + 1 == order->batch};
            memcpy(messages + i * stride, &head, sizeof head);
        }
        if (send(self, messages))
            return 1;
        if (last)
            break;
    }
    printf("{\"published\": %llu, \"seconds\": %.9f, \"cpu_s\": %.9f}\n", (unsigned long long)index,
           (double)(now_ns(CLOCK_MONOTONIC) - begin) / 1e9,
           (double)(now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e9);
    fflush(stdout);
    free(messages);
    return 0;
}

#endif
