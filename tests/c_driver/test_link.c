/* Opening a link by its options, and closing it. */
#define _GNU_SOURCE
#include "check.h"
#include "cwire.h"
#include "peer_side.h"

#include <limits.h>
#include <unistd.h>

static int exists(const char *path) { return access(path, F_OK) == 0; }

static void bad_options_are_explained(void) {
    cwire_options options = {0};
    char path[108];
    strcpy(path, test_path("a.sock"));
    options.frame_bytes = 8;
    CHECK(cwire_listen(path, &test_schema, &options) == NULL);
    CHECK_TEXT(cwire_error(NULL), "frame_bytes is 8");
    options.frame_bytes = 1 << 20;
    options.ring_bytes = 1 << 10;
    CHECK(cwire_listen(path, &test_schema, &options) == NULL);
    CHECK_TEXT(cwire_error(NULL), "raise cwire_options.ring_bytes");
    options.frame_bytes = 26;
    CHECK(cwire_listen(path, &test_schema, &options) == NULL);
    CHECK_TEXT(cwire_error(NULL), "does not fit in a frame");
    CHECK(cwire_listen(path, NULL, NULL) == NULL);
    CHECK_TEXT(cwire_error(NULL), "schema");
    CHECK(!exists(path));
}

static void options_without_measure_are_refused(void) {
    cwire_options options = {0};
    char path[108];
    strcpy(path, test_path("a.sock"));
    options.reply_bytes = SIZE_MAX;
    CHECK(cwire_listen(path, &test_schema, &options) == NULL);
    CHECK_TEXT(cwire_error(NULL), "cwire_options.reply_bytes is 18446744073709551615: at most");
    options.reply_bytes = ((size_t)1 << 30) + 1;
    CHECK(cwire_listen(path, &test_schema, &options) == NULL);
    CHECK_TEXT(cwire_error(NULL), "at most 1073741824 bytes are allowed");
    options.reply_bytes = 0;
    options.ring_bytes = SIZE_MAX;
    CHECK(cwire_listen(path, &test_schema, &options) == NULL);
    CHECK_TEXT(cwire_error(NULL), "cwire_options.ring_bytes is 18446744073709551615: at most");
    options.ring_bytes = 0;
    options.peers = UINT_MAX; /* (unsigned)-1 */
    CHECK(cwire_listen(path, &test_schema, &options) == NULL);
    CHECK_TEXT(cwire_error(NULL), "cwire_options.peers is 4294967295: at most 65536 are allowed");
    options.peers = 0;
    CHECK(!exists(path));
}

static void closing_says_goodbye(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s;
    cwire_header header;
    const uint8_t *payload;
    side_join(&s, link);
    publish_tick(link, 7, 0);
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
    RUN(bad_options_are_explained);
    RUN(options_without_measure_are_refused);
    RUN(closing_says_goodbye);
    return 0;
}
