/* Publishing, over real sockets: what peers get, and what a slow one loses. */
#include "check.h"
#include "cwire.h"
#include "peer_side.h"

static void every_peer_gets_every_frame(void) {
    cwire *link = test_listen("a.sock", NULL);
    side peers[3];
    cwire_header header;
    publish_tick(link, 0, 0); /* nobody is there: it only counts */
    for (int i = 0; i < 3; i++)
        side_join(&peers[i], link);
    for (uint64_t value = 1; value <= 1000; value++)
        publish_tick(link, value, 0);
    for (int i = 0; i < 3; i++) {
        for (uint32_t value = 1; value <= 1000; value++) {
            const uint8_t *payload = side_expect(&peers[i], link, TICK, &header);
            CHECK_EQUAL(header.sequence, value);
            CHECK_EQUAL(header.flags | header.source | header.request, 0);
            CHECK(header.time_ns > UINT64_C(1500000000000000000));
            CHECK_EQUAL(get_u64(payload), value);
        }
        side_close(&peers[i]);
    }
    cwire_poll(link, 0);
    CHECK_EQUAL(cwire_wanted(link, TICK), 0);
    cwire_close(link);
}

static void sequences_count_by_message(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s;
    cwire_header header;
    uint8_t image[8 + 5] = {0};
    const cwire_part parts[2] = {{image, 8}, {image + 8, 5}};
    side_join(&s, link);
    publish_tick(link, 1, 0);
    CHECK_EQUAL(cwire_publish_parts(link, IMAGE, 77, parts, 2), 0);
    CHECK_EQUAL(cwire_publish_at(link, TICK, 78, image, 8), 0);
    side_expect(&s, link, TICK, &header);
    side_expect(&s, link, IMAGE, &header);
    CHECK_EQUAL(header.sequence, 0);
    CHECK_EQUAL(header.size, CWIRE_HEADER_SIZE + 13);
    CHECK_EQUAL(header.time_ns, 77);
    side_expect(&s, link, TICK, &header);
    CHECK_EQUAL(header.sequence, 1);
    CHECK_EQUAL(header.time_ns, 78);
    side_close(&s);
    cwire_close(link);
}

/* Publishes the same on both links: on one in arrays, on the other frame by frame. */
static void publish_both(cwire *links[2], size_t count, uint64_t time_ns) {
    static uint64_t values[20000];
    int single = 0;
    for (size_t i = 0; i < count; i++)
        values[i] = time_ns * 100000 + i;
    int many = cwire_publish_many_at(links[0], TICK, time_ns, values, sizeof values[0], count);
    for (size_t i = 0; i < count; i++)
        single |= cwire_publish_at(links[1], TICK, time_ns, &values[i], sizeof values[0]);
    CHECK_EQUAL(many, single);
}

static void an_array_is_the_same_as_its_elements(void) {
    static const size_t counts[] = {0, 1, 7, 64, 2047, 2048, 2049, 20000, 3};
    cwire_options options = {0};
    cwire *links[2];
    side sides[2];
    options.ring_bytes = 1 << 16; /* 2048 frames of tick */
    for (int i = 0; i < 2; i++) {
        links[i] = test_listen(i ? "b.sock" : "a.sock", &options);
        publish_both((cwire *[2]){links[i], links[i]}, 5, 1); /* nobody is there */
        side_join(&sides[i], links[i]);
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        static const uint8_t image[8 + 5];
        cwire_header header, other;
        publish_both(links, counts[i], i + 2);
        for (int l = 0; l < 2; l++)
            CHECK(cwire_publish_at(links[l], IMAGE, i, image, sizeof image) >= 0);
        do {
            const uint8_t *one, *same;
            CHECK(side_next(&sides[0], links[0], &header, &one));
            CHECK(side_next(&sides[1], links[1], &other, &same));
            CHECK_EQUAL(memcmp(&header, &other, sizeof header), 0);
            CHECK_EQUAL(memcmp(one, same, header.size - CWIRE_HEADER_SIZE), 0);
        } while (header.type != IMAGE);
    }
    for (int i = 0; i < 2; i++) {
        side_close(&sides[i]);
        cwire_close(links[i]);
    }
}

static void what_cannot_be_published_is_refused(void) {
    cwire_options options = {0};
    options.ring_bytes = 1 << 16;
    cwire *link = test_listen("a.sock", &options);
    static uint8_t image[1 << 15];
    const cwire_part forged[2] = {{image, 8}, {image, SIZE_MAX - 4}};
    CHECK_EQUAL(cwire_publish(link, 99, image, 8), CWIRE_EUNKNOWN);
    CHECK_TEXT(cwire_error(link), "no message with id 99");
    CHECK_EQUAL(cwire_publish(link, ASK, image, 8), CWIRE_EUNKNOWN);
    CHECK_TEXT(cwire_error(link), "'ask' is a command");
    CHECK_EQUAL(cwire_publish(link, TICK, image, 7), CWIRE_ESIZE);
    CHECK_TEXT(cwire_error(link), "'tick' has 8 bytes, not 7");
    CHECK_EQUAL(cwire_publish(link, IMAGE, image, 7), CWIRE_ESIZE);
    CHECK_EQUAL(cwire_publish(link, IMAGE, image, (1 << 14) - 24), 0);
    CHECK_EQUAL(cwire_publish(link, IMAGE, image, (1 << 14) - 23), CWIRE_ETOOBIG);
    CHECK_TEXT(cwire_error(link), "frame_bytes");
    CHECK_EQUAL(cwire_publish_parts(link, IMAGE, 0, forged, 2), CWIRE_ETOOBIG);
    CHECK_EQUAL(cwire_publish_many(link, 99, image, 8, 2), CWIRE_EUNKNOWN);
    CHECK_EQUAL(cwire_publish_many(link, TICK, image, 16, 2), CWIRE_ESIZE);
    CHECK_EQUAL(cwire_publish_many(link, IMAGE, image, SIZE_MAX, 2), CWIRE_ETOOBIG);
    cwire_close(link);
}

static void a_slow_peer_is_lapped_and_others_are_not(void) {
    cwire_options options = {0};
    options.ring_bytes = 1 << 16;
    cwire *link = test_listen("a.sock", &options);
    side slow, quick;
    cwire_header header;
    int evicted = 0;
    uint32_t value = 0, expected = 0, seen = 0, gaps = 0;
    side_join(&slow, link);
    side_join(&quick, link);
    while (!evicted || value % 100) { /* the slow one's socket fills up, then the ring does */
        uint64_t payload = value++;
        evicted |= cwire_publish(link, TICK, &payload, sizeof payload) == CWIRE_EVICTED;
        side_expect(&quick, link, TICK, &header);
        CHECK_EQUAL(header.sequence, expected++);
    }
    CHECK(cwire_pending(link) > (1 << 16) - 64);
    while (seen + gaps < value) {
        const uint8_t *payload = side_expect(&slow, link, TICK, &header);
        CHECK(header.sequence >= seen + gaps);
        gaps += header.sequence - (seen + gaps);
        CHECK_EQUAL(get_u64(payload), header.sequence);
        seen++;
    }
    CHECK(gaps > 0);
    CHECK_EQUAL(cwire_pending(link), 0);
    side_close(&slow);
    side_close(&quick);
    cwire_close(link);
}

int main(int argc, char **argv) {
    RUN(every_peer_gets_every_frame);
    RUN(sequences_count_by_message);
    RUN(an_array_is_the_same_as_its_elements);
    RUN(what_cannot_be_published_is_refused);
    RUN(a_slow_peer_is_lapped_and_others_are_not);
    return 0;
}
