/* Commands that peers send: the verdicts on single frames without a socket, then over one. */
#include "check.h"
#include "command.h"
#include "peer_side.h"

/* A link and a peer in plain memory, as far as command.c looks at them. */
typedef struct bench {
    cwire link;
    cwi_peer peer;
    cwi_peer *peers[1];
    cwi_slot slots[6];
    cwi_call calls[1];
    uint8_t wants[6], lane[4096], mine;
    cwi_verdict verdict;
} bench;

static void begin(bench *b, enum cwi_state state) {
    memset(b, 0, sizeof *b);
    CHECK_EQUAL(pthread_mutex_init(&b->link.lock, NULL), 0);
    b->mine = 1;
    b->link.memory.mine = &b->mine;
    b->link.schema = &test_schema;
    b->link.slots = b->slots;
    b->link.frame_bytes = 1024;
    b->link.peers = b->peers;
    b->link.peer_count = 1;
    b->peers[0] = &b->peer;
    b->peer.link = &b->link;
    b->peer.state = state;
    b->peer.wants = b->wants;
    cwi_calls_init(&b->link.calls, b->calls, 1);
    cwi_lane_init(&b->peer.lane, b->lane, sizeof b->lane);
}

static void end(bench *b) { CHECK_EQUAL(pthread_mutex_destroy(&b->link.lock), 0); }

static enum cwi_action admit(bench *b, uint16_t type, uint8_t flags, uint32_t request,
                             size_t payload) {
    cwire_header header = {0, type, flags, 0, 0, request, 0};
    header.size = (uint32_t)(CWIRE_HEADER_SIZE + payload);
    b->verdict.text[0] = 0;
    b->verdict.code = 0;
    CHECK_EQUAL(cwi_command_admit(&b->peer, &header, &b->verdict), b->verdict.action);
    return b->verdict.action;
}

static enum cwi_action handle(bench *b, uint16_t type, const void *payload, size_t size) {
    cwire_header header = {0, type, 0, 0, 0, 1, 0};
    header.size = (uint32_t)(CWIRE_HEADER_SIZE + size);
    CHECK_EQUAL(cwi_command_handle(&b->peer, &header, payload, &b->verdict), b->verdict.action);
    return b->verdict.action;
}

static void a_header_is_enough_for_a_verdict(void) {
    bench b;
    begin(&b, CWI_STREAMING);
    CHECK_EQUAL(cwire_on_command(&b.link, TELL, note_command, NULL), 0);
    CHECK_EQUAL(cwire_on_command(&b.link, SEND_TAIL, note_command, NULL), 0);
    CHECK_EQUAL(admit(&b, TELL, 0, 1, 8), CWI_HANDLE);
    CHECK_EQUAL(admit(&b, SEND_TAIL, 0, 1, 1000), CWI_HANDLE);
    CHECK_EQUAL(admit(&b, CWIRE_CONTROL, 0, 0, 8), CWI_HANDLE);
    CHECK_EQUAL(admit(&b, 99, 0, 1, 8), CWI_REFUSE);
    CHECK_EQUAL(b.verdict.code, CWIRE_EUNKNOWN);
    CHECK_TEXT(b.verdict.text, "schema 'test' has no message with id 99: read its schema anew");
    CHECK_EQUAL(admit(&b, TICK, 0, 1, 8), CWI_REFUSE);
    CHECK_EQUAL(b.verdict.code, CWIRE_EUNKNOWN);
    CHECK_EQUAL(admit(&b, TELL, 0, 0, 8), CWI_REFUSE);
    CHECK_EQUAL(b.verdict.code, CWIRE_EINVAL);
    CHECK_EQUAL(admit(&b, TELL, 0, 1, 9), CWI_REFUSE);
    CHECK_EQUAL(b.verdict.code, CWIRE_ESIZE);
    CHECK_EQUAL(admit(&b, SEND_TAIL, 0, 1, 1002), CWI_REFUSE);
    CHECK_EQUAL(b.verdict.code, CWIRE_ETOOBIG);
    CHECK_TEXT(b.verdict.text, "'send_tail' came with 1026 bytes");
    CHECK_EQUAL(admit(&b, ASK, 0, 1, 8), CWI_REFUSE);
    CHECK_EQUAL(b.verdict.code, CWIRE_ENOHANDLER);
    CHECK_EQUAL(admit(&b, TELL, CWIRE_REPLY, 1, 8), CWI_DISMISS);
    CHECK_EQUAL(b.verdict.code, CWIRE_EPROTOCOL);
    CHECK_EQUAL(admit(&b, CWIRE_CONTROL, 0, 0, CWI_CONTROL_LIMIT), CWI_DISMISS);
    CHECK_TEXT(b.verdict.text, "a control frame of 131128 bytes is too large");
    b.peer.state = CWI_GREETING;
    CHECK_EQUAL(admit(&b, TELL, 0, 1, 8), CWI_DISMISS);
    CHECK_TEXT(b.verdict.text, "must be its answer to the hello");
    CHECK_EQUAL(b.peer.state, CWI_GREETING); /* a verdict changes nothing */
    CHECK_EQUAL(cwi_lane_used(&b.peer.lane), 0);
    end(&b);
}

static void control_frames_get_a_verdict(void) {
    static const uint8_t answer[24] = {2, 0, 0, 0, 1, 0, 0, 0, 'c', 'w', 'i', 'r', 'e'};
    bench b;
    begin(&b, CWI_GREETING);
    CHECK_EQUAL(handle(&b, CWIRE_CONTROL, answer, sizeof answer), CWI_STREAM);
    CHECK_EQUAL(handle(&b, CWIRE_CONTROL, answer, 8), CWI_DISMISS);
    CHECK_TEXT(b.verdict.text, "magic");
    b.peer.state = CWI_STREAMING;
    CHECK_EQUAL(handle(&b, CWIRE_CONTROL, "\3\0\0\0\0\0\0\0", 8), CWI_DONE);
    CHECK_EQUAL(handle(&b, CWIRE_CONTROL, "\5\0\0\0\0\0\0\0", 8), CWI_CLOSE);
    CHECK_EQUAL(b.peer.state, CWI_STREAMING); /* peer.c closes it */
    CHECK_EQUAL(handle(&b, CWIRE_CONTROL, "\4\0\0\0\1\0\0\0\2\0", 10), CWI_DONE);
    CHECK(b.wants[1] && !b.wants[0]);
    CHECK_EQUAL(handle(&b, CWIRE_CONTROL, "\4\0\0\0\2\0\0\0\2\0", 10), CWI_DISMISS);
    CHECK_TEXT(b.verdict.text, "interest");
    CHECK_EQUAL(handle(&b, CWIRE_CONTROL, "\7\0\0\0", 4), CWI_DISMISS);
    CHECK_EQUAL(b.verdict.code, CWIRE_EPROTOCOL);
    CHECK_TEXT(b.verdict.text, "kind 7");
    end(&b);
}

static void a_command_is_handled_or_refused(void) {
    const uint64_t value = 5;
    command_log log = {0};
    bench b;
    begin(&b, CWI_STREAMING);
    CHECK_EQUAL(cwire_on_command(&b.link, ASK, note_command, &log), 0);
    CHECK_EQUAL(handle(&b, ASK, &value, sizeof value), CWI_HANDLED);
    CHECK_EQUAL(log.value, 5);
    CHECK_EQUAL(cwi_lane_used(&b.peer.lane), 8 + CWIRE_HEADER_SIZE); /* the empty reply */
    log.result = CWIRE_LATER;
    CHECK_EQUAL(handle(&b, ASK, &value, sizeof value), CWI_HANDLED);
    CHECK_EQUAL(handle(&b, ASK, &value, sizeof value), CWI_REFUSE); /* one may wait here */
    CHECK_EQUAL(b.verdict.code, CWIRE_EBUSY);
    CHECK_TEXT(b.verdict.text, "1 commands wait for their answer already");
    CHECK_EQUAL(log.calls, 2);
    CHECK_EQUAL(cwi_lane_used(&b.peer.lane), 8 + CWIRE_HEADER_SIZE); /* peer.c refuses it */
    end(&b);
}

/* ---- over a socket ---- */

static void bad_commands_get_error_replies(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s;
    cwire_header header;
    char text[1100];
    command_log log = {0};
    static uint8_t large[200000];
    side_join(&s, link);
    cwire_on_command(link, TELL, note_command, &log);
    cwire_on_command(link, SEND_TAIL, note_command, &log);
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

static void too_many_waiting_commands_are_refused(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s;
    char text[1100];
    command_log log = {0};
    const uint64_t value = 5;
    log.result = CWIRE_LATER;
    side_join(&s, link);
    cwire_on_command(link, ASK, note_command, &log);
    for (uint32_t i = 0; i < 4097; i++) {
        side_send_frame(&s, ASK, i + 1, &value, sizeof value);
        cwire_poll(link, 0);
    }
    CHECK_EQUAL(side_expect_error(&s, link, 4097, text), CWIRE_EBUSY);
    side_close(&s);
    cwire_close(link);
}

int main(int argc, char **argv) {
    RUN(a_header_is_enough_for_a_verdict);
    RUN(control_frames_get_a_verdict);
    RUN(a_command_is_handled_or_refused);
    RUN(bad_commands_get_error_replies);
    RUN(too_many_waiting_commands_are_refused);
    return 0;
}
