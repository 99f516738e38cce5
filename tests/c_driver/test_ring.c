/* The ring and its cursors: no socket, no lock. */
#include "check.h"
#include "cursor.h"

enum { SIZE = 1024 };

typedef struct bench {
    cwi_ring ring;
    cwi_cursor cursor;
    uint8_t bytes[SIZE], rest[SIZE], out[4 * SIZE];
    uint32_t sequence;
} bench;

static void begin(bench *b) {
    memset(b, 0, sizeof *b);
    cwi_ring_init(&b->ring, b->bytes, SIZE);
    cwi_cursor_init(&b->cursor, &b->ring, b->rest);
}

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
        b->ring.tail = tail;
    }
    cwi_ring_put(&b->ring, &header, parts, 3);
    return lost;
}

static size_t take(bench *b, size_t room, int split) {
    size_t size = cwi_cursor_take(&b->cursor, &b->ring, b->ring.head, b->out, room, split);
    b->ring.tail = b->cursor.frame;
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
    for (uint32_t i = 0; i < 500; i++) { /* around the ring many times, cut at every place */
        CHECK_EQUAL(publish(&b, i % 97), 0);
        CHECK_EQUAL(publish(&b, i % 31), 0);
        if (i % 3 == 2)
            taken = check_frames(b.out, take(&b, SIZE, 0), taken);
    }
    taken = check_frames(b.out, take(&b, SIZE, 0), taken);
    CHECK_EQUAL(taken, b.sequence);
    CHECK_EQUAL(take(&b, SIZE, 1), 0);
}

static void frames_put_together_are_as_frames_put_one_by_one(void) {
    static uint8_t data[16 * 80];
    bench one, many;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    begin(&one);
    begin(&many);
    for (uint32_t round = 0; round < 500; round++) { /* over the ring's end at every place */
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
        if (round % 2) { /* else the rings begin at their fronts again */
            publish(&one, 8);
            many.sequence = one.sequence - 1;
            publish(&many, 8);
        }
    }
    CHECK_EQUAL(many.ring.head, one.ring.head);
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
}

static void a_lapped_cursor_goes_to_the_oldest_whole_frame(void) {
    bench b;
    int lost = 0;
    begin(&b);
    for (int i = 0; i < 16; i++)
        lost |= publish(&b, 40); /* 16 * 64 fill it */
    CHECK_EQUAL(lost, 0);
    CHECK_EQUAL(publish(&b, 41), 1); /* 72 bytes: two must go */
    CHECK_EQUAL(check_frames(b.out, take(&b, SIZE, 0), 2), 17);
}

static void the_rest_of_a_begun_frame_is_saved(void) {
    bench b;
    begin(&b);
    publish(&b, 600);
    size_t first = take(&b, 100, 1);
    CHECK_EQUAL(first, 100);
    memmove(b.out + 2 * SIZE, b.out, first);
    CHECK_EQUAL(publish(&b, 600), 0); /* frame 0 leaves the ring, but is not lost */
    CHECK_EQUAL(publish(&b, 600), 1); /* frame 1 is lost */
    size_t second = take(&b, 200, 0);
    memcpy(b.out + 2 * SIZE + first, b.out, second);
    size_t third = take(&b, SIZE, 0);
    memcpy(b.out + 2 * SIZE + first + second, b.out, third);
    CHECK_EQUAL(first + second + third, 624);
    CHECK_EQUAL(check_frames(b.out + 2 * SIZE, 624, 0), 1);
    CHECK_EQUAL(check_frames(b.out, take(&b, SIZE, 0), 2), 3);
}

static void a_frame_may_fill_the_ring(void) {
    bench b;
    begin(&b);
    publish(&b, 8);
    CHECK_EQUAL(publish(&b, SIZE - CWIRE_HEADER_SIZE), 1);
    CHECK_EQUAL(check_frames(b.out, take(&b, SIZE, 0), 1), 2);
}

static void an_empty_ring_begins_at_its_front(void) {
    bench b;
    begin(&b);
    publish(&b, 40);
    take(&b, SIZE, 0);
    memset(b.bytes, 0xEE, SIZE);
    publish(&b, 40);
    CHECK_EQUAL(b.bytes[0], 64);
    CHECK_EQUAL(b.bytes[64], 0xEE);
}

static void sizes_round_up_to_powers_of_two(void) {
    CHECK_EQUAL(cwi_ring_round(0), 64);
    CHECK_EQUAL(cwi_ring_round(64), 64);
    CHECK_EQUAL(cwi_ring_round(65), 128);
    CHECK_EQUAL(cwi_ring_round(16u << 20), 16u << 20);
}

int main(int argc, char **argv) {
    RUN(frames_come_out_as_they_went_in);
    RUN(frames_put_together_are_as_frames_put_one_by_one);
    RUN(a_chunk_ends_at_a_frame);
    RUN(a_lapped_cursor_goes_to_the_oldest_whole_frame);
    RUN(the_rest_of_a_begun_frame_is_saved);
    RUN(a_frame_may_fill_the_ring);
    RUN(an_empty_ring_begins_at_its_front);
    RUN(sizes_round_up_to_powers_of_two);
    return 0;
}
