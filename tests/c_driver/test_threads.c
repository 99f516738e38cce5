/* Threads: several publish and reply while one polls. Runs under TSan, too. */
#define _GNU_SOURCE
#include "check.h"
#include "cwire.h"
#include "peer_side.h"

#include <pthread.h>
#include <unistd.h>

enum { PUBLISHERS = 3, FRAMES = 3000, TOGETHER = 60, COMMANDS = 200 };

typedef struct shared {
    cwire *link;
    pthread_mutex_t lock;
    cwire_token tokens[COMMANDS];
    int count;
    int stop;
} shared;

static int keep(cwire *link, const cwire_command *command, void *user) {
    shared *s = user;
    (void)link;
    pthread_mutex_lock(&s->lock);
    s->tokens[s->count++] = command->token;
    pthread_mutex_unlock(&s->lock);
    return CWIRE_LATER;
}

static int stopped(shared *s) {
    pthread_mutex_lock(&s->lock);
    int stop = s->stop;
    pthread_mutex_unlock(&s->lock);
    return stop;
}

static void *poll_link(void *user) {
    shared *s = user;
    while (!stopped(s))
        CHECK(cwire_poll(s->link, -1) >= 0); /* only woken by others */
    return NULL;
}

static void *publish_ticks(void *user) {
    shared *s = user;
    for (uint64_t i = 0; i < FRAMES; i++) {
        while (cwire_pending(s->link) > 1 << 14)
            usleep(50); /* paced: nothing is evicted */
        CHECK_EQUAL(cwire_publish(s->link, TICK, &i, sizeof i), 0);
    }
    return NULL;
}

static void *publish_arrays(void *user) {
    shared *s = user;
    uint64_t values[TOGETHER] = {0};
    for (int i = 0; i < FRAMES; i += TOGETHER) {
        while (cwire_pending(s->link) > 1 << 14)
            usleep(50);
        CHECK_EQUAL(cwire_publish_many(s->link, TICK, values, sizeof values[0], TOGETHER), 0);
    }
    return NULL;
}

static void *reply_later(void *user) {
    shared *s = user;
    for (int done = 0; done < COMMANDS;) {
        pthread_mutex_lock(&s->lock);
        cwire_token token = done < s->count ? s->tokens[done] : 0;
        pthread_mutex_unlock(&s->lock);
        if (token == 0) {
            usleep(50);
            continue;
        }
        const uint64_t value = (uint64_t)done++;
        CHECK_EQUAL(cwire_reply(s->link, token, &value, sizeof value), 0);
    }
    return NULL;
}

static void everything_arrives_once_and_in_order(void) {
    cwire_options options = {0};
    shared s;
    side peer;
    cwire_header header;
    const uint8_t *payload;
    pthread_t poller, replier, publishers[PUBLISHERS];
    uint32_t ticks = 0, replies = 0;
    const uint64_t nothing = 0;
    memset(&s, 0, sizeof s);
    options.ring_bytes = 1 << 16;
    options.heartbeat_ms = 3600 * 1000; /* a lost wake-up must not be healed by a heartbeat */
    s.link = test_listen("a.sock", &options);
    pthread_mutex_init(&s.lock, NULL);
    CHECK_EQUAL(cwire_on_command(s.link, ASK, keep, &s), 0);
    side_join(&peer, s.link);
    CHECK_EQUAL(pthread_create(&poller, NULL, poll_link, &s), 0);
    CHECK_EQUAL(pthread_create(&replier, NULL, reply_later, &s), 0);
    for (int i = 0; i < PUBLISHERS; i++)
        CHECK_EQUAL(pthread_create(&publishers[i], NULL, i ? publish_ticks : publish_arrays, &s),
                    0);
    for (uint32_t i = 1; i <= COMMANDS; i++)
        side_send_frame(&peer, ASK, i, &nothing, sizeof nothing);
    while (ticks < PUBLISHERS * FRAMES || replies < COMMANDS) {
        CHECK(side_next(&peer, NULL, &header, &payload));
        if (header.type == TICK)
            CHECK_EQUAL(header.sequence, ticks++);
        else if (header.type == ANSWER_TO_ASK)
            CHECK_EQUAL(header.request, ++replies);
    }
    pthread_mutex_lock(&s.lock);
    s.stop = 1;
    pthread_mutex_unlock(&s.lock);
    CHECK_EQUAL(cwire_publish(s.link, TICK, &nothing, sizeof nothing), 0); /* wakes the poller */
    pthread_join(poller, NULL);
    pthread_join(replier, NULL);
    for (int i = 0; i < PUBLISHERS; i++)
        pthread_join(publishers[i], NULL);
    side_close(&peer);
    cwire_close(s.link);
    pthread_mutex_destroy(&s.lock);
}

int main(int argc, char **argv) {
    RUN(everything_arrives_once_and_in_order);
    return 0;
}
