/* What all peers together have taken and want. */
#include "check.h"
#include "cwire.h"
#include "peer_side.h"

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

int main(int argc, char **argv) {
    RUN(interest_is_counted);
    return 0;
}
