/* A fast writer against readers that map its ring: nothing torn is taken for whole, nothing is
 * missing that is not a gap of the sequences, and a reader that sleeps is always woken. Runs under
 * ASan and TSan in one process, and as two programs that are killed: see soak_ring.py.
 *
 *     test_ring_race                 threads of one process, for $RACE_SECONDS (1)
 *     test_ring_race write SOCKET    publishes until it is killed
 *     test_ring_race read SOCKET     reads, from one driver after the other, until it is killed
 */
#define _GNU_SOURCE
#include "check.h"
#include "link.h"
#include "ring_side.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { RING = 1 << 18, WORDS = 512, ROOM = 1 << 16, ALTERNATIONS = 3000 };

typedef struct race {
    cwire *link;
    int stop_writing; /* these two atomically */
    int stop_polling;
    uint32_t published;
    int paced;
} race;

static int is_set(const int *flag) { return __atomic_load_n(flag, __ATOMIC_ACQUIRE); }
static void set(int *flag) { __atomic_store_n(flag, 1, __ATOMIC_RELEASE); }

/* What stands at a place of a frame: no other frame has it there. */
static uint64_t word(uint32_t sequence, size_t index) {
    return ((uint64_t)sequence << 32 | index) * UINT64_C(0x9E3779B97F4A7C15);
}

static size_t words_of(uint32_t sequence) { return 1 + sequence * UINT32_C(2654435761) % WORDS; }

/* Publishes the next frame: of one size of many, filled with its own words. */
static int publish_next(cwire *link, uint32_t sequence) {
    uint64_t payload[WORDS];
    size_t count = words_of(sequence);
    for (size_t i = 0; i < count; i++)
        payload[i] = word(sequence, i);
    int code = cwire_publish_at(link, IMAGE, sequence, payload, count * sizeof payload[0]);
    CHECK(code >= 0);
    return code;
}

typedef struct tally {
    uint32_t next;
    uint64_t seen, gaps;
} tally;

/* Every frame must be whole, and newer than those before it. */
static void check_frames(tally *t, const uint8_t *bytes, size_t size) {
    for (size_t at = 0; at < size;) {
        cwire_header header;
        CHECK(size - at >= CWIRE_HEADER_SIZE);
        cwire_header_load(&header, bytes + at);
        CHECK_EQUAL(header.type, IMAGE);
        CHECK_EQUAL(header.time_ns, header.sequence);
        CHECK(header.sequence >= t->next);
        CHECK_EQUAL(header.size, CWIRE_HEADER_SIZE + 8 * words_of(header.sequence));
        CHECK(cwire_frame_span(header.size) <= size - at);
        for (size_t i = 0; i < words_of(header.sequence); i++)
            CHECK(get_u64(bytes + at + CWIRE_HEADER_SIZE + 8 * i) == word(header.sequence, i));
        t->gaps += header.sequence - t->next;
        t->seen++;
        t->next = header.sequence + 1;
        at += cwire_frame_span(header.size);
    }
}

/* Looks at the next frame's header, and passes over some frames: those count as seen. */
static void peek_and_skip(tally *t, cwire_ring_reader *reader) {
    uint8_t bytes[CWIRE_HEADER_SIZE];
    cwire_header header;
    const int found = cwire_ring_peek(reader, bytes);
    CHECK(found >= 0);
    if (!found)
        return;
    cwire_header_load(&header, bytes);
    CHECK_EQUAL(header.type, IMAGE);
    CHECK_EQUAL(header.time_ns, header.sequence);
    CHECK(header.sequence >= t->next);
    CHECK_EQUAL(header.size, CWIRE_HEADER_SIZE + 8 * words_of(header.sequence));
    if (header.sequence % 3 != 0)
        return;
    cwire_ring_skip(reader);
    t->gaps += header.sequence - t->next;
    t->seen++;
    t->next = header.sequence + 1;
}

/* Looks at frames where they lie, at most `room` bytes; those that were overwritten meanwhile are
 * dropped. Returns the bytes that were whole. */
static size_t view_frames(tally *t, cwire_ring_reader *reader, uint8_t *out, size_t room) {
    const uint8_t *bytes = NULL;
    const long size = cwire_ring_view(reader, room, &bytes);
    CHECK(size >= 0);
    CHECK((size_t)size <= room);
    if (size == 0)
        return 0;
    cwire_ring_copy(out, bytes, (size_t)size); /* what is done with them is checked afterwards */
    if (!cwire_ring_skip(reader))
        return 1; /* there was something, and there is more */
    check_frames(t, out, (size_t)size);
    return (size_t)size;
}

static void *write_frames(void *user) {
    race *r = user;
    uint32_t sequence = 0;
    for (; !is_set(&r->stop_writing); sequence++) {
        while (r->paced && cwire_pending(r->link) > RING / 2 && !is_set(&r->stop_writing))
            usleep(20);
        int code = publish_next(r->link, sequence);
        CHECK(!r->paced || code == 0);
        if (sequence % 1024 == 1023) /* now and then everybody catches up and sleeps */
            usleep(500);
    }
    __atomic_store_n(&r->published, sequence, __ATOMIC_RELEASE);
    return NULL;
}

static void *poll_link(void *user) {
    race *r = user;
    while (!is_set(&r->stop_polling))
        CHECK(cwire_poll(r->link, -1) >= 0); /* only woken by others */
    return NULL;
}

typedef struct racer {
    race *race;
    ring_side ring;
    tally tally;
    unsigned pause; /* us after each look */
    int sleeps;     /* waits on its socket */
    int peeks;      /* looks at headers first, and passes over some frames */
    int views;      /* looks at frames where they lie */
} racer;

/* Waits for a doorbell, and takes what has come by the socket. */
static void wait_for_doorbell(racer *r) {
    struct pollfd ready = {r->ring.socket.fd, POLLIN, 0};
    if (!cwire_ring_sleep(&r->ring.reader))
        return;
    while (poll(&ready, 1, 100) == 0 && !is_set(&r->race->stop_polling))
        ;
    cwire_ring_wake(&r->ring.reader);
    while (side_read(&r->ring.socket) > 0)
        r->ring.socket.size = 0;
}

static void *read_frames(void *user) {
    racer *r = user;
    static __thread uint8_t out[ROOM];
    for (;;) {
        const int last = is_set(&r->race->stop_writing) && is_set(&r->race->stop_polling);
        if (r->peeks)
            peek_and_skip(&r->tally, &r->ring.reader);
        size_t size;
        if (r->views) {
            size = view_frames(&r->tally, &r->ring.reader, out, ROOM);
        } else {
            size = ring_take(&r->ring, out, r->peeks ? ROOM / 8 : ROOM);
            check_frames(&r->tally, out, size);
        }
        if (size == 0 && last)
            return NULL;
        if (size == 0 && r->sleeps)
            wait_for_doorbell(r);
        if (r->pause)
            usleep(r->pause);
    }
}

static void run_race(int paced, double seconds) {
    const struct {
        unsigned pause;
        int sleeps;
        int peeks;
        int views;
    } kinds[] = {{0, 0, 0, 0},    {0, 1, 1, 0},  {200, 1, 0, 0},
                 {3000, 0, 0, 0}, {20, 0, 1, 1}, {200, 1, 0, 1}};
    enum { READERS = 6 };
    static racer readers[READERS];
    cwire_options options = {0};
    pthread_t writer, poller, threads[READERS];
    race r;
    memset(&r, 0, sizeof r);
    memset(readers, 0, sizeof readers);
    options.ring_bytes = RING;
    options.heartbeat_ms = 3600 * 1000; /* a lost doorbell must not be healed by a heartbeat */
    r.link = test_listen("a.sock", &options);
    r.paced = paced;
    for (int i = 0; i < READERS; i++) {
        racer *one = &readers[i];
        one->race = &r;
        one->pause = kinds[i].pause;
        one->sleeps = kinds[i].sleeps;
        one->peeks = kinds[i].peeks;
        one->views = kinds[i].views;
        ring_join(&one->ring, r.link);
#if defined(CWIRE_RING_TSAN) /* which knows memory by its address */
        one->ring.reader.page = r.link->memory.page;
        one->ring.reader.bytes = r.link->memory.bytes;
#endif
    }
    CHECK_EQUAL(pthread_create(&poller, NULL, poll_link, &r), 0);
    CHECK_EQUAL(pthread_create(&writer, NULL, write_frames, &r), 0);
    for (int i = 0; i < READERS; i++)
        CHECK_EQUAL(pthread_create(&threads[i], NULL, read_frames, &readers[i]), 0);
    struct timespec duration = {(time_t)seconds, (long)(seconds * 1e9) % 1000000000L};
    nanosleep(&duration, NULL);
    set(&r.stop_writing);
    pthread_join(writer, NULL);
    set(&r.stop_polling);
    cwi_platform_wake_set(r.link->wake);
    pthread_join(poller, NULL);
    for (int i = 0; i < READERS; i++) {
        tally *t = &readers[i].tally;
        pthread_join(threads[i], NULL);
        CHECK_EQUAL(t->next, r.published);
        CHECK_EQUAL(t->seen + t->gaps, r.published); /* the books add up */
        CHECK(!paced || t->gaps == 0);
        printf("  of %u frames %llu, %llu lost\n", r.published, (unsigned long long)t->seen,
               (unsigned long long)t->gaps);
        ring_leave(&readers[i].ring);
    }
    cwire_close(r.link);
}

/* Publishes a frame each time that all before it are read: while the reader falls asleep. */
static void *write_one_by_one(void *user) {
    race *r = user;
    for (uint32_t sequence = 0; sequence < ALTERNATIONS; sequence++) {
        while (cwire_pending(r->link) > 0)
            sched_yield();
        CHECK_EQUAL(publish_next(r->link, sequence), 0);
    }
    return NULL;
}

/* A doorbell that is lost is never made good: nothing else is published, no heartbeat comes. */
static void a_reader_that_sleeps_is_always_woken(void) {
    static uint8_t out[ROOM];
    cwire_options options = {0};
    pthread_t writer, poller;
    ring_side ring;
    tally t = {0, 0, 0};
    race r;
    memset(&r, 0, sizeof r);
    options.heartbeat_ms = 3600 * 1000;
    r.link = test_listen("a.sock", &options);
    ring_join(&ring, r.link);
    struct pollfd ready = {ring.socket.fd, POLLIN, 0};
    CHECK_EQUAL(pthread_create(&poller, NULL, poll_link, &r), 0);
    CHECK_EQUAL(pthread_create(&writer, NULL, write_one_by_one, &r), 0);
    while (t.next < ALTERNATIONS) {
        check_frames(&t, out, ring_take(&ring, out, sizeof out));
        if (t.next == ALTERNATIONS || !cwire_ring_sleep(&ring.reader))
            continue;
        CHECK_EQUAL(poll(&ready, 1, 10000), 1);
        cwire_ring_wake(&ring.reader);
        while (side_read(&ring.socket) > 0)
            ring.socket.size = 0;
    }
    CHECK_EQUAL(t.gaps, 0);
    pthread_join(writer, NULL);
    set(&r.stop_polling);
    cwi_platform_wake_set(r.link->wake);
    pthread_join(poller, NULL);
    ring_leave(&ring);
    cwire_close(r.link);
}

static double race_seconds(void) {
    const char *text = getenv("RACE_SECONDS");
    return text ? atof(text) : 1;
}

static void readers_that_are_lapped_take_nothing_torn(void) { run_race(0, race_seconds()); }

static void a_paced_writer_loses_nothing(void) { run_race(1, race_seconds()); }

/* Publishes until it is killed. */
static int write_until_killed(const char *path) {
    cwire_options options = {0};
    options.ring_bytes = RING;
    cwire *link = cwire_listen(path, &test_schema, &options);
    if (!link) {
        fprintf(stderr, "%s\n", cwire_error(NULL));
        return 1;
    }
    printf("listening\n");
    fflush(stdout);
    for (uint32_t sequence = 0;; sequence++) {
        publish_next(link, sequence);
        if (sequence % 64 == 0) /* sometimes everybody sleeps */
            CHECK(cwire_poll(link, sequence % 8192 == 0) >= 0);
    }
}

/* Reads one driver's frames until it is gone, and then what it has left. */
static void read_one(ring_side *r) {
    static uint8_t out[ROOM];
    struct pollfd ready = {r->socket.fd, POLLIN, 0};
    tally t = {0, 0, 0};
    for (int ended = 0;;) {
        size_t size = ring_take(r, out, sizeof out);
        check_frames(&t, out, size);
        if (size > 0)
            continue;
        if (ended)
            break;
        if (!cwire_ring_sleep(&r->reader))
            continue;
        poll(&ready, 1, -1);
        cwire_ring_wake(&r->reader);
        r->socket.size = 0;
        while (side_read(&r->socket) > 0)
            r->socket.size = 0;
        ended = r->socket.closed;
    }
    printf("read %llu, %llu lost\n", (unsigned long long)t.seen, (unsigned long long)t.gaps);
    fflush(stdout);
}

static void read_until_killed(const char *path) {
    for (;;) {
        ring_side r;
        if (ring_dial(&r, path) < 0) {
            usleep(500); /* until the next driver listens */
            continue;
        }
        printf("attached\n");
        fflush(stdout);
        read_one(&r);
        ring_leave(&r);
    }
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    if (argc == 3 && strcmp(argv[1], "write") == 0)
        return write_until_killed(argv[2]);
    if (argc == 3 && strcmp(argv[1], "read") == 0)
        read_until_killed(argv[2]);
    RUN(readers_that_are_lapped_take_nothing_torn);
    RUN(a_paced_writer_loses_nothing);
    RUN(a_reader_that_sleeps_is_always_woken);
    return 0;
}
