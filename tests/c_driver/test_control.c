/* Control frames, by hand-made bytes. */
#include "check.h"
#include "control.h"

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

int main(int argc, char **argv) {
    RUN(answers_are_checked);
    RUN(interest_is_checked);
    RUN(a_bye_is_cut_at_a_character);
    return 0;
}
