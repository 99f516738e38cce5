/* The frame codec, by hand-made bytes. */
#include "check.h"
#include "cwire_frame.h"

static size_t put(uint8_t *at, uint16_t type, uint8_t flags, uint32_t sequence, uint32_t payload) {
    cwire_header header = {CWIRE_HEADER_SIZE + payload, type, flags, 0, sequence, 0, 0};
    size_t span = cwire_frame_span(header.size);
    memset(at, 0, span);
    cwire_header_store(at, &header);
    memset(at + CWIRE_HEADER_SIZE, type, payload);
    return span;
}

static void header_is_little_endian(void) {
    const cwire_header header = {
        0x01020304, 0x0506, CWIRE_REPLY, 9, 0x0A0B0C0D, 0x0E0F1011, UINT64_C(0x1213141516171819)};
    const uint8_t wanted[24] = {4,  3,  2,    1,    6,    5,    1,    9,    0xD,  0xC,  0xB,  0xA,
                                17, 16, 0x0F, 0x0E, 0x19, 0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12};
    uint8_t bytes[25];
    cwire_header back;
    cwire_header_store(bytes + 1, &header); /* any alignment */
    CHECK(memcmp(bytes + 1, wanted, 24) == 0);
    cwire_header_load(&back, bytes + 1);
    CHECK_EQUAL(back.size, header.size);
    CHECK_EQUAL(back.type, header.type);
    CHECK_EQUAL(back.flags, header.flags);
    CHECK_EQUAL(back.source, header.source);
    CHECK_EQUAL(back.sequence, header.sequence);
    CHECK_EQUAL(back.request, header.request);
    CHECK_EQUAL(back.time_ns, header.time_ns);
}

static void check_says_what_is_wrong(void) {
    uint8_t bytes[64] = {0};
    size_t span = 99;
    put(bytes, 1, 0, 0, 9);
    CHECK_EQUAL(cwire_frame_check(bytes, 3, 64, &span), CWIRE_FRAME_OK);
    CHECK_EQUAL(span, 0);
    CHECK_EQUAL(cwire_frame_check(bytes, 23, 64, &span), CWIRE_FRAME_OK);
    CHECK_EQUAL(span, 0);
    CHECK_EQUAL(cwire_frame_check(bytes, 24, 64, &span), CWIRE_FRAME_OK);
    CHECK_EQUAL(span, 40);
    CHECK_EQUAL(cwire_frame_check(bytes, 4, 32, &span), CWIRE_FRAME_LARGE);
    bytes[6] = 8;
    CHECK_EQUAL(cwire_frame_check(bytes, 24, 64, &span), CWIRE_FRAME_FLAGS);
    bytes[0] = 23;
    CHECK_EQUAL(cwire_frame_check(bytes, 4, 64, &span), CWIRE_FRAME_SHORT);
    CHECK_EQUAL(cwire_frame_span(UINT32_MAX), (size_t)UINT32_MAX + 1);
}

static void scan_counts_and_stops(void) {
    uint8_t bytes[512];
    cwire_tally tallies[2];
    size_t end, count, span, at = 0;
    at += put(bytes + at, 1, 0, 5, 8);
    at += put(bytes + at, 2, 0, 0, 16);
    at += put(bytes + at, 1, 0, 9, 16);
    size_t special = at;
    at += put(bytes + at, 1, CWIRE_REPLY, 0, 0);
    int why = cwire_frames_scan(bytes, at, 512, 7, tallies, 2, &count, &end, &span);
    CHECK_EQUAL(why, CWIRE_SCAN_SPECIAL);
    CHECK_EQUAL(end, special);
    CHECK_EQUAL(count, 2);
    CHECK_EQUAL(tallies[0].count, 2);
    CHECK_EQUAL(tallies[0].gaps, 3);
    CHECK_EQUAL(tallies[0].mixed, 1);
    CHECK_EQUAL(tallies[0].source, 7);
    CHECK_EQUAL(tallies[1].bytes, 40);
    CHECK_EQUAL(cwire_frames_scan(bytes, at, 512, -1, tallies, 1, &count, &end, &span),
                CWIRE_SCAN_FULL);
    CHECK_EQUAL(end, 32);
    /* The last frame is cut short. */
    CHECK_EQUAL(cwire_frames_scan(bytes, 32 + 39, 512, -1, tallies, 2, &count, &end, &span),
                CWIRE_SCAN_END);
    CHECK_EQUAL(end, 32);
    CHECK_EQUAL(span, 40);
}

static void select_and_gather_copy_what_is_asked_for(void) {
    uint8_t bytes[512], out[512], wanted[8192] = {0};
    size_t at = 0, offset = 0;
    for (uint32_t i = 0; i < 4; i++) {
        at += put(bytes + at, 1, 0, i, 8);
        at += put(bytes + at, 2, 0, i, 24);
    }
    wanted[0] = 1 << 2;
    CHECK_EQUAL(cwire_frames_select(bytes, at, wanted, out), 4 * 48);
    CHECK_EQUAL(out[4], 2);
    CHECK_EQUAL(cwire_frames_gather(bytes, at, 1, 0, 32, out, 3, &offset), 3);
    CHECK_EQUAL(out[2 * 32 + 8], 2);
    CHECK_EQUAL(cwire_frames_gather(bytes, at, 1, 0, 32, out, 3, &offset), 1);
    CHECK_EQUAL(out[8], 3);
}

int main(int argc, char **argv) {
    RUN(header_is_little_endian);
    RUN(check_says_what_is_wrong);
    RUN(scan_counts_and_stops);
    RUN(select_and_gather_copy_what_is_asked_for);
    return 0;
}
