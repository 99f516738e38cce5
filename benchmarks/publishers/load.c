/* The driver that the benchmarks measure with: load SOCKET. It publishes on command. */
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
    int64_t due; /* ns: when the next batch is, if there is a rate */
    uint64_t index;
};

/* Samples are published as an array, as a driver does that reads a block from its device. */
enum { TOGETHER = 64 };
static struct sample samples[TOGETHER];

/* One payload serves all others: every message begins with its index. */
static union {
    uint64_t index;
    struct tile tile;
    struct block block;
} payload;

static void stop(int number) {
    (void)number;
    stopped = 1;
}

static int64_t now_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static size_t payload_size(uint32_t message) {
    switch (message) {
    case SAMPLE:
        return sizeof samples[0];
    case TILE:
        return sizeof payload.tile;
    case BLOCK:
        return sizeof payload.block;
    default:
        return 0;
    }
}

static int publish(cwire *link, const cwire_command *command, void *user) {
    struct work *work = user;
    const struct publish *order = command->payload;
    if (!payload_size(order->message))
        return cwire_reply_error(link, command->token, CWIRE_ERANGE, "no message has id %u",
                                 (unsigned)order->message);
    work->order = *order;
    work->due = now_ns(CLOCK_MONOTONIC);
    return 0;
}

static int echo(cwire *link, const cwire_command *command, void *user) {
    (void)user;
    return cwire_reply(link, command->token, command->payload, command->size);
}

/* Publishes up to `count` frames of the order's message. Returns how many. */
static uint32_t publish_some(cwire *link, struct work *work, uint32_t count) {
    const uint16_t id = (uint16_t)work->order.message;
    if (id != SAMPLE) {
        payload.index = ++work->index;
        cwire_publish(link, id, &payload, payload_size(id));
        return 1;
    }
    if (count > TOGETHER)
        count = TOGETHER;
    for (uint32_t i = 0; i < count; i++)
        samples[i].index = ++work->index;
    cwire_publish_many(link, id, samples, sizeof samples[0], count);
    return count;
}

/* Publishes one batch. Returns the milliseconds until the next one may be due. */
static int publish_batch(cwire *link, struct work *work) {
    if (work->order.count == 0)
        return 100;
    if (work->order.rate) {
        int64_t early = work->due - now_ns(CLOCK_MONOTONIC);
        if (early > 0)
            return (int)(early / 1000000) + 1;
        work->due += INT64_C(1000000000) / work->order.rate;
    }
    if (work->order.paced && cwire_pending(link) > RING_BYTES / 2)
        return 1;
    uint64_t left = work->order.batch < work->order.count ? work->order.batch : work->order.count;
    work->order.count -= left;
    while (left > 0)
        left -= publish_some(link, work, (uint32_t)left);
    return 0;
}

int main(int argc, char **argv) {
    struct work work = {{0, 0, 0, 0, 0}, 0, 0};
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
    while (!stopped)
        if (cwire_poll(link, publish_batch(link, &work)) < 0)
            break;
    cwire_close(link);
    return 0;
}
