/* The replies that wait for one peer: no socket, no lock. */
#include "check.h"
#include "lane.h"

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

int main(int argc, char **argv) {
    RUN(replies_wait_for_their_place);
    RUN(a_full_lane_takes_no_more);
    return 0;
}
