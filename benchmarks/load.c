/* The driver that the benchmarks measure with: load SOCKET. It publishes on command.
 *
 * A batch gets one time stamp, by cwire_publish_at, as a driver does that reads a block from its
 * device and publishes it in pieces: with small frames a look at the clock for each of them is a
 * good part of the time.
 */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cwire.h"
#include "load_schema.h"

#define RING_BYTES ((size_t)16 << 20)

static volatile sig_atomic_t stopped;

/* What is left to publish. */
struct work {
    struct publish order;
    struct sample next;
};

static void stop(int number) {
    (void)number;
    stopped = 1;
}

static int publish(cwire *link, const cwire_command *command, void *user) {
    struct work *work = user;
    (void)link;
    memcpy(&work->order, command->payload, sizeof work->order);
    return 0;
}

static int echo(cwire *link, const cwire_command *command, void *user) {
    (void)user;
    return cwire_reply(link, command->token, command->payload, command->size);
}

static uint64_t time_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* Publishes a batch with one stamp; returns 0 if the peers have too much to read already. */
static int publish_batch(cwire *link, struct work *work) {
    if (work->order.paced && cwire_pending(link) > RING_BYTES / 2)
        return 0;
    const uint64_t now = time_ns();
    for (uint32_t i = 0; i < work->order.batch && work->order.count > 0; i++) {
        work->next.index++;
        work->order.count--;
        cwire_publish_at(link, SAMPLE, now, &work->next, sizeof work->next);
    }
    return 1;
}

int main(int argc, char **argv) {
    struct work work = {{0, 0, 0}, {0, {1, 2, 3, 4}}};
    cwire_options options = {0};
    options.ring_bytes = RING_BYTES;
    if (argc != 2) {
        fprintf(stderr, "usage: load SOCKET\n");
        return 2;
    }
    cwire *link = cwire_listen(argv[1], &load_schema, &options);
    if (!link) {
        fprintf(stderr, "load: %s\n", cwire_error(NULL));
        return 1;
    }
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    cwire_on_command(link, PUBLISH, publish, &work);
    cwire_on_command(link, ECHO, echo, NULL);
    printf("load: listening at %s\n", cwire_path(link));
    fflush(stdout);
    while (!stopped) {
        int busy = work.order.count > 0 && publish_batch(link, &work);
        if (cwire_poll(link, busy ? 0 : work.order.count > 0 ? 1 : 100) < 0)
            break;
    }
    cwire_close(link);
    return 0;
}
