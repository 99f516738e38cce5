/* Commands that peers send. */
#include "check.h"
#include "cwire.h"
#include "peer_side.h"

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
    RUN(bad_commands_get_error_replies);
    RUN(too_many_waiting_commands_are_refused);
    return 0;
}
