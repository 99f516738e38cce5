/* The messages of the benchmark driver. */
#ifndef LOAD_H
#define LOAD_H

#include <stdint.h>

/** Which struct a message id stands for. */
enum message_id { SAMPLE = 1, PUBLISH = 16, ECHO = 17 };

/** With the header a frame of 64 bytes. */
struct sample {
    uint64_t index;   /**< Counts samples. */
    double values[4]; /**< Anything. */
};

/** Publishes samples in batches, as fast as the slowest peer takes them. @command */
struct publish {
    uint64_t count; /**< How many samples. */
    uint32_t batch; /**< How many between two looks at the peers. @default 64 */
    uint32_t paced; /**< 1: wait for the peers, so that none is lost; 0: do not. @default 1 */
};

/** Comes back as it is. @command @reply echo */
struct echo {
    uint64_t number;  /**< Anything. */
    double values[4]; /**< Anything. */
};

#endif
