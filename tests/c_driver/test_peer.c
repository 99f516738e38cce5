/* One connection, over a real socket: its frames in both directions, and how it ends. */
#define _GNU_SOURCE
#include "check.h"
#include "cwire.h"
#include "peer_side.h"

#include <sys/socket.h>

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

static void commands_may_come_in_any_pieces(void) {
    enum { COUNT = 100 };
    cwire *link = test_listen("a.sock", NULL);
    side s;
    cwire_header header;
    command_log log = {0};
    static uint8_t stream[COUNT * 64];
    side_join(&s, link);
    cwire_on_command(link, SEND_TAIL, note_command, &log);
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
    cwire_on_command(link, SEND_TAIL, note_command, &log);
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
    cwire_on_command(link, TELL, note_command, &log);
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
    publish_tick(link, 1, 0); /* others are not disturbed */
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
    cwire_on_command(link, TELL, note_command, &log);
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
    publish_tick(link, 1, 0);
    side_expect(&s, link, TICK, &header);
    side_close(&s);
    side_expect(&silent, link, CWIRE_CONTROL, &header);
    CHECK_EQUAL(header.size, CWIRE_HEADER_SIZE + 40 + 4 + sizeof json);
    side_close(&silent);
    cwire_close(link);
}

int main(int argc, char **argv) {
    RUN(big_frames_are_never_torn);
    RUN(a_begun_frame_survives_a_disconnect);
    RUN(commands_may_come_in_any_pieces);
    RUN(a_command_may_be_larger_than_the_buffer);
    RUN(a_peer_that_does_not_read_has_to_wait);
    RUN(malformed_frames_end_only_their_connection);
    RUN(a_bye_arrives_though_input_is_left);
    RUN(a_frame_must_not_be_cut_off);
    RUN(replies_reach_a_peer_that_has_stopped_sending);
    RUN(wrong_answers_are_told);
    RUN(a_bye_is_taken);
    RUN(a_large_hello_does_not_block);
    return 0;
}
