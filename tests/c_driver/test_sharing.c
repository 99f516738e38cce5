/* Peers that map the ring: what they read, what the driver believes of their pages, who is woken.
 */
#define _GNU_SOURCE
#include "check.h"
#include "link.h"
#include "ring_side.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_SPAN = 32, RING = 1 << 16 };

static cwire *listen_small(void) {
    cwire_options options = {0};
    options.ring_bytes = RING;
    options.heartbeat_ms = 3600 * 1000;
    return test_listen("a.sock", &options);
}

/* Reads all that is there; every frame must be a tick, and their sequences and values go up from
 * *next. Returns the ticks, and sets *gaps. */
static uint32_t read_ticks(ring_side *r, uint32_t *next, uint32_t *gaps) {
    static uint8_t out[RING];
    uint32_t count = 0;
    for (size_t size; (size = ring_take(r, out, sizeof out)) > 0;) {
        for (size_t at = 0; at < size; at += TICK_SPAN, count++) {
            cwire_header header;
            cwire_header_load(&header, out + at);
            CHECK_EQUAL(header.size, TICK_SPAN);
            CHECK_EQUAL(header.type, TICK);
            CHECK_EQUAL(get_u64(out + at + CWIRE_HEADER_SIZE), header.sequence);
            *gaps += header.sequence - *next;
            *next = header.sequence + 1;
        }
    }
    return count;
}

static void frames_come_by_memory_only(void) {
    cwire *link = listen_small();
    ring_side r;
    side s;
    cwire_header header;
    uint32_t next = 0, gaps = 0, value = 0;
    ring_join(&r, link);
    side_join(&s, link);                        /* the same frames by a socket */
    for (int round = 0; round < 300; round++) { /* many times around the ring */
        for (int i = 0; i < round; i++)
            publish_tick(link, value++, 0);
        CHECK_EQUAL(read_ticks(&r, &next, &gaps), round);
        for (int i = 0; i < round; i++) {
            const uint8_t *payload = side_expect(&s, link, TICK, &header);
            CHECK_EQUAL(get_u64(payload), header.sequence);
        }
    }
    CHECK_EQUAL(next, value);
    CHECK_EQUAL(gaps, 0);
    CHECK(r.reader.position > 4 * RING);
    CHECK_EQUAL(side_read(&r.socket), 0); /* nothing, not even a doorbell: it never slept */
    side_close(&s);
    ring_leave(&r);
    cwire_close(link);
}

/* With a quick reader the ring begins at its front again: the rest of it is never touched. */
static void a_quick_reader_keeps_the_ring_short(void) {
    cwire *link = listen_small();
    ring_side r;
    uint32_t next = 0, gaps = 0;
    ring_join(&r, link);
    for (uint32_t value = 0; value < 10000; value++) {
        publish_tick(link, value, 0);
        CHECK_EQUAL(read_ticks(&r, &next, &gaps), 1);
    }
    CHECK_EQUAL(gaps, 0);
    const uint8_t *ring = r.reader.bytes;
    for (size_t i = RING / 16; i < RING; i++)
        CHECK_EQUAL(ring[i], 0);
    CHECK(link->ring.head >= 10000 * TICK_SPAN); /* offsets never go back */
    CHECK(link->ring.head < 40 * 10000 * TICK_SPAN);
    ring_leave(&r);
    cwire_close(link);
}

static void what_a_reader_has_not_read_is_pending(void) {
    cwire *link = listen_small();
    ring_side r;
    uint32_t next = 0, gaps = 0, value = 0;
    ring_join(&r, link);
    CHECK_EQUAL(cwire_pending(link), 0);
    CHECK_EQUAL(cwire_wanted(link, TICK), 1);
    while (value < RING / TICK_SPAN) {
        CHECK_EQUAL(cwire_pending(link), value * TICK_SPAN);
        publish_tick(link, value++, 0);
    }
    publish_tick(link, value++, CWIRE_EVICTED);
    CHECK_EQUAL(cwire_pending(link), RING);
    for (int i = 0; i < 3 * RING / TICK_SPAN; i++)
        publish_tick(link, value++, CWIRE_EVICTED);
    CHECK_EQUAL(cwire_pending(link), RING);                      /* no more than there is */
    CHECK_EQUAL(read_ticks(&r, &next, &gaps), RING / TICK_SPAN); /* the newest */
    CHECK_EQUAL(next, value);
    CHECK_EQUAL(gaps, value - RING / TICK_SPAN);
    CHECK_EQUAL(cwire_pending(link), 0);
    publish_tick(link, value++, 0);
    CHECK_EQUAL(cwire_pending(link), TICK_SPAN);
    side_send_frame(&r.socket, CWIRE_CONTROL, 0, "\4\0\0\0\0\0\0\0", 8); /* wants nothing */
    while (cwire_wanted(link, TICK))
        cwire_poll(link, 10);
    ring_leave(&r);
    while (cwire_pending(link))
        cwire_poll(link, 10);
    cwire_close(link);
}

static void nobody_waits_for_a_lazy_reader(void) {
    cwire *link = listen_small();
    ring_side lazy, other;
    uint8_t out[RING];
    ring_join(&lazy, link);
    ring_join(&other, link);
    cwire_ring_be_lazy(&lazy.reader, 1);
    for (unsigned value = 0; value < RING / TICK_SPAN; value++)
        publish_tick(link, value, 0);
    CHECK_EQUAL(cwire_pending(link), RING); /* of the other one */
    CHECK_EQUAL(ring_take(&other, out, sizeof out), RING);
    CHECK_EQUAL(cwire_pending(link), 0);
    publish_tick(link, 100, 0); /* what it has not read is no loss */
    cwire_ring_be_lazy(&lazy.reader, 0);
    CHECK(cwire_pending(link) > 0);
    CHECK(ring_take(&lazy, out, sizeof out) > 0);
    CHECK_EQUAL(ring_take(&other, out, sizeof out), TICK_SPAN);
    CHECK_EQUAL(cwire_pending(link), 0);
    ring_leave(&lazy);
    ring_leave(&other);
    cwire_close(link);
}

static void nobody_waits_for_a_reader_that_stands_still(void) {
    cwire *link = listen_small();
    ring_side r;
    uint8_t out[RING];
    ring_join(&r, link);
    publish_tick(link, 1, 0);
    CHECK_EQUAL(cwire_pending(link), TICK_SPAN);
    link->peers[0]->share.stood_since_ms -= 1900;
    CHECK_EQUAL(cwire_pending(link), TICK_SPAN);
    link->peers[0]->share.stood_since_ms -= 200;
    CHECK_EQUAL(cwire_pending(link), 0);
    publish_tick(link, 2, 0);
    CHECK_EQUAL(cwire_pending(link), 0);
    CHECK_EQUAL(ring_take(&r, out, TICK_SPAN), TICK_SPAN); /* it has moved */
    CHECK_EQUAL(cwire_pending(link), TICK_SPAN);
    CHECK_EQUAL(ring_take(&r, out, TICK_SPAN), TICK_SPAN);
    CHECK_EQUAL(cwire_pending(link), 0);
    publish_tick(link, 3, 0); /* a new wait begins */
    CHECK_EQUAL(cwire_pending(link), TICK_SPAN);
    ring_leave(&r);
    cwire_close(link);
}

/* Returns the doorbells that wait, and nothing else must. */
static int doorbells(ring_side *r) {
    static const uint8_t bell[8] = {8};
    int count = 0;
    while (side_read(&r->socket) > 0)
        ;
    for (; r->socket.begin < r->socket.size; r->socket.begin += 32, count++) {
        const uint8_t *at = r->socket.bytes + r->socket.begin;
        CHECK_EQUAL(get_i32(at), 32);
        CHECK_EQUAL(memcmp(at + CWIRE_HEADER_SIZE, bell, sizeof bell), 0);
    }
    return count;
}

static void only_a_sleeping_reader_is_woken_and_once(void) {
    cwire *link = listen_small();
    ring_side r;
    uint32_t next = 0, gaps = 0;
    ring_join(&r, link);
    publish_tick(link, 0, 0);
    cwire_poll(link, 0);
    CHECK_EQUAL(doorbells(&r), 0);               /* it is awake */
    CHECK_EQUAL(cwire_ring_sleep(&r.reader), 0); /* there is something */
    cwire_poll(link, 0);
    CHECK_EQUAL(doorbells(&r), 0);
    read_ticks(&r, &next, &gaps);
    for (uint32_t value = 1; value < 100;) {
        CHECK_EQUAL(cwire_ring_sleep(&r.reader), 1);
        cwire_poll(link, 0);
        CHECK_EQUAL(doorbells(&r), 0); /* nothing is there */
        for (int i = 0; i < 10; i++) {
            publish_tick(link, value++, 0);
            cwire_poll(link, 0);
        }
        CHECK_EQUAL(doorbells(&r), 1);
        cwire_ring_wake(&r.reader);
        publish_tick(link, value++, 0);
        cwire_poll(link, 0);
        CHECK_EQUAL(doorbells(&r), 0);
        read_ticks(&r, &next, &gaps);
        CHECK_EQUAL(next, value);
    }
    ring_leave(&r);
    cwire_close(link);
}

static int is_readable(int fd) {
    struct pollfd ready = {fd, POLLIN, 0};
    return poll(&ready, 1, 0) == 1;
}

/* The poller is woken for a reader that sleeps, and not for one that is awake. */
static void the_descriptor_is_readable_when_a_reader_sleeps(void) {
    cwire *link = listen_small();
    ring_side r;
    int fd = cwire_fd(link);
    uint32_t next = 0, gaps = 0;
    ring_join(&r, link);
    while (is_readable(fd))
        cwire_poll(link, 0);
    publish_tick(link, 0, 0);
    CHECK(!is_readable(fd));
    read_ticks(&r, &next, &gaps);
    CHECK_EQUAL(cwire_ring_sleep(&r.reader), 1);
    CHECK(!is_readable(fd));
    publish_tick(link, 1, 0);
    CHECK(is_readable(fd));
    cwire_poll(link, 0);
    CHECK_EQUAL(doorbells(&r), 1);
    CHECK(!is_readable(fd));
    publish_tick(link, 2, 0); /* it has been told */
    CHECK(!is_readable(fd));
    ring_leave(&r);
    cwire_close(link);
}

/* Replies come by the socket; the ring says where they belong. A peer on a socket sees places, too.
 */
static void replies_have_a_place_in_the_ring(void) {
    static uint8_t out[RING];
    cwire *link = listen_small();
    command_log log = {0};
    ring_side r[2];
    side s;
    cwire_header header;
    uint64_t value = 0;
    cwire_on_command(link, TELL, note_command, &log);
    side_join(&s, link);
    ring_join(&r[0], link);
    ring_join(&r[1], link);
    CHECK(r[0].number != r[1].number);
    for (uint32_t request = 1; request <= 6; request++) {
        publish_tick(link, value++, 0);
        side_send_frame(&r[request % 2].socket, TELL, request, &value, sizeof value);
        side_expect(&r[request % 2].socket, link, TELL, &header);
        CHECK_EQUAL(header.request, request);
    }
    side_send_frame(&s, TELL, 7, &value, sizeof value);
    for (uint32_t i = 0; i < 6; i++) { /* tick, place, tick, place, …, then the own reply */
        side_expect(&s, link, TICK, &header);
        CHECK_EQUAL(header.sequence, i);
        CHECK_EQUAL(get_i32(side_expect(&s, link, CWIRE_CONTROL, &header)), 7);
    }
    side_expect(&s, link, TELL, &header);
    CHECK_EQUAL(ring_take(&r[0], out, sizeof out), 6 * (TICK_SPAN + 40));
    for (uint32_t i = 0; i < 6; i++) {
        const uint8_t *at = out + i * (TICK_SPAN + 40);
        cwire_header_load(&header, at);
        CHECK_EQUAL(header.type, TICK);
        cwire_header_load(&header, at + TICK_SPAN);
        CHECK_EQUAL(header.type, CWIRE_CONTROL);
        CHECK_EQUAL(header.size, 40);
        const uint8_t *payload = at + TICK_SPAN + CWIRE_HEADER_SIZE;
        CHECK_EQUAL(get_i32(payload), 7);
        CHECK_EQUAL(get_i32(payload + 4), r[(i + 1) % 2].number);
        CHECK_EQUAL(get_i32(payload + 8), i / 2 + 1); /* counted for each reader */
        CHECK_EQUAL(get_i32(payload + 12), 0);
    }
    side_close(&s);
    ring_leave(&r[0]);
    ring_leave(&r[1]);
    cwire_close(link);
}

static void store_position(ring_side *r, uint64_t position) {
    CWIRE_RING_STORE(r->own + CWIRE_READER_AT_POSITION, position, __ATOMIC_RELEASE);
}

/* A reader whose position cannot be true is disconnected; the driver and others go on. */
static void positions_are_not_believed(void) {
    const struct {
        int64_t step;
        const char *text;
    } lies[] = {{8, "past what has been published"},
                {INT64_MAX - 7, "past what has been published"},
                {-4, "not a multiple of 8"},
                {-32, "has gone back"}};
    cwire *link = listen_small();
    char text[512];
    uint32_t next = 0, gaps = 0;
    uint64_t value = 0;
    ring_side good;
    ring_join(&good, link);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        ring_side r;
        ring_join(&r, link);
        for (int k = 0; k < 4; k++)
            publish_tick(link, value++, 0);
        store_position(&r, link->ring.head);
        CHECK_EQUAL(cwire_pending(link), 4 * TICK_SPAN); /* of the good one */
        store_position(&r, link->ring.head + (uint64_t)lies[i].step);
        CHECK_EQUAL(cwire_pending(link), 4 * TICK_SPAN);
        for (int k = 0; k < 2 * RING / TICK_SPAN; k++, value++) { /* before anybody polls */
            CHECK(cwire_publish(link, TICK, &value, sizeof value) >= 0);
            read_ticks(&good, &next, &gaps);
        }
        CHECK_EQUAL(side_expect_bye(&r.socket, link, text), CWIRE_EPROTOCOL);
        CHECK_TEXT(text, lies[i].text);
        ring_leave(&r);
    }
    CHECK_EQUAL(gaps, 0);
    CHECK_EQUAL(next, value);
    ring_leave(&good);
    cwire_close(link);
}

static void pages_are_checked(void) {
    const struct {
        ring_page page;
        const char *text;
    } faults[] = {{{1, 0, 0, NULL, 0}, "did not come with the answer"},
                  {{0, 1, 0, NULL, 0}, "not sealed against shrinking"},
                  {{0, 0, 64, NULL, 0}, "smaller than a page"},
                  {{0, 0, 0, "cwring\0", 0}, "wrong magic"},
                  {{0, 0, 0, NULL, 2}, "another version"}};
    cwire *link = listen_small();
    char text[512];
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        ring_side r;
        ring_ask(&r, link, &faults[i].page, 0);
        CHECK_EQUAL(side_expect_bye(&r.socket, link, text), CWIRE_EPROTOCOL);
        CHECK_TEXT(text, "the reader's page");
        CHECK_TEXT(text, faults[i].text);
        ring_leave(&r);
    }
    cwire_close(link);
}

static void a_reader_that_never_moves_costs_nothing_but_its_frames(void) {
    cwire *link = listen_small();
    ring_side stuck, quick;
    uint32_t next = 0, gaps = 0, value = 0;
    ring_join(&stuck, link);
    ring_join(&quick, link);
    for (int i = 0; i < 5 * RING / TICK_SPAN; i++) {
        uint64_t payload = value++;
        CHECK(cwire_publish(link, TICK, &payload, sizeof payload) >= 0);
        CHECK_EQUAL(read_ticks(&quick, &next, &gaps), 1);
    }
    CHECK_EQUAL(gaps, 0);
    next = 0;
    CHECK_EQUAL(read_ticks(&stuck, &next, &gaps), RING / TICK_SPAN);
    CHECK_EQUAL(next, value);
    ring_leave(&stuck);
    ring_leave(&quick);
    cwire_close(link);
}

static void a_hundred_readers_read(void) {
    enum { READERS = 100 };
    static ring_side r[READERS];
    cwire_options options = {0};
    uint32_t value = 0;
    options.ring_bytes = RING;
    options.peers = READERS;
    options.reply_bytes = 4096;
    cwire *link = test_listen("a.sock", &options);
    for (int i = 0; i < READERS; i++)
        ring_join(&r[i], link);
    CHECK_EQUAL(cwire_wanted(link, TICK), READERS);
    for (int round = 0; round < 40; round++)
        for (int i = 0; i < READERS; i++, value++)
            publish_tick(link, value, value * TICK_SPAN >= RING ? CWIRE_EVICTED : 0);
    for (int i = 0; i < READERS; i++) {
        uint32_t next = 0, gaps = 0;
        CHECK_EQUAL(read_ticks(&r[i], &next, &gaps), RING / TICK_SPAN);
        CHECK_EQUAL(next, value);
        ring_leave(&r[i]);
    }
    while (cwire_wanted(link, TICK))
        cwire_poll(link, 10);
    cwire_close(link);
}

static int open_descriptors(void) {
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(directory);
    closedir(directory);
    return count;
}

/* Whatever peers send along, it is closed. */
static void no_descriptor_is_kept(void) {
    const ring_page unsealed = {0, 1, 0, NULL, 0};
    cwire *link = listen_small();
    char text[512];
    int before = open_descriptors();
    for (int i = 0; i < 5; i++) {
        ring_side r;
        ring_ask(&r, link, NULL, 7);
        ring_take_answer(&r, link);
        CHECK_EQUAL(strlen(r.text), 0);
        CHECK_EQUAL(open_descriptors(), before + 2); /* both ends of the socket */
        ring_leave(&r);
        ring_ask(&r, link, &unsealed, 3);
        side_expect_bye(&r.socket, link, text);
        ring_leave(&r);
        ring_ask(&r, link, NULL, 0); /* gone before it is answered */
        ring_leave(&r);
        cwire_poll(link, 0);
        while (cwire_wanted(link, TICK))
            cwire_poll(link, 10);
    }
    for (int i = 0; i < 100 && open_descriptors() > before; i++)
        cwire_poll(link, 1);
    CHECK_EQUAL(open_descriptors(), before);
    cwire_close(link);
}

/* A driver without room for the page's descriptor says so, and sends frames by the socket. */
static void without_descriptors_frames_come_by_the_socket(void) {
    cwire *link = listen_small();
    struct rlimit limit, few;
    ring_side r;
    cwire_header header;
    ring_ask(&r, link, NULL, 0); /* the hello was read: the connection is accepted */
    int last = dup(r.socket.fd);
    close(last);
    CHECK_EQUAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
    few = limit;
    few.rlim_cur = (rlim_t)last; /* no new one */
    CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &few), 0);
    ring_take_answer(&r, link);
    CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK_TEXT(r.text, "no room for another file descriptor");
    publish_tick(link, 5, 0);
    CHECK_EQUAL(get_u64(side_expect(&r.socket, link, TICK, &header)), 5);
    ring_leave(&r);
    cwire_close(link);
}

/* What was published before the end is there, and stays when the driver is gone. */
static void the_ring_outlives_the_driver(void) {
    cwire *link = listen_small();
    ring_side r;
    char text[512];
    uint32_t next = 0, gaps = 0;
    ring_join(&r, link);
    CHECK_EQUAL(cwire_ring_sleep(&r.reader), 1);
    for (uint32_t value = 0; value < 100; value++)
        publish_tick(link, value, 0);
    cwire_close(link);
    CHECK_EQUAL(side_expect_bye(&r.socket, NULL, text), CWIRE_EDOWN);
    CHECK_EQUAL(read_ticks(&r, &next, &gaps), 100);
    ring_leave(&r);
}

/* Nobody but the driver can write to the ring, or take it away. */
static void the_memory_is_sealed(void) {
    cwire *link = listen_small();
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", link->memory.fd);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_EQUAL(write(fd, "x", 1), -1);
    CHECK_EQUAL(errno, EPERM);
    CHECK_EQUAL(ftruncate(fd, 0), -1);
    CHECK_EQUAL(ftruncate(fd, 1 << 20), -1);
    CHECK_EQUAL(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
    CHECK_EQUAL(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096), -1);
    CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
    void *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(page != MAP_FAILED);
    CHECK_EQUAL(mprotect(page, 4096, PROT_READ | PROT_WRITE), -1);
    munmap(page, 4096);
    close(fd);
    cwire_close(link);
}

/* Makes one system call fail from now on; with `bit`, only where its third argument has that bit.
 */
static int forbid(int number, uint32_t bit, int error) {
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bit ? bit : UINT32_MAX, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof program[0], program};
    if (!bit) /* no look at arguments */
        program[2] = program[3] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 0, 0, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

/* Runs in a child, which the filter is for. Exits with 77 where there is no seccomp. */
static void serve_without(int number, uint32_t bit, int error, const char *text) {
    ring_side r;
    cwire_header header;
    uint8_t *own;
    int page = ring_page_open(NULL, &own); /* before this process is forbidden to make one */
    if (forbid(number, bit, error) != 0)
        _exit(77);
    cwire *link = listen_small();
    CHECK_EQUAL(link->memory.fd, -1);
    ring_ask_with(&r, link, page, 1);
    ring_take_answer(&r, link);
    CHECK_TEXT(r.text, "the driver's system does not give it");
    CHECK_TEXT(r.text, text);
    for (uint32_t value = 0; value < 3 * RING / TICK_SPAN; value++) { /* the same code */
        publish_tick(link, value, 0);
        CHECK_EQUAL(get_u64(side_expect(&r.socket, link, TICK, &header)), value);
    }
    ring_leave(&r);
    munmap(own, CWIRE_READER_PAGE);
    cwire_close(link);
    _exit(0);
}

static void check_without(int number, uint32_t bit, int error, const char *text) {
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        serve_without(number, bit, error, text);
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        printf("skipped: no seccomp here\n");
    else
        CHECK_EQUAL(WEXITSTATUS(status), 0);
}

static void without_memory_to_share_frames_come_by_the_socket(void) {
    check_without(SYS_memfd_create, 0, ENOSYS, "memfd_create");
    check_without(SYS_fcntl, 0x10 /* F_SEAL_FUTURE_WRITE */, EINVAL, "Linux 5.1");
}

int main(int argc, char **argv) {
    RUN(frames_come_by_memory_only);
    RUN(a_quick_reader_keeps_the_ring_short);
    RUN(what_a_reader_has_not_read_is_pending);
    RUN(nobody_waits_for_a_lazy_reader);
    RUN(nobody_waits_for_a_reader_that_stands_still);
    RUN(only_a_sleeping_reader_is_woken_and_once);
    RUN(the_descriptor_is_readable_when_a_reader_sleeps);
    RUN(replies_have_a_place_in_the_ring);
    RUN(positions_are_not_believed);
    RUN(pages_are_checked);
    RUN(a_reader_that_never_moves_costs_nothing_but_its_frames);
    RUN(a_hundred_readers_read);
    RUN(no_descriptor_is_kept);
    RUN(without_descriptors_frames_come_by_the_socket);
    RUN(the_ring_outlives_the_driver);
    RUN(the_memory_is_sealed);
    RUN(without_memory_to_share_frames_come_by_the_socket);
    return 0;
}
