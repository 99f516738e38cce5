/* The ring and its cursors: no socket, no lock. */
#include "check.h"
#include "cursor.h"
#include "platform.h"

enum { SIZE = 4096 };

typedef struct bench {
    cwi_memory memory;
    cwi_ring ring;
    cwi_cursor cursor;
    uint8_t rest[SIZE], out[4 * SIZE];
    uint32_t sequence;
} bench;

static void begin(bench *b) {
    memset(b, 0, sizeof *b);
    CHECK_EQUAL(cwi_platform_memory_open(&b->memory, SIZE), 0);
    cwi_ring_init(&b->ring, b->memory.page, b->memory.begin, b->memory.bytes, SIZE, 7);
    cwi_cursor_init(&b->cursor, &b->ring, b->rest);
}

static void end(bench *b) { cwi_platform_memory_close(&b->memory); }

/* Publishes as publish.c does; returns whether frames were lost. */
static int publish(bench *b, uint32_t payload) {
    uint8_t data[SIZE];
    cwire_header header = {CWIRE_HEADER_SIZE + payload, 1, 0, 0, b->sequence, 0, 0};
    cwire_part parts[3] = {{data, payload / 3}, {NULL, 0}, {data, payload - payload / 3}};
    int lost = 0;
    memset(data, (int)b->sequence, sizeof data);
    b->sequence++;
    size_t span = cwire_frame_span(header.size);
    if (!cwi_ring_fits(&b->ring, span)) {
        uint64_t tail = cwi_ring_tail_for(&b->ring, span);
        lost = cwi_cursor_lap(&b->cursor, &b->ring, tail);
        cwi_ring_drop(&b->ring, tail);
    }
    cwi_ring_put(&b->ring, &header, parts, 3);
    return lost;
}

static size_t take(bench *b, size_t room, int split) {
    size_t size = cwi_cursor_take(&b->cursor, &b->ring, b->ring.head, b->out, room, split);
    cwi_ring_drop(&b->ring, b->cursor.frame);
    return size;
}

/* Checks that bytes are whole frames and returns the sequence after the last. */
static uint32_t check_frames(const uint8_t *bytes, size_t size, uint32_t sequence) {
    for (size_t at = 0; at < size;) {
        cwire_header header;
        cwire_header_load(&header, bytes + at);
        CHECK_EQUAL(header.sequence, sequence);
        for (uint32_t i = CWIRE_HEADER_SIZE; i < header.size; i++)
            CHECK_EQUAL(bytes[at + i], sequence & 255);
        for (size_t i = header.size; i < cwire_frame_span(header.size); i++)
            CHECK_EQUAL(bytes[at + i], 0);
        at += cwire_frame_span(header.size);
        CHECK(at <= size);
        sequence++;
    }
    return sequence;
}

static void frames_come_out_as_they_went_in(void) {
    bench b;
    uint32_t taken = 0;
    begin(&b);
    for (uint32_t i = 0; i < 2000; i++) { /* around the ring many times, over its end everywhere */
        CHECK_EQUAL(publish(&b, i % 97), 0);
        CHECK_EQUAL(publish(&b, i % 31), 0);
        if (i % 3 == 2)
            taken = check_frames(b.out, take(&b, SIZE, 0), taken);
    }
    taken = check_frames(b.out, take(&b, SIZE, 0), taken);
    CHECK_EQUAL(taken, b.sequence);
    CHECK_EQUAL(take(&b, SIZE, 1), 0);
    end(&b);
}

static void frames_put_together_are_as_frames_put_one_by_one(void) {
    static uint8_t data[16 * 80];
    bench one, many;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    begin(&one);
    begin(&many);
    for (uint32_t round = 0; round < 2000; round++) { /* over the ring's end at every place */
        const uint32_t size = round % 41, count = round % 12;
        cwire_header header = {CWIRE_HEADER_SIZE + size, 1, 0, 0, one.sequence, 0, round};
        cwi_ring_put_many(&many.ring, &header, data, count);
        for (uint32_t i = 0; i < count; i++, header.sequence++) {
            cwire_part part = {data + i * size, size};
            cwi_ring_put(&one.ring, &header, &part, 1);
        }
        one.sequence = header.sequence;
        size_t taken = take(&one, SIZE, 0);
        CHECK_EQUAL(take(&many, SIZE, 0), taken);
        CHECK_EQUAL(memcmp(one.out, many.out, taken), 0);
    }
    CHECK_EQUAL(many.ring.head, one.ring.head);
    end(&one);
    end(&many);
}

static void a_chunk_ends_at_a_frame(void) {
    bench b;
    begin(&b);
    for (int i = 0; i < 4; i++)
        publish(&b, 40); /* spans 64 */
    CHECK_EQUAL(take(&b, 150, 0), 128);
    CHECK_EQUAL(take(&b, 63, 0), 0);
    CHECK_EQUAL(cwi_cursor_inside(&b.cursor), 0);
    CHECK_EQUAL(take(&b, 60, 1), 60);
    CHECK_EQUAL(cwi_cursor_inside(&b.cursor), 1);
    CHECK_EQUAL(cwi_cursor_waiting(&b.cursor, &b.ring), 4 + 64);
    CHECK_EQUAL(take(&b, 1000, 0), 4); /* the frame ends before others begin */
    CHECK_EQUAL(take(&b, 1000, 0), 64);
    end(&b);
}

static void a_lapped_cursor_goes_to_the_oldest_whole_frame(void) {
    bench b;
    int lost = 0;
    begin(&b);
    for (int i = 0; i < 64; i++)
        lost |= publish(&b, 40); /* 64 * 64 fill it */
    CHECK_EQUAL(lost, 0);
    CHECK_EQUAL(publish(&b, 41), 1); /* 72 bytes: two must go */
    CHECK_EQUAL(check_frames(b.out, take(&b, SIZE, 0), 2), 65);
    end(&b);
}

static void the_rest_of_a_begun_frame_is_saved(void) {
    bench b;
    begin(&b);
    publish(&b, 2400);
    size_t first = take(&b, 100, 1);
    CHECK_EQUAL(first, 100);
    memmove(b.out + 2 * SIZE, b.out, first);
    CHECK_EQUAL(publish(&b, 2400), 0); /* frame 0 leaves the ring, but is not lost */
    CHECK_EQUAL(publish(&b, 2400), 1); /* frame 1 is lost */
    size_t second = take(&b, 200, 0);
    memcpy(b.out + 2 * SIZE + first, b.out, second);
    size_t third = take(&b, SIZE, 0);
    memcpy(b.out + 2 * SIZE + first + second, b.out, third);
    CHECK_EQUAL(first + second + third, 2424);
    CHECK_EQUAL(check_frames(b.out + 2 * SIZE, 2424, 0), 1);
    CHECK_EQUAL(check_frames(b.out, take(&b, SIZE, 0), 2), 3);
    end(&b);
}

static void a_frame_may_fill_the_ring(void) {
    bench b;
    begin(&b);
    publish(&b, 8);
    CHECK_EQUAL(publish(&b, SIZE - CWIRE_HEADER_SIZE), 1);
    CHECK_EQUAL(check_frames(b.out, take(&b, SIZE, 0), 1), 2);
    end(&b);
}

static uint64_t shown(const bench *b, int at) {
    return CWIRE_RING_LOAD(b->memory.page + at, __ATOMIC_RELAXED);
}

static void a_rewound_ring_begins_at_its_front(void) {
    bench b;
    begin(&b);
    publish(&b, 40);
    take(&b, SIZE, 0);
    cwi_ring_rewind(&b.ring);
    CHECK_EQUAL(b.ring.head, SIZE);
    CHECK_EQUAL(shown(&b, CWIRE_RING_AT_TAIL), SIZE);
    CHECK_EQUAL(shown(&b, CWIRE_RING_AT_HEAD), SIZE);
    cwi_ring_rewind(&b.ring); /* it is there already */
    CHECK_EQUAL(b.ring.head, SIZE);
    cwi_cursor_init(&b.cursor, &b.ring, b.rest);
    memset(b.memory.bytes, 0xEE, SIZE);
    publish(&b, 40);
    CHECK_EQUAL(b.memory.bytes[0], 64);
    CHECK_EQUAL(b.memory.bytes[64], 0xEE);
    CHECK_EQUAL(check_frames(b.out, take(&b, SIZE, 0), 1), 2);
    end(&b);
}

static void the_tail_goes_on_by_whole_frames(void) {
    bench b;
    begin(&b);
    for (int i = 0; i < 4; i++)
        publish(&b, 40);
    CHECK_EQUAL(cwi_ring_tail_until(&b.ring, 0, 0), 0);
    CHECK_EQUAL(cwi_ring_tail_until(&b.ring, 0, 63), 0);
    CHECK_EQUAL(cwi_ring_tail_until(&b.ring, 0, 64), 64);
    CHECK_EQUAL(cwi_ring_tail_until(&b.ring, 64, 200), 192);
    CHECK_EQUAL(cwi_ring_tail_until(&b.ring, 64, 100000), 256); /* head */
    end(&b);
}

/* What a reader that maps it finds: PROTOCOL.md has the offsets. */
static void the_page_says_what_the_ring_is(void) {
    const uint32_t numbers[] = {1, (uint32_t)cwi_platform_page_size()};
    const uint64_t wide[] = {SIZE, 7};
    bench b;
    begin(&b);
    CHECK_EQUAL(memcmp(b.memory.page, "cwring\0\0", 8), 0);
    CHECK_EQUAL(memcmp(b.memory.page + 8, numbers, sizeof numbers), 0);
    CHECK_EQUAL(memcmp(b.memory.page + 16, wide, sizeof wide), 0);
    publish(&b, 41);
    CHECK_EQUAL(shown(&b, CWIRE_RING_AT_TAIL), 0);
    CHECK_EQUAL(shown(&b, CWIRE_RING_AT_HEAD), 72);
    take(&b, SIZE, 0);
    CHECK_EQUAL(shown(&b, CWIRE_RING_AT_TAIL), 72);
    CHECK_EQUAL(b.memory.begin, cwi_platform_page_size());
    b.memory.bytes[5] = 9; /* mapped twice in a row */
    CHECK_EQUAL(b.memory.bytes[SIZE + 5], 9);
    end(&b);
}

static void sizes_round_up_to_powers_of_two(void) {
    CHECK_EQUAL(cwi_ring_round(0, 4096), 4096);
    CHECK_EQUAL(cwi_ring_round(4096, 4096), 4096);
    CHECK_EQUAL(cwi_ring_round(4097, 4096), 8192);
    CHECK_EQUAL(cwi_ring_round(16u << 20, 4096), 16u << 20);
}

/* Much is copied in pieces where the target lies a few bytes behind the source, modulo 4096. */
static void copies_are_whole_at_any_distance(void) {
    enum { ROOM = 16384 };
    static uint8_t source[ROOM], target[ROOM];
    static const size_t sizes[] = {0, 1, 2047, 2048, 2049, 4096, 4097, 6144, 9000};
    for (size_t i = 0; i < ROOM; i++)
        source[i] = (uint8_t)(i * 7 + i / 256);
    for (size_t distance = 0; distance < 4200; distance += distance == 40 ? 4040 : 1)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            memset(target, 0xEE, ROOM);
            cwire_ring_copy(target + distance, source + 3, sizes[i]);
            CHECK(memcmp(target + distance, source + 3, sizes[i]) == 0);
            CHECK_EQUAL(target[distance + sizes[i]], 0xEE);
            CHECK(distance == 0 || target[distance - 1] == 0xEE);
        }
}

int main(int argc, char **argv) {
    RUN(copies_are_whole_at_any_distance);
    RUN(frames_come_out_as_they_went_in);
    RUN(frames_put_together_are_as_frames_put_one_by_one);
    RUN(a_chunk_ends_at_a_frame);
    RUN(a_lapped_cursor_goes_to_the_oldest_whole_frame);
    RUN(the_rest_of_a_begun_frame_is_saved);
    RUN(a_frame_may_fill_the_ring);
    RUN(a_rewound_ring_begins_at_its_front);
    RUN(the_tail_goes_on_by_whole_frames);
    RUN(the_page_says_what_the_ring_is);
    RUN(sizes_round_up_to_powers_of_two);
    return 0;
}
