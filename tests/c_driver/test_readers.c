/* The peers as readers of the ring: what all of them together have taken and want. */
#include "check.h"
#include "peer_side.h"
#include "readers.h"

/* Two peers of a link in plain memory. */
typedef struct bench {
    cwire link;
    cwi_peer peer[2];
    cwi_peer *peers[2];
    cwi_slot slots[6];
    uint8_t wants[2][6], page[CWIRE_RING_PAGE], ring[1024], mine;
} bench;

static void begin(bench *b) {
    memset(b, 0, sizeof *b);
    CHECK_EQUAL(pthread_mutex_init(&b->link.lock, NULL), 0);
    b->link.schema = &test_schema;
    b->link.slots = b->slots;
    b->link.peers = b->peers;
    b->link.peer_count = 2;
    b->mine = 1;
    b->link.memory.mine = &b->mine;
    cwi_ring_init(&b->link.ring, b->page, sizeof b->page, b->ring, sizeof b->ring, 1);
    for (int i = 0; i < 2; i++) {
        b->peers[i] = &b->peer[i];
        b->peer[i].link = &b->link;
        b->peer[i].state = CWI_STREAMING;
        b->peer[i].wants = b->wants[i];
    }
}

static void end(bench *b) { CHECK_EQUAL(pthread_mutex_destroy(&b->link.lock), 0); }

static void the_slowest_reader_is_found(void) {
    bench b;
    begin(&b);
    b.link.ring.head = 640;
    b.peer[0].cursor.frame = 320;
    b.peer[1].cursor.frame = 64;
    b.peer[1].unsent = 10;
    CHECK_EQUAL(cwi_readers_slowest(&b.link), 64);
    CHECK_EQUAL(cwire_pending(&b.link), 640 - 64 + 10);
    b.peer[1].state = CWI_LEAVING; /* takes no more frames */
    CHECK_EQUAL(cwi_readers_slowest(&b.link), 320);
    CHECK_EQUAL(cwire_pending(&b.link), 320);
    b.peer[0].state = CWI_GONE;
    CHECK_EQUAL(cwi_readers_slowest(&b.link), 640);
    CHECK_EQUAL(cwire_pending(&b.link), 0);
    end(&b);
}

static void only_streaming_peers_want_something(void) {
    static const uint8_t both[] = {4, 0, 0, 0, 3, 0, 0, 0, TICK, 0, IMAGE, 0, 99, 0};
    static const uint8_t none[] = {4, 0, 0, 0, 0, 0, 0, 0};
    bench b;
    begin(&b);
    cwi_readers_set_wants(&b.peer[0], both, 3); /* 99 is not in the schema */
    cwi_readers_set_wants(&b.peer[1], both, 1);
    CHECK_EQUAL(cwire_wanted(&b.link, TICK), 2);
    CHECK_EQUAL(cwire_wanted(&b.link, IMAGE), 1);
    b.peer[0].state = CWI_LEAVING;
    cwi_readers_count_wanted(&b.link);
    CHECK_EQUAL(cwire_wanted(&b.link, TICK), 1);
    CHECK_EQUAL(cwire_wanted(&b.link, IMAGE), 0);
    cwi_readers_set_wants(&b.peer[1], none, 0);
    CHECK_EQUAL(cwire_wanted(&b.link, TICK), 0);
    end(&b);
}

static void interest_is_counted(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s, other;
    side_join(&s, link);
    side_join(&other, link);
    CHECK_EQUAL(cwire_wanted(link, TICK), 2);
    CHECK_EQUAL(cwire_peers(link), 2);
    side_send_frame(&s, CWIRE_CONTROL, 0, "\4\0\0\0\1\0\0\0\2\0", 10);
    while (cwire_wanted(link, TICK) != 1)
        cwire_poll(link, 10);
    CHECK_EQUAL(cwire_wanted(link, IMAGE), 2);
    CHECK_EQUAL(cwire_wanted(link, 99), 0);
    side_close(&other);
    while (cwire_wanted(link, IMAGE) != 1)
        cwire_poll(link, 10);
    CHECK_EQUAL(cwire_peers(link), 1);
    CHECK_EQUAL(cwire_wanted(link, TICK), 0);
    side_close(&s);
    cwire_close(link);
}

/* Frames that come in bursts between two polls are all read when the next burst begins: the ring
 * begins at its front again, and the rest of it is never touched. */
static void bursts_keep_the_ring_short(void) {
    enum { RING = 1 << 18, BURST = 300 };
    cwire_options options = {0};
    options.ring_bytes = RING;
    cwire *link = test_listen("a.sock", &options);
    side s;
    cwire_header header;
    side_join(&s, link);
    for (uint32_t value = 0; value < 200 * BURST;) {
        for (int i = 0; i < BURST; i++)
            publish_tick(link, value++, 0);
        for (int i = BURST; i > 0; i--)
            CHECK_EQUAL(get_u64(side_expect(&s, link, TICK, &header)), value - (uint32_t)i);
    }
    for (size_t i = RING / 4; i < RING; i++)
        CHECK_EQUAL(link->ring.bytes[i], 0);
    side_close(&s);
    cwire_close(link);
}

int main(int argc, char **argv) {
    RUN(the_slowest_reader_is_found);
    RUN(only_streaming_peers_want_something);
    RUN(interest_is_counted);
    RUN(bursts_keep_the_ring_short);
    return 0;
}
