/* Replies: from the handler, from the library, and later. */
#include "check.h"
#include "cwire.h"
#include "peer_side.h"

static int answer_double(cwire *link, const cwire_command *command, void *user) {
    uint64_t value = 2 * get_u64(command->payload);
    (void)user;
    publish_tick(link, value, 0);
    CHECK_EQUAL(cwire_poll(link, 0), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_reply(link, command->token, &value, 4), CWIRE_ESIZE);
    CHECK_TEXT(cwire_error(link), "'answer' to 'ask' has 8 bytes, not 4");
    CHECK_EQUAL(cwire_reply(link, command->token, &value, sizeof value), 0);
    CHECK_EQUAL(cwire_reply(link, command->token, &value, sizeof value), CWIRE_EGONE);
    CHECK_EQUAL(cwire_reply_error(link, command->token, CWIRE_EFAILED, "late"), CWIRE_EGONE);
    publish_tick(link, value + 1, 0);
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
        publish_tick(link, 1000, 0);
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
    cwire_on_command(link, TELL, note_command, &log);
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
    cwire_on_command(link, ASK, note_command, &log);
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
    cwire_on_command(link, ASK, note_command, &log);
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

int main(int argc, char **argv) {
    RUN(a_reply_keeps_its_place_in_the_stream);
    RUN(the_library_answers_what_the_handler_does_not);
    RUN(late_answers_find_their_command);
    RUN(too_many_late_answers_end_the_connection);
    return 0;
}
