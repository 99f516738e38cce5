/* The checks that public functions begin with: NULL, and signals that interrupt a call. */
#define _GNU_SOURCE
#include "caller.h"
#include "check.h"
#include "peer_side.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

static void no_link_is_an_error(void) {
    const uint64_t value = 1;
    const cwire_part part = {&value, sizeof value};
    CHECK_EQUAL(cwire_publish(NULL, TICK, &value, sizeof value), CWIRE_EINVAL);
    CHECK(strstr(cwire_error(NULL), "cwire_listen"));
    CHECK_EQUAL(cwire_publish_parts(NULL, TICK, 1, &part, 1), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_publish_many(NULL, TICK, &value, sizeof value, 1), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_reply(NULL, 1, NULL, 0), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_reply_error(NULL, 1, CWIRE_EFAILED, "no"), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_on_command(NULL, TICK, NULL, NULL), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_poll(NULL, 0), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_fd(NULL), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_wanted(NULL, TICK), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_peers(NULL), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_pending(NULL), 0);
    CHECK_EQUAL(strlen(cwire_path(NULL)), 0);
    CHECK_EQUAL(cwire_default_path("a", NULL, 100), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_default_path(NULL, NULL, 0), CWIRE_EINVAL);
    CHECK(cwire_listen(NULL, NULL, NULL) == NULL);
    cwire_close(NULL);
}

/* With peers and without: it was no error before the first one came. */
static void no_payload_is_an_error(void) {
    cwire *link = test_listen("a.sock", NULL);
    const cwire_part nothing = {NULL, 8};
    cwire_header header;
    side s;
    for (int joined = 0; joined < 2; joined++) {
        if (joined)
            side_join(&s, link);
        CHECK_EQUAL(cwire_publish(link, TICK, NULL, 8), CWIRE_EINVAL);
        CHECK(strstr(cwire_error(link), "NULL"));
        CHECK_EQUAL(cwire_publish_parts(link, TICK, 1, &nothing, 1), CWIRE_EINVAL);
        CHECK_EQUAL(cwire_publish_parts(link, TICK, 1, NULL, 1), CWIRE_EINVAL);
        CHECK_EQUAL(cwire_publish_many(link, TICK, NULL, 8, 2), CWIRE_EINVAL);
        CHECK_EQUAL(cwire_publish_many(link, TICK, NULL, 8, 0), 0);
        CHECK_EQUAL(cwire_reply(link, 1, NULL, 8), CWIRE_EINVAL);
    }
    publish_tick(link, 5, 0);
    CHECK_EQUAL(get_u64(side_expect(&s, link, TICK, &header)), 5);
    side_close(&s);
    cwire_close(link);
}

/* This thread holds the lock, as it does when a signal interrupts a call. */
static void an_interrupted_thread_is_refused(void) {
    cwire *link = test_listen("a.sock", NULL);
    const uint64_t value = 1;
    CHECK_EQUAL(cwi_caller_lock(link), 0);
    CHECK_EQUAL(cwire_publish(link, TICK, &value, sizeof value), CWIRE_EBUSY);
    CHECK(strstr(cwire_error(link), "signal handler"));
    CHECK_EQUAL(cwire_publish_many(link, TICK, &value, sizeof value, 1), CWIRE_EBUSY);
    CHECK_EQUAL(cwire_reply(link, 1, NULL, 0), CWIRE_EBUSY);
    CHECK_EQUAL(cwire_reply_error(link, 1, CWIRE_EFAILED, "no"), CWIRE_EBUSY);
    CHECK_EQUAL(cwire_wanted(link, TICK), CWIRE_EBUSY);
    CHECK_EQUAL(cwire_peers(link), CWIRE_EBUSY);
    CHECK(cwire_pending(link) == SIZE_MAX);
    CHECK_EQUAL(cwire_poll(link, 0), CWIRE_EBUSY);
    CHECK_EQUAL(pthread_mutex_unlock(&link->lock), 0);
    CHECK_EQUAL(cwire_publish(link, TICK, &value, sizeof value), 0);
    CHECK_EQUAL(cwire_poll(link, 0), 0);
    cwire_close(link);
}

static cwire *interrupted;
static volatile sig_atomic_t published, refused, other;

static void publish_in_handler(int number) {
    const uint64_t value = 1;
    int code = cwire_publish(interrupted, TICK, &value, sizeof value);
    (void)number;
    published += code >= 0;
    refused += code == CWIRE_EBUSY;
    other += code < 0 && code != CWIRE_EBUSY;
}

static void publishing_in_a_signal_handler_ends(void) {
    static uint8_t image[8 + 100000];
    const struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    struct sigaction action;
    side s;
    interrupted = test_listen("a.sock", NULL);
    side_join(&s, interrupted);
    memset(&action, 0, sizeof action);
    action.sa_handler = publish_in_handler;
    action.sa_flags = SA_RESTART;
    CHECK_EQUAL(sigaction(SIGALRM, &action, NULL), 0);
    CHECK_EQUAL(setitimer(ITIMER_REAL, &often, NULL), 0);
    const time_t end = time(NULL) + 20;
    while (!refused && time(NULL) < end)
        CHECK(cwire_publish(interrupted, IMAGE, image, sizeof image) >= 0);
    CHECK_EQUAL(setitimer(ITIMER_REAL, &never, NULL), 0);
    CHECK(refused > 0);
    CHECK_EQUAL(other, 0);
    side_close(&s);
    cwire_close(interrupted);
}

int main(int argc, char **argv) {
    RUN(no_link_is_an_error);
    RUN(no_payload_is_an_error);
    RUN(an_interrupted_thread_is_refused);
    RUN(publishing_in_a_signal_handler_ends);
    return 0;
}
