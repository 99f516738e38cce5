/* The other pure parts: reply lane, calls, schema, control frames, texts. */
#include "calls.h"
#include "check.h"
#include "control.h"
#include "errors.h"
#include "lane.h"
#include "schema.h"

static int put_reply(cwi_lane *lane, uint64_t position, uint32_t request, const char *text) {
    cwire_header header = {0, 7, CWIRE_REPLY, 0, 0, 0, 0};
    cwire_part part = {text, strlen(text)};
    header.size = (uint32_t)(CWIRE_HEADER_SIZE + part.size);
    header.request = request;
    return cwi_lane_put(lane, position, &header, &part);
}

static void replies_wait_for_their_place(void) {
    uint8_t memory[256], out[256];
    cwi_lane lane;
    cwire_header header;
    cwi_lane_init(&lane, memory, sizeof memory);
    CHECK_EQUAL(cwi_lane_due(&lane, 1000), 0);
    CHECK_EQUAL(cwi_lane_position(&lane, 5), 5);
    for (uint32_t round = 0; round < 50; round++) { /* around the memory many times */
        CHECK_EQUAL(put_reply(&lane, 64, 1, "first reply"), 0);
        CHECK_EQUAL(put_reply(&lane, 128, 2, "second"), 0);
        CHECK_EQUAL(cwi_lane_due(&lane, 63), 0);
        CHECK_EQUAL(cwi_lane_due(&lane, 64), 1);
        CHECK_EQUAL(cwi_lane_position(&lane, 0), 64);
        CHECK_EQUAL(cwi_lane_take(&lane, out, 30), 30);
        CHECK_EQUAL(cwi_lane_take(&lane, out + 30, 200), 10);
        cwire_header_load(&header, out);
        CHECK_EQUAL(header.request, 1);
        CHECK(memcmp(out + CWIRE_HEADER_SIZE, "first reply\0\0\0\0", 16) == 0);
        CHECK_EQUAL(cwi_lane_due(&lane, 127), 0);
        CHECK_EQUAL(cwi_lane_take(&lane, out, sizeof out), 32);
        CHECK_EQUAL(cwi_lane_used(&lane), 0);
    }
}

static void a_full_lane_takes_no_more(void) {
    uint8_t memory[128], out[128];
    cwi_lane lane;
    cwi_lane_init(&lane, memory, sizeof memory);
    for (uint32_t i = 0; i < 3; i++)
        CHECK_EQUAL(put_reply(&lane, 0, i, "12345678"), 0);
    CHECK_EQUAL(put_reply(&lane, 0, 3, "12345678"), CWIRE_EBUSY);
    CHECK_EQUAL(cwi_lane_used(&lane), 3 * 40);
    cwi_lane_take(&lane, out, sizeof out);
    CHECK_EQUAL(put_reply(&lane, 0, 3, "12345678"), 0);
}

static void a_token_is_good_once(void) {
    cwi_call memory[2];
    cwi_calls calls;
    int anna, otto;
    cwi_calls_init(&calls, memory, 2);
    cwire_token first = cwi_calls_enter(&calls, &anna, 16, 5);
    cwire_token second = cwi_calls_enter(&calls, &otto, 17, 5);
    CHECK(first != 0 && second != 0 && first != second);
    CHECK_EQUAL(cwi_calls_enter(&calls, &anna, 16, 6), 0);
    CHECK_EQUAL(cwi_calls_find(&calls, first)->type, 16);
    CHECK_EQUAL(cwi_calls_find(&calls, second)->request, 5);
    cwi_calls_remove(&calls, cwi_calls_find(&calls, first));
    CHECK(cwi_calls_find(&calls, first) == NULL);
    cwire_token third = cwi_calls_enter(&calls, &anna, 16, 6);
    CHECK(third != first && cwi_calls_find(&calls, first) == NULL);
    cwi_calls_forget(&calls, &anna);
    CHECK(cwi_calls_find(&calls, third) == NULL && cwi_calls_find(&calls, second) != NULL);
    CHECK(cwi_calls_find(&calls, 0) == NULL && cwi_calls_find(&calls, UINT64_MAX) == NULL);
}

static const unsigned char json[] = {'{', '}'};

static void messages_are_found_by_id(void) {
    const cwire_message messages[] = {{1, 0, 0, 8, 0, "one"},
                                      {2, 0, 0, 16, 2, "two"},
                                      {16, 1, 1, 4, 0, "ask"},
                                      {0xEFFF, 0, 0, 4, 0, "last"}};
    const cwire_schema schema = {"test", json, sizeof json, messages, 4};
    char text[48];
    CHECK(cwi_schema_fault(&schema, 1000) == NULL);
    CHECK_EQUAL(cwi_schema_find(&schema, 1), 0);
    CHECK_EQUAL(cwi_schema_find(&schema, 2), 1);
    CHECK_EQUAL(cwi_schema_find(&schema, 16), 2);
    CHECK_EQUAL(cwi_schema_find(&schema, 0xEFFF), 3);
    CHECK_EQUAL(cwi_schema_find(&schema, 0), 4);
    CHECK_EQUAL(cwi_schema_find(&schema, 3), 4);
    CHECK_EQUAL(cwi_schema_find(&schema, 0xFFFF), 4);
    CHECK(cwi_schema_fits(&messages[0], 8) && !cwi_schema_fits(&messages[0], 9));
    CHECK(cwi_schema_fits(&messages[1], 16) && cwi_schema_fits(&messages[1], 18));
    CHECK(!cwi_schema_fits(&messages[1], 17) && !cwi_schema_fits(&messages[1], 14));
    cwi_schema_size_text(&messages[1], text, sizeof text);
    CHECK_TEXT(text, "16 + n * 2");
}

static void a_bad_schema_is_refused(void) {
    cwire_message messages[] = {{1, 0, 0, 8, 0, "one"}, {2, 9, 1, 8, 0, "two"}};
    cwire_schema schema = {"test", json, sizeof json, messages, 2};
    CHECK_TEXT(cwi_schema_fault(&schema, 1000), "reply");
    messages[1].reply = 1;
    CHECK_TEXT(cwi_schema_fault(&schema, 31), "frame_bytes");
    messages[1].id = 1;
    CHECK_TEXT(cwi_schema_fault(&schema, 1000), "sorted");
    messages[1].id = 0xF000;
    CHECK_TEXT(cwi_schema_fault(&schema, 1000), "0xEFFF");
    schema.json_size = 0;
    CHECK_TEXT(cwi_schema_fault(&schema, 1000), "its JSON is empty");
    schema.json_size = CWIRE_HELLO_LIMIT;
    CHECK_TEXT(cwi_schema_fault(&schema, 1000), "4 MiB");
    schema.count = 0;
    CHECK_TEXT(cwi_schema_fault(&schema, 1000), "empty");
    CHECK_TEXT(cwi_schema_fault(NULL, 1000), "empty");
}

static void answers_are_checked(void) {
    uint8_t answer[24] = {2, 0, 0, 0, 1, 0, 0, 0, 'c', 'w', 'i', 'r', 'e'};
    char text[160];
    CHECK(cwi_control_answer_fault(answer, 24, text, sizeof text) == NULL);
    CHECK_TEXT(cwi_control_answer_fault(answer, 16, text, sizeof text), "16 bytes");
    CHECK_TEXT(cwi_control_answer_fault(answer, 2, text, sizeof text), "first frame");
    answer[4] = 2;
    CHECK_TEXT(cwi_control_answer_fault(answer, 24, text, sizeof text), "protocol 2");
    answer[8] = 'x';
    CHECK_TEXT(cwi_control_answer_fault(answer, 24, text, sizeof text), "magic");
    answer[0] = 3;
    CHECK_TEXT(cwi_control_answer_fault(answer, 24, text, sizeof text), "first frame");
}

static void interest_is_checked(void) {
    const uint8_t interest[] = {4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0xEF};
    const uint8_t forged[] = {4, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF};
    CHECK_EQUAL(cwi_control_interest_count(interest, sizeof interest), 2);
    CHECK_EQUAL(cwi_control_interest_id(interest, 1), 0xEF00);
    CHECK_EQUAL(cwi_control_interest_count(interest, 10), -1);
    CHECK_EQUAL(cwi_control_interest_count(interest, 4), -1);
    CHECK_EQUAL(cwi_control_interest_count(forged, sizeof forged), -1);
}

static void a_bye_is_cut_at_a_character(void) {
    uint8_t bye[64];
    cwire_header header;
    size_t span = cwi_control_store_bye(bye, sizeof bye, CWIRE_EBUSY,
                                        "1234567890123456789012345678901\xC3\xA9", 0);
    cwire_header_load(&header, bye);
    CHECK_EQUAL(header.size, 32 + 31);
    CHECK_EQUAL(span, 64);
    CHECK_EQUAL(bye[28], (uint8_t)CWIRE_EBUSY);
}

static size_t format(char *text, size_t size, const char *format_text, ...) {
    va_list arguments;
    va_start(arguments, format_text);
    size_t length = cwi_format(text, size, format_text, arguments);
    va_end(arguments);
    return length;
}

static void texts_are_cut_at_a_character(void) {
    char text[6];
    CHECK_EQUAL(format(text, sizeof text, "%s", "abc"), 3);
    CHECK_EQUAL(format(text, sizeof text, "%s", "abcdefgh"), 5);
    CHECK_EQUAL(format(text, sizeof text, "%s", "abc\xC3\xA9xx"), 5); /* the character fits */
    CHECK_EQUAL(format(text, sizeof text, "%s", "abcd\xC3\xA9"), 4);
    CHECK_EQUAL(format(text, sizeof text, "%s", "ab\xE2\x82\xACz"), 5);
    CHECK_EQUAL(format(text, sizeof text, "%s", "abc\xE2\x82\xAC"), 3);
}

static void every_code_has_a_text(void) {
    CHECK_TEXT(cwire_strerror(CWIRE_ERANGE), "out of range");
    CHECK_TEXT(cwire_strerror(-4711), "own");
    CHECK_EQUAL(cwi_fail(CWIRE_ESIZE, "%d bytes", 5), CWIRE_ESIZE);
    CHECK_TEXT(cwire_error(NULL), "5 bytes");
}

int main(int argc, char **argv) {
    RUN(replies_wait_for_their_place);
    RUN(a_full_lane_takes_no_more);
    RUN(a_token_is_good_once);
    RUN(messages_are_found_by_id);
    RUN(a_bad_schema_is_refused);
    RUN(answers_are_checked);
    RUN(interest_is_checked);
    RUN(a_bye_is_cut_at_a_character);
    RUN(texts_are_cut_at_a_character);
    RUN(every_code_has_a_text);
    return 0;
}
