/* Writes messages as a driver of cwire: place=SOCKET; order.h says the rest. */
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>

#include "cwire.h"
#include "ipc_messages_schema.h"
#include "order.h"

enum {
    HEADER = 24,       /* of a frame, which counts as part of a message's size */
    TOGETHER = 1 << 16 /* bytes between two polls: publishing alone makes no system call */
};

struct publisher {
    cwire *link;
    size_t payload, batch, bytes, most, together, unsent;
    uint16_t id;
    int held, spins;
};

static int there_is_input(void) {
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    return poll(&input, 1, 0) > 0;
}

static void poll_for(void *self, int64_t ns) {
    struct publisher *publisher = self;
    /* A peer is served, then the rest of less than a millisecond is slept. */
    cwire_poll(publisher->link, (int)(ns / 1000000));
    if (ns < 1000000)
        sleep_ns(NULL, ns);
}

static int publish(void *self, uint8_t *messages) {
    struct publisher *publisher = self;
    int code = cwire_publish_many(publisher->link, publisher->id, messages, publisher->payload,
                                  publisher->batch);
    publisher->unsent += publisher->bytes;
    if (code >= 0 && publisher->unsent >= publisher->together) {
        publisher->unsent = 0;
        code = cwire_poll(publisher->link, 0);
        while (code >= 0 && publisher->held && cwire_pending(publisher->link) > publisher->most) {
            code = cwire_poll(publisher->link, !publisher->spins);
            if (publisher->spins)
                sched_yield();
        }
    }
    if (code < 0)
        fprintf(stderr, "publisher: %s\n", cwire_error(publisher->link));
    return code < 0;
}

int main(int argc, char **argv) {
    const struct order order = read_order(argc, argv);
    const size_t bytes = order.size * order.batch;
    cwire_options options = {0};
    struct publisher publisher;
    end_with_parent();
    options.name = "ipc";
    options.ring_bytes = strtoul(value_of(argc, argv, "ring", "16777216"), NULL, 10);
    options.frame_bytes = (uint32_t)order.size;
    publisher.link = cwire_listen(order.place, &ipc_messages_schema, &options);
    if (!publisher.link) {
        fprintf(stderr, "publisher: %s\n", cwire_error(NULL));
        return 1;
    }
    publisher.payload = order.size - HEADER;
    publisher.batch = order.batch;
    publisher.bytes = bytes;
    publisher.id = publisher.payload == sizeof(struct ipc_sample) ? IPC_SAMPLE : IPC_BLOCK;
    publisher.held = order.held;
    publisher.spins = atoi(value_of(argc, argv, "spins", "0"));
    publisher.together = order.rate > 0 ? 0 : TOGETHER;
    publisher.unsent = 0;
    /* As much as there is room for, with what is published until the next look. */
    publisher.most =
        options.ring_bytes > bytes + TOGETHER ? options.ring_bytes - bytes - TOGETHER : 0;
    say_ready();
    while (!there_is_input())
        if (cwire_poll(publisher.link, 5) < 0)
            return say("cwire_poll");
    int problem =
        wait_for_go() ? write_all(&order, publisher.payload, publish, poll_for, &publisher) : 0;
    while (!problem && !there_is_input())
        if (cwire_poll(publisher.link, 5) < 0)
            problem = say("cwire_poll");
    cwire_close(publisher.link);
    return problem;
}
