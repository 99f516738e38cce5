/* The link over real sockets: peers in the same thread, step by step. */
#define _GNU_SOURCE
#include "check.h"
#include "cwire.h"
#include "peer_side.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t get_u64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static void tick(cwire *link, uint64_t value, int wanted) {
    CHECK_EQUAL(cwire_publish(link, TICK, &value, sizeof value), wanted);
}

/* ---- publishing ---- */

static void every_peer_gets_every_frame(void) {
    cwire *link = test_listen("a.sock", NULL);
    side peers[3];
    cwire_header header;
    tick(link, 0, 0); /* nobody is there: it only counts */
    for (int i = 0; i < 3; i++)
        side_join(&peers[i], link);
    for (uint64_t value = 1; value <= 1000; value++)
        tick(link, value, 0);
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
    tick(link, 1, 0);
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

/* Frames larger than a chunk pass in pieces; one of them is evicted when a part of it is sent. */
static void big_frames_are_never_torn(void) {
    enum { PIXELS = 3 << 20 };
    cwire_options options = {0};
    options.ring_bytes = 8 << 20;
    options.frame_bytes = 4 << 20;
    cwire *link = test_listen("a.sock", &options);
    uint8_t *image = malloc(8 + PIXELS);
    side s;
    cwire_header header;
    uint32_t next = 0, gaps = 0;
    side_join(&s, link);
    for (uint32_t i = 0; i < 12; i++) {
        memset(image, (int)i, 8 + PIXELS);
        int result = cwire_publish(link, IMAGE, image, 8 + PIXELS - i);
        CHECK(result == 0 || result == CWIRE_EVICTED);
        CHECK_EQUAL(cwire_poll(link, 0), 0); /* a part of the first goes into the socket */
    }
    for (uint32_t seen = 0; next < 12; seen++) {
        const uint8_t *payload = side_expect(&s, link, IMAGE, &header);
        gaps += header.sequence - next;
        next = header.sequence + 1;
        CHECK_EQUAL(header.size, CWIRE_HEADER_SIZE + 8 + PIXELS - header.sequence);
        for (size_t i = 0; i < 8 + PIXELS - header.sequence; i++)
            CHECK(payload[i] == header.sequence);
        CHECK(seen > 0 || header.sequence == 0); /* the begun one came whole */
    }
    CHECK(gaps > 0);
    free(image);
    side_close(&s);
    cwire_close(link);
}

/* A dismissed peer gets what was begun, even when the ring has long been used for other things. */
static void a_begun_frame_survives_a_disconnect(void) {
    enum { PIXELS = 1 << 20 };
    cwire_options options = {0};
    options.ring_bytes = 4 << 20;
    options.frame_bytes = 2 << 20;
    cwire *link = test_listen("a.sock", &options);
    uint8_t *image = calloc(1, 8 + PIXELS);
    char text[512];
    side s, other;
    cwire_header header;
    side_join(&s, link);
    side_join(&other, link);
    CHECK_EQUAL(cwire_publish(link, IMAGE, image, 8 + PIXELS), 0);
    cwire_poll(link, 0);                  /* begun */
    side_send(&s, "\1\0\0\0\0\0\0\0", 8); /* a frame of size 1 */
    cwire_poll(link, 0);                  /* dismissed; the bye has to wait */
    memset(image, 0xEE, 8 + PIXELS);
    side_expect(&other, link, IMAGE, &header);
    for (int i = 0; i < 8; i++) {
        CHECK_EQUAL(cwire_publish(link, IMAGE, image, 8 + PIXELS), 0);
        side_expect(&other, link, IMAGE, &header);
    }
    const uint8_t *payload = side_expect(&s, link, IMAGE, &header);
    for (size_t i = 0; i < 8 + PIXELS; i++)
        CHECK(payload[i] == 0);
    CHECK_EQUAL(side_expect_bye(&s, link, text), CWIRE_EPROTOCOL);
    free(image);
    side_close(&s);
    side_close(&other);
    cwire_close(link);
}

/* ---- commands ---- */

typedef struct log {
    int calls;
    int result;
    cwire_token token;
    uint64_t value;
    size_t size;
} command_log;

static int note(cwire *link, const cwire_command *command, void *user) {
    command_log *log = user;
    (void)link;
    CHECK_EQUAL((size_t)command->payload % 8, 0);
    log->calls++;
    log->token = command->token;
    log->size = command->size;
    log->value = get_u64(command->payload);
    return log->result;
}

static int answer_double(cwire *link, const cwire_command *command, void *user) {
    uint64_t value = 2 * get_u64(command->payload);
    (void)user;
    tick(link, value, 0);
    CHECK_EQUAL(cwire_poll(link, 0), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_reply(link, command->token, &value, 4), CWIRE_ESIZE);
    CHECK_TEXT(cwire_error(link), "'answer' to 'ask' has 8 bytes, not 4");
    CHECK_EQUAL(cwire_reply(link, command->token, &value, sizeof value), 0);
    CHECK_EQUAL(cwire_reply(link, command->token, &value, sizeof value), CWIRE_EGONE);
    CHECK_EQUAL(cwire_reply_error(link, command->token, CWIRE_EFAILED, "late"), CWIRE_EGONE);
    tick(link, value + 1, 0);
    return CWIRE_EFAILED; /* answered already: no second reply */
}

static void a_reply_keeps_its_place_in_the_stream(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s;
    cwire_header header;
    side_join(&s, link);
    CHECK_EQUAL(cwire_on_command(link, ASK, answer_double, NULL), 0);
    for (uint64_t value = 1; value < 200; value++) {
        side_send_frame(&s, ASK, (uint32_t)value, &value, sizeof value);
        tick(link, 1000, 0);
        side_expect(&s, link, TICK, &header);
        CHECK_EQUAL(get_u64(side_expect(&s, link, TICK, &header)), 2 * value);
        CHECK_EQUAL(get_u64(side_expect(&s, link, ANSWER_TO_ASK, &header)), 2 * value);
        CHECK_EQUAL(header.flags, CWIRE_REPLY);
        CHECK_EQUAL(header.request, value);
        CHECK_EQUAL(header.sequence, 0);
        CHECK_EQUAL(get_u64(side_expect(&s, link, TICK, &header)), 2 * value + 1);
    }
    side_close(&s);
    cwire_close(link);
}

static void the_library_answers_what_the_handler_does_not(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s;
    cwire_header header;
    char text[1100];
    command_log log = {0};
    const uint64_t value = 5;
    side_join(&s, link);
    cwire_on_command(link, TELL, note, &log);
    side_send_frame(&s, TELL, 1, &value, sizeof value);
    side_expect(&s, link, TELL, &header);
    CHECK_EQUAL(header.flags, CWIRE_REPLY);
    CHECK_EQUAL(header.size, CWIRE_HEADER_SIZE);
    CHECK_EQUAL(log.value, 5);
    log.result = CWIRE_ERANGE;
    side_send_frame(&s, TELL, 2, &value, sizeof value);
    CHECK_EQUAL(side_expect_error(&s, link, 2, text), CWIRE_ERANGE);
    CHECK_TEXT(text, "out of range");
    log.result = CWIRE_EVICTED; /* `return cwire_publish(...)` */
    side_send_frame(&s, TELL, 3, &value, sizeof value);
    side_expect(&s, link, TELL, &header);
    cwire_on_command(link, TELL, NULL, NULL);
    side_send_frame(&s, TELL, 4, &value, sizeof value);
    CHECK_EQUAL(side_expect_error(&s, link, 4, text), CWIRE_ENOHANDLER);
    CHECK_TEXT(text, "'tell'");
    side_close(&s);
    cwire_close(link);
}

static void late_answers_find_their_command(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s, other;
    cwire_header header;
    char text[1100];
    command_log log = {0};
    const uint64_t value = 5;
    log.result = CWIRE_LATER;
    side_join(&s, link);
    side_join(&other, link);
    cwire_on_command(link, ASK, note, &log);
    side_send_frame(&s, ASK, 1, &value, sizeof value);
    while (log.calls < 1)
        cwire_poll(link, 100);
    cwire_token first = log.token;
    side_send_frame(&s, ASK, 2, &value, sizeof value);
    while (log.calls < 2)
        cwire_poll(link, 100);
    cwire_token second = log.token;
    side_send_frame(&other, ASK, 1, &value, sizeof value);
    while (log.calls < 3)
        cwire_poll(link, 100);
    CHECK_EQUAL(cwire_reply_error(link, second, CWIRE_EFAILED, "no %s", "luck"), 0);
    CHECK_EQUAL(cwire_reply(link, first, NULL, 0), 0);
    CHECK_EQUAL(side_expect_error(&s, link, 2, text), CWIRE_EFAILED);
    CHECK(strcmp(text, "no luck") == 0);
    side_expect(&s, link, ASK, &header);
    CHECK_EQUAL(header.request, 1);
    side_close(&other); /* with its command */
    while (cwire_wanted(link, TICK) > 1)
        cwire_poll(link, 10);
    CHECK_EQUAL(cwire_reply(link, log.token, &value, sizeof value), CWIRE_EGONE);
    CHECK_TEXT(cwire_error(link), "left");
    side_close(&s);
    cwire_close(link);
}

static void bad_commands_get_error_replies(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s;
    cwire_header header;
    char text[1100];
    command_log log = {0};
    static uint8_t large[200000];
    side_join(&s, link);
    cwire_on_command(link, TELL, note, &log);
    cwire_on_command(link, SEND_TAIL, note, &log);
    side_send_frame(&s, 99, 1, large, 8);
    CHECK_EQUAL(side_expect_error(&s, link, 1, text), CWIRE_EUNKNOWN);
    CHECK_TEXT(text, "id 99");
    side_send_frame(&s, TICK, 2, large, 8);
    CHECK_EQUAL(side_expect_error(&s, link, 2, text), CWIRE_EUNKNOWN);
    CHECK_TEXT(text, "'tick' is no command");
    side_send_frame(&s, TELL, 3, large, 5);
    CHECK_EQUAL(side_expect_error(&s, link, 3, text), CWIRE_ESIZE);
    CHECK_TEXT(text, "'tell' has 8 bytes of payload, this one came with 5");
    side_send_frame(&s, SEND_TAIL, 4, large, 9);
    CHECK_EQUAL(side_expect_error(&s, link, 4, text), CWIRE_ESIZE);
    CHECK_TEXT(text, "8 + n * 2");
    side_send_frame(&s, TELL, 0, large, 8);
    CHECK_EQUAL(side_expect_error(&s, link, 0, text), CWIRE_EINVAL);
    CHECK_TEXT(text, "request 0");
    /* A large one is answered by its header, and passed over without being kept. */
    for (size_t sent = 0; sent < sizeof large;) {
        cwire_header forged = {CWIRE_HEADER_SIZE + sizeof large - 24, TELL, 0, 0, 0, 5, 0};
        cwire_header_store(large, &forged);
        size_t size = sizeof large - sent < 30001 ? sizeof large - sent : 30001;
        side_send(&s, large + sent, size);
        sent += size;
        if (sent < sizeof large)
            cwire_poll(link, 0);
    }
    side_send_frame(&s, TELL, 6, large,
                    8); /* the connection lives; this is read with the end of 5 */
    CHECK_EQUAL(log.calls, 0);
    CHECK_EQUAL(side_expect_error(&s, link, 5, text), CWIRE_ESIZE);
    side_expect(&s, link, TELL, &header);
    CHECK_EQUAL(log.calls, 1);
    side_close(&s);
    cwire_close(link);
}

static void commands_may_come_in_any_pieces(void) {
    enum { COUNT = 100 };
    cwire *link = test_listen("a.sock", NULL);
    side s;
    cwire_header header;
    command_log log = {0};
    static uint8_t stream[COUNT * 64];
    side_join(&s, link);
    cwire_on_command(link, SEND_TAIL, note, &log);
    size_t size = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        cwire_header command = {CWIRE_HEADER_SIZE + 8 + 2 * (i % 8), SEND_TAIL, 0, 0, 0, i + 1, 0};
        cwire_header_store(stream + size, &command);
        size += cwire_frame_span(command.size);
    }
    for (size_t sent = 0, step = 1; sent < size; sent += step, step = 1 + sent * 7 % 90) {
        step = step < size - sent ? step : size - sent;
        side_send(&s, stream + sent, step);
        cwire_poll(link, 0);
    }
    for (uint32_t i = 1; i <= COUNT; i++) {
        side_expect(&s, link, SEND_TAIL, &header);
        CHECK_EQUAL(header.request, i);
    }
    CHECK_EQUAL(log.calls, COUNT);
    side_close(&s);
    cwire_close(link);
}

static void a_command_may_be_larger_than_the_buffer(void) {
    enum { SIZE = 8 + 2 * 300000 };
    cwire *link = test_listen("a.sock", NULL);
    side s;
    cwire_header header = {CWIRE_HEADER_SIZE + SIZE, SEND_TAIL, 0, 0, 0, 1, 0};
    command_log log = {0};
    uint8_t *bytes = calloc(1, cwire_frame_span(CWIRE_HEADER_SIZE + SIZE));
    side_join(&s, link);
    cwire_on_command(link, SEND_TAIL, note, &log);
    cwire_header_store(bytes, &header);
    for (size_t sent = 0; sent < cwire_frame_span(header.size); sent += 1 << 15) {
        size_t left = cwire_frame_span(header.size) - sent;
        side_send(&s, bytes + sent, left < 1 << 15 ? left : 1 << 15);
        cwire_poll(link, 0);
    }
    side_expect(&s, link, SEND_TAIL, &header);
    CHECK_EQUAL(log.size, SIZE);
    free(bytes);
    side_close(&s);
    cwire_close(link);
}

/* A peer that sends commands but reads no replies is not read from any more: nothing is lost. */
static void a_peer_that_does_not_read_has_to_wait(void) {
    enum { COUNT = 60000 };
    cwire_options options = {0};
    options.reply_bytes = 4096;
    cwire *link = test_listen("a.sock", &options);
    side s;
    cwire_header header;
    command_log log = {0};
    uint32_t sent = 0;
    side_join(&s, link);
    cwire_on_command(link, TELL, note, &log);
    for (uint32_t got = 0; got < COUNT;) {
        uint8_t frame[32] = {0};
        cwire_header command = {32, TELL, 0, 0, 0, sent + 1, 0};
        cwire_header_store(frame, &command);
        int full = sent == COUNT;
        while (!full && send(s.fd, frame, 32, MSG_DONTWAIT | MSG_NOSIGNAL) == 32) {
            command.request = ++sent + 1;
            cwire_header_store(frame, &command);
            full = sent == COUNT;
            cwire_poll(link, 0);
        }
        CHECK(sent > got);
        side_expect(&s, link, TELL, &header);
        CHECK_EQUAL(header.request, ++got);
    }
    CHECK_EQUAL(log.calls, COUNT);
    side_close(&s);
    cwire_close(link);
}

/* Answers that come later cannot be held back: too many of them end the connection. */
static void too_many_late_answers_end_the_connection(void) {
    cwire_options options = {0};
    options.reply_bytes = 4096;
    cwire *link = test_listen("a.sock", &options);
    side s;
    char text[512];
    command_log log = {0};
    cwire_token tokens[400];
    const uint64_t value = 5;
    int gone = 0;
    log.result = CWIRE_LATER;
    side_join(&s, link);
    cwire_on_command(link, ASK, note, &log);
    for (int i = 0; i < 400; i++) {
        side_send_frame(&s, ASK, (uint32_t)i + 1, &value, sizeof value);
        while (log.calls <= i)
            cwire_poll(link, 100);
        tokens[i] = log.token;
    }
    for (int i = 0; i < 400; i++)
        gone += cwire_reply(link, tokens[i], &value, sizeof value) == CWIRE_EGONE;
    CHECK(gone > 0);
    CHECK_EQUAL(side_expect_bye(&s, link, text), CWIRE_EBUSY);
    CHECK_TEXT(text, "4096 bytes of replies");
    side_close(&s);
    cwire_close(link);
}

static void too_many_waiting_commands_are_refused(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s;
    char text[1100];
    command_log log = {0};
    const uint64_t value = 5;
    log.result = CWIRE_LATER;
    side_join(&s, link);
    cwire_on_command(link, ASK, note, &log);
    for (uint32_t i = 0; i < 4097; i++) {
        side_send_frame(&s, ASK, i + 1, &value, sizeof value);
        cwire_poll(link, 0);
    }
    CHECK_EQUAL(side_expect_error(&s, link, 4097, text), CWIRE_EBUSY);
    side_close(&s);
    cwire_close(link);
}

/* ---- peers that misbehave ---- */

static void expect_dismissal(const void *bytes, size_t size, int code, const char *part) {
    cwire *link = test_listen("a.sock", NULL);
    side bad, good;
    cwire_header header;
    char text[512];
    side_join(&good, link);
    side_join(&bad, link);
    side_send(&bad, bytes, size);
    CHECK_EQUAL(side_expect_bye(&bad, link, text), code);
    CHECK_TEXT(text, part);
    tick(link, 1, 0); /* others are not disturbed */
    side_expect(&good, link, TICK, &header);
    side_close(&bad);
    side_close(&good);
    cwire_close(link);
}

static void malformed_frames_end_only_their_connection(void) {
    expect_dismissal("\x17\0\0\0", 4, CWIRE_EPROTOCOL, "less than its header");
    expect_dismissal("\xFF\xFF\xFF\xFF", 4, CWIRE_ETOOBIG, "limit of 4194304");
    expect_dismissal("\x18\0\0\0\x10\0\x08\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0", 24, CWIRE_EPROTOCOL,
                     "reserved flag");
    expect_dismissal("\x20\0\0\0\x10\0\x01\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0", 24, CWIRE_EPROTOCOL,
                     "without flags");
    expect_dismissal("\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\4\0\0\0\1\0\0\0", 32,
                     CWIRE_EPROTOCOL, "interest");
    expect_dismissal("\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x63\0\0\0\0\0\0\0", 32,
                     CWIRE_EPROTOCOL, "kind 99");
}

/* What a dismissed peer has sent and nobody will read must not turn the bye into a reset. */
static void a_bye_arrives_though_input_is_left(void) {
    static uint8_t junk[150000];
    cwire *link = test_listen("a.sock", NULL);
    side s;
    char text[512];
    side_join(&s, link);
    side_send(&s, junk, sizeof junk);
    CHECK_EQUAL(side_expect_bye(&s, link, text), CWIRE_EPROTOCOL);
    side_close(&s);
    side_join(&s, link);
    side_send(&s, junk, sizeof junk);
    cwire_close(link); /* without having read any of it */
    CHECK_EQUAL(side_expect_bye(&s, NULL, text), CWIRE_EDOWN);
    side_close(&s);
}

static void a_frame_must_not_be_cut_off(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s;
    char text[512];
    side_join(&s, link);
    side_send(&s, "\x20\0\0\0\x11\0\0\0", 8);
    shutdown(s.fd, SHUT_WR);
    CHECK_EQUAL(side_expect_bye(&s, link, text), CWIRE_EPROTOCOL);
    CHECK_TEXT(text, "ended inside a frame");
    side_close(&s);
    cwire_close(link);
}

static void replies_reach_a_peer_that_has_stopped_sending(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s;
    cwire_header header;
    const uint8_t *payload;
    command_log log = {0};
    const uint64_t value = 5;
    side_join(&s, link);
    cwire_on_command(link, TELL, note, &log);
    side_send_frame(&s, TELL, 1, &value, sizeof value);
    shutdown(s.fd, SHUT_WR);
    side_expect(&s, link, TELL, &header);
    CHECK_EQUAL(side_next(&s, link, &header, &payload), 0);
    side_close(&s);
    cwire_close(link);
}

static void wrong_answers_are_told(void) {
    const struct {
        const char *bytes;
        const char *part;
    } cases[] = {
        {"\2\0\0\0\7\0\0\0cwire\0\0\0\0\0\0\0\0\0\0", "peer speaks protocol 7"},
        {"\2\0\0\0\1\0\0\0http!\0\0\0\0\0\0\0\0\0\0", "magic"},
        {"\3\0\0\0\1\0\0\0cwire\0\0\0\0\0\0\0\0\0\0", "first frame"},
    };
    cwire *link = test_listen("a.sock", NULL);
    char text[512];
    side s;
    for (int i = 0; i < 3; i++) {
        side_open(&s, link);
        side_send_frame(&s, CWIRE_CONTROL, 0, cases[i].bytes, 24);
        CHECK_EQUAL(side_expect_bye(&s, link, text), CWIRE_EPROTOCOL);
        CHECK_TEXT(text, cases[i].part);
        side_close(&s);
    }
    side_open(&s, link);
    side_send_frame(&s, TELL, 1, "12345678", 8);
    CHECK_EQUAL(side_expect_bye(&s, link, text), CWIRE_EPROTOCOL);
    CHECK_TEXT(text, "must be its answer");
    side_close(&s);
    cwire_close(link);
}

static void one_peer_too_many_is_turned_away(void) {
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
    options.ring_bytes = 1 << 30;
    CHECK(cwire_listen(test_path("a.sock"), &test_schema, &options) == NULL);
    CHECK_TEXT(cwire_error(NULL), "out of memory for a ring of 1073741824 bytes");
}

static void a_bye_is_taken(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s;
    cwire_header header;
    const uint8_t *payload;
    side_join(&s, link);
    side_send_frame(&s, CWIRE_CONTROL, 0, "\5\0\0\0\0\0\0\0", 8);
    CHECK_EQUAL(side_next(&s, link, &header, &payload), 0);
    side_close(&s);
    cwire_close(link);
}

static void a_large_hello_does_not_block(void) {
    static unsigned char json[CWIRE_HELLO_LIMIT - 8192];
    cwire_schema schema = test_schema;
    side silent, s;
    cwire_header header;
    schema.json = json;
    schema.json_size = sizeof json;
    cwire *link = cwire_listen(test_path("a.sock"), &schema, NULL);
    side_open(&silent, link);
    side_join(&s, link);
    tick(link, 1, 0);
    side_expect(&s, link, TICK, &header);
    side_close(&s);
    side_expect(&silent, link, CWIRE_CONTROL, &header);
    CHECK_EQUAL(header.size, CWIRE_HEADER_SIZE + 40 + 4 + sizeof json);
    side_close(&silent);
    cwire_close(link);
}

/* ---- interest, heartbeats, waking ---- */

static void interest_is_counted(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s, other;
    side_join(&s, link);
    side_join(&other, link);
    CHECK_EQUAL(cwire_wanted(link, TICK), 2);
    side_send_frame(&s, CWIRE_CONTROL, 0, "\4\0\0\0\1\0\0\0\2\0", 10);
    while (cwire_wanted(link, TICK) != 1)
        cwire_poll(link, 10);
    CHECK_EQUAL(cwire_wanted(link, IMAGE), 2);
    CHECK_EQUAL(cwire_wanted(link, 99), 0);
    side_close(&other);
    while (cwire_wanted(link, IMAGE) != 1)
        cwire_poll(link, 10);
    CHECK_EQUAL(cwire_wanted(link, TICK), 0);
    side_close(&s);
    cwire_close(link);
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
    tick(link, 1, 0); /* as from another thread */
    CHECK(is_readable(fd, 5000));
    cwire_poll(link, 0);
    CHECK(!is_readable(fd, 0));
    side_expect(&s, link, TICK, &header);
    side_close(&s);
    CHECK(is_readable(fd, 5000));
    cwire_close(link);
}

static void closing_says_goodbye(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s;
    cwire_header header;
    const uint8_t *payload;
    side_join(&s, link);
    tick(link, 7, 0);
    cwire_close(link);
    CHECK(side_next(&s, NULL, &header, &payload)); /* what was published before arrives */
    CHECK_EQUAL(header.type, TICK);
    CHECK(side_next(&s, NULL, &header, &payload));
    CHECK_EQUAL(get_i32(payload), 5);
    CHECK_EQUAL(get_i32(payload + 4), CWIRE_EDOWN);
    CHECK_EQUAL(side_next(&s, NULL, &header, &payload), 0);
    side_close(&s);
    cwire_close(NULL);
}

int main(int argc, char **argv) {
    RUN(every_peer_gets_every_frame);
    RUN(sequences_count_by_message);
    RUN(an_array_is_the_same_as_its_elements);
    RUN(what_cannot_be_published_is_refused);
    RUN(a_slow_peer_is_lapped_and_others_are_not);
    RUN(big_frames_are_never_torn);
    RUN(a_begun_frame_survives_a_disconnect);
    RUN(a_reply_keeps_its_place_in_the_stream);
    RUN(the_library_answers_what_the_handler_does_not);
    RUN(late_answers_find_their_command);
    RUN(bad_commands_get_error_replies);
    RUN(commands_may_come_in_any_pieces);
    RUN(a_command_may_be_larger_than_the_buffer);
    RUN(a_peer_that_does_not_read_has_to_wait);
    RUN(too_many_late_answers_end_the_connection);
    RUN(too_many_waiting_commands_are_refused);
    RUN(malformed_frames_end_only_their_connection);
    RUN(a_bye_arrives_though_input_is_left);
    RUN(a_frame_must_not_be_cut_off);
    RUN(replies_reach_a_peer_that_has_stopped_sending);
    RUN(wrong_answers_are_told);
    RUN(one_peer_too_many_is_turned_away);
    RUN(a_peer_without_memory_is_told);
    RUN(a_bye_is_taken);
    RUN(a_large_hello_does_not_block);
    RUN(interest_is_counted);
    RUN(a_silent_link_says_that_it_lives);
    RUN(the_descriptor_wakes_an_event_loop);
    RUN(closing_says_goodbye);
    return 0;
}
