/* Messages that take long to decimate, or to tell as JSON, beside a command. */
#ifndef NEIGHBOURS_H
#define NEIGHBOURS_H

#include <stdint.h>

#define LANES 20
#define LANE(N)             \
    struct lane##N {        \
        uint64_t index;     \
        float values[4096]; \
    };

/* clang-format off */
/** Which struct a message id stands for. */
enum message_id {
    LANE0 = 1, LANE1, LANE2, LANE3, LANE4, LANE5, LANE6, LANE7, LANE8, LANE9, LANE10, LANE11, LANE12,
    LANE13, LANE14, LANE15, LANE16, LANE17, LANE18, LANE19, ECHO = 25, TOLD = 30, CLOUD = 31
};

LANE(0) LANE(1) LANE(2) LANE(3) LANE(4) LANE(5) LANE(6) LANE(7) LANE(8) LANE(9)
LANE(10) LANE(11) LANE(12) LANE(13) LANE(14) LANE(15) LANE(16) LANE(17) LANE(18) LANE(19)
    /* clang-format on */

    /** As many values as JSON may have. */
    struct told {
    double values[5000]; /**< Anything. */
};

/** An array of 4 MB. */
struct cloud {
    float points[1000000]; /**< Anything. */
};

/** Comes back as it is. @command @reply echo */
struct echo {
    uint64_t number;  /**< Anything. */
    double values[4]; /**< Anything. */
};

#endif
