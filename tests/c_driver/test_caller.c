/* The checks that public functions begin with: NULL, and signals that interrupt a call. */
#define _GNU_SOURCE
#include "caller.h"
#include "check.h"
#include "peer_side.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

/* What each public function makes of a NULL for each of its pointers: X(function, parameter, call,
 * holds), where `holds` is what is true of the call's result `got`. test_sources.py compares the
 * rows with cwire.h. Where a NULL is allowed, a row says what it means. */
#define NULLS(X)                                                                                   \
    X(cwire_listen, path, cwire_listen(NULL, NULL, NULL) == NULL, got)                             \
    X(cwire_listen, schema, cwire_listen(path, NULL, NULL) == NULL, got)                           \
    X(cwire_listen, options, cwire_listen("", NULL, NULL) == NULL, got)                            \
    X(cwire_publish, link, cwire_publish(NULL, TICK, &value, 8), got == CWIRE_EINVAL)              \
    X(cwire_publish, payload, cwire_publish(link, TICK, NULL, 8), got == CWIRE_EINVAL)             \
    X(cwire_publish_at, link, cwire_publish_at(NULL, TICK, 1, &value, 8), got == CWIRE_EINVAL)     \
    X(cwire_publish_at, payload, cwire_publish_at(link, TICK, 1, NULL, 8), got == CWIRE_EINVAL)    \
    X(cwire_publish_parts, link, cwire_publish_parts(NULL, TICK, 1, &part, 1),                     \
      got == CWIRE_EINVAL)                                                                         \
    X(cwire_publish_parts, parts, cwire_publish_parts(link, TICK, 1, NULL, 1),                     \
      got == CWIRE_EINVAL)                                                                         \
    X(cwire_publish_many, link, cwire_publish_many(NULL, TICK, &value, 8, 1), got == CWIRE_EINVAL) \
    X(cwire_publish_many, payloads, cwire_publish_many(link, TICK, NULL, 8, 2),                    \
      got == CWIRE_EINVAL)                                                                         \
    X(cwire_publish_many_at, link, cwire_publish_many_at(NULL, TICK, 1, &value, 8, 1),             \
      got == CWIRE_EINVAL)                                                                         \
    X(cwire_publish_many_at, payloads, cwire_publish_many_at(link, TICK, 1, NULL, 8, 2),           \
      got == CWIRE_EINVAL)                                                                         \
    X(cwire_on_command, link, cwire_on_command(NULL, ASK, note_command, &user),                    \
      got == CWIRE_EINVAL)                                                                         \
    X(cwire_on_command, handler, cwire_on_command(link, ASK, NULL, &user), got == CWIRE_OK)        \
    X(cwire_on_command, user, cwire_on_command(link, ASK, NULL, NULL), got == CWIRE_OK)            \
    X(cwire_reply, link, cwire_reply(NULL, 1, &value, 8), got == CWIRE_EINVAL)                     \
    X(cwire_reply, payload, cwire_reply(link, 1, NULL, 8), got == CWIRE_EINVAL)                    \
    X(cwire_reply_error, link, cwire_reply_error(NULL, 1, CWIRE_EFAILED, "no"),                    \
      got == CWIRE_EINVAL)                                                                         \
    X(cwire_reply_error, format, cwire_reply_error(link, 1, CWIRE_EFAILED, no_format),             \
      got == CWIRE_EINVAL)                                                                         \
    X(cwire_poll, link, cwire_poll(NULL, 0), got == CWIRE_EINVAL)                                  \
    X(cwire_fd, link, cwire_fd(NULL), got == CWIRE_EINVAL)                                         \
    X(cwire_pending, link, (int)cwire_pending(NULL), got == 0)                                     \
    X(cwire_wanted, link, cwire_wanted(NULL, TICK), got == CWIRE_EINVAL)                           \
    X(cwire_peers, link, cwire_peers(NULL), got == CWIRE_EINVAL)                                   \
    X(cwire_path, link, (int)strlen(cwire_path(NULL)), got == 0)                                   \
    X(cwire_default_path, name, cwire_default_path(NULL, room, sizeof room), got == CWIRE_EINVAL)  \
    X(cwire_default_path, path, cwire_default_path("a", NULL, 100), got == CWIRE_EINVAL)           \
    X(cwire_error, link, cwire_error(NULL) != NULL, got)                                           \
    X(cwire_error_code, link, cwire_error_code(NULL), got <= 0)                                    \
    X(cwire_close, link, (cwire_close(NULL), 0), got == 0)

/* With peers and without: it was no error before the first one came. */
static void null_is_an_error(void) {
    const char *path = test_path("other.sock");
    const char *volatile no_format = NULL; /* else compilers warn of it */
    const uint64_t value = 1;
    const cwire_part part = {&value, sizeof value};
    cwire *link = test_listen("a.sock", NULL);
    cwire_header header;
    command_log user = {0};
    char room[200];
    side s;
    for (int joined = 0; joined < 2; joined++) {
        if (joined)
            side_join(&s, link);
#define CHECK_NULL(function, parameter, call, holds)                                \
    {                                                                               \
        int got = (call);                                                           \
        if (!(holds)) {                                                             \
            fprintf(stderr, "%s with a NULL %s: %d\n", #function, #parameter, got); \
            exit(1);                                                                \
        }                                                                           \
        if (got == CWIRE_EINVAL)                                                    \
            CHECK_EQUAL(cwire_error_code(NULL), CWIRE_EINVAL);                      \
    }
        NULLS(CHECK_NULL)
    }
    publish_tick(link, 5, 0);
    CHECK_EQUAL(get_u64(side_expect(&s, link, TICK, &header)), 5);
    side_close(&s);
    cwire_close(link);
}

static void null_is_told_with_its_remedy(void) {
    cwire *link = test_listen("a.sock", NULL);
    CHECK_EQUAL(cwire_poll(NULL, 0), CWIRE_EINVAL);
    CHECK_TEXT(cwire_error(NULL), "check what cwire_listen returns");
    CHECK_EQUAL(cwire_publish(link, TICK, NULL, 8), CWIRE_EINVAL);
    CHECK_TEXT(cwire_error(link), "the payload is NULL, but it is said to have 8 bytes");
    cwire_close(link);
}

/* A pointer in what a pointer leads to, and nothing of no bytes. */
static void null_inside_is_an_error(void) {
    cwire *link = test_listen("a.sock", NULL);
    const cwire_part nothing = {NULL, 8};
    CHECK_EQUAL(cwire_publish_parts(link, TICK, 1, &nothing, 1), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_publish_many(link, TICK, NULL, 8, 0), 0);
    CHECK_EQUAL(cwire_default_path(NULL, NULL, 0), CWIRE_EINVAL);
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
    RUN(null_is_an_error);
    RUN(null_is_told_with_its_remedy);
    RUN(null_inside_is_an_error);
    RUN(an_interrupted_thread_is_refused);
    RUN(publishing_in_a_signal_handler_ends);
    return 0;
}
