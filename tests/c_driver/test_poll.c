/* Polling: who is accepted, heartbeats, waking, descriptors. */
#define _GNU_SOURCE
#include "check.h"
#include "cwire.h"
#include "peer_side.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static void one_peer_too_many_is_rejected(void) {
    cwire_options options = {0};
    options.peers = 1;
    cwire *link = test_listen("a.sock", &options);
    side first, second;
    char text[512];
    side_join(&first, link);
    side_open(&second, link);
    CHECK_EQUAL(side_expect_bye(&second, link, text), CWIRE_EBUSY);
    CHECK_TEXT(text, "as many peers as it takes");
    side_close(&second);
    side_close(&first);
    while (cwire_wanted(link, TICK))
        cwire_poll(link, 10);
    side_join(&second, link);
    side_close(&second);
    cwire_close(link);
}

/* So that malloc of too much fails as it does without ASan. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1:max_allocation_size_mb=512";
}

static void a_peer_without_memory_is_told(void) {
    cwire_options options = {0};
    options.reply_bytes = 1 << 30;
    cwire *link = test_listen("a.sock", &options);
    char text[512];
    side s;
    side_open(&s, link);
    CHECK_EQUAL(side_expect_bye(&s, link, text), CWIRE_ESYSTEM);
    CHECK_TEXT(text, "out of memory for another peer: lower cwire_options.reply_bytes");
    side_close(&s);
    cwire_close(link);
    options.reply_bytes = 0;
    options.ring_bytes = (size_t)1 << 47; /* twice that is no address space of a process */
    CHECK(cwire_listen(test_path("a.sock"), &test_schema, &options) == NULL);
    CHECK_TEXT(cwire_error(NULL), "out of memory for a ring of 140737488355328 bytes");
}

static void a_silent_link_says_that_it_lives(void) {
    cwire_options options = {0};
    options.heartbeat_ms = 20;
    cwire *link = test_listen("a.sock", &options);
    side s;
    cwire_header header;
    const uint8_t *payload;
    side_join(&s, link);
    for (int i = 0; i < 3; i++) {
        while (side_read(&s) == 0)
            CHECK_EQUAL(cwire_poll(link, -1), 0); /* does not wait for ever: the clock wakes it */
        CHECK(side_next(&s, link, &header, &payload));
        CHECK_EQUAL(header.type, CWIRE_CONTROL);
        CHECK_EQUAL(get_i32(payload), 3);
        CHECK_EQUAL(header.size, 32);
    }
    side_close(&s);
    cwire_close(link);
}

static int is_readable(int fd, int wait_ms) {
    struct pollfd ready = {fd, POLLIN, 0};
    return poll(&ready, 1, wait_ms) == 1;
}

static void the_descriptor_wakes_an_event_loop(void) {
    cwire_options options = {0};
    options.heartbeat_ms = 3600 * 1000;
    cwire *link = test_listen("a.sock", &options);
    side s;
    cwire_header header;
    int fd = cwire_fd(link);
    CHECK(fd >= 0);
    side_join(&s, link);
    while (is_readable(fd, 0))
        cwire_poll(link, 0);
    publish_tick(link, 1, 0); /* as from another thread */
    CHECK(is_readable(fd, 5000));
    cwire_poll(link, 0);
    CHECK(!is_readable(fd, 0));
    side_expect(&s, link, TICK, &header);
    side_close(&s);
    CHECK(is_readable(fd, 5000));
    cwire_close(link);
}

static int open_descriptors(int only_inherited) {
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        int fd = atoi(entry->d_name);
        if (entry->d_name[0] == '.' || fd == dirfd(directory))
            continue;
        count += !only_inherited || !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    }
    closedir(directory);
    return count;
}

static void descriptors_are_closed_on_exec_and_at_the_end(void) {
    int before = open_descriptors(0), inherited = open_descriptors(1);
    cwire *link = test_listen("a.sock", NULL);
    side s;
    side_join(&s, link);
    CHECK(cwire_fd(link) >= 0);
    CHECK_EQUAL(open_descriptors(1), inherited);
    side_close(&s);
    cwire_close(link);
    CHECK_EQUAL(open_descriptors(0), before);
}

/* The descriptor of the link's own poller: there is no other in this program. */
static int find_poller(void) {
    int found = -1;
    for (int fd = 0; fd < 1024; fd++) {
        char name[32], target[64] = {0};
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        if (readlink(name, target, sizeof target - 1) > 0 && strstr(target, "eventpoll"))
            found = fd;
    }
    CHECK(found >= 0);
    return found;
}

/* A poller that takes no timer: another file stands in for it meanwhile. */
static void a_descriptor_that_failed_is_tried_again(void) {
    cwire *link = test_listen("a.sock", NULL);
    int before = open_descriptors(0), poller = find_poller();
    int kept = dup(poller), other = open("/dev/null", O_RDONLY);
    CHECK_EQUAL(dup2(other, poller), poller);
    CHECK_EQUAL(cwire_fd(link), CWIRE_ESYSTEM);
    CHECK_TEXT(cwire_error(link), "cannot make a timer");
    CHECK_EQUAL(cwire_fd(link), CWIRE_ESYSTEM); /* no more true than before */
    CHECK_EQUAL(dup2(kept, poller), poller);
    close(kept);
    close(other);
    CHECK_EQUAL(open_descriptors(0), before);
    CHECK_EQUAL(cwire_fd(link), poller);
    CHECK_EQUAL(open_descriptors(0), before + 1);
    cwire_close(link);
}

/* Out of descriptors, a waiting connection must not keep the poller busy, and is taken later. */
static void connections_wait_while_descriptors_are_short(void) {
    cwire *link = test_listen("a.sock", NULL);
    struct rlimit before, few;
    side s;
    cwire_header header;
    side_open(&s, link);
    CHECK_EQUAL(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = (rlim_t)s.fd + 1;
    CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &few), 0);
    CHECK_EQUAL(cwire_poll(link, 0), 0); /* cannot accept */
    clock_t cpu = clock();
    for (int i = 0; i < 3; i++)
        CHECK_EQUAL(cwire_poll(link, 100), 0); /* sleeps */
    CHECK(clock() - cpu < CLOCKS_PER_SEC / 10);
    CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &before), 0);
    side_expect(&s, link, CWIRE_CONTROL, &header); /* the hello, within about a second */
    side_close(&s);
    cwire_close(link);
}

int main(int argc, char **argv) {
    RUN(one_peer_too_many_is_rejected);
    RUN(a_peer_without_memory_is_told);
    RUN(a_silent_link_says_that_it_lives);
    RUN(the_descriptor_wakes_an_event_loop);
    RUN(descriptors_are_closed_on_exec_and_at_the_end);
    RUN(a_descriptor_that_failed_is_tried_again);
    RUN(connections_wait_while_descriptors_are_short);
    return 0;
}
